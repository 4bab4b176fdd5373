"""`correct` by what happened: the way follows from it and from what the platform says, and all of it is one write."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing import receivables
from beancount_invoicing.cli import main
from beancount_invoicing.einvoice import e_invoice
from beancount_invoicing.einvoice.lifecycle import read_statuses
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Invoice
from beancount_invoicing.platform.reports import report_title
from beancount_invoicing.rendering import document_view
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from tests.ledgers import PRELUDE

DAY = ("--date", "2026-03-01")
INVOICE = """
2026-02-02 * "Acme SAS" "Workshop" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme  720.00 EUR
  Income:Services  -600.00 EUR
    text: "Workshop"
    quantity: 3
    price: 200.00
    tax: "FR20"
    nature: "services"
  Liabilities:VAT  -120.00 EUR
    tax: "FR20"
"""
LEDGER = (
    PRELUDE
    + """
2025-01-01 custom "invoice-tax" "FR10" "TVA 10 %" Liabilities:VAT
  rate: 10
2025-01-01 open Assets:Receivable:Quai
  customer: "Quai SARL"
  address: "2 quai Sud"
  city: "Brest"
  country: "FR"
  siren: "503128464"
"""
    + INVOICE.format(number="F2026-0001")
    + '\nplugin "beancount_invoicing"\n'
)
PAID = """
2026-02-10 * "Acme" "Paid" ^F2026-0001
  Assets:Bank  500.00 EUR
  Assets:Receivable:Acme
"""
HANDED_IN = """
2026-02-03 note Assets:Receivable:Acme "To the platform" ^F2026-0001
  event: "sent"
  channel: "e-invoice"
  flow: "f-1"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """An invoice of 720.00 EUR, 3 units at 200.00."""
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def add(ledger: Path, text: str) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(text)


def told(code: str, reason: str = "", flow: str = "f-1") -> str:
    """What the platform says of the invoice on 20 February."""
    why = f'  reason: "{reason}"\n' if reason else ""
    return (
        f'\n2026-02-20 note Assets:Receivable:Acme "Status" ^F2026-0001\n  event: "status"\n  status: "{code}"\n'
        f'  flow: "{flow}"\n  status-flow: "lc-{code}"\n  updated: "2026-02-20T08:00:00Z"\n{why}'
    )


def run(ledger: Path, *arguments: str, code: int = 0, typed: str | None = None) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def correct(ledger: Path, *arguments: str, code: int = 0) -> str:
    return run(ledger, "correct", "F2026-0001", *arguments, *DAY, code=code)


def documents(ledger: Path) -> dict[str, Invoice]:
    opened = open_ledger(ledger)
    assert opened.errors == (), opened.errors
    return {invoice.number: invoice for invoice in opened.book.invoices}


def still_open(ledger: Path, day: str = "2026-12-31") -> dict[str, Decimal]:
    positions = receivables.positions(open_ledger(ledger).book, date.fromisoformat(day))
    return {position.invoice.number: position.open for position in positions if position.open}


def figures(text: str) -> dict[str, list[str]]:
    """The table of what changes: before, after, difference."""
    rows = re.findall(r"(?m)^ (\S[^\d–\n-]*?(?: FR\d+)?) +([–\d., -]+)$", text)
    return {name: re.split(r" {2,}", amounts.strip()) for name, amounts in rows}


