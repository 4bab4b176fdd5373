"""Late interest and indemnity: what may be claimed for documents, and booking it as claims outside VAT."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing import billing, law
from beancount_invoicing.billing import Draft, DraftLine, DraftRequest
from beancount_invoicing.documents.search import named_documents
from beancount_invoicing.dunning import InterestUnknown, claimed, formal_notice, interest_on, interest_starts_after
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Customer
from beancount_invoicing.receivables import Position, positions, total_cover
from beancount_invoicing.rules import currencies, numbering
from beancount_invoicing.rules.interest import Interest, uncharged_stretches
from beancount_invoicing.words import word
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import DocumentDating, InvalidRequest, document_changes, next_number_for


class LateClaim(NamedTuple):
    """The interest and indemnity that may be claimed for a document, or for one customer's share of it; `interest` is
    None if nothing can be claimed. `notices`: messages for the user.
    """

    position: Position
    interest: Interest | None
    notices: tuple[str, ...]


def late_claims(
    book: Book, as_of: date, numbers_or_customers: Sequence[str], booked: date | None = None
) -> tuple[LateClaim, ...]:
    """The claims that are possible at `as_of` (inclusive), beyond earlier claims up to that day, for documents given by
    number or customer.

    If a customer is given, documents that are not late, or for which nothing may be claimed, are left out. `booked`:
    the day of the claims to be made. Then claims of any day count as earlier ones, and a name must match one customer.
    Raises UnknownNumber, UnknownCustomer.
    """
    found = named_documents(book, as_of, numbers_or_customers, unique_customer=booked is not None)
    claims = [
        _late_claim(book, share, as_of, booked)
        for position in found.positions
        for share in (
            (position,)
            if len(position.debtors) < 2
            else positions(book, as_of, only_invoices=[position.invoice], by_debtor=True)
        )
    ]
    return tuple(
        claim
        for claim in claims
        if claim.interest is not None
        or claim.position.invoice.number not in found.named_by_customer
        or claim.position.days_overdue  # it explains why nothing may be claimed
    )


def _late_claim(book: Book, position: Position, as_of: date, booked: date | None) -> LateClaim:
    covered = _covered(book, position, as_of, booked)
    try:
        interest = interest_on(book, position, as_of, booked)
    except InterestUnknown as error:
        return LateClaim(position, error.claim, (*covered, str(error)))
    if interest or covered:
        return LateClaim(position, interest, covered)
    return LateClaim(
        position,
        None,
        (
            _(
                "{number}: {why_nothing}",
                number=position.invoice.number,
                why_nothing=_why_nothing(book, position, as_of, booked),
            ),
        ),
    )


def _covered(book: Book, position: Position, as_of: date, booked: date | None) -> tuple[str, ...]:
    """The notice that unallocated money on the account lowers what may be claimed."""
    cover = total_cover(position.on_account)
    if cover <= 0 or _sum(book, position, as_of, booked) == _sum(book, position._replace(on_account=()), as_of, booked):
        return ()
    currency = position.invoice.currency
    came = ", ".join(
        dict.fromkeys(f"{account.date}, {account.source}" for account in position.on_account if account.amount > 0)
    )
    return (
        _(
            "{number}: {there} {currency} on the account is not allocated to any invoice ({came}): nothing is "
            "claimed for what it covers from that day on; write what it settles, or pay it back",
            number=position.invoice.number,
            there=cover,
            currency=currency,
            came=came,
        ),
    )


def _sum(book: Book, position: Position, as_of: date, booked: date | None) -> Decimal:
    """Everything that may be claimed for a document."""
    try:
        interest = interest_on(book, position, as_of, booked)
    except InterestUnknown as error:
        interest = error.claim
    return interest.total if interest else ZERO


def _why_nothing(book: Book, position: Position, as_of: date, booked: date | None) -> str:
    """Why nothing may be claimed for a document."""
    invoice = position.invoice
    if invoice.draft or invoice.kind in {"claim", "void"} or invoice.customer is None:
        if invoice.draft:
            return _("it is a draft, which bears no interest")
        return _("it is of kind {kind}, which bears no interest", kind=word(invoice.kind))
    if not any(
        instalment.due and instalment.due < as_of and instalment.amount > 0 for instalment in position.instalments
    ):
        return _("nothing of it was late by {day}", day=as_of)
    text = book.late_interest(invoice.customer, as_of)
    if not text:
        return _(
            'no interest is claimed: write custom "invoice-option" "late-interest" "FR" (a law), or "12" (a '
            "contract's rate)"
        )
    before = claimed(book, invoice, as_of, booked, position)
    if before.charged_until:
        return _("nothing more: it is claimed until {charged_until}", charged_until=before.charged_until)
    buyer = invoice.customer.buyer
    try:
        wanted = law.interest_option(text)
    except ValueError:  # wrong, but let off since
        wanted = "none"
    found = law.late_interest_law(wanted, buyer) if isinstance(wanted, str) else None
    if isinstance(wanted, str) and found is None:
        return (
            _("none is claimed from this customer")
            if wanted == "none"
            else _("the law {wanted} is not known for a {buyer}", wanted=wanted, buyer=buyer)
        )
    due = min((instalment.due for instalment in invoice.instalments), default=invoice.date)
    if found and found.starts_after == "notice" and formal_notice(book, position, due) is None:
        return _(
            "from a {buyer} it is due only after a formal notice to pay ({place}), and the ledger has none: a "
            'note or document after the due date with event: "reminder", its level, and tone: "final"',
            buyer=buyer,
            place=found.source,
        )
    if found and found.starts_after == "reminder" and interest_starts_after(book, position, due, found) is None:
        return _(
            "from a {buyer} it is due only after a reminder, or 30 days after the due date of an invoice that says so "
            "({place}), and the ledger has no reminder after the due date",
            buyer=buyer,
            place=found.source,
        )
    return _("it was paid in time, credited, contested or waived")


class InterestClaimRequest(NamedTuple):
    """What to book as claims: for which documents, up to which day and dated which day, on which income account."""

    numbers: tuple[str, ...]
    as_of: date
    account: str = ""


def claim_interest(
    file: str | Path, request: InterestClaimRequest, dating: DocumentDating, write_options: WriteOptions
) -> Outcome:
    """One claim for each document: a line of interest for its days, and one of the fixed indemnity, due at once, without VAT.

    What was claimed before is not claimed again. Raises what `change` raises, InvalidRequest, UnknownNumber, billing.CannotNumber,
    CannotCompose.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        account = request.account or book.option("claim-account", dating.day)
        if not account:
            raise InvalidRequest(
                _(
                    "no income account for late interest is known: give --account Income:…, or write custom "
                    '"invoice-option" "claim-account" Income:…'
                )
            )
        if dating.day < request.as_of:
            raise InvalidRequest(
                _(
                    "a claim for the days up to {day} cannot be dated {dating_day}: give a later --date",
                    day=request.as_of,
                    dating_day=dating.day,
                )
            )
        naming = next_number_for(book, dating, write_options)
        notices: list[str] = []
        drafts: list[Draft] = []
        for claim in late_claims(book, request.as_of, tuple(dict.fromkeys(request.numbers)), dating.day):
            notices += claim.notices
            if claim.interest is not None:
                draft = billing.compose_draft(
                    book, _request(book, claim.position, claim.interest, account, request.as_of, dating.day)
                )
                drafts.append(billing.with_number_and_due_dates(book, draft, naming("claim", dating.day)))
        return document_changes(book, drafts, notices)

    return change(file, make, write_options)


