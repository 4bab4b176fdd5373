"""Sealed documents: what was changed afterwards, in the file or in the ledger, is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.documents.render import document_file
from beancount_invoicing.ledger import open_ledger
from tests.ledgers import recent_example

NUMBER, PLAIN = "F2026-0064", "F2026-0068"


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example business, with one invoice sealed, and with one that is no e-invoice sealed after it."""
    folder = tmp_path_factory.mktemp("sealed")
    run(recent_example(folder / "one"), "seal", NUMBER, "--date", "2026-10-01", "--write")
    shutil.copytree(folder / "one", folder / "plain")
    run(folder / "plain" / "main.beancount", "seal", PLAIN, "--date", "2026-11-01", "--write")
    return folder


@pytest.fixture
def ledger(same_folder: Path, sealed: Path) -> Path:
    """The example business in a folder of its own, with one invoice sealed."""
    shutil.copytree(sealed / "one", same_folder / "ledger")
    return same_folder / "ledger" / "main.beancount"


@pytest.fixture
def plain(same_folder: Path, sealed: Path) -> Path:
    """The same, and one more document sealed: it is no e-invoice, and its text lies beside it."""
    shutil.copytree(sealed / "plain", same_folder / "ledger")
    return same_folder / "ledger" / "main.beancount"


def edited(ledger: Path, old: str, new: str) -> Path:
    """The file of invoices with the sealed one changed."""
    invoices = ledger.parent / "2026" / "invoices.beancount"
    text = invoices.read_text(encoding="utf-8")
    start = text.index(f'invoice: "{NUMBER}"')
    start = text.rindex("\n20", 0, start) + 1
    end = text.index("\n20", start) + 1
    entry = text[start:end]
    assert old in entry, entry
    invoices.write_text(text[:start] + entry.replace(old, new) + text[end:], encoding="utf-8")
    return invoices


def test_the_document_stands_beside_the_ledger_and_bean_check_is_silent(ledger: Path) -> None:
    assert (ledger.parent / "documents" / "2026" / f"{NUMBER}.pdf").read_bytes().startswith(b"%PDF")
    assert [str(error) for error in open_ledger(ledger).errors] == []
    assert f"{NUMBER}: unchanged since 2026-10-01" in run(ledger, "verify")
    assert "is already sealed, since" in run(ledger, "seal", NUMBER, "--write")


def test_what_cannot_be_sealed(ledger: Path) -> None:
    assert "is a draft: issue it first" in run(ledger, "seal", "draft-kerbrat-2026-11", "--write", code=1)
    assert "there is no F2026-9999" in run(ledger, "seal", "F2026-9999", code=1)
    assert "F2026-0053 is not sealed" in run(ledger, "verify", "F2026-0053", code=1)
    other = ledger.parent / "documents" / "2026" / "F2026-0065.pdf"
    other.write_bytes(b"mine")
    assert "is another document" in run(ledger, "seal", "F2026-0065", "--write", code=1)
    assert other.read_bytes() == b"mine"


def test_without_write_nothing_is_stored(ledger: Path) -> None:
    text = run(ledger, "seal", "F2026-0065", "--date", "2026-10-05")
    assert 'document Assets:Clients:Vandamme "../documents/2026/F2026-0065.pdf" ^F2026-0065' in text
    assert not (ledger.parent / "documents" / "2026" / "F2026-0065.pdf").exists()


def test_an_edited_file_is_found(ledger: Path) -> None:
    stored = ledger.parent / "documents" / "2026" / f"{NUMBER}.pdf"
    stored.write_bytes(stored.read_bytes() + b"\n")
    assert f"{NUMBER}, file: sealed " in run(ledger, "verify", code=1)
    stored.unlink()
    output = run(ledger, "verify", code=1)
    assert "No such file" in output
    assert f"put {stored} back as it was sealed, from git or a backup" in output
    assert "bean-invoice credit" not in output, "the ledger says what it said"


def higher(ledger: Path) -> None:
    edited(ledger, "468.00 EUR", "480.00 EUR")
    edited(ledger, "-390.00 EUR", "-400.00 EUR")
    edited(ledger, "price: 390.00", "price: 400.00")
    edited(ledger, "-78.00 EUR", "-80.00 EUR")