# what is wrong, and not refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("because", "options", "kind", "payable"),
    [
        ("wrong-price", ("--price", "180"), "corrective", "648.00"),
        ("wrong-price", ("--discount", "10"), "corrective", "648.00"),
        ("wrong-quantity", ("--quantity", "2"), "corrective", "480.00"),
        ("wrong-tax", ("--tax", "FR10"), "corrective", "660.00"),
        ("wrong-details", ("--purchase-order", "PO-7"), "corrective", "720.00"),
        ("forgotten-line", ("--add", "1 Travel @ 50 [FR20]", "--account", "Income:Services"), "corrective", "780.00"),
        ("wrong-customer", ("--customer", "Quai"), "invoice", "720.00"),
        ("wrong-price", ("--price", "180", "--credit-note"), "invoice", "648.00"),
    ],
)
def test_the_way_follows_from_what_happened(
    ledger: Path, because: str, options: tuple[str, ...], kind: str, payable: str
) -> None:
    correct(ledger, "As agreed", "--because", because, *options, "--write")
    found = documents(ledger)
    new = found["F2026-0002"]
    assert (new.kind, new.payable) == (kind, Decimal(payable))
    assert still_open(ledger) == {"F2026-0002": Decimal(payable)}
    backs = [invoice.kind for invoice in found.values() if invoice.is_credit]
    assert backs == ["cancellation" if kind == "corrective" else "credit-note"]


def test_it_shows_the_difference_before_anything_is_written(ledger: Path) -> None:
    add(ledger, PAID)
    before = ledger.read_bytes()
    shown = correct(ledger, "As agreed", "--because", "wrong-price", "--price", "180")
    assert ledger.read_bytes() == before
    assert "500.00 EUR was paid on F2026-0001: from 2026-03-01 on it pays the new invoice" in shown
    assert figures(shown) == {
        "without tax": ["600.00", "540.00", "-60.00"],
        "tax FR20": ["120.00", "108.00", "-12.00"],
        "to pay": ["720.00", "648.00", "-72.00"],
        "paid": ["500.00", "500.00", "–"],
        "still owed": ["220.00", "148.00", "-72.00"],
    }
    correct(ledger, "As agreed", "--because", "wrong-price", "--price", "180", "--write")
    assert still_open(ledger) == {"F2026-0002": Decimal("148.00")}


@pytest.mark.parametrize("way", [(), ("--credit-note",)])
def test_what_was_paid_beyond_the_new_sum_is_said_and_stays_the_customer_s(ledger: Path, way: tuple[str, ...]) -> None:
    add(ledger, PAID)
    shown = correct(ledger, "As agreed", "--because", "wrong-quantity", "--quantity", "1", *way)
    assert "240.00 EUR was paid on F2026-0001" in shown
    assert "260.00 EUR more was paid than the new invoice asks for" in shown
    assert figures(shown)["still owed"] == ["220.00", "-260.00", "-480.00"]
    correct(ledger, "As agreed", "--because", "wrong-quantity", "--quantity", "1", *way, "--write")
    (left,) = still_open(ledger).items()
    assert left == ("A2026-0001" if way else "F2026-0001-cancelled", Decimal("-260.00"))


def test_the_wrong_customer_keeps_its_money_and_the_right_one_is_told_nothing_of_the_other(ledger: Path) -> None:
    add(ledger, PAID)
    shown = correct(ledger, "For Quai", "--because", "wrong-customer", "--customer", "Quai", "--write")
    assert "500.00 EUR that Acme SAS paid on F2026-0001 stays on its account" in shown
    new = documents(ledger)["F2026-0002"]
    assert (new.corrects, new.replaces) == ((), "")
    assert still_open(ledger) == {"A2026-0001": Decimal("-500.00"), "F2026-0002": Decimal("720.00")}


def test_a_payment_that_names_the_old_number_later_pays_the_new_invoice(ledger: Path) -> None:
    correct(ledger, "As agreed", "--because", "wrong-price", "--price", "180", "--credit-note", "--write")
    assert documents(ledger)["F2026-0002"].replaces == "F2026-0001"
    add(ledger, PAID.replace("2026-02-10", "2026-03-10").replace("500.00", "648.00"))
    assert still_open(ledger) == {}


