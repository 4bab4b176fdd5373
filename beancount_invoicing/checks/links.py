"""Names on payments and credit notes that no document has, and which one was likely meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from beancount_invoicing.billing.numbers import SERIES
from beancount_invoicing.checks.documents import money
from beancount_invoicing.model import ZERO, Book, Finding, Invoice, Source, Unmatched
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules import numbering

FAR = 3
"""So many slips of the pen, or more, are not one number mistyped."""


@dataclass(slots=True)
class _Standing:
    """A document, and what is open and what is settled of it on the last day; what was only assumed counts as open."""

    invoice: Invoice
    open: Decimal = ZERO
    settled: Decimal = ZERO
    customers: set[str] = field(default_factory=set)


def unmatched(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """A link of a payment or credit note that is written like a number of the ledger's series is one; `settles` always is.

    The likely one is said: by digits, by what is open of it, of the same customer.
    """
    notes = [one for one in book.invoices if one.kind == "credit-note" and not one.corrects and not one.draft]
    known = (
        {link for one in book.invoices for link in (numbering.link(one.number),)} if notes or book.unmatched else set()
    )
    loose = [(note, link) for note in notes for link in sorted(note.links - known)]
    if not book.unmatched and not loose:
        return
    like = numbering.likeness(
        [str(value) for name in SERIES if name in book.options for _day, value in book.options[name].versions],
        [one.number for one in book.invoices if not one.draft],
    )
    standings = _standings(book, allocated)
    left = {one.payment.source: one.amount for one in allocated.unallocated}
    wrong = {numbering.link(use.number) for use in book.numbers} - known  # those documents have errors, which are said
    older = _of_older_books(book)
    for one in book.unmatched:
        if one.key == "settles" or (one.name not in wrong and not older(one) and like(one.name)):
            yield _of_payment(one, standings, left)
    for note, link in loose:
        if like(link):
            customers = {note.customer.account} if note.customer else set()
            likely = _likely(link, standings, customers, note.payable, note.currency, note.date, "note")
            yield Finding(
                "warning",
                "unknown-link",
                f"{note.number} links to ^{link}, but there is no such document: it corrects nothing; {likely}",
                note.source,
            )


def before_documents(book: Book) -> Callable[[str, date], bool]:
    """Tells, of a customer's main account and a day, whether the books had no documents of it then: up to the day on which its open
    items were taken over, inclusive, or before `checked-from`."""
    said = book.options.get("checked-from")
    first = said.as_last_said if said else date.min
    taken_over: defaultdict[str, date] = defaultdict(lambda: date.min)
    for invoice in book.invoices:
        if invoice.kind == "opening" and invoice.customer:
            taken_over[invoice.customer.account] = max(taken_over[invoice.customer.account], invoice.since)
    return lambda customer, day: (isinstance(first, date) and day < first) or day <= taken_over[customer]


def _of_older_books(book: Book) -> Callable[[Unmatched], bool]:
    """Tells the links of entries that older books made, before they had documents, or between a claim and what pays it, to the
    cent."""
    before = before_documents(book)
    sums: defaultdict[str, defaultdict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in book.unmatched:
        for payment in one.payments:
            sums[one.name][payment.customer, payment.currency] += payment.amount

    def older(one: Unmatched) -> bool:
        return all(before(payment.customer, one.date) for payment in one.payments) or not any(sums[one.name].values())

    return older


def _standings(book: Book, allocated: Allocated) -> Mapping[str, _Standing]:
    """The documents that can be settled, by number."""
    unnamed = {payment.source for one in book.unmatched for payment in one.payments}
    result: dict[str, _Standing] = {}
    for invoice in book.invoices:
        if not invoice.draft and invoice.kind != "void":
            owed_by = {invoice.customer.account} if invoice.customer else set()
            result.setdefault(invoice.number, _Standing(invoice, customers=owed_by))
    for claim in allocated.claims:
        one = result[claim.invoice.number]
        if one.invoice is claim.invoice:
            one.open += claim.open
            one.settled += claim.amount - claim.open
            one.customers.add(book.accounts.get(claim.account, ""))
    for each in allocated.allocations:
        if each.how == "oldest" and each.source in unnamed:
            result[each.invoice.number].open += each.amount
            result[each.invoice.number].settled -= each.amount
    return result


def _of_payment(one: Unmatched, standings: Mapping[str, _Standing], left: Mapping[Source, Decimal]) -> Finding:
    unallocated: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    amounts: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment in one.payments:
        unallocated[payment.currency] += left.get(payment.source, ZERO)
        amounts[payment.currency] += payment.amount
    currency = max(sorted(amounts), key=lambda one: abs(unallocated[one]))
    amount = unallocated[currency] or amounts[currency]
    customers = {payment.customer for payment in one.payments}
    likely = _likely(one.name, standings, customers, amount, currency, one.date, one.key)
    stays = f": {money(abs(amount), currency)} stays unallocated" if unallocated[currency] else ""
    if one.key == "settles":
        return Finding(
            "error", "unknown-invoice", f'settles: there is no invoice "{one.name}"{stays}; {likely}', one.source
        )
    return Finding(
        "warning",
        "unknown-link",
        f"^{one.name} is written like a number of your documents, but none has it{stays}; {likely}",
        one.source,
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
    for number, one in standings.items():
        takes = (
            -one.open if (one.open < 0) == (amount > 0) else one.settled if (one.settled > 0) == (amount > 0) else ZERO
        )
        if not customers & one.customers or one.invoice.currency != currency or not takes:
            continue
        slips = min(numbering.distance(name, numbering.link(number)), FAR)
        fits = 0 if abs(takes) == abs(amount) else 2 if abs(takes) > abs(amount) else 3
        if slips + fits <= FAR:
            found.append((slips + fits, number))
    best = sorted(number for points, number in found if points == min(found)[0])[:2]
    if not best:
        instead = "take it out" if key == "settles" else "give a link of your own another name"
        return f"correct it, or {instead}; if a document of that number is still to be written, this settles it once it is there"
    said = []
    for number in best:
        one = standings[number]
        what = f"{money(abs(one.open), currency)} open" if one.open else "settled"
        later = f", and dated {one.invoice.since}: it is settled from then on" if one.invoice.since > day else ""
        said.append(f"{write(number)} ({what}{later})")
    return f"did you mean {' or '.join(said)}?"