def discounted(ledger: Path) -> None:
    edited(ledger, "468.00 EUR", "421.20 EUR")
    edited(ledger, "-390.00 EUR", "-351.00 EUR")
    edited(ledger, "price: 390.00", "price: 390.00\n    discount: 10")
    edited(ledger, "-78.00 EUR", "-70.20 EUR")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (higher, "totals.due: sealed 468.00, now 480.00"),
        (lambda ledger: edited(ledger, "2026-09-30 *", "2026-09-29 *"), "issued: sealed 2026-09-30, now 2026-09-29"),
        (
            lambda ledger: edited(ledger, "CliniqueDuParc", "Kerbrat"),
            "buyer.name: sealed Clinique du Parc SAS, now Menuiserie Kerbrat SAS",
        ),
        (discounted, "lines 1.adjustments 1: sealed nothing, now 39.00, Remise, 390.00, 10"),
    ],
)
def test_an_edited_invoice_is_found_with_the_figure_the_file_and_the_line(
    ledger: Path, change: Callable[[Path], None], said: str
) -> None:
    change(ledger)
    output = run(ledger, "verify", code=1)
    assert said in output
    assert "2026/invoices.beancount:" in output
    assert f"bean-invoice credit {NUMBER}" in output
    rows = json.loads(CliRunner().invoke(main, ["-f", str(ledger), "verify", "--format", "json"]).stdout)
    assert [row["unchanged"] for row in rows] == [False]


def test_a_deleted_invoice_is_found(ledger: Path) -> None:
    invoices = ledger.parent / "2026" / "invoices.beancount"
    text = invoices.read_text(encoding="utf-8")
    start = text.rindex("\n20", 0, text.index(f'invoice: "{NUMBER}"'))
    invoices.write_text(text[:start] + text[text.index("\n20", start + 1) :], encoding="utf-8")
    output = run(ledger, "verify", code=1)
    assert f"{NUMBER}, document: sealed sealed on 2026-10-01, now no longer in the ledger" in output
    assert "it has been issued; put it back" in output
    assert f"{NUMBER} has been issued: put its entry back (git log -p shows when it went)" in output
    assert "bean-invoice credit" not in output, "what is not there cannot be credited"


def test_a_change_of_layout_is_no_change_of_facts(ledger: Path) -> None:
    settings = ledger.parent / "settings.beancount"
    settings.write_text(
        settings.read_text(encoding="utf-8") + '2025-01-01 custom "invoice-option" "accent" "#7a1f5c"\n',
        encoding="utf-8",
    )
    text = run(ledger, "verify")
    assert text.startswith(f"{NUMBER}: unchanged since 2026-10-01\nChain: 1 seal of 2026-10-01, the last one ")


def test_a_payment_changes_nothing(ledger: Path) -> None:
    bank = ledger.parent / "2026" / "bank.beancount"
    bank.write_text(
        bank.read_text(encoding="utf-8")
        + f'\n2026-11-29 * "Clinique" "VIR" ^{NUMBER}\n  Assets:Banque  468.00 EUR\n  Assets:Clients:CliniqueDuParc\n',
        encoding="utf-8",
    )
    assert f"{NUMBER}: unchanged since 2026-10-01" in run(ledger, "verify")


def text_of(ledger: Path) -> Path:
    """The text beside the document that is no e-invoice."""
    return ledger.parent / "documents" / "2026" / f"{PLAIN}.txt"


def replaced(ledger: Path, name: str, old: str, new: str) -> None:
    file = ledger.parent / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def look(ledger: Path) -> None:
    """Another look and other words than when it was sealed."""
    settings = ledger.parent / "settings.beancount"
    with settings.open("a", encoding="utf-8") as stream:
        stream.write('2025-01-01 custom "invoice-option" "accent" "#7a1f5c"\n')
    replaced(ledger, "customers.beancount", 'language: "en"', 'language: "nl"')


def earlier(ledger: Path) -> None:
    """The seals as an earlier version wrote them: without facts, and not chained."""
    for file in ledger.parent.rglob("*.beancount"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith(("  facts:", "  previous:"))), "utf-8")


def rows(ledger: Path) -> list[dict[str, object]]:
    return list(json.loads(CliRunner().invoke(main, ["-f", str(ledger), "verify", "--format", "json"]).stdout))


def test_of_a_document_that_is_no_e_invoice_the_facts_decide_and_its_text_tells(plain: Path) -> None:
    assert run(plain, "verify", PLAIN) == f"{PLAIN}: unchanged since 2026-11-01\n"
    look(plain)
    assert run(plain, "verify", PLAIN) == f"{PLAIN}: unchanged since 2026-11-01\n"
    replaced(plain, "customers.beancount", "14 Canal Street", "15 Canal Street")
    changed = run(plain, "verify", PLAIN, code=1)
    assert "text: sealed 14 Canal Street, now 15 Canal Street" in changed
    assert "unchanged" not in changed
    text_of(plain).unlink()
    assert f"{PLAIN}, facts: sealed 1:" in run(plain, "verify", PLAIN, code=1)