# refused ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["210", "213"])
@pytest.mark.parametrize("because", [(), ("--because", "refused"), ("--because", "wrong-tax")])
def test_a_refused_invoice_is_reversed_and_issued_anew_in_one_write(
    ledger: Path, code: str, because: tuple[str, ...]
) -> None:
    add(ledger, HANDED_IN + told(code, "TX_TVA_ERR") + PAID)
    shown = correct(ledger, "Wrong rate", *because, "--tax", "FR10", "--write")
    assert "it is taken out of the books without a credit note, and issued anew under a new number" in shown
    found = documents(ledger)
    new, back = found["F2026-0002"], found["F2026-0001-cancelled"]
    assert (new.kind, new.replaces, new.corrects, new.payable) == ("invoice", "F2026-0001", (), Decimal("660.00"))
    assert (back.kind, back.corrects) == ("cancellation", ("F2026-0001",))
    assert not any(invoice.kind == "credit-note" for invoice in found.values())
    assert still_open(ledger) == {"F2026-0002": Decimal("160.00")}, "what was paid pays the new one"
    assert "issued in place of" not in str(found), "that is for pages"


def test_the_new_invoice_names_the_refused_one_on_its_page_and_as_bg_3(ledger: Path) -> None:
    add(ledger, HANDED_IN + told("210", "TX_TVA_ERR"))
    correct(ledger, "--because", "refused", "--tax", "FR10", "--write")
    book = open_ledger(ledger).book
    new = book.invoice("F2026-0002")
    assert new
    assert "en remplacement de la facture n°\\xa0F2026-0001 du 2 février 2026" in str(
        document_view(book, new, Decimal(0), (BUILT_IN_TEMPLATES,))
    )
    terms = e_invoice(book, new, Decimal(0), "fr")
    assert terms.type_code == "380"
    assert [(before.number, before.issued) for before in terms.preceding] == [("F2026-0001", date(2026, 2, 2))]


def test_tax_of_money_paid_on_a_refused_invoice_follows_it(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8").replace(
        '"FR10" "TVA 10 %" Liabilities:VAT\n  rate: 10',
        '"PAID" "TVA" Liabilities:VAT\n  rate: 20\n  due-on: "payment"\n  pending: Liabilities:Pending\n'
        "2025-01-01 open Liabilities:Pending",
    )
    text = text.replace('"FR20"\n    nature', '"PAID"\n    nature').replace(
        '  Liabilities:VAT  -120.00 EUR\n    tax: "FR20"', '  Liabilities:Pending  -120.00 EUR\n    tax: "PAID"'
    )
    ledger.write_text(text + HANDED_IN + told("210", "X") + PAID, encoding="utf-8")
    correct(ledger, "--because", "refused", "--price", "180", "--write")
    (total,) = receivables.tax_due(open_ledger(ledger).book, date(2026, 3, 1)).totals
    assert (total.booked, total.due) == (Decimal("108.00"), Decimal("83.33"))  # 500 of 648: 108 × 500 / 648


@pytest.mark.parametrize("way", [(), ("--credit-note",)])
def test_what_was_issued_in_place_of_another_is_corrected_in_its_turn(ledger: Path, way: tuple[str, ...]) -> None:
    add(ledger, HANDED_IN + told("210", "X"))
    correct(ledger, "--because", "refused", "--price", "180", "--write")
    run(ledger, "correct", "F2026-0002", "Two days", "--quantity", "2", *way, *DAY, "--write")
    new = documents(ledger)["F2026-0003"]
    assert (new.replaces, new.corrects) == (("F2026-0002", ()) if way else ("", ("F2026-0002",)))
    assert still_open(ledger) == {"F2026-0003": Decimal("432.00")}


def test_undo_takes_both_entries_back(ledger: Path) -> None:
    add(ledger, HANDED_IN + told("210", "X"))
    before = ledger.read_text(encoding="utf-8").rstrip()
    correct(ledger, "--because", "refused", "--price", "180", "--write")
    assert "F2026-0001-cancelled" in run(ledger, "undo", "F2026-0002", "--write")
    assert ledger.read_text(encoding="utf-8").rstrip() == before


