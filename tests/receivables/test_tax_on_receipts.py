"""Tax that is owed once paid, off the main road: open items taken over, deposits on goods, money that comes first, dollars."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.checks import check
from beancount_invoicing.receivables import TaxDue, TaxTotal, tax_due
from beancount_invoicing.receivables.pending_taxes import pending_tax_by_document
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of
from tests.receivables.test_tax_due import TAXES, WORK, invoice, paid

DAY = date(2026, 12, 31)


def due(ledger: str, day: date = DAY) -> TaxDue:
    result = tax_due(book_of(TAXES + ledger), day)
    for share in result.tax_shares:
        assert all(recompute(step) == step.result for step in share.steps)
        assert share.steps[-1].result == share.amount
    return result


def shares(ledger: str, day: date = DAY) -> list[tuple[str, str, str, str]]:
    return [
        (str(share.date), share.number, str(share.base), str(share.amount)) for share in due(ledger, day).tax_shares
    ]


def total(ledger: str, day: date = DAY) -> TaxTotal:
    (only,) = due(ledger, day).totals
    return only


def entries(ledger: str, day: date = DAY) -> list[tuple[str, str, str]]:
    """The entries that are missing: date, what leaves the pending account, what reaches the tax owed."""
    return [
        (str(entry.date), str(line.released), str(line.owed))
        for entry in due(ledger, day).missing
        for line in entry.lines
    ]


def warned(ledger: str) -> set[str]:
    return {finding.rule for finding in check(book_of(TAXES + ledger)) if finding.rule.startswith(("tax", "deposit"))}


def moved(day: str, amount: str, owed: str = "", exchange: str = "") -> str:
    """An entry of its own that moves tax to what is owed."""
    text = f'\n{day} * "TVA"\n  Liabilities:Pending  {amount} EUR\n    tax: "FR20E"\n'
    text += f'  Liabilities:VAT  -{owed or amount} EUR\n    tax: "FR20E"\n'.replace("--", "")
    return text.replace("--", "") + (f"  Expenses:Exchange  {exchange} EUR\n" if exchange else "")


# money that comes before its invoice --------------------------------------------------------------------------------

EARLY = paid("2026-01-08", "300.00", "F2026-0001") + WORK.replace("2026-01-10", "2026-02-03")


def test_money_that_came_first_is_due_when_it_came() -> None:
    assert shares(EARLY) == [("2026-01-08", "F2026-0001", "250.00", "50.00")]
    assert entries(EARLY) == [("2026-01-31", "50.00", "50.00")]


def test_a_report_from_before_the_invoice_knows_only_that_money_lies_there() -> None:
    result = due(EARLY, date(2026, 1, 31))
    assert (result.tax_shares, result.missing) == ((), ())
    (lying,) = result.on_account
    assert (str(lying.amount), str(lying.tax), lying.customer) == ("300.00", "50.00", "Acme SAS")


def test_january_as_it_is_declared_in_february() -> None:
    result = due(EARLY + paid("2026-02-10", "300.00", "F2026-0001"), date(2026, 2, 15))
    january = result.within(date(2026, 1, 1), date(2026, 1, 31))
    assert [str(share.amount) for share in january.tax_shares] == ["50.00"]
    assert [(str(total.base), str(total.due)) for total in january.by_rate] == [("250.00", "50.00")]
    assert [str(entry.date) for entry in january.missing] == ["2026-01-31"]
    assert [str(entry.date) for entry in result.missing] == ["2026-01-31", "2026-02-15"]


def test_both_days_of_a_period_are_in_it() -> None:
    result = due(EARLY + paid("2026-01-08", "60.00", "later"), date(2026, 2, 15))
    day, before, after = date(2026, 1, 8), date(2026, 1, 7), date(2026, 1, 9)
    for since, until, count in ((day, day, 1), (before, day, 1), (day, None, 1), (after, None, 0), (None, before, 0)):
        part = result.within(since, until)
        assert (len(part.tax_shares), len(part.on_account)) == (count, count)


def test_tax_that_is_moved_with_money_for_a_later_document_hides_no_other_that_was_moved() -> None:
    early = paid("2026-01-08", "300.00", "F2026-0009", moved="50.00")
    ledger = early + WORK + paid("2026-01-20", "1200.00", "F2026-0001", moved="200.00")
    assert entries(ledger, date(2026, 1, 31)) == []


def test_tax_that_is_moved_with_money_on_account_is_not_moved_too_much() -> None:
    early = paid("2026-01-08", "300.00", "F2026-0001", moved="50.00") + WORK.replace("2026-01-10", "2026-02-03")
    assert entries(early, date(2026, 1, 31)) == entries(early) == []


@pytest.mark.parametrize("named", ["by its link", "by its posting", "by both"])
def test_tax_is_moved_too_much_with_what_an_invoice_did_not_need_however_it_is_named(named: str) -> None:
    """No later document takes it: 60.00 were paid beyond the invoice of that day, and their tax was moved."""
    beyond = paid("2026-01-10", "60.00", "F2026-0001", moved="10.00")
    posting = "Assets:Receivable:Acme  -60.00 EUR\n"
    if named != "by its link":
        beyond = beyond.replace(posting, posting + '    settles: "F2026-0001"\n')
    if named == "by its posting":
        beyond = beyond.replace(" ^F2026-0001", "")
    ledger = WORK + paid("2026-01-10", "1200.00", "F2026-0001", moved="200.00") + beyond
    assert str(total(ledger, date(2026, 1, 10)).to_move) == "-10.00"


def test_tax_that_is_moved_with_money_of_an_invoice_and_of_one_that_is_not_there_yet_is_of_the_first() -> None:
    both = paid("2026-01-20", "1200.00", "F2026-0001", moved="200.00").replace(" ^F2026-0001", "")
    posting = "Assets:Receivable:Acme  -1200.00 EUR\n"
    both = both.replace(
        posting,
        f'{posting}    settles: "F2026-0001"\n  Assets:Receivable:Acme  -60.00 EUR\n    settles: "F2026-0009"\n',
    )
    assert entries(WORK + both) == []


# money that lies on account -----------------------------------------------------------------------------------------

LYING = '\n2026-01-20 * "On account"\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme  -60.00 EUR\n'
BACK = '\n2026-01-22 * "Sent back"\n  Assets:Bank  -20.00 EUR\n  Assets:Receivable:Acme  20.00 EUR\n'


def lying(ledger: str) -> list[tuple[str, str, str]]:
    return [(str(advance.payment.date), str(advance.amount), str(advance.tax)) for advance in due(ledger).on_account]


def test_money_of_a_customer_of_services_is_named() -> None:
    assert lying(LYING + WORK) == [("2026-01-20", "60.00", "10.00")]
    assert lying(LYING + WORK + BACK) == [("2026-01-20", "40.00", "6.67")]


def test_money_of_others_is_not() -> None:
    """The tax of the one is due on invoice, that of the other is reversed."""
    goods = WORK.replace("FR20E", "FR20").replace("Liabilities:Pending", "Liabilities:VAT")
    assert lying(LYING + goods) == []
    assert lying(LYING.replace("Acme", "Kiefer") + WORK) == []


# open items taken over ----------------------------------------------------------------------------------------------

TAKEN_OVER = """
2026-01-01 * "Taken over"
  kind: "opening"
  Assets:Receivable:Acme  {claim} EUR
    invoice: "OLD-1"
    date: 2025-12-03
  Liabilities:Pending  -{tax} EUR
    tax: "FR20E"
  Equity:Opening