@pytest.mark.parametrize("old", ["Canal Street", "760.00 GBP", "Birchwood Estates Ltd"])
def test_no_change_of_a_plain_document_is_called_unchanged(plain: Path, old: str) -> None:
    new = old.translate(str.maketrans("607CE", "518KF"))
    for name in ("customers.beancount", "2026/invoices.beancount"):
        file = plain.parent / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (row,) = [row for row in rows(plain) if row["number"] == PLAIN]
    assert row["unchanged"] is False


def test_of_an_older_seal_it_is_said_where_nothing_can_be_told(plain: Path) -> None:
    earlier(plain)
    assert [row["unchanged"] for row in rows(plain)] == [True, True]
    look(plain)
    text = run(plain, "verify")
    assert f"{NUMBER}: unchanged since 2026-10-01\n" in text  # its e-invoice says the same
    assert f"{PLAIN}: the file is unchanged since 2026-11-01; it was sealed without its facts" in text
    assert "there is no way to know whether the words say the same" in text
    assert [row["unchanged"] for row in rows(plain)] == [True, None]
    replaced(plain, "customers.beancount", "14 Canal Street", "15 Canal Street")
    assert "now 15 Canal Street" in run(plain, "verify", PLAIN, code=1)
    text_of(plain).unlink()
    assert "there is no way to know whether the ledger still says the same" in run(plain, "verify", PLAIN)


def test_a_text_that_an_earlier_version_sealed_is_told_with_its_document(plain: Path) -> None:
    with (plain.parent / "2026" / "follow-up.beancount").open("a", encoding="utf-8") as stream:
        mark = sha256(text_of(plain).read_bytes()).hexdigest()
        stream.write(f'2026-11-01 document Assets:Clients:Birchwood "../documents/2026/{PLAIN}.txt" ^{PLAIN}\n')
        stream.write(f'  event: "sealed"\n  sha256: "{mark}"\n')
    assert run(plain, "verify", PLAIN) == f"{PLAIN}: unchanged since 2026-11-01\n"
    text_of(plain).write_text("other words", encoding="utf-8")
    assert f"{PLAIN}, file: sealed {mark}" in run(plain, "verify", PLAIN, code=1)