@pytest.mark.parametrize(
    ("events", "arguments", "reason"),
    [
        (told("210", "X"), ("x", "--credit-note"), "a refused invoice gets no credit note"),
        (told("213", "X"), ("x", "--corrective", "--price", "1"), "a refused invoice gets no corrective invoice"),
        ("", ("--because", "refused"), "was neither refused (210) nor rejected (213) by 2026-03-01"),
        (told("207", "QTE_ERR"), ("--because", "refused"), "is disputed, not refused: 207 in dispute (QTE_ERR)"),
        (told("213", "DOUBLON"), ("--because", "refused"), "has it already, 213 rejected by a platform (DOUBLON)"),
        (told("213", "DOUBLON", "f-2"), ("--because", "refused"), "the first deposit is valid, and nothing is to be done"),
        ("", ("x", "--because", "wrong-price"), "say the right price: --price or --discount"),
        ("", ("x", "--because", "wrong-quantity", "--price", "9"), "say the right quantity: --quantity"),
        ("", ("x", "--because", "wrong-tax"), "say the right tax code: --tax"),
        ("", ("x", "--because", "wrong-customer"), "say whom it should have gone to: --customer"),
        ("", ("x", "--because", "forgotten-line"), 'say what is missing: --add "1 Audit @ 450"'),
        ("", ("x", "--because", "doubled"), "say which invoice is the right one: --duplicate-of"),
        ("", ("x", "--duplicate-of", "F2026-0002"), "--because doubled"),
        (
            INVOICE.format(number="F2026-0002"),
            ("x", "--because", "doubled", "--duplicate-of", "F2026-0002", "--price", "1"),
            "nothing in it can be changed",
        ),
    ],
)  # fmt: skip
def test_a_wrong_choice_is_refused_with_the_reason(
    ledger: Path, events: str, arguments: tuple[str, ...], reason: str
) -> None:
    add(ledger, HANDED_IN + events)
    before = ledger.read_bytes()
    shown = correct(ledger, *arguments, "--write", code=1)
    assert reason in shown
    assert ledger.read_bytes() == before


def test_without_a_reason_and_without_a_terminal_it_asks_for_one(ledger: Path) -> None:
    assert 'correct NUMBER "Agreed price"' in correct(ledger, "--because", "wrong-price", "--price", "9", code=2)


def test_what_is_reversed_already_is_not_reversed_again(ledger: Path) -> None:
    add(ledger, HANDED_IN + told("210", "X"))
    run(ledger, "platform", "reverse", "F2026-0001", *DAY, "--write")
    assert "F2026-0001-cancelled" in correct(ledger, "--because", "refused", "--write", code=1)


# doubled ------------------------------------------------------------------------------------------------------------------


def doubled(ledger: Path, *arguments: str, of: str = "F2026-0002", code: int = 0) -> str:
    return correct(ledger, "Invoiced twice", "--because", "doubled", "--duplicate-of", of, *arguments, code=code)


@pytest.mark.parametrize(
    ("paid", "is_open", "words"),
    [
        ("", {"F2026-0002": Decimal("720.00")}, ""),
        (PAID, {"F2026-0002": Decimal("220.00")}, "500.00 EUR was paid on F2026-0001: it pays F2026-0002"),
        (
            PAID + PAID.replace("500.00", "600.00").replace("F2026-0001", "F2026-0002"),
            {"A2026-0001": Decimal("-380.00")}, "380.00 EUR was paid on F2026-0001, and is not needed for F2026-0002",
        ),
    ],
    ids=["nothing paid", "the wrong one paid", "both paid"],
)  # fmt: skip
def test_a_doubled_invoice_is_credited_and_the_right_one_left_alone(
    ledger: Path, paid: str, is_open: dict[str, Decimal], words: str
) -> None:
    add(ledger, INVOICE.format(number="F2026-0002") + paid)
    shown = doubled(ledger)
    assert words in shown
    assert figures(shown)["to pay"] == ["720.00", "–", "-720.00"]
    doubled(ledger, "--write")
    found = documents(ledger)
    assert sorted(found) == ["A2026-0001", "F2026-0001", "F2026-0002"]
    assert still_open(ledger) == is_open