"""
OLD = TAKEN_OVER.format(claim="1200.00", tax="200.00")


def test_an_open_item_brings_its_tax() -> None:
    assert shares(OLD + paid("2026-02-10", "1200.00", "OLD-1")) == [("2026-02-10", "OLD-1", "1000.00", "200.00")]
    third = shares(OLD + paid("2026-02-10", "400.00", "OLD-1"))
    assert third == [("2026-02-10", "OLD-1", "333.33", "66.67")]


@pytest.mark.parametrize(
    ("claim", "base"), [("1200.05", "1000.05"), ("1200.06", "1000.00"), ("1199.95", "999.95"), ("600.00", "1000.00")]
)
def test_the_base_of_an_item_is_its_claim_less_tax_where_that_is_the_base_but_for_a_cent_of_tax(
    claim: str, base: str
) -> None:
    ((_day, _number, found, _tax),) = shares(
        TAKEN_OVER.format(claim=claim, tax="200.00") + paid("2026-02-10", claim, "OLD-1")
    )
    assert found == base


@pytest.mark.parametrize("own", [True, False], ids=["in an entry of its own", "in the payment"])
def test_and_what_the_books_move_of_it_is_known_again(own: bool) -> None:
    payment = paid("2026-02-10", "1200.00", "OLD-1", moved="0.00" if own else "200.00")
    ledger = OLD + payment + (moved("2026-02-28", "200.00") if own else "")
    assert entries(ledger) == []
    assert warned(ledger) == set()
    assert str(total(ledger).booked) == "200.00"


def test_the_base_of_an_item_that_is_taxed_in_part() -> None:
    """Of 1700.00, 1200.00 are taxed: 500.00 are not."""
    mixed = TAKEN_OVER.format(claim="1700.00", tax="200.00")
    assert shares(mixed + paid("2026-02-10", "850.00", "OLD-1")) == [("2026-02-10", "OLD-1", "500.00", "100.00")]


def test_what_waits_is_of_documents_up_to_the_day() -> None:
    book = book_of(TAXES + WORK + moved("2026-01-05", "10.00"))
    assert list(pending_tax_by_document(book, date(2026, 1, 9))) == []
    assert list(pending_tax_by_document(book, date(2026, 1, 10))) == ["F2026-0001"]


def test_of_an_item_that_is_lost_the_tax_is_cancelled() -> None:
    lost = paid("2026-02-10", "1200.00", "OLD-1", tag="#write-off", account="Expenses:BadDebt")
    assert (str(total(OLD + lost).due), str(total(OLD + lost).to_cancel)) == ("0", "200.00")


def test_balances_that_are_taken_over_are_not_moved_too_much() -> None:
    """Whose they are is not said: what is moved of them has nothing to be compared with."""
    balances = '\n2026-01-01 * "Balances"\n  Liabilities:Pending  -60.00 EUR\n  Equity:Opening\n'
    assert entries(balances) == []
    assert entries(balances + moved("2026-02-28", "60.00")) == []
    assert entries(balances + moved("2026-02-28", "70.00")) == [("2026-02-28", "-10.00", "-10.00")]


# deposits on goods --------------------------------------------------------------------------------------------------

DEPOSIT = invoice("F2026-0001", "360.00", "300.00", "60.00").replace("Income:Services", "Liabilities:Deposits")
DEPOSIT = DEPOSIT.replace('invoice: "F2026-0001"\n', 'invoice: "F2026-0001"\n  kind: "deposit"\n')


def final(owed: str, waits: str) -> str:
    """The invoice for goods of 1000.00: it deducts the deposit's tax of 60.00 from what is owed and from what waits."""
    text = """
2026-03-05 * "Machine" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  840.00 EUR
  Income:Services  -1000.00 EUR
    text: "Machine"
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
  Liabilities:Deposits  300.00 EUR
    deposit: "F2026-0001"
"""
    for account, amount in (("VAT", owed), ("Pending", waits)):
        if amount:
            text += f'  Liabilities:{account}  {amount} EUR\n    deposit: "F2026-0001"\n    tax: "FR20E"\n'
    return text


