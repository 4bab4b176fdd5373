"""What will be invoiced and may then come in: drafts, and what contracts and recorded work give to bill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from beancount_invoicing.billing import unbilled_lines
from beancount_invoicing.billing.prices import tax_rate
from beancount_invoicing.cash.curves import PaymentCurves
from beancount_invoicing.cash.forecast_items import ForecastItem, by_week, week_ends
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Invoice
from beancount_invoicing.rules import payment_terms
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


def drafts(book: Book, as_of: date, curves: PaymentCurves, weeks: int) -> Iterator[ForecastItem]:
    """The drafts that are in the books, as if each were issued on its own day, or the day after `as_of` if that has passed: its due
    dates move by as many days. With tax; a draft that gives money back is left out.
    """
    for invoice in book.invoices:
        if not invoice.draft or invoice.booked_from > as_of or invoice.payable <= 0 or invoice.customer is None:
            continue
        issued = max(invoice.date, as_of + timedelta(days=1))
        for instalment in invoice.instalments:
            due = instalment.due_at(as_of)
            account = book.main_accounts.get(instalment.account)
            if account is None or due is None or instalment.amount <= 0:
                continue
            due += issued - invoice.date
            yield ForecastItem(
                "draft", invoice.number, account, invoice.currency, instalment.amount, due,
                _shares_from(issued, due, account, as_of, curves, weeks), _tax_share(invoice), invoice.source,
                _("issued on {day}", day=issued),
            )  # fmt: skip


def _tax_share(invoice: Invoice) -> Decimal:
    """Which share of a draft is tax that payments make due."""
    waits = sum((tax.amount for tax in invoice.taxes if tax.pending), ZERO)
    return waits / invoice.payable


def _on_payment(book: Book, code: str, day: date) -> bool:
    dated = book.taxes.get(code)
    return bool(dated and dated.at(day).on_payment)


def _shares_from(
    start: date, due: date, account: str, as_of: date, curves: PaymentCurves, weeks: int
) -> tuple[Decimal, ...]:
    """The share of each week of what is invoiced on a day and falls due on another: nothing comes before it is invoiced."""
    gone = (start - as_of).days
    ends = [max(end - gone, 0) for end in week_ends(weeks)]
    return by_week(curves.shares(account, (start - due).days, ends))


def to_bill(book: Book, as_of: date, curves: PaymentCurves, weeks: int) -> Iterator[ForecastItem]:
    """What contracts and recorded work give to bill by the end of the last week, as if it were billed on its first day."""
    for line in unbilled_lines(book, as_of + timedelta(days=7 * weeks))[0]:
        customer = book.customers[line.customer].at(as_of)
        decimals = currency_decimals(line.currency)
        billed = max(line.line.billable_from, as_of)
        rate = tax_rate(book, line.customer, line.line.tax, line.line.item, billed)
        amount = line.line.net + round_to(line.line.net * rate / 100, decimals)
        if amount <= 0:
            continue
        on_payment = _on_payment(book, line.line.tax, billed)
        text = customer.terms or book.option("terms", billed, "30 days")
        try:
            parts = payment_terms.schedule(payment_terms.parse_terms(text, billed), billed, amount, decimals)
        except payment_terms.TermsError:  # the checks say what is wrong with them
            continue
        for instalment in parts:
            shares = _shares_from(billed, instalment.date, line.customer, as_of, curves, weeks)
            yield ForecastItem(
                "to bill", line.contract.code, line.customer, line.currency, instalment.amount, instalment.date,
                shares, rate / (100 + rate) if on_payment else ZERO, line.line.source or line.contract.source,
                _("billed on {day}", day=billed),
            )  # fmt: skip
