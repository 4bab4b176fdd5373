"""All closing entries of a day: what is proposed, what of it the ledger already has, and what it has and should not have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.closing.by_days import UnbilledService, accruals, deferred_income
from beancount_invoicing.accounting.closing.claims import (
    doubtful_claims,
    retentions,
    revaluation,
    unpaid_deposits,
)
from beancount_invoicing.accounting.closing.matrix import AllowanceMatrix, MatrixError, parse_matrix
from beancount_invoicing.accounting.closing.proposals import (
    CLOSING_TAG,
    CannotClose,
    ClosingDay,
    ClosingKind,
    ClosingProposal,
    closing_link,
)
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Day, Finding
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerEntry
from beancount_invoicing.receivables import Allocated, allocate

MATRIX_OPTION = "allowance-matrix"


class ClosingItem(NamedTuple):
    """A proposal, and the ledger's entry if it is written already."""

    proposal: ClosingProposal
    written: LedgerEntry | None


class Closing(NamedTuple):
    """The closing entries of a day, in the order of their kinds, documents and lines."""

    day: Day
    items: tuple[ClosingItem, ...]
    notices: tuple[str, ...]

    @property
    def missing(self) -> tuple[ClosingProposal, ...]:
        """What is not written yet."""
        return tuple(item.proposal for item in self.items if item.written is None)


def closing(
    general_ledger: GeneralLedger,
    book: Book,
    day: date,
    services: Sequence[UnbilledService],
    kinds: Collection[ClosingKind],
    allocated: Allocated | None = None,
) -> Closing:
    """The closing entries at the end of `day`, as the ledger was then; `services`: what was supplied by then and not invoiced.

    An entry of the day that carries a proposal's link, and the tag `#closing`, is that proposal written.
    `allocated`: as of `day`, if the caller has it. Raises CannotClose.
    """
    if not book.currency:
        message = _('the books have no currency: write option "operating_currency" "EUR", for example')
        raise CannotClose([Finding("error", "books-currency", message, book.option_source(""))])
    closing_day = ClosingDay(general_ledger, book, day)
    allocated = allocated or allocate(book, day)
    matrix = _matrix(book, day)
    proposals = [
        proposal
        for kind in kinds
        for proposal in _with_names(_of_kind(kind, closing_day, allocated, services, matrix))
        if proposal.postings
    ]
    closing_day.refuse_if_lacking()
    written = _written(general_ledger, day)
    items = tuple(ClosingItem(proposal, written.get(proposal.link)) for proposal in proposals)
    notices = list(_notices(items, written, kinds, day))
    if "currency" in kinds:
        notices += _on_account(book, allocated)
    if "doubtful" in kinds and not matrix.steps:
        notices.append(
            _(
                'no allowance for late claims: no matrix is given; write, for example, custom "invoice-option" '
                '"{option}" "25% after 90 days; 100% after 360 days"',
                option=MATRIX_OPTION,
            )
        )
    return Closing(day, items, tuple(notices))


def _with_names(proposals: Iterable[ClosingProposal]) -> Iterator[ClosingProposal]:
    """The proposals of a kind; the second of the same key, such as two services of one day, gets a number."""
    known: Counter[str] = Counter()
    for proposal in proposals:
        known[proposal.key] += 1
        yield proposal._replace(key=f"{proposal.key}-{known[proposal.key]}") if known[proposal.key] > 1 else proposal


def _of_kind(
    kind: ClosingKind,
    closing_day: ClosingDay,
    allocated: Allocated,
    services: Sequence[UnbilledService],
    matrix: AllowanceMatrix,
) -> Iterator[ClosingProposal]:
    if kind == "accruals":
        return accruals(closing_day, services)
    if kind == "deferred":
        return deferred_income(closing_day)
    if kind == "currency":
        return revaluation(closing_day, allocated)
    if kind == "doubtful":
        return doubtful_claims(closing_day, allocated, matrix)
    return unpaid_deposits(closing_day, allocated) if kind == "deposits" else retentions(closing_day, allocated)


def _matrix(book: Book, day: date) -> AllowanceMatrix:
    try:
        return parse_matrix(book.option(MATRIX_OPTION, day))
    except MatrixError as error:
        raise CannotClose([Finding("error", "closing-matrix", str(error), book.option_source(MATRIX_OPTION))]) from None


def _written(general_ledger: GeneralLedger, day: date) -> dict[str, LedgerEntry]:
    """The closing entries of a day that the ledger has, by their links."""
    beginning = closing_link(day)
    return {
        link: entry
        for entry in general_ledger.entries
        if entry.date == day and CLOSING_TAG in entry.tags
        for link in sorted(entry.links)
        if link.startswith(beginning)
    }


def _notices(
    items: Sequence[ClosingItem], written: Mapping[str, LedgerEntry], kinds: Collection[ClosingKind], day: date
) -> Iterator[str]:
    """What the ledger has otherwise than it is proposed now: changed figures, and entries that nothing asks for."""
    for proposal, entry in items:
        if entry is None or _amounts(entry) == {posting.account: posting.amount for posting in proposal.postings}:
            continue
        booked = sum((amount for amount in _amounts(entry).values() if amount > 0), ZERO)
        yield _(
            "{place}: {link} books {booked}, but it now comes to {amount} ({calculation}): correct the entry and its reversal, "
            "or delete both and close again",
            place=entry.source,
            link=proposal.link,
            booked=booked,
            amount=proposal.amount,
            calculation=proposal.calculation,
        )
    proposed = {item.proposal.link for item in items}
    wanted = tuple(closing_link(day, f"{kind}-") for kind in kinds)
    for link, entry in written.items():
        if link not in proposed and link.startswith(wanted):
            yield _(
                "{place}: nothing asks for {link} any more: delete the entry and its reversal",
                place=entry.source,
                link=link,
            )


def _on_account(book: Book, allocated: Allocated) -> Iterator[str]:
    """Customers' money in another currency that is for no document yet. It is not revalued: an advance is settled by what is
    supplied for it, not by money (IFRIC 22; Belgium: avis CNC 152/1, section VIII, Acomptes; in France doctrine is divided,
    http://doczz.fr/doc/541566/avril-2013---focus-ifrs). Whether it is to be paid back, the ledger does not know.
    """
    for payment, amount in allocated.unallocated:
        if payment.currency != book.currency:
            yield _(
                "{place}: {amount} {currency} is for no document and is not revalued, as an advance for what you will supply; if "
                "you have to pay it back, book its difference yourself",
                place=payment.source,
                amount=abs(amount),
                currency=payment.currency,
            )


def _amounts(entry: LedgerEntry) -> dict[str, Decimal]:
    """What an entry books, by account."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in entry.postings:
        sums[posting.account] += posting.weight
    return {account: amount for account, amount in sums.items() if amount}