def balance(ledger: str, account: str) -> str:
    from beancount import loader

    from tests.ledgers import PRELUDE

    entries_, errors, _options = loader.load_string(PRELUDE + TAXES + ledger)
    assert not errors
    numbers = [p.units.number for e in entries_ for p in getattr(e, "postings", ()) if p.account == account]
    return str(sum(numbers, Decimal(0)))


PART = paid("2026-01-20", "180.00", "F2026-0001", moved="30.00")
REST = paid("2026-04-02", "180.00", "F2026-0001")
ALL = paid("2026-04-03", "840.00", "F2026-0002")


@pytest.mark.parametrize(
    ("ledger", "made"),
    [
        (paid("2026-01-20", "360.00", "F2026-0001", moved="60.00") + final("60.00", ""), ["60.00"]),
        (PART + final("30.00", "30.00"), ["30.00"]),
        (PART + final("30.00", "30.00") + REST + ALL, ["30.00"]),
        (final("", "60.00") + paid("2026-04-02", "360.00", "F2026-0001") + ALL, []),
    ],
    ids=["paid before", "paid in part", "the rest paid later", "paid later"],
)
def test_a_deposit_on_goods_is_due_when_received_and_the_rest_at_delivery(ledger: str, made: list[str]) -> None:
    ledger = DEPOSIT + ledger
    assert [amount for _day, _number, _base, amount in shares(ledger)] == made
    assert balance(ledger, "Liabilities:VAT") == "-200.00"
    assert balance(ledger, "Liabilities:Pending") == "0.00"
    assert entries(ledger) == []
    assert warned(ledger) == set()


