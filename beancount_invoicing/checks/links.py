"""Names on payments and credit notes that no document has, and which document was likely meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from beancount_invoicing.billing.numbers import SERIES
from beancount_invoicing.checks.documents import ledger_amount
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Finding, Invoice, Source, Unmatched
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules import numbering

FAR = 3
"""With this many typing errors, or more, it is not one number mistyped."""


@dataclass(slots=True)
class _Standing:
    """A document, and its open and settled amounts on the last day; assumed settlements count as open."""

    invoice: Invoice
    open: Decimal = ZERO
    settled: Decimal = ZERO
    customers: set[str] = field(default_factory=set)


def check_unmatched(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """A link of a payment or credit note that looks like a number of the ledger's series must be one, and `settles`
    must always be one. The warning names the likely document, judging by digits, open amount and customer.
    """
    notes = [
        invoice
        for invoice in book.invoices
        if invoice.kind == "credit-note" and not invoice.corrects and not invoice.draft
    ]
    known = (
        {link for invoice in book.invoices for link in (numbering.link(invoice.number),)}
        if notes or book.unmatched
        else set()
    )
    loose = [(note, link) for note in notes for link in sorted(note.links - known)]
    if not book.unmatched and not loose:
        return
    like = numbering.number_matcher(
        [str(value) for name in SERIES if name in book.options for _day, value in book.options[name].versions],
        [invoice.number for invoice in book.invoices if not invoice.draft],
    )
    standings = _standings(book, allocated)
    left = {unallocated.payment.source: unallocated.amount for unallocated in allocated.unallocated}
    wrong = {
        numbering.link(use.number) for use in book.number_uses
    } - known  # those documents have errors, which are said
    older = _of_older_books(book)
    for unmatched in book.unmatched:
        if unmatched.key == "settles" or (
            unmatched.name not in wrong and not older(unmatched) and like(unmatched.name)
        ):
            yield _of_payment(unmatched, standings, left)
    for note, link in loose:
        if like(link):
            customers = {note.customer.account} if note.customer else set()
            likely = _likely(link, standings, customers, note.payable, note.currency, note.date, "note")
            yield Finding(
                "warning",
                "unknown-link",
                _(
                    "{number} links to ^{link}, but there is no such document: it corrects nothing; {likely}",
                    number=note.number,
                    link=link,
                    likely=likely,
                ),
                note.source,
            )


def before_documents(book: Book) -> Callable[[str, date], bool]:
    """Whether, for a customer's main account and a day, the books had no documents of the customer yet: up to the day
    on which its open items were taken over, inclusive, or before `checked-from`.
    """
    dated = book.options.get("checked-from")
    first = dated.latest if dated else date.min
    taken_over: defaultdict[str, date] = defaultdict(lambda: date.min)
    for invoice in book.invoices:
        if invoice.kind == "opening" and invoice.customer:
            taken_over[invoice.customer.account] = max(taken_over[invoice.customer.account], invoice.booked_from)
    return lambda customer, day: (isinstance(first, date) and day < first) or day <= taken_over[customer]


def _of_older_books(book: Book) -> Callable[[Unmatched], bool]:
    """The links of entries from older books, before they had documents, or between a claim and its payment, to the cent."""
    before = before_documents(book)
    sums: defaultdict[str, defaultdict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for unknown in book.unmatched:
        for payment in unknown.payments:
            sums[unknown.name][payment.customer, payment.currency] += payment.amount

    def older(unmatched: Unmatched) -> bool:
        return all(before(payment.customer, unmatched.date) for payment in unmatched.payments) or not any(
            sums[unmatched.name].values()
        )

    return older


def _standings(book: Book, allocated: Allocated) -> Mapping[str, _Standing]:
    """The documents that can be settled, by number."""
    unnamed = {payment.source for unmatched in book.unmatched for payment in unmatched.payments}
    result: dict[str, _Standing] = {}
    for invoice in book.invoices:
        if not invoice.draft and invoice.kind != "void":
            owed_by = {invoice.customer.account} if invoice.customer else set()
            result.setdefault(invoice.number, _Standing(invoice, customers=owed_by))
    for claim in allocated.open_items:
        standing = result[claim.invoice.number]
        if standing.invoice is claim.invoice:
            standing.open += claim.open
            standing.settled += claim.amount - claim.open
            standing.customers.add(book.main_accounts.get(claim.account, ""))
    for allocation in allocated.allocations:
        if allocation.how == "oldest" and allocation.source in unnamed:
            result[allocation.invoice.number].open += allocation.amount
            result[allocation.invoice.number].settled -= allocation.amount
    return result


def _of_payment(unmatched: Unmatched, standings: Mapping[str, _Standing], left: Mapping[Source, Decimal]) -> Finding:
    unallocated: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    amounts: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment in unmatched.payments:
        unallocated[payment.currency] += left.get(payment.source, ZERO)
        amounts[payment.currency] += payment.amount
    currency = max(sorted(amounts), key=lambda amount: abs(unallocated[amount]))
    amount = unallocated[currency] or amounts[currency]
    customers = {payment.customer for payment in unmatched.payments}
    likely = _likely(unmatched.name, standings, customers, amount, currency, unmatched.date, unmatched.key)
    stays = (
        _(": {amount} stays unallocated", amount=ledger_amount(abs(amount), currency)) if unallocated[currency] else ""
    )
    if unmatched.key == "settles":
        return Finding(
            "error",
            "unknown-invoice",
            _(
                'settles: there is no invoice "{unmatched}"{stays}; {likely}',
                unmatched=unmatched.name,
                stays=stays,
                likely=likely,
            ),
            unmatched.source,
        )
    return Finding(
        "warning",
        "unknown-link",
        _(
            "^{unmatched} looks like a number of your documents, but none has it{stays}; {likely}",
            unmatched=unmatched.name,
            stays=stays,
            likely=likely,
        ),
        unmatched.source,
    )


def _likely(
    name: str,
    standings: Mapping[str, _Standing],
    customers: set[str],
    amount: Decimal,
    currency: str,
    day: date,
    key: str = "link",
) -> str:
    """What was likely meant by a name on `amount` (what the customer owes more by it), and what to do."""
    write: Callable[[str], str] = (
        (lambda number: f"^{numbering.link(number)}") if key != "settles" else (lambda number: f'settles: "{number}"')
    )
    found: list[tuple[int, str]] = []
    for number, standing in standings.items():
        takes = (
            -standing.open
            if (standing.open < 0) == (amount > 0)
            else standing.settled
            if (standing.settled > 0) == (amount > 0)
            else ZERO
        )
        if not customers & standing.customers or standing.invoice.currency != currency or not takes:
            continue
        slips = min(numbering.distance(name, numbering.link(number)), FAR)
        fits = 0 if abs(takes) == abs(amount) else 2 if abs(takes) > abs(amount) else 3
        if slips + fits <= FAR:
            found.append((slips + fits, number))
    best = sorted(number for points, number in found if points == min(found)[0])[:2]
    if not best:
        instead = _("take it out") if key == "settles" else _("give the link another name, if it is your own")
        return _(
            "correct it, or {instead}; if a document of that number is still to be written, this will settle it then",
            instead=instead,
        )
    findings = []
    for number in best:
        standing = standings[number]
        still_open = ledger_amount(abs(standing.open), currency)
        state = _("{amount} open", amount=still_open) if standing.open else _("settled")
        later = (
            _(", and dated {day}: it is settled from then on", day=standing.invoice.booked_from)
            if standing.invoice.booked_from > day
            else ""
        )
        findings.append(_("{write} ({subject}{later})", write=write(number), subject=state, later=later))
    return _("did you mean {text}?", text=joined(_(" or "), findings))
