"""The commands on the example business: what they print, in which form, and how they end."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest
from click.testing import CliRunner, Result

from beancount_invoicing.cli import main
from tests.ledgers import EXAMPLE, PRELUDE

DAY = ("--as-of", "2026-11-30")
LISTED = [
    "number", "kind", "date", "due", "customer", "owed_by", "accounts", "currency", "net", "tax", "total", "withheld", "prepaid",
    "payable", "settled", "open", "status", "disputed", "days_overdue",
]  # fmt: skip
SHOWN = [*LISTED, "lines", "taxes", "instalments", "allocations", "taken_over", "events"]


def call(*arguments: object, ledger: Path | None = EXAMPLE, code: int = 0) -> Result:
    """Runs a command; it ends with `code`, and never with a traceback."""
    chosen = ["-f", str(ledger)] if ledger else []
    result = CliRunner().invoke(main, [*chosen, *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def data(*arguments: object) -> Any:
    """The JSON that a command prints."""
    return json.loads(call(*arguments, "--format", "json").stdout)


def rows(*arguments: object) -> list[dict[str, str]]:
    """The CSV that a command prints."""
    return list(csv.DictReader(io.StringIO(call(*arguments, "--format", "csv").stdout)))


# list ---------------------------------------------------------------------------------------------------------------


def test_list_has_these_keys_and_its_figures_add_up() -> None:
    documents = data("list", *DAY)
    assert len(documents) >= 150
    for document in documents:
        assert list(document) == LISTED
        if document["kind"] in {"void"}:
            assert (document["net"], document["tax"], document["due"]) == (None, None, None)
            continue
        assert Decimal(document["settled"]) + Decimal(document["open"]) == Decimal(document["payable"])
        if document["kind"] == "opening":
            assert (document["net"], document["tax"]) == (None, None)
        else:
            assert Decimal(document["net"]) + Decimal(document["tax"]) == Decimal(document["total"])
        assert document["payable"] == f"{Decimal(document['payable']):.2f}", "amounts have the currency's decimals"
        assert (document["kind"] == "credit-note") == (Decimal(document["payable"]) < 0)


def test_list_as_csv_is_the_same() -> None:
    table, documents = rows("list", *DAY), data("list", *DAY)
    assert list(table[0]) == [key for key in LISTED if key != "owed_by"]
    assert [(row["number"], row["open"]) for row in table] == [
        (document["number"], document["open"] or "") for document in documents
    ]


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (("--status", "draft"), ["draft-kerbrat-2026-11"]),
        (("--status", "void"), ["F2025-0041"]),
        (("--customer", "fournil", "--status", "overdue"), ["F2026-0024"]),
        (("--customer", "Clients:Kerbrat", "--status", "overdue"), ["F2026-0062"]),
        (("--since", "2026-10-16", "--until", "2026-10-27"), ["F2026-0068", "F2026-0069"]),
        (("Habitat", "--amount", "-10286,87"), ["F2026-0067"]),
        (("--amount", "7200.81"), ["F2026-0067"]),
        (("--amount", "9484"), ["F2026-0067"]),
        (("--amount", "3086.06"), ["F2026-0067"]),
    ],
)
def test_list_filters(arguments: tuple[str, ...], numbers: list[str]) -> None:
    assert [one["number"] for one in data("list", *DAY, *arguments)] == numbers


def test_list_as_of_an_earlier_day_knows_nothing_of_later_ones() -> None:
    assert {one["date"][:4] for one in data("list", "--as-of", "2025-12-31")} == {"2024", "2025"}
    (then,) = (one for one in data("list", "--as-of", "2026-05-03") if one["number"] == "F2026-0024")
    assert (then["status"], then["days_overdue"]) == ("open", 0)
    (later,) = (one for one in data("list", "--as-of", "2026-05-04") if one["number"] == "F2026-0024")
    assert (later["status"], later["days_overdue"]) == ("overdue", 1)


# show ---------------------------------------------------------------------------------------------------------------


def test_show_as_json() -> None:
    shown = data("show", "F2026-0067", *DAY)
    assert list(shown) == SHOWN
    assert list(shown["lines"][0]) == [
        "item", "text", "quantity", "unit", "price", "discount", "net", "tax", "account", "contract", "milestone", "from", "to",
        "purchase_order",
        "adjusts",
    ]  # fmt: skip
    assert shown["taxes"] == [
        {"code": "FR10E", "category": "S", "rate": "10", "base": "6250.00", "amount": "625.00", "withholding": False},
        {"code": "FR55E", "category": "S", "rate": "5.5", "base": "3234.00", "amount": "177.87", "withholding": False},
    ]
    assert shown["instalments"] == [
        {"due": "2026-10-15", "retained": None, "amount": "3086.06", "settled": "3086.06", "open": "0.00"},
        {"due": "2026-11-29", "retained": None, "amount": "7200.81", "settled": "0.00", "open": "7200.81"},
    ]
    (allocation,) = shown["allocations"]
    assert list(allocation) == ["date", "amount", "how", "source"]
    file, line = allocation["source"].rsplit(":", 1)
    assert "Banque" in "".join(Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 3 : int(line) + 2])


def test_show_explains() -> None:
    shown = data("show", "F2026-0064", *DAY, "--explain")
    assert shown["explain"]
    text = call("show", "F2026-0064", *DAY, "--explain").stdout
    assert "20 % of 390.00 = 78.00" in text
    assert "2026-09-30 + 30 days = 2026-10-30" in text


def test_show_events() -> None:
    events = data("show", "F2026-0064", *DAY)["events"]
    assert events == [
        {
            "date": "2026-09-30",
            "event": "sent",
            "level": None,
            "channel": "email",
            "note": "Facture F2026-0064 envoyée",
        },
        {"date": "2026-11-19", "event": "reminder", "level": 1, "channel": "email", "note": "Rappel par courriel"},
    ]


def test_an_unknown_number_names_the_likely_one() -> None:
    assert "did you mean F2026-0064?" in call("show", "F2026-O064", *DAY, code=1).stderr
    assert "is dated 2026-09-30" in call("show", "F2026-0064", "--as-of", "2026-01-01", code=1).stderr


# aging --------------------------------------------------------------------------------------------------------------


def test_aging_as_json_meets_the_ledger() -> None:
    answer = data("aging", *DAY)
    assert list(answer) == ["as_of", "basis", "bounds", "rows", "totals", "ledger"]
    assert (answer["as_of"], answer["basis"], answer["bounds"]) == ("2026-11-30", "due", [30, 60, 90])
    balances = {(one["account"], one["currency"]): Decimal(one["balance"]) for one in answer["ledger"]}
    for row in answer["rows"]:
        parts = [row["not_due"], *row["buckets"], row["unallocated"]]
        assert sum(map(Decimal, parts)) == Decimal(row["total"])
        assert Decimal(row["total"]) + Decimal(row["drafts"]) == balances[row["account"], row["currency"]]
    for total in answer["totals"]:
        those = [row for row in answer["rows"] if row["currency"] == total["currency"]]
        assert sum(Decimal(row["total"]) for row in those) == Decimal(total["total"])


def test_aging_with_other_bounds_and_by_invoice_date() -> None:
    answer = data("aging", *DAY, "--bounds", "7,14", "--basis", "invoice")
    assert answer["bounds"] == [7, 14]
    assert all(len(row["buckets"]) == 3 and Decimal(row["not_due"]) == 0 for row in answer["rows"])
    assert list(rows("aging", *DAY, "--bounds", "7,14")[0])[4:7] == ["1-7", "8-14", "over 14"]
    assert list(rows("aging", *DAY, "--bounds", "7", "--basis", "invoice")[0])[4:6] == ["0-7", "over 7"]


@pytest.mark.parametrize("bounds", ["30,30", "60,30", "0", "-5", "a", "", "30,,60"])
def test_bad_bounds_are_a_mistake_of_the_command_line(bounds: str) -> None:
    assert "--bounds" in call("aging", *DAY, "--bounds", bounds, code=2).stderr


# remind -------------------------------------------------------------------------------------------------------------


def test_remind_as_json() -> None:
    letters = data("remind", *DAY)
    for letter in letters:
        assert list(letter) == [
            "customer",
            "account",
            "language",
            "level",
            "channel",
            "policy",
            "tone",
            "deadline",
            "registered",
            "escalation",
            "signed_by",
            "invoices",
            "currency",
            "total",
            "fee",
            "claimed",
            "unallocated",
            "apart",
            "held",
            "waiting",
            "bank_until",
        ]
        for one in letter["invoices"]:
            assert list(one) == ["number", "due", "open", "days_overdue", "level", "interest", "indemnity"]
        if letter["level"]:
            assert {one["level"] for one in letter["invoices"]} == {letter["level"]}
            assert Decimal(letter["total"]) == sum(Decimal(one["open"]) for one in letter["invoices"])
    sent = [(letter["customer"], letter["level"], letter["language"]) for letter in letters if letter["level"]]
    assert sent == [
        ("Birchwood Estates Ltd", 1, "en"),
        ("Clinique du Parc SAS", 2, "fr"),
        ("Halles de Vilaine SA", 2, "fr"),
        ("Steinbach Energietechnik GmbH", 1, "en"),
        ("Vandamme & Co BV", 3, "fr"),
        ("Vandamme & Co BV", 1, "fr"),
    ]
    assert {held["number"] for letter in letters for held in letter["held"]} == {
        "F2026-0053",
        "F2026-0058",
        "F2026-0062",
    }


def test_remind_writes_letters_only_when_asked(tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []
    out = call("remind", *DAY, "--customer", "Vandamme", "--to", "pdf,html,text", "-o", tmp_path).stdout
    names = {f"2026-11-30-Vandamme-EUR-{level}.{form}" for level in (1, 3) for form in ("html", "pdf", "txt")}
    assert {file.name for file in tmp_path.iterdir()} == names
    assert all(name in out for name in names)


def test_nothing_to_remind() -> None:
    assert "No reminder is due on 2025-01-02" in call("remind", "--as-of", "2025-01-02").stdout
    assert data("remind", "--as-of", "2025-01-02") == []


# render -------------------------------------------------------------------------------------------------------------


def test_render_writes_a_file_once(tmp_path: Path) -> None:
    first = call("render", "F2026-0064", "F2026-0067", "--to", "html,text", "-o", tmp_path).stdout.split()
    assert sorted(Path(name).name for name in first) == [
        "F2026-0064.html", "F2026-0064.txt", "F2026-0067.html", "F2026-0067.txt",
    ]  # fmt: skip
    before = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    again = call("render", "F2026-0064", "F2026-0067", "--to", "html,text", "-o", tmp_path).stdout
    assert again.count("(unchanged)") == 4
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before


def test_render_by_status_and_date(tmp_path: Path) -> None:
    call("render", *DAY, "--status", "draft", "--to", "text", "-o", tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["draft-kerbrat-2026-11.txt"]
    call("render", *DAY, "--since", "2026-11-01", "--to", "text", "-o", tmp_path / "new")
    assert len(list((tmp_path / "new").iterdir())) == len(data("list", *DAY, "--since", "2026-11-01"))


def test_render_a_customers_documents_as_of_a_day(tmp_path: Path) -> None:
    documents = data("list", *DAY, "--customer", "Kerbrat")
    early = {row["number"] for row in documents if row["date"] <= "2026-06-30"}
    assert 0 < len(early) < len(documents)
    call("render", "Kerbrat", "--as-of", "2026-06-30", "--to", "text", "-o", tmp_path)
    assert {file.stem for file in tmp_path.iterdir()} == early


def test_a_void_number_has_no_document(tmp_path: Path) -> None:
    result = call("render", "F2025-0041", "-o", tmp_path)
    assert "no document" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = call("render", "F2026-0064", "--to", "text", "-o", tmp_path / "file" / "below", code=1)
    assert "cannot be written" in result.stderr


# how it ends --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--as-of", "one day"),
        ("list", "--as-of", "2026-02-30"),
        ("list", "--status", "nope"),
        ("list", "--format", "xml"),
        ("list", "--nope"),
        ("render",),
        ("render", "F2026-0064", "--all"),
        ("render", "--all", "--to", "docx"),
        ("nope",),
        ("show",),
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert call(*arguments, code=2).stdout == ""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A ledger whose one invoice is a euro short."""
    file = tmp_path / "main.beancount"
    invoice = (
        '\n2026-01-10 * "Work" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  119.00 EUR\n'
        '  Income:Services  -100.00 EUR\n    text: "Work"\n    tax: "FR20"\n  Liabilities:VAT  -19.00 EUR\n'
    )
    file.write_text(PRELUDE + invoice + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    return file


def test_errors_go_to_stderr_and_reports_are_printed_all_the_same(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(broken.parent)
    line = len(PRELUDE.splitlines()) + 8
    for command in (("check",), ("list", *DAY), ("aging", *DAY), ("remind", *DAY), ("show", "F2026-0001", *DAY)):
        result = call(*command, ledger=broken, code=1)
        assert result.stderr.startswith(
            f"main.beancount:{line}: F2026-0001: the tax FR20 is 19.00 EUR, but 20 % of 100.00"
        )
        assert result.stdout
    result = call("list", *DAY, "--format", "json", ledger=broken, code=1)
    assert [one["number"] for one in json.loads(result.stdout)] == ["F2026-0001"]


def test_check_as_json(broken: Path) -> None:
    findings = json.loads(call("check", "--format", "json", ledger=broken, code=1).stdout)
    assert [list(finding) for finding in findings] == [["file", "line", "rule", "severity", "message"]] * len(findings)
    assert ("tax", "error") in {(finding["rule"], finding["severity"]) for finding in findings}


def test_check_strict_fails_on_warnings(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE.replace('siren: "123456782"', 'siren: "123456789"'), encoding="utf-8")
    assert "warning" in call("check", ledger=file).stdout
    call("check", "--strict", ledger=file, code=1)
    call("check", "--strict")


def test_the_ledger_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEANCOUNT_FILE", raising=False)
    (tmp_path / "main.beancount").write_text(PRELUDE, encoding="utf-8")
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert "0 documents" in call("check", ledger=None).stdout
    monkeypatch.setenv("BEANCOUNT_FILE", str(EXAMPLE))
    assert "158 documents" in call("check", ledger=None).stdout
    monkeypatch.setenv("BEANCOUNT_FILE", os.pathsep.join([str(EXAMPLE), "other.beancount"]))
    assert "158 documents" in call("check", ledger=None).stdout
    odd = tmp_path / "a;b.beancount"
    odd.write_text(PRELUDE, encoding="utf-8")
    assert "0 documents" in call("check", ledger=odd).stdout
    monkeypatch.setenv("BEANCOUNT_FILE", str(tmp_path / "gone.beancount"))
    assert "gone.beancount" in call("check", ledger=None, code=2).stderr


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00nonsense",
        b"not a ledger\n",
        b"2026-01-01 open\n",
        b'include "gone.beancount"\n',
        b'plugin "gone"\n',
    ],
)
def test_no_file_makes_a_traceback(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "main.beancount"
    file.write_bytes(content)
    for command in (("check",), ("list",), ("aging",), ("remind",), ("render", "--all", "-o", str(tmp_path / "out"))):
        result = CliRunner().invoke(main, ["-f", str(file), *command])
        assert isinstance(result.exception, SystemExit | None)
        assert result.exit_code in {0, 1}


def test_a_directive_that_beancount_cannot_take_is_told_with_the_remedy(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + '2026-01-01 custom "invoice-seller"\n  city: "Brest"\n', encoding="utf-8")
    text = call("check", ledger=file, code=1).stderr
    assert 'repeat the name, custom "invoice-seller" "Legal name"' in text
    assert "TypeError" in text, "what Beancount's own plugin stumbled over, without where in its code"


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_what_is_printed_does_not_depend_on_the_locale(encoding: str) -> None:
    forms = "table", "csv"
    aging = ["-f", str(EXAMPLE), "aging", *DAY, "--format"]
    program = (
        f"from beancount_invoicing.cli import main\nfor form in {forms}: main([*{aging}, form], standalone_mode=False)"
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONUTF8": "0"}
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=True).stdout
    assert said.decode() == "".join(call("aging", *DAY, "--format", form).stdout for form in forms)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("report", ["list", "aging", "tax-due", "remind", "contracts"])
def test_no_day_is_too_early_or_too_late(report: str, day: str) -> None:
    call(report, "--as-of", day)


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    assert "there is no ledger" in call("check", ledger=tmp_path, code=2).stderr
    assert "there is no ledger" in call("check", ledger=tmp_path / "gone.beancount", code=2).stderr


def test_assumed_settlements_are_said(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n', encoding="utf-8")
    assert "Assumption" in call("aging", *DAY, ledger=file).stderr
    assert "Assumed" not in call("aging", *DAY).stderr


def test_on_several_processes_render_writes_the_same_files_in_the_same_order(tmp_path: Path) -> None:
    printed = []
    for jobs, folder in (("1", tmp_path / "one"), ("2", tmp_path / "two")):
        arguments = ["-f", str(EXAMPLE), "render", "--since", "2026-10-31", "--as-of", "2026-11-30", "--jobs", jobs]
        result = CliRunner().invoke(main, [*arguments, "-o", str(folder)])
        assert result.exit_code == 0, result.output
        printed.append(result.stdout.replace(str(folder), ""))
    assert printed[0] == printed[1]
    files = {
        folder: {file.name: file.read_bytes() for file in (tmp_path / folder).iterdir()} for folder in ("one", "two")
    }
    assert len(files["one"]) > 5
    assert files["one"] == files["two"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_cannot_be_written_is_said_in_a_line() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "beancount_invoicing", "-f", str(EXAMPLE), "list"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr == "Error: the output: cannot be written or read: No space left on device\n"


@pytest.mark.parametrize(
    "arguments",
    [["today"], ["-f", str(EXAMPLE), "aging"], ["init", "--name", "X", "--country", "FR", "--regime", "payments"]],
)
def test_a_current_folder_that_was_removed_is_said_in_a_line(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: the current folder no longer exists: go to another folder, with cd\n"


# remind --attach ----------------------------------------------------------------------------------------------------


def test_the_invoices_follow_the_letter_in_one_pdf(tmp_path: Path) -> None:
    vandamme = ("remind", *DAY, "--customer", "Vandamme", "--to", "pdf,text", "-o", tmp_path, "--attach")
    assert "2026-11-30-Vandamme-EUR-3.txt" in call(*vandamme).stdout
    reader = pypdf.PdfReader(tmp_path / "2026-11-30-Vandamme-EUR-3.pdf")
    texts = [page.extract_text() for page in reader.pages]
    fronts = {name: number for number, text in enumerate(texts) for name in ("F2026-0057", "F2026-0065")
              if f"Facture {name}" in " ".join(text.split())}  # fmt: skip
    assert list(fronts) == ["F2026-0057"], "the other one has a letter of its own"
    assert all(number % 2 == 0 for number in fronts.values()), "each begins on the front of a sheet"
    assert min(fronts.values()) >= 2
    assert "Mise en demeure" in texts[0]
    assert "(unchanged)" in call(*vandamme).stdout, "the same bytes each time"
    assert "--attach has no meaning without a PDF" in call("remind", *DAY, "--attach", "--to", "text", code=2).stderr
    text_only = call("remind", *DAY, "--attach", "--to", "text", "-o", tmp_path, code=2)
    assert "--attach has no meaning without a PDF" in text_only.stderr


def test_books_begun_in_the_french_of_belgium_are_in_french(tmp_path: Path) -> None:
    said = ("--name", "Sel", "--country", "BE", "--language", "fr-BE", "--regime", "exempt")
    call("init", tmp_path / "books", *said, ledger=None)
    settings = (tmp_path / "books" / "settings.beancount").read_text("utf-8")
    assert '"invoice-option" "language" "fr"' in settings
    assert '"invoice-tax" "EXEMPT" "Régime particulier de la franchise de taxe"' in settings