def _words(book: Book, customer: Customer, day: date) -> tuple[str, dict[str, str]]:
    """The language of the customer's documents, with its region, and their labels in it."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    try:
        locale = rendering.locale_of(book, customer, day, rendering.template_languages(where))
        labels: dict[str, str] = rendering.word_table(where, locale)["labels"]
    except rendering.TemplateError as error:
        raise InvalidRequest(str(error)) from None
    return locale, labels


def _worked_out(interest: Interest, currency: str, locale: str) -> str:
    """How the interest was calculated, a line for each stretch of days, as the document prints it."""
    from beancount_invoicing import rendering

    formats, colon = rendering.Formats(locale), rendering.colon(locale)
    return joined(
        "\n",
        (
            f"{formats.short_day(segment.start)} – {formats.short_day(segment.end)}{colon}{formats.money(segment.base, currency)} ×"
            f" {formats.percent(segment.rate)} × {segment.days} / {interest.year_days}"
            for segment in interest.segments
        ),
    )


def _request(book: Book, position: Position, interest: Interest, account: str, as_of: date, day: date) -> DraftRequest:
    invoice = position.invoice
    debtor = position.debtor
    assert debtor is not None
    locale, words = _words(book, debtor, day)
    before = claimed(book, invoice, as_of, day, position)
    lines = [
        DraftLine(
            net=net,
            account=account,
            tax="",
            billable_from=day,
            text=f"{words['interest']}, {invoice.number}",
            start=start,
            end=end,
            steps=interest.steps,
        )
        for start, end, net in uncharged_stretches(
            interest, before.charged_periods, currencies.currency_decimals(invoice.currency)
        )
        if interest.amount
    ]
    if interest.indemnity:
        text = f"{words['indemnity']}, {invoice.number}"
        lines.append(DraftLine(net=interest.indemnity, account=account, tax="", billable_from=day, text=text))
    if not lines:
        raise InvalidRequest(
            _(
                "{number}: the interest is {amount} {currency}: there is nothing to book",
                number=invoice.number,
                amount=interest.amount,
                currency=invoice.currency,
            )
        )
    return DraftRequest(
        kind="claim",
        customer=debtor.account,
        account=next(account for account in position.accounts if book.main_accounts.get(account) == debtor.account),
        currency=invoice.currency,
        date=day,
        lines=tuple(lines),
        claims=invoice.number,
        terms=_("on receipt"),
        note=_worked_out(interest, invoice.currency, locale),
        narration=f"{numbering.link(invoice.number)}: {words['interest']}",
    )
