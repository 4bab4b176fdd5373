"""Late interest and indemnity: what may be claimed of documents, and booking it as claims outside VAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount_invoicing import billing, law
from beancount_invoicing.actions.billing import CannotBill, Dating, document_changes, naming_for
from beancount_invoicing.actions.documents import named_documents
from beancount_invoicing.actions.writing import Changes, How, Outcome, change
from beancount_invoicing.billing import Draft, DraftLine, Request
from beancount_invoicing.dunning import ClaimUnknown, claimed, formal_notice, interest_on
from beancount_invoicing.entries import Loading
from beancount_invoicing.model import ZERO, Book, Customer
from beancount_invoicing.receivables import Position, lies_there, positions
from beancount_invoicing.rules import currencies, numbering
from beancount_invoicing.rules.interest import Interest, stretches


@dataclass(frozen=True, slots=True)
class LateClaim:
    """What may be claimed of a document, or of one customer's share of it; `interest` is None where nothing is. `notices`: what to
    know about it."""

    position: Position
    interest: Interest | None
    notices: tuple[str, ...]


def late_claims(book: Book, as_of: date, words: Sequence[str], booked: date | None = None) -> tuple[LateClaim, ...]:
    """What may be claimed at `as_of` (inclusive), beyond what claims have charged by that day, of documents: by their numbers or
    customers, of whose documents those are left out that are not late and of which nothing may be claimed.

    `booked`: the day of the claims that are to be made of it; then it is beyond what claims of any day have charged, and a name is
    one customer's. Raises UnknownNumber, UnknownCustomer.
    """
    found = named_documents(book, as_of, words, one=booked is not None)
    claims = [
        _late_claim(book, share, as_of, booked)
        for position in found.positions
        for share in (
            (position,)
            if len(position.debtors) < 2
            else positions(book, as_of, wanted=[position.invoice], by_debtor=True)
        )
    ]
    return tuple(
        one
        for one in claims
        if one.interest is not None
        or one.position.invoice.number not in found.of_customers
        or one.position.days_overdue  # it says why nothing may be claimed
    )


def _late_claim(book: Book, position: Position, as_of: date, booked: date | None) -> LateClaim:
    covered = _covered(book, position, as_of, booked)
    try:
        interest = interest_on(book, position, as_of, booked)
    except ClaimUnknown as error:
        return LateClaim(position, error.claim, (*covered, str(error)))
    if interest or covered:
        return LateClaim(position, interest, covered)
    return LateClaim(position, None, (f"{position.invoice.number}: {_why_nothing(book, position, as_of, booked)}",))


def _covered(book: Book, position: Position, as_of: date, booked: date | None) -> tuple[str, ...]:
    """What to know where money on the account, allocated to nothing, lowers what may be claimed."""
    there = lies_there(position.on_account)
    if there <= 0 or _sum(book, position, as_of, booked) == _sum(book, replace(position, on_account=()), as_of, booked):
        return ()
    currency = position.invoice.currency
    came = ", ".join(dict.fromkeys(f"{one.date}, {one.source}" for one in position.on_account if one.amount > 0))
    return (
        f"{position.invoice.number}: {there} {currency} on the account is allocated to no invoice ({came}): nothing is claimed"
        " for what it covers, from that day on; say what it settles, or pay it back",
    )


def _sum(book: Book, position: Position, as_of: date, booked: date | None) -> Decimal:
    """All that may be claimed of a document."""
    try:
        interest = interest_on(book, position, as_of, booked)
    except ClaimUnknown as error:
        interest = error.claim
    return interest.total if interest else ZERO


def _why_nothing(book: Book, position: Position, as_of: date, booked: date | None) -> str:
    """Why nothing may be claimed of a document."""
    invoice = position.invoice
    if invoice.draft or invoice.kind in {"claim", "void"} or invoice.customer is None:
        what = "a draft" if invoice.draft else f"of kind {invoice.kind}"
        return f"it is {what}, which bears no interest"
    if not any(each.due and each.due < as_of and each.amount > 0 for each in position.instalments):
        return f"nothing of it was late by {as_of}"
    said = book.late_interest(invoice.customer, as_of)
    if not said:
        return 'no interest is claimed: write custom "invoice-option" "late-interest" "FR" (a law), or "12" (a contract\'s rate)'
    before = claimed(book, invoice, as_of, booked, position)
    if before.until:
        return f"nothing more: it is claimed until {before.until}"
    buyer = invoice.customer.buyer
    try:
        wanted = law.interest_option(said)
    except ValueError:  # wrong, but let off since
        wanted = "none"
    found = law.late_interest(wanted, buyer) if isinstance(wanted, str) else None
    if isinstance(wanted, str) and found is None:
        return (
            "none is claimed from this customer" if wanted == "none" else f"the law {wanted} is not known for a {buyer}"
        )
    due = min((each.due for each in invoice.instalments), default=invoice.date)
    if found and found.starts == "notice" and formal_notice(book, position, due) is None:
        return (
            f"from a {buyer} it is due from a formal notice to pay on ({found.source}), and none is in the ledger: a note or"
            ' document after the due date with event: "reminder", its level, and tone: "final"'
        )
    return "it was paid in time, credited, is contested, or let off"


@dataclass(frozen=True, slots=True)
class ClaimWanted:
    """What is to be booked as claims: of which documents, up to and with which day, on which income account."""

    numbers: tuple[str, ...]
    as_of: date
    account: str = ""


def claim(file: str | Path, wanted: ClaimWanted, dating: Dating, how: How) -> Outcome:
    """One claim for each document: a line of interest for its days, and one of the fixed indemnity, due at once, without VAT.

    What was claimed before is not claimed again. Raises what `change` raises, CannotBill, UnknownNumber,
    billing.CannotNumber, CannotCompose.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        account = wanted.account or book.option("claim-account", dating.day)
        if not account:
            raise CannotBill(
                'no income account for late interest is known: say --account Income:…, or write custom "invoice-option"'
                ' "claim-account" Income:…'
            )
        if dating.day < wanted.as_of:
            raise CannotBill(
                f"a claim for the days until {wanted.as_of} cannot be dated {dating.day}: say a later --date"
            )
        naming = naming_for(book, dating, how)
        notices: list[str] = []
        drafts: list[Draft] = []
        for one in late_claims(book, wanted.as_of, tuple(dict.fromkeys(wanted.numbers)), dating.day):
            notices += one.notices
            if one.interest is not None:
                draft = billing.compose(
                    book, _request(book, one.position, one.interest, account, wanted.as_of, dating.day)
                )
                drafts.append(billing.numbered(book, draft, naming("claim", dating.day)))
        return document_changes(book, drafts, notices)

    return change(file, make, how)


