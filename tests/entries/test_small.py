"""Small rules of the reader and the writer, each by itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Transaction

from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.legacy_books import _waiting
from beancount_invoicing.entries.plugins import any_plugin_after, any_plugin_before
from beancount_invoicing.writing import blocks
from beancount_invoicing.writing.writer import _added, _before_plugin
from tests.documents import document
from tests.ledgers import PRELUDE, sound_book

D = Decimal
OURS = ("beancount_invoicing", "")
OTHER = ("some.plugin", "")
HARMLESS = ("beancount.plugins.auto_accounts", "")


@pytest.mark.parametrize(
    ("plugins", "before", "after"),
    [
        ([OURS], False, False),
        ([OTHER, OURS], True, False),
        ([OURS, OTHER], False, True),
        ([OURS, HARMLESS], False, False),
        ([HARMLESS, OURS], False, False),
        ([OTHER], False, False),
        ([("beancount.plugins.currency_accounts", ""), OURS], True, False),
    ],
)
def test_which_plugins_change_transactions_before_ours_or_after(
    plugins: list[tuple[str, str]], before: bool, after: bool
) -> None:
    options = {"plugin": plugins}
    assert (any_plugin_before(options), any_plugin_after(options)) == (before, after)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (b"", b"new\n"),
        (b"a\n", b"a\n\nnew\n"),
        (b"a", b"a\n\nnew\n"),
        (b"a\n\n", b"a\n\nnew\n"),
        (b"a\r\n", b"a\r\n\r\nnew\r\n"),
        (b'a\nplugin "beancount_invoicing"\n', b'a\n\nnew\n\nplugin "beancount_invoicing"\n'),
        (b'a\n; why\nplugin "beancount_invoicing"\n', b'a\n\nnew\n\n; why\nplugin "beancount_invoicing"\n'),
        (b'plugin "beancount_invoicing"\na\n', b'plugin "beancount_invoicing"\na\n\nnew\n'),
    ],
)
def test_where_something_new_is_put(there: bytes, expected: bytes) -> None:
    assert _added(there, "new\n", is_top=True)[0] == expected


def test_a_file_of_comments_alone_has_no_plugin_line() -> None:
    assert _before_plugin(b"; a\n; b\n") == len(b"; a\n; b\n")


TIME = """
2025-01-01 open Equity:Time
2025-01-01 open Assets:Shares
2026-01-05 * "Shares"
  Assets:Shares  2 HOUR {10.00 EUR}
  Assets:Bank  -20.00 EUR
2026-01-05 * "Shares"
  Assets:Shares  2 HOUR @ 10.00 EUR
  Assets:Bank  -20.00 EUR
"""


def test_a_share_that_is_called_like_time_is_no_time() -> None:
    assert sound_book(TIME).work == ()
    worked = '2026-01-06 * "Worked"\n  Assets:Shares  2 HOUR\n  Equity:Time\n'
    assert [work.quantity for work in sound_book(TIME + worked).work if work.account == "Assets:Shares"] == [D(2)]


def test_what_time_stands_against_is_the_nearest_of_the_other_sign() -> None:
    accounts = "".join(f"2025-01-01 open Equity:Time:{name}\n" for name in ("A", "B", "C"))
    worked = """2026-01-06 * "A quarter each"
  Equity:Time:A  -0.25 HOUR
  Assets:Shares  0.25 HOUR
  Equity:Time:C  0.25 HOUR
  Equity:Time:B  -0.25 HOUR
