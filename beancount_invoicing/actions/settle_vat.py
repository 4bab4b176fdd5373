"""The entry that settles the VAT of a period."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import NamedTuple

from beancount_invoicing.accounting.vat import Vat, vat_of_period
from beancount_invoicing.accounting.vat_settlement import CannotSettleVat, VatSettlement, vat_settlement
from beancount_invoicing.actions.accounting import general_ledger_of
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest


class SettledVat(NamedTuple):
    """The VAT of a period, the ledger that it was worked out from, and what was, or would be, written."""

    vat: Vat
    general_ledger: GeneralLedger
    book: Book
    outcome: Outcome


def settle_vat(loader: LedgerLoader, since: date, until: date, today: date, write_options: WriteOptions) -> SettledVat:
    """Makes the entry that settles the VAT from `since` to `until` (inclusive), and writes it if `write_options` says so.

    Raises InvalidRequest if the period is not over on `today`, is settled already, has tax on payments that was not moved, or if no
    account to pay from is known; CannotMakeEntries; and what `change` raises.
    """
    found: list[tuple[Vat, GeneralLedger, Book]] = []

    def make(loading: Loading) -> Changes:
        book, general_ledger = loading.book, general_ledger_of(loading)
        vat = vat_of_period(general_ledger, book, since, until)
        found.append((vat, general_ledger, book))
        try:
            settlement = vat_settlement(vat, general_ledger, book, today)
        except CannotSettleVat as error:
            raise InvalidRequest(str(error)) from None
        return Changes(
            (NewDirective(until, partial(settlement_entry, book, settlement)),) if settlement.leaves else (),
            message=_("VAT of {since} to {until}", since=since, until=until),
            notices=tuple(
                _(
                    "{account}: {amount} {currency} stays on it after this entry: VAT of other periods, or booked by hand; "
                    "accounting vat --since {since} --until {until} names the entries",
                    account=left.account,
                    amount=left.amount,
                    currency=settlement.currency,
                    since=left.since,
                    until=until,
                )
                for left in settlement.stays
            ),
            nothing_to_do=_(
                "No VAT fell due from {since} to {until}: there is nothing to settle.", since=since, until=until
            ),
            summary=_("the settlement of the VAT"),
        )

    outcome = change(loader.file, make, write_options, loader)
    return SettledVat(*found[-1], outcome)


def settlement_entry(book: Book, settlement: VatSettlement, column: int = text.COLUMN) -> str:
    """The text of the entry."""
    legs = [text.NewPosting(account, amount, settlement.currency) for account, amount in settlement.leaves]
    if settlement.total:
        legs.append(text.NewPosting(settlement.payable_account, -settlement.total, settlement.currency))
    month = f"{settlement.until:%Y-%m}"
    period = month if f"{settlement.since:%Y-%m}" == month else f"{settlement.since:%Y-%m} – {month}"
    words = narration(book.books_language(settlement.until), "vat-settled", period=period)
    return text.transaction(settlement.until, "*", "", words, legs, column=column)
