"""What a request lacks or says wrong is told before anything is worked out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_review import LinePart, decided_entry
from beancount_invoicing.actions.credit import entry_of, exchange_rate_of
from beancount_invoicing.actions.customer import check_party
from beancount_invoicing.actions.issue import issue
from beancount_invoicing.actions.new import InvoiceRequest, currency_or_default, new_invoice
from beancount_invoicing.actions.pay import PaymentRequest, composed
from beancount_invoicing.actions.take_back import BankSelection, take_back_bank, take_back_last
from beancount_invoicing.actions.time import import_time
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.billing import ExchangeRate
from beancount_invoicing.loading.loader import Loading, load
from beancount_invoicing.model import Invoice, Source
from beancount_invoicing.timesheets import TimeRecord
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating, InvalidRequest
from beancount_invoicing.writing.undo_log import Act, WrittenText, record_act
from tests.documents import document
from tests.ledgers import PRELUDE, sound_book

DAY = date(2026, 1, 31)
ACME = "Assets:Receivable:Acme"
PLUGIN = '\nplugin "beancount_invoicing"\n'


def on_disk(folder: Path, text: str = "") -> Path:
    file = folder / "main.beancount"
    file.write_text(PRELUDE + text + PLUGIN, encoding="utf-8")
    return file


# invoices and customers -------------------------------------------------------------------------------------------------


def test_an_invoice_without_lines_is_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r'^an invoice needs lines: give them, such as "6.5 DEV"$'):
        new_invoice(on_disk(tmp_path), InvoiceRequest("Acme", ()), DocumentDating(DAY), WriteOptions())


def test_the_currency_is_that_which_is_asked_for_or_the_account_s_only_one_or_the_ledger_s() -> None:
    book = sound_book("2025-01-01 open Assets:Receivable:Swiss CHF\n2025-01-01 open Assets:Receivable:Any CHF, USD\n")
    assert currency_or_default(book, "Assets:Receivable:Any", "JPY") == "JPY"
    assert currency_or_default(book, "Assets:Receivable:Swiss", "") == "CHF"
    assert currency_or_default(book, "Assets:Receivable:Any", "") == "EUR"
    assert currency_or_default(book, ACME, "") == "EUR"
    without = replace(book, currency="")
    assert currency_or_default(without, "Assets:Receivable:Swiss", "") == "CHF"
    with pytest.raises(InvalidRequest, match=f"^{ACME} can hold several currencies: give --currency$"):
        currency_or_default(without, ACME, "")


def test_the_currency_of_money_on_account_is_not_guessed() -> None:
    named = (
        '2025-01-01 custom "invoice-bank" Assets:Bank\n2025-01-01 open Assets:Receivable:Swiss CHF\n  customer: "Uri"\n'
    )
    book = replace(sound_book(named), currency="")
    request = PaymentRequest(DAY, amount=Decimal(20), account="Assets:Bank", on_account_of="Acme")
    with pytest.raises(CannotBook, match=r"^the currency in which the money came is not known: give --currency$"):
        composed(book, request)
    for wanted, currency in ((request._replace(currency="USD"), "USD"), (request._replace(on_account_of="Uri"), "CHF")):
        entry, _notices = composed(book, wanted)
        assert entry.postings[0][:3] == ("Assets:Bank", Decimal("20.00"), currency)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "iban",
            "FR7630006000011234567890188",
            "iban FR7630006000011234567890188: ",
        ),  # …189 has the right check digits
        ("siren", "732829321", "siren 732829321: "),  # …320
        ("terms", "thirty days or so", "thirty days or so"),
    ],
)
def test_what_is_known_of_a_party_is_looked_at(key: str, value: str, said: str) -> None:
    check_party([("iban", "FR7630006000011234567890189"), ("siren", "732829320"), ("terms", "30 days"), (key, "")])
    with pytest.raises(InvalidRequest) as raised:
        check_party([("name", "Acme"), (key, value)])
    assert said in str(raised.value)


# issuing ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["2026-01-15 *", "2026-01-15  txn", "2026/1/5 \t!"])
def test_a_draft_has_a_date_and_the_flag_of_one(tmp_path: Path, head: str) -> None:
    text = document("draft-a", "100.00", day="2026-01-15").replace("2026-01-15 *", head, 1)
    file = on_disk(tmp_path, text)
    if head.endswith("!"):
        assert issue(file, ["draft-a"], DAY, WriteOptions()).text.startswith('2026-01-31 \t* "Acme" ')
        return
    with pytest.raises(InvalidRequest, match="this draft is not written with a date and ! – write it so, then issue"):
        issue(file, ["draft-a"], DAY, WriteOptions())


# the rate of a document in another currency -----------------------------------------------------------------------------

SALES = frozenset({"Income:Services"})
IN_DOLLARS = """
2026-01-10 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme   {receivable}
  Income:Services         {income}
    tax: "REVERSE"