def test_what_a_final_invoice_deducts_too_late_is_taken_back() -> None:
    """It was due already: by the invoice it is no longer owed, and the entry that says so is known again."""
    ledger = DEPOSIT + paid("2026-01-20", "360.00", "F2026-0001", moved="60.00") + final("", "60.00")
    assert [amount for _day, _number, _base, amount in shares(ledger)] == ["60.00", "-60.00"]
    assert entries(ledger) == [("2026-03-31", "-60.00", "-60.00")]
    mended = ledger + moved("2026-03-31", "-60.00")
    assert entries(mended) == []
    assert warned(mended) == set()
    assert balance(mended, "Liabilities:VAT") == "-200.00"


def test_a_payment_that_bounces_after_the_delivery_changes_nothing() -> None:
    bounced = '\n2026-04-01 * "Returned" ^F2026-0001\n  Assets:Receivable:Acme  180.00 EUR\n  Assets:Bank\n'
    ledger = DEPOSIT + PART + final("30.00", "30.00") + bounced
    assert [amount for _day, _number, _base, amount in shares(ledger)] == ["30.00"]


# in another currency ------------------------------------------------------------------------------------------------

EXCHANGE = "\n2025-01-01 open Income:Exchange\n2025-01-01 open Expenses:Exchange\n2025-01-01 open Expenses:Fees\n"
DOLLARS = (
    EXCHANGE
    + """
2026-01-10 * "Audit" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  1200.00 USD @ 0.92 EUR
  Income:Services  -920.00 EUR
    text: "Audit"
    quantity: 10
    price: 100.00
    tax: "FR20E"
  Liabilities:Pending  -184.00 EUR
    tax: "FR20E"
    amount: 200.00
"""
)


def in_dollars(day: str, amount: str, *legs: str, price: str = "@ 0.92 EUR") -> str:
    """A payment of a claim in dollars; `legs` are the postings beside it."""
    lines = "".join(f"  {leg}\n" for leg in legs)
    return f'\n{day} * "Paid" ^F2026-0001\n{lines}  Assets:Receivable:Acme  -{amount} USD {price}\n'.replace("--", "")


GAIN = in_dollars("2026-02-10", "1200.00", "Assets:Bank  1140.00 EUR", "Income:Exchange  -36.00 EUR")
PRICE = "\n2026-02-09 price USD 0.95 EUR\n"


@pytest.mark.parametrize(
    ("ledger", "tax"),
    [
        (GAIN, "190.00"),
        (in_dollars("2026-02-10", "1200.00", "Assets:Bank  1140.00 EUR", price="@ 0.95 EUR"), "190.00"),
        (in_dollars("2026-02-10", "1200.00", "Assets:Bank  1200.00 USD @ 0.95 EUR", "Income:Exchange"), "190.00"),
        (in_dollars("2026-02-10", "1200.00", "Assets:Bank  1200.00 USD", price="") + PRICE, "190.00"),
        (in_dollars("2026-02-10", "1200.00", "Assets:Bank  1200.00 USD", price=""), "184.00"),
        (
            in_dollars("2026-02-10", "1200.00", "Assets:Bank  1130.00 EUR", "Expenses:Fees  10.00 EUR", "Income:Exchange")
            + PRICE,
            "190.00",
        ),
        (
            in_dollars("2026-02-10", "1200.00", "Assets:Bank  1130.00 EUR", "Expenses:Fees  10.00 EUR", "Income:Exchange")
            + '\n2026-01-01 custom "invoice-option" "exchange-account" "Expenses:Exchange Income:Exchange"\n',
            "190.00",
        ),
        (in_dollars("2026-02-10", "400.00", "Assets:Bank  380.00 EUR", "Income:Exchange"), "63.33"),
    ],
    ids=["bank", "price", "bank in dollars", "directive", "nothing said", "a fee", "a fee, by the option", "a third"],
)  # fmt: skip
def test_in_dollars_the_tax_is_worth_what_the_day_s_rate_makes_of_it(ledger: str, tax: str) -> None:
    """200 dollars of tax, booked at 0.92; a dollar is worth 0.95 when they are paid."""
    ((_day, _number, _base, amount),) = shares(DOLLARS + ledger)
    assert amount == tax


