"""The accounting pack: all or nothing on the disk, the same bytes from the same ledger, and what is missing said on top."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.actions import pack_table
from beancount_invoicing.actions.pack_reports import CannotMakeReport, PackBooks, PackReport, ReportFile, period_name
from beancount_invoicing.actions.pack_table import wanted_reports
from beancount_invoicing.cli import main
from tests.accounting.books import ACCOUNTS, invoice, payment
from tests.killing import killed_at_each_step

LEDGER = (
    ACCOUNTS
    + invoice("2025-12-15", "F1")
    + payment("2026-01-10", "120.00", "F1")
    + invoice("2026-02-01", "F2", "Martin")
    + invoice("2027-01-05", "F3")
    + 'plugin "beancount_invoicing"\n'
)
NAME = "dossier-comptable-2026"

pytestmark = pytest.mark.usefixtures("typeset_once")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "books" / "main.beancount"
    file.parent.mkdir()
    file.write_text(LEDGER, encoding="utf-8")
    return file


def pack(ledger: Path, *arguments: str, period: str = "2026", code: int = 0) -> str:
    """Writes a pack into `out` beside the folder of the ledger, and returns what the command prints."""
    out = str(ledger.parent.parent / "out")
    result = CliRunner().invoke(main, ["-f", str(ledger), "accounting", "pack", period, "-o", out, *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def page(ledger: Path, name: str = NAME) -> str:
    return (ledger.parent.parent / "out" / f"{name}.html").read_text(encoding="utf-8")


def assert_whole(folder: Path, name: str = NAME) -> str:
    """The page's links lead to files whose digests are those that it shows; returns the folder that it names."""
    html = (folder / f"{name}.html").read_text(encoding="utf-8")
    shown = re.findall(r'<a href="([^"]+\.(?:xlsx|txt))">.*?<code>(\w{64})</code>', html)
    assert len(shown) >= 10
    for link, digest in shown:
        assert sha256((folder / link).read_bytes()).hexdigest() == digest, link
    contents = str(shown[0][0]).partition("/")[0]
    for line in (folder / contents / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _blanks, file = line.partition("  ")
        assert sha256((folder / contents / file).read_bytes()).hexdigest() == digest, file
    return contents


def test_the_pack_has_every_report_in_the_language_of_the_books_and_says_what_it_adds_up_to(ledger: Path) -> None:
    pack(ledger)
    contents = assert_whole(ledger.parent.parent / "out")
    assert set(files(ledger.parent.parent / "out" / contents)) == {
        "123456782FEC20261231.txt", "SHA256SUMS", "balance-agee.xlsx", "balance-clients.xlsx", "balance-generale.xlsx",
        "controles.xlsx", "creances-ouvertes.xlsx", "ecritures-de-cloture.xlsx", "encaissements.xlsx",
        "grand-livre-clients.xlsx", "journal-des-ventes.xlsx", "journaux.xlsx", "lettrage.xlsx",
        "lettres-de-confirmation.xlsx", "lettres-de-confirmation/2026-12-31-Martin-confirmation.pdf", "numerotation.pdf",
        "numerotation.xlsx", "pieces.xlsx", "suites-des-creances.xlsx", "tva.xlsx", "ventes-intracommunautaires.xlsx",
        "ventes-par-taxe.xlsx",
    }  # fmt: skip
    assert "<dt>débit</dt><dd>120,00</dd>" in page(ledger)
    assert "clôture : 120,00 dans cet état, 120,00 dans le livre, différence 0,00" in page(ledger).replace("\xa0", " ")
    assert "Tous les fichiers énumérés ici ont été établis" in page(ledger)


def test_the_same_ledger_gives_the_same_bytes_wherever_it_stands(ledger: Path, tmp_path: Path) -> None:
    pack(ledger, "--zip")
    elsewhere = tmp_path / "elsewhere" / "books" / ledger.name
    shutil.copytree(ledger.parent, elsewhere.parent, ignore=shutil.ignore_patterns("*cache"))
    pack(elsewhere, "--zip")
    first = files(tmp_path / "out")
    assert first == files(tmp_path / "elsewhere" / "out")
    assert "(unchanged)" in pack(ledger, "--zip")
    assert files(tmp_path / "out") == first
    with zipfile.ZipFile(tmp_path / "out" / f"{NAME}.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    del first[f"{NAME}.zip"]
    assert files(tmp_path / "unpacked") == first


def test_a_changed_ledger_replaces_the_pack_and_leaves_everything_else_alone(ledger: Path, tmp_path: Path) -> None:
    pack(ledger, "--zip")
    before = assert_whole(tmp_path / "out")
    pack(ledger, period="2026-02")
    (tmp_path / "out" / "lettre.txt").write_text("à moi")
    (tmp_path / "out" / before / "notes.txt").write_text("à moi aussi")
    (tmp_path / "out" / before / "lettrage.xlsx").write_bytes(b"changed by hand")
    ledger.write_text(LEDGER + payment("2026-03-01", "20.00", "F2", "Martin"), encoding="utf-8")
    assert f"{NAME}.zip still has the pack as it was" in pack(ledger)
    after = assert_whole(tmp_path / "out")
    assert after != before
    assert set(files(tmp_path / "out" / before)) == {"notes.txt", "lettrage.xlsx"}
    assert (tmp_path / "out" / "lettre.txt").read_text() == "à moi"
    assert_whole(tmp_path / "out", "dossier-comptable-2026-02")


def test_a_file_of_the_pack_that_somebody_changed_is_written_again(ledger: Path, tmp_path: Path) -> None:
    pack(ledger)
    contents = assert_whole(tmp_path / "out")
    (tmp_path / "out" / contents / "lettrage.xlsx").write_bytes(b"changed by hand")
    pack(ledger)
    assert_whole(tmp_path / "out")


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_a_pack_that_is_killed_at_any_step_leaves_the_old_one_or_the_new_one(
    ledger: Path, tmp_path: Path, stride: int
) -> None:
    """At each seventh step; at each in `make proof`."""
    pack(ledger, "--zip")
    old, kept = assert_whole(tmp_path / "out"), tmp_path / "kept"
    shutil.copytree(tmp_path / "out", kept)
    ledger.write_text(LEDGER + payment("2026-03-01", "20.00", "F2", "Martin"), encoding="utf-8")

    def start_over() -> None:
        shutil.rmtree(tmp_path / "out")
        shutil.copytree(kept, tmp_path / "out")

    command = ["-f", str(ledger), "accounting", "pack", "2026", "-o", str(tmp_path / "out"), "--zip"]
    found = [assert_whole(tmp_path / "out") for _step in killed_at_each_step(command, stride, start_over)]
    assert len(found) > 4  # there were steps to be killed at
    assert found[0] == old
    assert found[-1] != old
    pack(ledger, "--zip")
    assert [file.name for file in sorted((tmp_path / "out").iterdir())] == [found[-1], f"{NAME}.html", f"{NAME}.zip"]


def test_what_cannot_be_made_stands_on_top_with_its_reason_and_the_rest_is_made(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace('  pcg: "706"\n', ""), encoding="utf-8")
    output = pack(ledger, code=1)
    assert "fec: main.beancount" in output.replace(f"{ledger.parent}/", "")
    assert "the pack is not complete" in output
    html = page(ledger)
    missing = html[html.index('<section class="missing">') : html.index("</section>")]
    assert "Income:Conseil" in missing
    assert str(ledger.parent) not in html
    assert "journal-des-ventes.xlsx" in html
    assert "123456782FEC20261231.txt" not in html


def test_a_seller_without_a_siren_gets_no_fec_and_is_told_why(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace('  siren: "123456782"\n', ""), encoding="utf-8")
    assert "the seller has no SIREN" in pack(ledger, code=1)


def test_a_report_of_other_countries_is_not_in_the_pack(ledger: Path) -> None:
    assert "fec" not in {report.name for report in wanted_reports("DE")}
    ledger.write_text(LEDGER.replace('country: "FR"', 'country: "DE"'), encoding="utf-8")
    pack(ledger)
    assert not list((ledger.parent.parent / "out").rglob("*FEC*"))


def test_a_report_that_does_not_meet_the_ledger_is_named(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_books: PackBooks) -> ReportFile:
        raise CannotMakeReport("no rates are known for that year")

    monkeypatch.setattr(pack_table, "REPORTS", (*pack_table.REPORTS, PackReport("vat", "VAT", fails)))
    assert "vat: no rates are known for that year" in pack(ledger, code=1)
    assert "vat: no rates are known for that year" in page(ledger)


def test_a_ledger_with_errors_gives_no_pack(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace("-100.00 EUR", "-101.00 EUR", 1), encoding="utf-8")
    assert "nothing is written: correct the errors first" in pack(ledger, code=1)
    assert not (ledger.parent.parent / "out").exists()


def test_a_period_without_entries_gives_no_pack(ledger: Path) -> None:
    output = pack(ledger, period="2031", code=1)
    assert "no entry from 2031-01-01 to 2031-12-31: its entries are of 2025-12-15 to 2027-01-05" in output
    pack(ledger, period="2026-13", code=2)


def test_a_period_that_is_not_over_is_as_of_the_last_entry(ledger: Path) -> None:
    assert "<dt>état au</dt><dd>31 décembre 2026</dd>" in (pack(ledger), page(ledger))[1]
    ledger.write_text(LEDGER.replace(invoice("2027-01-05", "F3"), ""), encoding="utf-8")
    assert "The ledger goes to 2026-02-01" in pack(ledger)
    assert "<dt>état au</dt><dd>1er février 2026</dd>" in page(ledger)


def test_a_page_of_somebody_else_is_not_written_over(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f"{NAME}.html").write_text("mine")
    assert "is not an accounting pack" in pack(ledger, code=1)
    assert files(tmp_path / "out") == {f"{NAME}.html": b"mine"}


def test_sealed_documents_are_copied_and_a_changed_one_is_missing(ledger: Path, tmp_path: Path) -> None:
    sealing = ["-f", str(ledger), "seal", "F2", "--date", "2026-02-02", "--write"]
    assert CliRunner().invoke(main, sealing).exit_code == 0
    (sealed,) = ledger.parent.rglob("F2.pdf")
    pack(ledger)
    contents = assert_whole(tmp_path / "out")
    assert (tmp_path / "out" / contents / "pieces" / "F2.pdf").read_bytes() == sealed.read_bytes()
    sealed.write_bytes(b"another")
    assert "F2: the sealed file" in pack(ledger, code=1)
    assert "F2" in page(ledger)
    assert not (tmp_path / "out" / assert_whole(tmp_path / "out") / "pieces").exists()


@pytest.mark.parametrize(
    ("since", "until", "name"),
    [
        ("2026-01-01", "2026-12-31", "2026"),
        ("2026-07-01", "2026-09-30", "2026-T3"),
        ("2026-10-01", "2026-10-31", "2026-10"),
        ("2026-02-01", "2026-04-30", "2026-02-01_2026-04-30"),
        ("2025-07-01", "2026-06-30", "2025-07-01_2026-06-30"),
        ("2026-01-02", "2026-12-31", "2026-01-02_2026-12-31"),
    ],
)
def test_periods_have_short_names(since: str, until: str, name: str) -> None:
    assert period_name(date.fromisoformat(since), date.fromisoformat(until), "fr") == name