"""


def rate(folder: Path, receivable: str, income: str) -> ExchangeRate | None:
    loading, invoice = loaded(folder, IN_DOLLARS.format(receivable=receivable, income=income))
    return exchange_rate_of(loading, invoice)


def loaded(folder: Path, text: str) -> tuple[Loading, Invoice]:
    """The ledger, and its first document."""
    loading = load(str(on_disk(folder, text)))
    return loading, loading.book.invoices[0]


@pytest.mark.parametrize(
    ("receivable", "income", "expected"),
    [
        ("100.00 EUR", "-100.00 EUR", None),
        # a dollar is worth 0.90 EUR: on the receivable, or the other way round, on the line: 1 EUR = 1.25 USD
        ("100.00 USD @ 0.90 EUR", "-90.00 EUR", ExchangeRate("EUR", Decimal("0.90"), 2)),
        ("100.00 USD @ 0.90 EUR", "-100.00 USD @ 0.90 EUR", ExchangeRate("EUR", Decimal("0.90"), 2, SALES)),
        ("100.00 USD", "-80.00 EUR @ 1.25 USD", ExchangeRate("EUR", Decimal("0.8"), 2, price_on_lines=True)),
        # a yen has no decimals: 100 USD = 15 000 JPY
        ("100.00 USD @ 150 JPY", "-15000 JPY", ExchangeRate("JPY", Decimal(150), 0)),
    ],
)  # fmt: skip
def test_a_document_is_credited_at_the_price_of_its_entry(
    tmp_path: Path, receivable: str, income: str, expected: ExchangeRate | None
) -> None:
    assert rate(tmp_path, receivable, income) == expected


def test_a_document_that_no_entry_has_tells_no_rate(tmp_path: Path) -> None:
    loading, invoice = loaded(tmp_path, IN_DOLLARS.format(receivable="100.00 USD @ 0.90 EUR", income="-90.00 EUR"))
    entry = entry_of(loading, invoice)
    assert entry is not None
    assert entry.meta["invoice"] == "F2026-0001"
    elsewhere = invoice._replace(source=Source(invoice.source.file, invoice.source.line + 1))
    assert entry_of(loading, elsewhere) is None
    assert exchange_rate_of(loading, elsewhere) is None


# lines of the bank ------------------------------------------------------------------------------------------------------


def decided(amount: str, *parts: LinePart, fee: str = "0", text: str = "") -> list[tuple[str, Decimal | None]]:
    """Where the money of a line goes."""
    line = StatementLine("a~1", DAY, Decimal(amount), "EUR", Source("s", 1), text=text, fee=Decimal(fee))
    entry, _notices = decided_entry(BOOK, BookedLine("Assets:Bank", Proposal(line, "propose")), parts)
    return [(posting.account, posting.amount) for posting in entry.postings]


BOOK = sound_book(document("N1", "100.00", day="2026-01-10"))


@pytest.mark.parametrize("amount", ["20.00", "25.00"])
def test_nothing_is_left_for_a_document_where_all_goes_elsewhere(amount: str) -> None:
    parts = LinePart(number="N1"), LinePart(account="Income:Discounts", amount=Decimal(amount))
    with pytest.raises(InvalidRequest, match=rf"^{amount} EUR go to other accounts, and nothing of 20\.00 is left$"):
        decided("20.00", *parts)
    assert decided("25.01", *parts) == [
        ("Assets:Bank", Decimal("25.01")),
        (ACME, -(Decimal("25.01") - Decimal(amount))),
        ("Income:Discounts", -Decimal(amount)),
    ]


def test_how_much_goes_elsewhere_beside_a_document_is_said() -> None:
    with pytest.raises(InvalidRequest, match=r"^say how much goes to Income:Discounts: Income:Discounts=AMOUNT$"):
        decided("20.00", LinePart(number="N1"), LinePart(account="Income:Discounts"))


def test_a_fee_needs_pay() -> None:
    with pytest.raises(InvalidRequest, match=r"^a line with a fee is booked with `bean-invoice pay`, or by hand$"):
        decided("20.00", LinePart(account="Income:Discounts"), fee="0.50")
    assert decided("20.00", LinePart(account="Income:Discounts")) == [
        ("Assets:Bank", Decimal("20.00")),
        ("Income:Discounts", Decimal("-20.00")),
    ]


# taking back ------------------------------------------------------------------------------------------------------------


def test_only_a_payment_or_what_came_from_the_bank_is_taken_back(tmp_path: Path) -> None:
    note = '2026-01-31 note Assets:Receivable:Acme "Called"'
    file = on_disk(tmp_path, f"\n{note}\n")
    with pytest.raises(InvalidRequest, match=r"^the last command wrote neither a payment nor a document"):
        take_back_last(file, WriteOptions())
    record_act(file, Act(file.name, "other", "Note", (WrittenText(str(file), note),)))
    with pytest.raises(InvalidRequest, match=r"^the last command wrote neither a payment nor a document"):
        take_back_last(file, WriteOptions())
    record_act(file, Act(file.name, "payment", "Note", (WrittenText(str(file), note),)))
    assert [text for _place, text in take_back_last(file, WriteOptions()).removed] == [note]


def test_lines_of_another_statement_were_not_written(tmp_path: Path) -> None:
    entry = '2026-01-31 * "Rent"\n  bank-id: "a~1"\n  Assets:Bank  -5.00 EUR\n  Expenses:Office  5.00 EUR'
    file = on_disk(tmp_path, f"\n{entry}\n")
    record_act(file, Act(file.name, "bank", "Bank", (WrittenText(str(file), entry),)))
    with pytest.raises(InvalidRequest, match=r"^nothing of it was written here, or it is gone already$"):
        take_back_bank(file, BankSelection(frozenset({"b~1"}), frozenset()), WriteOptions())
    taken = take_back_bank(file, BankSelection(frozenset({"a~1"}), frozenset()), WriteOptions())
    assert [text for _place, text in taken.removed] == [entry]


# time -------------------------------------------------------------------------------------------------------------------

TIME = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "time"
  item: "DEV"
  time: Assets:Time:Acme
2026-01-01 open Assets:Time:Acme HOUR
"""


def record(seconds: int, text: str = "Study") -> TimeRecord:
    return TimeRecord(DAY, None, seconds, project="K", description=text)


def test_records_of_no_time_are_passed_over(tmp_path: Path) -> None:
    file = on_disk(tmp_path, TIME + "2026-01-01 open Equity:Time HOUR\n")
    shown = import_time(file, [record(0), record(5400)], "", {}, "", WriteOptions())
    assert shown.summary == "1 entry of time"
    assert re.findall(r"(\S+) +(\S+) HOUR", shown.text) == [("Assets:Time:Acme", "1.50"), ("Equity:Time", "-1.50")]


def test_time_stands_against_an_account_that_is_there(tmp_path: Path) -> None:
    file = on_disk(tmp_path, TIME + "2026-01-01 open Income:Time HOUR\n2026-01-01 open Equity:Days DAY\n")
    with pytest.raises(InvalidRequest, match=r"^no account is known to book time against: .* open Equity:Time HOUR$"):
        import_time(file, [record(5400)], "", {}, "", WriteOptions())
