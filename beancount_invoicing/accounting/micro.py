"""What a French micro-enterprise keeps: the book of receipts (livre des recettes), receipts by quarter and nature, and what is left
of the year's limits.

CGI, art. 50-0 (5) and 102 ter (4): the book has the date, the customer, the nature, the amount and the means of payment of each
receipt. Sales for cash without a customer's account are receipts too: entries that book income against an account of money.

The nature of a receipt is that of the lines of its document; else by the account's number of the plan comptable général: 701 to 703
and 707 are goods. What one payment settles of both is divided in proportion. Income that is not a sale (numbers 71 to 79, such as
interest, subsidies or the sale of a machine) is no turnover (BOI-BIC-DECLA-10-10-20, no. 1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.accounting.reports import Cell, Reconciliation, Report, ReportColumn
from beancount_invoicing.accounting.sales import shared_out
from beancount_invoicing.accounting.sales_list import quarter
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Day, Invoice, Source
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

_GOODS = ("701", "702", "703", "707")
_NATURES = {"goods": _("goods"), "services": _("services")}


class Receipt(NamedTuple):
    """Money received for sales of one nature, in the books' currency; negative if it goes back."""

    date: Day
    reference: str
    customer: str
    nature: str
    """"goods" or "services"."""
    amount: Decimal
    money_account: str
    source: Source


def book_of_receipts(
    general_ledger: GeneralLedger, book: Book, allocated: Allocated, since: date, until: date
) -> tuple[tuple[Receipt, ...], tuple[Reconciliation, ...]]:
    """The receipts from `since` to `until` (both inclusive), by date: customers' money as `accounting receipts` has it, and sales
    for cash; and the sums that they meet."""
    report = receipts_report(general_ledger, book, allocated, since, until)
    invoices = {invoice.number: invoice for invoice in book.invoices}
    found: list[Receipt] = []
    for row in report.rows:
        values = dict(zip((column.name for column in report.columns), row, strict=True))
        day, amount, source = values["date"], values["booked"], values["source"]
        assert isinstance(day, date)
        assert isinstance(amount, Decimal)
        assert isinstance(source, Source)
        number = str(values["document"] or "")
        natures = _natures(invoices.get(number), general_ledger)
        shares = shared_out(amount, list(natures.values()), currency_decimals(book.currency))
        for nature, share in zip(natures, shares, strict=True):
            found.append(
                Receipt(day, number, str(values["customer"]), nature, share, str(values["money_account"]), source)
            )
    found += _cash_sales(general_ledger, book, since, until)
    return tuple(sorted(receipt for receipt in found if receipt.amount)), report.reconciliations


def _natures(invoice: Invoice | None, general_ledger: GeneralLedger) -> Mapping[str, Decimal]:
    """What a document sells of each nature; services if there is none."""
    weights: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in invoice.lines if invoice else ():
        nature = line.nature or (invoice.nature_of(line) if invoice else "")
        weights[
            "goods" if nature == "goods" or (not nature and _is_goods(line.account, general_ledger)) else "services"
        ] += line.net
    return dict(sorted(weights.items())) if any(weights.values()) else {"services": Decimal(1)}


def _is_goods(account: str, general_ledger: GeneralLedger) -> bool:
    return _number(account, general_ledger).startswith(_GOODS)


def _is_other_income(account: str, general_ledger: GeneralLedger) -> bool:
    number = _number(account, general_ledger)
    return number.startswith("7") and not number.startswith("70")


def _number(account: str, general_ledger: GeneralLedger) -> str:
    """An account's number; "" if the ledger says none."""
    known = general_ledger.accounts.get(account)
    return known.number if known else ""


def _cash_sales(general_ledger: GeneralLedger, book: Book, since: date, until: date) -> Iterator[Receipt]:
    """Entries that book income against money, without a customer's account: each account of income is a receipt, but for those
    whose number says that they are no sales. What is booked above the customers' accounts is a claim, and no money.
    """
    above = {main.rsplit(":", cut)[0] for main in book.customers for cut in range(1, main.count(":"))}
    income = general_ledger.result_roots - {general_ledger.roots.expenses}
    for entry in general_ledger.entries:
        if not since <= entry.date <= until or entry.is_document or entry.is_opening:
            continue
        if any(posting.account in book.main_accounts or posting.account in above for posting in entry.postings):
            continue
        money = [posting for posting in entry.postings if posting.account.split(":")[0] == general_ledger.roots.assets]
        if not money:
            continue
        account = max(money, key=lambda posting: (abs(posting.weight), posting.account)).account
        for posting in entry.postings:
            is_sale = posting.account.split(":")[0] in income and not _is_other_income(posting.account, general_ledger)
            if is_sale and posting.weight_currency == book.currency:
                nature = "goods" if _is_goods(posting.account, general_ledger) else "services"
                yield Receipt(entry.date, entry.reference, "", nature, -posting.weight, account, posting.source)