def test_the_difference_goes_to_the_accounts_of_the_option_and_else_to_that_of_the_payment() -> None:
    """184.00 waited, 190.00 are owed: 6.00 lost by the rate."""
    option = '\n2026-01-01 custom "invoice-option" "exchange-account" "Expenses:Exchange Income:Exchange"\n'
    for text, account in ((GAIN, "Income:Exchange"), (GAIN + option, "Expenses:Exchange")):
        ((lacking,),) = (entry.lines for entry in due(DOLLARS + text).missing)
        assert (str(lacking.difference), lacking.exchange) == ("6.00", account)


def test_thirds_at_another_rate_add_up_and_what_bounces_comes_back_at_its_own() -> None:
    thirds = "".join(
        in_dollars(f"2026-0{month}-10", "400.00", "Assets:Bank  380.00 EUR", "Income:Exchange") for month in (2, 3, 4)
    )
    amounts = [Decimal(amount) for _day, _number, _base, amount in shares(DOLLARS + thirds)]
    assert sum(amounts) == Decimal("190.00")
    other = in_dollars("2026-05-10", "-400.00", "Assets:Bank  -360.00 EUR", "Expenses:Exchange")
    assert shares(DOLLARS + thirds + other)[-1][3] == "-63.33"


def test_money_allocated_later_keeps_the_rate_at_which_it_came() -> None:
    """A third of 200 dollars of tax, at 0.94: what the entry says of the day on which the money came, not of its allocation."""
    on_account = in_dollars("2026-02-10", "400.00", "Assets:Bank  376.00 EUR", price="@ 0.94 EUR").replace(
        " ^F2026-0001", ""
    )
    allocation = (
        '\n2026-03-15 * "Allocated"\n  Assets:Receivable:Acme  400.00 USD @ 0.92 EUR\n'
        '  Assets:Receivable:Acme  -400.00 USD @ 0.92 EUR\n    settles: "F2026-0001"\n'
    )
    assert shares(DOLLARS + on_account + allocation) == [("2026-02-10", "F2026-0001", "313.33", "62.67")]


def test_money_that_another_invoice_gives_up_keeps_its_rate_too() -> None:
    """The 1200 dollars came at 0.95; the other invoice has them from that day on."""
    other = DOLLARS.removeprefix(EXCHANGE).replace("F2026-0001", "F2026-0002")
    moved_on = (
        '\n2026-03-15 * "For the other invoice"\n  Assets:Receivable:Acme  1200.00 USD @ 0.92 EUR\n'
        '    settles: "F2026-0001"\n  Assets:Receivable:Acme  -1200.00 USD @ 0.92 EUR\n    settles: "F2026-0002"\n'
    )
    assert shares(DOLLARS + other + GAIN + moved_on) == [
        ("2026-02-10", "F2026-0001", "950.00", "190.00"),
        ("2026-02-10", "F2026-0001", "-950.00", "-190.00"),
        ("2026-02-10", "F2026-0002", "950.00", "190.00"),
    ]


def test_a_payment_at_the_invoice_s_rate_makes_no_difference() -> None:
    ledger = DOLLARS + in_dollars("2026-02-10", "400.00", "Assets:Bank  368.00 EUR")
    assert [(str(share.amount), str(share.released)) for share in due(ledger).tax_shares] == [("61.33", "61.33")]


def test_what_waits_leaves_at_the_invoice_s_rate() -> None:
    (missing,) = due(DOLLARS + GAIN).missing
    (line,) = missing.lines
    assert (str(line.released), str(line.owed), str(line.difference)) == ("184.00", "190.00", "6.00")
    assert line.exchange == "Income:Exchange"