def _words(book: Book, customer: Customer, day: date) -> tuple[str, dict[str, str]]:
    """The language of the customer's documents, and their labels in it."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    try:
        language = rendering.language_of(book, customer, day, rendering.languages(where))
        labels: dict[str, str] = rendering.words(where, language)["labels"]
    except rendering.TemplateError as error:
        raise CannotBill(str(error)) from None
    return language, labels


def _worked_out(interest: Interest, currency: str, language: str) -> str:
    """How the interest comes about, a line for each stretch of days, as the document prints it."""
    from beancount_invoicing import rendering

    formats, colon = rendering.Formats(language), rendering.colon(language)
    return "\n".join(
        f"{formats.short_day(each.start)} – {formats.short_day(each.end)}{colon}{formats.money(each.base, currency)} ×"
        f" {formats.percent(each.rate)} × {each.days} / {interest.year_days}"
        for each in interest.segments
    )


def _request(book: Book, position: Position, interest: Interest, account: str, as_of: date, day: date) -> Request:
    invoice = position.invoice
    debtor = position.debtor
    assert debtor is not None
    language, words = _words(book, debtor, day)
    before = claimed(book, invoice, as_of, day, position)
    lines = [
        DraftLine(
            net=net,
            account=account,
            tax="",
            since=day,
            text=f"{words['interest']}, {invoice.number}",
            start=start,
            end=end,
            steps=interest.steps,
        )
        for start, end, net in stretches(interest, before.days, currencies.decimals(invoice.currency))
        if interest.interest
    ]
    if interest.indemnity:
        text = f"{words['indemnity']}, {invoice.number}"
        lines.append(DraftLine(net=interest.indemnity, account=account, tax="", since=day, text=text))
    if not lines:
        raise CannotBill(
            f"{invoice.number}: the interest is {interest.interest} {invoice.currency}: there is nothing to book"
        )
    return Request(
        kind="claim",
        customer=debtor.account,
        account=next(one for one in position.accounts if book.accounts.get(one) == debtor.account),
        currency=invoice.currency,
        date=day,
        lines=tuple(lines),
        claims=invoice.number,
        terms="on receipt",
        note=_worked_out(interest, invoice.currency, language),
        narration=f"{numbering.link(invoice.number)}: {words['interest']}",
    )