"""
    (work,) = sound_book("2025-01-01 open Assets:Shares\n" + accounts + worked).work
    assert (work.quantity, work.counter_account) == (D("0.25"), "Equity:Time:B")
    before = worked.replace("  Equity:Time:B  -0.25 HOUR\n", "  Equity:Time:B  0.25 HOUR\n").replace(
        "A  -0.25", "A  -0.75"
    )
    (work,) = sound_book("2025-01-01 open Assets:Shares\n" + accounts + before).work
    assert work.counter_account == "Equity:Time:A"


def test_time_that_comes_back_has_the_day_on_which_it_was_worked() -> None:
    ledger = '2025-01-01 open Equity:Time\n2025-01-01 open Assets:Time HOUR\n2026-01-01 custom "invoice-contract"'
    ledger += ' Assets:Receivable:Acme "K" "time"\n  item: "DEV"\n  time: Assets:Time\n'
    posting = "  Assets:Time  {} HOUR\n    from: 2026-01-05\n  Equity:Time  {} HOUR"
    for quantity, back, day in (("2", "-2", date(2026, 1, 5)), ("-2", "2", date(2026, 1, 31))):
        book = sound_book(ledger + document("N1", "100.00", more=posting.format(quantity, back)))
        assert [work.date for work in book.work] == [day]


def test_time_that_a_document_takes_off_is_of_no_task_of_its_own() -> None:
    ledger = "2025-01-01 open Equity:Time\n2025-01-01 open Assets:Time HOUR\n"
    ledger += (
        '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "time"\n  item: "DEV"\n  time: Assets:Time\n'
    )
    worked = '2026-01-05 * "Plans"\n  Assets:Time  0.5 HOUR\n  Equity:Time\n'
    half = "  Assets:Time  -0.5 HOUR\n  Equity:Time  0.5 HOUR"
    book = sound_book(ledger + worked + document("N1", "100.00", more=half))
    assert [(work.quantity, work.task) for work in book.work] == [(D("0.5"), "Plans"), (D("-0.5"), "")]


def test_the_bank_is_where_customers_paid_to_and_no_account_of_theirs() -> None:
    doubtful = (
        '2026-02-02 * "Doubtful"\n  Assets:Receivable:Acme  -60.00 EUR\n  Assets:Receivable:Acme:Doubtful  60.00 EUR\n'
    )
    paid = '2026-02-01 * "Acme" "Paid" ^N1\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme  -60.00 EUR\n'
    book = sound_book(document("N1", "100.00") + paid + doubtful)
    assert book.bank_days == {"Assets:Bank": (date(2026, 2, 1),)}


def test_a_number_with_a_space_is_one_number() -> None:
    first = document("N1", "100.00").replace('invoice: "N1"', 'invoice: "N 1"').replace("^N1", "^N-1")
    note = document("G1", "-100.00", day="2026-02-01", keys='corrects: "N 1"')
    book = sound_book(first + note)
    assert [invoice.corrects for invoice in book.invoices] == [(), ("N 1",)]


def test_an_items_own_text_stands_before_its_name() -> None:
    item = '2025-01-01 custom "invoice-item" "X" "Thing" Income:Services\n  text: "Said on the line"\n  tax: "FR20"\n'
    assert sound_book(item + document("N1", '100.00 | item: "X"')).invoices[0].lines[0].text == "Said on the line"


ENTRY = '2026-01-05 * "Paid"\n  settles: "N1"\n  Assets:Bank  1.00 EUR\n    ; why\n  Equity:Opening'


def test_an_entry_in_its_pieces_is_the_entry() -> None:
    written = blocks.split_entry(ENTRY, 10, (14, 12))
    assert written is not None
    assert [(block.line, block.text) for block in written.blocks] == [
        (12, "  Assets:Bank  1.00 EUR\n    ; why"),
        (14, "  Equity:Opening"),
    ]
    assert written.text == ENTRY
    assert blocks.EntryText("", written.blocks[1:]).text == "  Equity:Opening"


@pytest.mark.parametrize("lines", [(), (10, 12), (9, 12), (12, 15), (12, 12)])
def test_postings_that_do_not_stand_in_the_entry_are_not_found(lines: tuple[int, ...]) -> None:
    assert blocks.split_entry(ENTRY, 10, lines) is None


def test_a_code_may_come_to_consist_of_parts() -> None:
    text = """
2025-01-01 custom "invoice-tax" "BOTH" "Both"
2026-01-01 custom "invoice-tax" "BOTH"
  parts: "FR10 FR20"
"""
    dated = sound_book(text).taxes["BOTH"]
    assert [(dated.at(date(year, 1, 1)).rate, len(dated.at(date(year, 1, 1)).parts)) for year in (2025, 2026)] == [
        (D(0), 0),
        (D(30), 2),
    ]


def test_the_bases_of_tax_that_waits_are_what_is_sold_and_the_claim_without_the_tax() -> None:
    """1000.00 and 200.00 of tax, of which 50.00 are paid in cash at once: the cash is no base, the tax none of itself."""
    entries, _errors, _options = loader.load_string("""
2025-01-01 open Assets:Receivable
2025-01-01 open Assets:Cash
2025-01-01 open Income:Work
2025-01-01 open Liabilities:Pending
2025-03-02 * "Invoice"
  Assets:Receivable  1150.00 EUR
  Assets:Cash  50.00 EUR
  Income:Work  -1000.00 EUR
  Liabilities:Pending  -200.00 EUR
""")
    (entry,) = (entry for entry in entries if isinstance(entry, Transaction))
    (tax,) = _waiting(entry, "Liabilities:Pending", Decimal("1150.00"))
    assert tax == (Decimal("200.00"), "EUR", (Decimal("950.00"), Decimal("1000.00")))


@pytest.mark.parametrize(("plugin_ran", "rules"), [(False, ["reserved-key"]), (True, [])])
def test_a_fact_of_the_plugin_is_an_error_where_the_plugin_cannot_have_written_it(
    plugin_ran: bool, rules: list[str]
) -> None:
    paid = '2026-01-05 * "Paid"\n  invoice-total: 1.00 EUR\n  Assets:Receivable:Acme  -1.00 EUR\n  Assets:Bank\n'
    entries, _errors, options = loader.load_string(PRELUDE + paid)
    found = read_book(entries, options, plugin_ran=plugin_ran).findings
    assert [finding.rule for finding in found] == rules