def test_a_doubled_invoice_that_was_refused_is_only_reversed(ledger: Path) -> None:
    add(ledger, INVOICE.format(number="F2026-0002") + HANDED_IN + told("210", "DOUBLON") + PAID)
    doubled(ledger, "--write")
    found = documents(ledger)
    assert sorted(found) == ["F2026-0001", "F2026-0001-cancelled", "F2026-0002"]
    assert still_open(ledger) == {"F2026-0002": Decimal("220.00")}


@pytest.mark.parametrize(
    ("of", "more", "reason"),
    [
        ("F2026-0001", "", "F2026-0001 is not its own double"),
        ("F2026-0009", "", "F2026-0009"),
        ("A2026-0001", "", "A2026-0001 is no issued invoice"),
        ("F2026-0002", "", "F2026-0002 is credited already, by A2026-0001"),
        ("F2026-0003", "", "F2026-0001 is for Acme SAS, but F2026-0003 for Quai SARL"),
        ("F2026-0004", told("210", "X").replace("F2026-0001", "F2026-0004"), "F2026-0004 was refused"),
    ],
)
def test_what_cannot_be_the_right_one_is_refused(ledger: Path, of: str, more: str, reason: str) -> None:
    add(ledger, INVOICE.format(number="F2026-0002"))
    run(ledger, "credit", "F2026-0002", "--lines", "1x1", "--date", "2026-02-03", "--write")
    add(ledger, INVOICE.format(number="F2026-0003").replace("Receivable:Acme", "Receivable:Quai"))
    add(ledger, INVOICE.format(number="F2026-0004") + more)
    before = ledger.read_bytes()
    assert reason in doubled(ledger, "--write", of=of, code=1)
    assert ledger.read_bytes() == before


# the platform -------------------------------------------------------------------------------------------------------------


def records(ledger: Path) -> list[Any]:
    return [flow for flow in open_ledger(ledger).book.flows if flow.status == "220"]


def test_the_platform_is_told_that_a_corrective_invoice_takes_its_place(ledger: Path) -> None:
    """XP Z12-014, annex B, use case 4: a disputed invoice gets a 384, and the status 220."""
    text = ledger.read_text(encoding="utf-8").replace(
        '  terms: "30 days"', '  terms: "30 days"\n  siren: "421907387"', 1
    )
    ledger.write_text(text + HANDED_IN + told("207", "QTE_ERR"), encoding="utf-8")
    shown = correct(ledger, "Two days", "--because", "wrong-quantity", "--quantity", "2", "--write")
    assert "hand in outbox/220-F2026-0001-20260301.cdar.xml, too: status 220, cancelled" in shown
    (flow,) = records(ledger)
    assert (flow.subject, flow.kind, flow.flow_type) == ("F2026-0001", "prepared", "CustomerInvoiceLC")
    assert report_title(flow) == "Status 220 of F2026-0001"
    (status,) = read_statuses(Path(flow.file).read_bytes())
    assert (status.code, status.label, status.number, status.issued, status.type_code, status.issuer_role) == (
        "220", "Annulée", "F2026-0001", date(2026, 2, 2), "380", "SE",
    )  # fmt: skip
    assert [reason.note for reason in status.reasons] == ["Facture rectificative : F2026-0002"]


@pytest.mark.parametrize(
    ("events", "options"),
    [
        ("", ("--price", "180")),
        (HANDED_IN + told("210", "X"), ("--price", "180")),
        (HANDED_IN + told("213", "DOUBLON"), ("--price", "180")),
        (HANDED_IN, ("--price", "180", "--credit-note")),
    ],
    ids=["never handed in", "refused", "not taken", "credited"],
)
def test_otherwise_the_platform_is_told_nothing(ledger: Path, events: str, options: tuple[str, ...]) -> None:
    add(ledger, events)
    correct(ledger, "As agreed", *options, "--write")
    assert records(ledger) == []
    assert not (ledger.parent / "outbox").exists()


