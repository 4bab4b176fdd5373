"""Closing entries: proposed, and written with their reversals."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import partial
from typing import NamedTuple

from beancount_invoicing import billing
from beancount_invoicing.accounting.closing.by_days import UnbilledService, invoiced_later
from beancount_invoicing.accounting.closing.closing import Closing, closing
from beancount_invoicing.accounting.closing.proposals import (
    CLOSING_TAG,
    ClosingKind,
    ClosingPosting,
    ClosingProposal,
)
from beancount_invoicing.actions.accounting import general_ledger_of
from beancount_invoicing.billing.prices import tax_rate
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.rules.narrations import Narration, narration
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change

_WORDS: dict[ClosingKind, Narration] = {
    "accruals": "closing-accruals",
    "deferred": "closing-deferred",
    "currency": "closing-currency",
    "doubtful": "closing-doubtful",
    "deposits": "closing-deposits",
    "retentions": "closing-retentions",
}


class Closed(NamedTuple):
    """The closing entries of a day, the ledger that they were worked out from, and what was, or would be, written."""

    closing: Closing
    general_ledger: GeneralLedger
    book: Book
    outcome: Outcome


def close(
    loader: LedgerLoader,
    day: date,
    kinds: Collection[ClosingKind],
    write_options: WriteOptions,
    known_until: date | None = None,
) -> Closed:
    """Proposes the closing entries of `day` that the ledger lacks, and their reversals on the day after; writes them if
    `write_options` says so. `known_until`: accruals count what documents until this later day bill of it.

    Raises CannotClose and what `change` raises.
    """
    found: list[tuple[Closing, GeneralLedger, Book]] = []

    def make(loading: Loading) -> Changes:
        book, general_ledger = loading.book, general_ledger_of(loading)
        services, left_out = unbilled_services(book, day, known_until or day) if "accruals" in kinds else ((), ())
        entries = closing(general_ledger, book, day, services, kinds)
        found.append((entries, general_ledger, book))
        missing = entries.missing
        count = len(missing)
        return Changes(
            tuple(directive for proposal in missing for directive in _directives(book, proposal)),
            message=_("Closing entries of {day}", day=day),
            notices=(*left_out, *entries.notices),
            nothing_to_do=_("Nothing is left to close on {day}.", day=day),
            summary=_n(count, "{count} closing entry", "{count} closing entries", count=count),
        )

    outcome = change(loader.file, make, write_options, loader)
    return Closed(*found[-1], outcome)


def unbilled_services(book: Book, day: date, known_until: date) -> tuple[tuple[UnbilledService, ...], tuple[str, ...]]:
    """What was supplied by `day` and not invoiced then, and what billing says that it leaves out.

    It is what `unbilled --running` shows: hours, milestones, expenses, periods that ended, and the days of those that run. A
    deposit that may be asked for is no income. To it comes what documents without a contract show until `known_until`.
    """
    then = billing.book_at_cutoff(book, day)
    lines, notices = billing.unbilled_lines(then, day)
    services = [
        UnbilledService(
            contract=found.contract.code,
            customer=then.customers[found.customer].at(day).name,
            day=found.day,
            item=found.line.item,
            account=found.line.account,
            net=found.line.net,
            currency=found.currency,
            tax_rate=tax_rate(then, found.customer, found.line.tax, found.line.item, day),
            quantity=found.line.quantity,
            price=found.line.price,
            start=found.line.start,
            end=found.line.end,
            steps=found.line.steps,
            source=found.line.source or found.contract.source,
        )
        for found in [*lines, *billing.accrued_lines(then, day)]
        if found.kind != "deposit" and found.line.account
    ]
    services += invoiced_later(book, day, known_until)
    services.sort(key=lambda service: (service.contract, service.day, service.item))
    return tuple(services), tuple(notice.one_line for notice in notices)


def _directives(book: Book, proposal: ClosingProposal) -> tuple[NewDirective, ...]:
    """The entry and its reversal."""
    language = book.books_language(proposal.day)
    words = narration(language, _WORDS[proposal.kind], about=f"{proposal.document}, {proposal.calculation}")
    back = narration(language, "closing-reversal", about=words)
    return (
        NewDirective(proposal.day, _rendered(book, proposal, proposal.day, words, proposal.postings)),
        NewDirective(proposal.reversed_on, _rendered(book, proposal, proposal.reversed_on, back, proposal.reversal)),
    )


def _rendered(
    book: Book, proposal: ClosingProposal, day: date, words: str, postings: tuple[ClosingPosting, ...]
) -> Callable[[int], str]:
    return partial(_entry, book.currency, proposal, day, words, postings)


def _entry(
    currency: str,
    proposal: ClosingProposal,
    day: date,
    words: str,
    postings: tuple[ClosingPosting, ...],
    column: int,
) -> str:
    legs = [text.NewPosting(posting.account, posting.amount, currency) for posting in postings]
    return text.transaction(
        day, "*", proposal.customer, words, legs, links=[proposal.link], tags=[CLOSING_TAG], column=column
    )