def without_seal(ledger: Path, number: str) -> None:
    """A directive of a sealed document is deleted."""
    for file in ledger.parent.rglob("*.beancount"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept, gone = [], False
        for line in lines:
            gone = f'{number}.pdf"' in line or (gone and line.startswith("  "))
            kept += [] if gone else [line]
        file.write_text("".join(kept), encoding="utf-8")


@pytest.mark.parametrize("number", [NUMBER, "F2026-0065", PLAIN], ids=["first", "middle", "last"])
def test_a_seal_that_was_deleted_is_found(ledger: Path, number: str) -> None:
    run(ledger, "seal", "F2026-0065", "F2026-0068", "--date", "2026-11-01", "--write")
    assert "Chain: 3 seals from 2026-10-01 to 2026-11-01" in (before := run(ledger, "verify"))
    assert "missing in between: none" in before
    without_seal(ledger, number)
    text = run(ledger, "verify", code=1)
    assert f"{number}.pdf is among the sealed files, but no directive seals {number}" in text
    for file in (ledger.parent / "documents" / "2026").glob(f"{number}.*"):
        file.unlink()
        if file.suffix == ".pdf" and number == PLAIN:
            assert f"{number}.txt is among the sealed files" in run(ledger, "verify", code=1), "its text is left"
    last = number == PLAIN
    assert ("the seal before this one (" in run(ledger, "verify", code=0 if last else 1)) is not last


def test_a_mark_that_was_noted_tells_that_the_last_seal_is_gone(ledger: Path) -> None:
    run(ledger, "seal", PLAIN, "--date", "2026-11-01", "--write")
    last = run(ledger, "verify").partition("the last one ")[2][:12]
    run(ledger, "verify", "--mark", last)
    without_seal(ledger, PLAIN)
    for file in (ledger.parent / "documents" / "2026").glob(f"{PLAIN}.*"):
        file.unlink()
    run(ledger, "verify")
    assert f"no seal and no lock has the fingerprint {last}: it was deleted or changed" in run(
        ledger, "verify", "--mark", last, code=1
    )
    assert "takes the 12 characters that verify shows" in run(ledger, "verify", "--mark", "4c", code=2)


def test_a_seal_that_was_altered_is_found(ledger: Path) -> None:
    run(ledger, "seal", "F2026-0065", "--date", "2026-11-01", "--write")
    for file in ledger.parent.rglob("*.beancount"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("2026-10-01 document ", "2026-10-02 document "), encoding="utf-8")
    said = run(ledger, "verify", code=1)
    assert f"{NUMBER}: unchanged since 2026-10-02" in said
    assert "is no longer in the ledger, or has been changed" in said
    assert [row["number"] for row in rows(ledger) if row["unchanged"] is False] == [None]


def test_two_branches_that_were_put_together_are_no_gap(ledger: Path) -> None:
    files = {file: file.read_bytes() for file in ledger.parent.rglob("*.beancount")}
    run(ledger, "seal", "F2026-0065", "--date", "2026-11-01", "--write")
    (changed,) = [file for file, content in files.items() if file.read_bytes() != content]
    ours = changed.read_bytes()
    changed.write_bytes(files[changed])
    run(ledger, "seal", "F2026-0068", "--date", "2026-11-02", "--write")
    changed.write_bytes(changed.read_bytes() + ours[len(files[changed]) :])
    assert "Chain: 3 seals" in (text := run(ledger, "verify"))
    assert "missing in between: none" in text


@pytest.mark.parametrize("road", ["email", "post"])
def test_what_was_sent_by_hand_is_sealed_as_well(ledger: Path, road: str) -> None:
    day = ("--date", "2026-11-30", "--write")
    run(ledger, "send", "F2026-0068", "--channel", road, "--again", *day)
    run(ledger, "send", "--confirm", "F2026-0068", *day)
    run(ledger, "seal", "F2026-0065", *day)
    look(ledger)
    text = run(ledger, "verify")
    assert "F2026-0068: unchanged since 2026-11-30" in text
    assert "missing in between: none" in text
    replaced(ledger, "2026/invoices.beancount", "760.00", "770.00")
    assert "F2026-0068, text: sealed " in run(ledger, "verify", code=1)


def stored(ledger: Path) -> Path:
    """The file of the sealed invoice."""
    return ledger.parent / "documents" / "2026" / f"{NUMBER}.pdf"


def other_words(ledger: Path) -> None:
    """What is made from now on is called otherwise than what was sealed."""
    words = ledger.parent / "templates" / "words"
    words.mkdir(parents=True)
    (words / "fr.toml").write_text('[titles]\ninvoice = "Note"\n', encoding="utf-8")


def test_render_gives_the_file_that_was_sealed(ledger: Path, tmp_path: Path) -> None:
    other_words(ledger)
    text = run(ledger, "render", NUMBER, "-o", str(tmp_path))
    assert "was sealed" not in text
    assert (tmp_path / f"{NUMBER}.pdf").read_bytes() == stored(ledger).read_bytes()
    assert document_file(open_ledger(ledger).book, NUMBER, "pdf") == (f"{NUMBER}.pdf", stored(ledger).read_bytes())


def test_what_is_made_anew_of_a_sealed_document_is_said(ledger: Path, tmp_path: Path) -> None:
    other_words(ledger)
    text = run(ledger, "render", NUMBER, "--to", "pdf,html,text", "-o", str(tmp_path))
    assert (
        f"{NUMBER} was sealed on 2026-10-01 as {stored(ledger)}; newly made, not taken from there: html, text" in text
    )
    assert (tmp_path / f"{NUMBER}.pdf").read_bytes() == stored(ledger).read_bytes()
    assert f"Note {NUMBER}" in (tmp_path / f"{NUMBER}.txt").read_text(encoding="utf-8")
    text = run(ledger, "render", NUMBER, "--plain", "-o", str(tmp_path))
    assert "newly made, not taken from there: pdf" in text
    assert (tmp_path / f"{NUMBER}.pdf").read_bytes() != stored(ledger).read_bytes()
    name, page = document_file(open_ledger(ledger).book, NUMBER, "html")
    assert (name, b"Note" in page) == (f"{NUMBER}.html", True)


@pytest.mark.parametrize("gone", [True, False])
def test_where_the_sealed_file_is_not_as_it_was_it_is_made_anew_and_said(
    ledger: Path, tmp_path: Path, gone: bool
) -> None:
    other_words(ledger)
    before = stored(ledger).read_bytes()
    stored(ledger).unlink() if gone else stored(ledger).write_bytes(before + b"%")
    # where it is gone, Beancount itself has an error
    text = run(ledger, "render", NUMBER, "-o", str(tmp_path), code=1 if gone else 0)
    assert (
        f"but {stored(ledger)} has changed since (bean-invoice verify {NUMBER}): a newly made file is written" in text
    )
    made = (tmp_path / f"{NUMBER}.pdf").read_bytes()
    assert made not in {before, before + b"%"}
    assert document_file(open_ledger(ledger).book, NUMBER, "pdf")[1] == made


def test_of_what_was_not_sealed_nothing_is_said(ledger: Path, tmp_path: Path) -> None:
    assert "was sealed" not in run(ledger, "render", "F2026-0055", "--to", "pdf,text", "-o", str(tmp_path))
    name, made = document_file(open_ledger(ledger).book, "F2026-0055", "pdf")
    assert (tmp_path / name).read_bytes() == made