@pytest.mark.parametrize(
    "books",
    [
        moved("2026-02-28", "184.00", "190.00", "6.00"),
        moved("2026-02-28", "184.00")
        + '\n2026-03-01 * "Exchange"\n  Liabilities:VAT  -6.00 EUR\n    tax: "FR20E"\n  Expenses:Exchange\n',
    ],
    ids=["at once", "the difference later"],
)
def test_and_the_difference_is_known_again(books: str) -> None:
    assert entries(DOLLARS + GAIN + books) == []
    assert warned(DOLLARS + GAIN + books) == set()
    assert str(total(DOLLARS + GAIN + books).moved) == "190.00"


def test_the_difference_goes_where_the_last_payment_books_its_own() -> None:
    """The first invoice is paid last."""
    other = DOLLARS.removeprefix(EXCHANGE).replace("F2026-0001", "F2026-0002")
    loss = in_dollars("2026-02-05", "1200.00", "Assets:Bank  1080.00 EUR", "Expenses:Exchange  24.00 EUR")
    (missing,) = due(DOLLARS + other + loss.replace("F2026-0001", "F2026-0002") + GAIN).missing
    assert [(str(line.difference), line.exchange) for line in missing.lines] == [("2.00", "Income:Exchange")]


def test_also_in_the_payment_itself() -> None:
    inside = (
        GAIN.replace("-36.00 EUR", "-30.00 EUR")
        + '  Liabilities:Pending  184.00 EUR\n    tax: "FR20E"\n  Liabilities:VAT  -190.00 EUR\n    tax: "FR20E"\n'
    )
    assert entries(DOLLARS + inside) == []
    assert warned(DOLLARS + inside) == set()


def test_a_cash_discount_in_dollars_cancels_its_tax_at_the_invoice_s_rate() -> None:
    """2 % are given up: 4 of 200 dollars of tax, 3.68 at 0.92; 196 are due, 186.20 at 0.95."""
    text = (
        in_dollars(
            "2026-02-10", "1200.00", "Assets:Bank  1117.20 EUR", "Expenses:Discounts  22.08 EUR", "Income:Exchange"
        )
        + "2025-01-01 open Expenses:Discounts\n"
        + '2025-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  cash-discount: "2% within 40 days"\n'
        + PRICE
    )
    result = due(DOLLARS + text)
    assert [(share.kind, str(share.amount), str(share.released)) for share in result.tax_shares] == [
        ("due", "186.20", "180.32"),
        ("discount", "3.68", "3.68"),
    ]
    assert entries(DOLLARS + text) == [("2026-02-28", "180.32", "186.20")]
    assert str(total(DOLLARS + text).to_cancel) == "3.68"


def test_the_ledger_s_price_the_other_way_round() -> None:
    paid_in_dollars = in_dollars("2026-02-10", "1200.00", "Assets:Bank  1200.00 USD", price="")
    assert shares(DOLLARS + paid_in_dollars + "\n2026-02-09 price EUR 1.25 USD\n")[0][3] == "160.00"


def test_without_the_difference_it_is_missing() -> None:
    ledger = DOLLARS + GAIN + moved("2026-02-28", "184.00")
    assert entries(ledger) == [("2026-02-28", "0.00", "6.00")]
    assert warned(ledger) == {"tax-due"}


# the entries that are missing ---------------------------------------------------------------------------------------

TWO = WORK + paid("2026-01-20", "300.00", "F2026-0001") + paid("2026-02-10", "300.00", "F2026-0001")


def test_one_entry_for_each_month() -> None:
    assert entries(TWO) == [("2026-01-31", "50.00", "50.00"), ("2026-02-28", "50.00", "50.00")]
    assert entries(TWO, date(2026, 2, 12)) == [("2026-01-31", "50.00", "50.00"), ("2026-02-12", "50.00", "50.00")]


def test_what_was_moved_later_is_of_the_month_that_lacks_it() -> None:
    assert entries(TWO + moved("2026-02-01", "50.00")) == [("2026-02-28", "50.00", "50.00")]
    assert entries(TWO + moved("2026-02-28", "50.00")) == [("2026-01-31", "50.00", "50.00")]
    assert entries(TWO + moved("2026-03-01", "100.00")) == []
    assert entries(TWO + moved("2026-03-01", "70.00")) == [("2026-02-28", "30.00", "30.00")]


def test_what_stands_in_the_payment_is_of_its_month() -> None:
    second = paid("2026-02-10", "300.00", "F2026-0001", moved="50.00")
    assert entries(WORK + paid("2026-01-20", "300.00", "F2026-0001") + second) == [("2026-01-31", "50.00", "50.00")]