# questions ----------------------------------------------------------------------------------------------------------------


def typed(ledger: Path, monkeypatch: pytest.MonkeyPatch, answers: str, *arguments: str, code: int = 0) -> str:
    monkeypatch.setattr(
        "beancount_invoicing.cli.correct.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    )
    return run(ledger, "correct", "F2026-0001", *DAY, *arguments, typed=answers, code=code)


@pytest.mark.parametrize(
    ("answers", "payable"),
    [
        ("3\n180\nAs agreed\ny\n", "648.00"),
        ("4\n2\nTwo days\ny\n", "480.00"),
        ("5\nFR10\nReduced rate\ny\n", "660.00"),
        ("6\nNew address\ny\n", "720.00"),
        ("7\n1 DEV\nForgotten\ny\n", "840.00"),
        ("2\nQuai\nFor Quai\ny\n", "720.00"),
    ],
)
def test_it_asks_what_happened_and_what_is_right(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, answers: str, payable: str
) -> None:
    shown = typed(ledger, monkeypatch, answers)
    assert "F2026-0001 of 2026-02-02, Acme SAS: 720.00 EUR, of which – is paid" in shown
    assert "  1. Workshop: 600.00" in shown
    assert "in its place" in shown
    assert documents(ledger)["F2026-0002"].payable == Decimal(payable)


def test_a_doubled_one_is_asked_for_the_right_one(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(ledger, INVOICE.format(number="F2026-0002"))
    typed(ledger, monkeypatch, "8\nF2026-0002\nTwice\ny\n")
    assert still_open(ledger) == {"F2026-0002": Decimal("720.00")}


def test_of_a_refused_one_it_asks_what_was_wrong_with_it(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(ledger, HANDED_IN + told("210", "TX_TVA_ERR"))
    shown = typed(ledger, monkeypatch, "1\n4\nFR10\nReduced rate\ny\n")
    assert "at the platform: 210 refused by the customer (TX_TVA_ERR)" in shown
    assert documents(ledger)["F2026-0002"].replaces == "F2026-0001"


def test_of_several_lines_it_asks_which_one(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    correct(ledger, "x", "--because", "forgotten-line", "--add", "1 DEV", "--write")

    def again(answers: str) -> Decimal:
        monkeypatch.setattr(
            "beancount_invoicing.cli.correct.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
        )
        number = list(documents(ledger))[-1]
        run(ledger, "correct", number, *DAY, typed=answers)
        return list(documents(ledger).values())[-1].payable

    assert again("3\n2\n50\nx\ny\n") == Decimal("780.00")
    assert again("5\n2\nFR10\nx\ny\n") == Decimal("775.00")
    assert again("5\n0\nFR20\nx\ny\n") == Decimal("780.00")


def test_options_answer_in_advance(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = typed(ledger, monkeypatch, "As agreed\n", "--because", "wrong-price", "--price", "180", "--write")
    assert "What happened?" not in shown
    assert "Write it?" not in shown
    assert documents(ledger)["F2026-0002"].payable == Decimal("648.00")


def test_nothing_is_written_where_the_answer_is_no(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = ledger.read_bytes()
    assert "Aborted" in typed(ledger, monkeypatch, "3\n180\nAs agreed\nn\n", code=1)
    assert ledger.read_bytes() == before


def test_its_answer_as_data_is_the_documents(ledger: Path) -> None:
    shown = CliRunner().invoke(
        main, ["-f", str(ledger), "correct", "F2026-0001", "x", "--price", "180", *DAY, "--format", "json"]
    )
    assert [row["payable"] for row in json.loads(shown.stdout)] == ["-720.00", "648.00"]