def book_report(
    receipts: Iterable[Receipt], since: date, until: date, currency: str, sums: tuple[Reconciliation, ...]
) -> Report:
    """The book of receipts as a table."""
    columns = (
        ReportColumn("date", _("date"), "date"),
        ReportColumn("reference", _("reference")),
        ReportColumn("customer", _("customer")),
        ReportColumn("nature", _("nature")),
        ReportColumn("money_account", _("received on")),
        ReportColumn("amount", _("amount"), "amount", summed=True),
        ReportColumn("source", _("where"), "source"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            receipt.date, receipt.reference, receipt.customer, _NATURES[receipt.nature], receipt.money_account, receipt.amount,
            receipt.source,
        )
        for receipt in receipts
    )  # fmt: skip
    return Report("book", _("Book of receipts"), since, until, currency, columns, rows, sums)


def quarters_report(receipts: Iterable[Receipt], since: date, until: date, currency: str) -> Report:
    """Receipts by quarter and nature, as social contributions are declared."""
    sums: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for receipt in receipts:
        sums[quarter(receipt.date)][receipt.nature] += receipt.amount
    columns = (
        ReportColumn("quarter", _("quarter")),
        ReportColumn("goods", _("goods"), "amount", summed=True),
        ReportColumn("services", _("services"), "amount", summed=True),
        ReportColumn("total", _("total"), "amount", summed=True),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, natures["goods"], natures["services"], natures["goods"] + natures["services"])
        for name, natures in sorted(sums.items())
    )
    return Report("quarters", _("Receipts by quarter"), since, until, currency, columns, rows)


def limits_report(
    receipts: Iterable[Receipt], since: date, until: date, currency: str, began_on: date | None = None
) -> Report:
    """What is left of the year's limits: that for all sales together counts everything, that of services only services.

    `began_on`: the business's first day. If it is in the year of `until`, limits are lowered by days: those from that day to the
    end of the year, both included, ÷ those of the year, rounded to cents (BOI-BIC-DECLA-10-10-10, no. 20). The limit above which
    VAT is charged at once stays whole.
    """
    total = services = ZERO
    for receipt in receipts:
        total += receipt.amount
        services += receipt.amount if receipt.nature == "services" else ZERO
    names = {
        "micro": _("micro-enterprise (CGI, art. 50-0, 102 ter)"),
        "vat": _("no VAT, limit of a year (CGI, art. 293 B)"),
        "vat-above": _("no VAT, at once above"),
    }
    columns = (
        ReportColumn("limit", _("limit")),
        ReportColumn("of", _("of")),
        ReportColumn("calculation", _("calculation")),
        ReportColumn("amount", _("at most"), "amount"),
        ReportColumn("received", _("received"), "amount"),
        ReportColumn("left", _("left"), "amount"),
    )
    rows: list[tuple[Cell, ...]] = []
    for limit in law.turnover_limits(until):
        received = services if limit.services_only else total
        of = _("services") if limit.services_only else _("all sales")
        amount, calculation = _by_days(limit, until.year, began_on)
        rows.append((names[limit.name], of, calculation, amount, received, amount - received))
    return Report("limits", _("Limits of the year"), since, until, currency, columns, tuple(rows))


def _by_days(limit: law.TurnoverLimit, year: int, began_on: date | None) -> tuple[Decimal, str]:
    """A limit as it is in a year, and how it is worked out if the year is the incomplete first one."""
    if began_on is None or began_on.year != year or began_on == date(year, 1, 1) or not limit.by_days:
        return limit.amount, ""
    days, of = (date(year, 12, 31) - began_on).days + 1, (date(year, 12, 31) - date(year, 1, 1)).days + 1
    return round_to(limit.amount * days / of, 2), f"{limit.amount:f} × {days}/{of}"