def test_what_was_moved_too_much_is_set_off_with_what_is_missing() -> None:
    assert entries(TWO + moved("2026-01-31", "80.00")) == [("2026-02-28", "20.00", "20.00")]


# losses in one transaction with money -------------------------------------------------------------------------------

LOST = """
2026-06-10 * "Lost" ^F2026-0001 #write-off
  Expenses:BadDebt  1000.00 EUR
  Liabilities:Pending  200.00 EUR
    tax: "FR20E"
  Assets:Receivable:Acme  -1200.00 EUR
"""


def test_a_loss_that_is_taken_back_and_paid_in_one_transaction_goes_straight_to_the_tax_owed() -> None:
    back = """
2026-07-10 * "Half after all" ^F2026-0001 #write-off
  Assets:Bank  600.00 EUR
  Assets:Receivable:Acme  -600.00 EUR
  Assets:Receivable:Acme  600.00 EUR
  Expenses:BadDebt  -500.00 EUR
  Liabilities:VAT  -100.00 EUR
    tax: "FR20E"
"""
    only = total(WORK + LOST + back)
    assert [str(each) for each in (only.due, only.moved, only.cancelled, only.taken_off)] == ["100.00"] * 4
    assert entries(WORK + LOST + back) == []


def test_a_loss_of_what_had_been_paid_takes_the_tax_from_where_it_was_owed() -> None:
    ledger = WORK + paid("2026-02-10", "1200.00", "F2026-0001", moved="200.00")
    ledger += '\n2026-03-10 * "Bounced" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme  1200.00 EUR\n'
    only = total(ledger + LOST.replace("Pending", "VAT"))
    assert [str(each) for each in (only.due, only.moved, only.cancelled, only.taken_off)] == [
        "0.00", "0.00", "200.00", "200.00",
    ]  # fmt: skip


def test_tax_that_is_moved_with_money_that_an_invoice_did_not_need_is_moved_too_much() -> None:
    """All of it comes back on the day on which it is paid again with its tax: what had been moved of it never was moved back."""
    again = paid("2026-03-10", "1200.00", "F2026-0001", moved="200.00")
    back = '\n2026-03-10 * "Bounced" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme  1200.00 EUR\n'
    ledger = WORK + paid("2026-02-10", "1200.00", "F2026-0001", moved="200.00") + back + again
    assert str(total(ledger).to_move) == "-200.00"


def test_what_deposits_leave_of_a_tax_in_dollars_is_worth_less_by_as_much() -> None:
    """Of 184.00 euros (200.00 dollars at 0.92) a deposit takes 46.00: 138.00 are left, which are 150.00 dollars."""
    deposit = (
        '\n2026-01-10 * "Deposit" ^F2026-0001\n  invoice: "F2026-0001"\n  kind: "deposit"\n'
        "  Assets:Receivable:Acme  300.00 USD @ 0.92 EUR\n"
        '  Liabilities:Deposits  -250.00 USD @ 0.92 EUR\n    text: "Deposit"\n    tax: "FR20E"\n'
        '  Liabilities:Pending  -46.00 EUR\n    tax: "FR20E"\n'
    )
    final = (
        '\n2026-02-10 * "All" ^F2026-0002\n  invoice: "F2026-0002"\n  Assets:Receivable:Acme  900.00 USD @ 0.92 EUR\n'
        '  Income:Services  -1000.00 USD @ 0.92 EUR\n    text: "Work"\n    tax: "FR20E"\n'
        '  Liabilities:Pending  -184.00 EUR\n    tax: "FR20E"\n'
        '  Liabilities:Deposits  250.00 USD @ 0.92 EUR\n    deposit: "F2026-0001"\n'
        '  Liabilities:Pending  46.00 EUR\n    tax: "FR20E"\n    deposit: "F2026-0001"\n'
    )
    found = pending_tax_by_document(book_of(TAXES + deposit + final), DAY)
    whole = {number: next(iter(those.values())).tax for number, those in found.items()}
    assert {number: (str(amount.booked), str(amount.in_document_currency)) for number, amount in whole.items()} == {
        "F2026-0001": ("46.00", "50.00"),
        "F2026-0002": ("138.00", "150"),
    }
