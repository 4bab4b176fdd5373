"""The instalments of a document: its receivable postings, and the due dates from them or from the terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.documents.context import DocumentHeader
from beancount_invoicing.entries.documents.postings import DocumentPosting
from beancount_invoicing.entries.metadata import read_metadata
from beancount_invoicing.messages import _
from beancount_invoicing.model import NOT_YET, ZERO, CalculationStep, Instalment, Payment
from beancount_invoicing.rules import payment_terms

DUE_SAID = "due: says so"
"""Why an instalment is due on its date, if the ledger gives the date."""

Schedule = list[payment_terms.DueInstalment]


class Instalments(NamedTuple):
    """The instalments of a document, and whether they are due by its terms: they are not if other dates are written."""

    instalments: list[Instalment]
    by_terms: bool


def split_receivables(
    document: DocumentHeader, postings: Sequence[DocumentPosting], to_pay: Decimal
) -> tuple[list[DocumentPosting], list[Payment]]:
    """The receivable postings in the document's direction, and those against it: paid at once.

    `to_pay`: the document's total, less deposits.
    """
    total = sum((posting.number for posting in postings), ZERO)
    direction = -1 if to_pay < 0 or (to_pay == 0 and total < 0) else 1
    receivables, payments = [], []
    for posting in postings:
        if posting.number * direction >= 0 and posting.currency == document.currency:
            receivables.append(posting)
            continue
        read_metadata(posting.posting.meta, keys.PAYMENT_POSTING, posting.source, document.findings)
        payments.append(
            Payment(
                date=document.day,
                account=posting.posting.account,
                customer=document.main,
                currency=posting.currency,
                amount=posting.number,
                source=posting.source,
                settles=() if document.draft else (document.number,),
                at_once=True,
                narration=document.entry.narration or "",
            )
        )
    return receivables, payments


def read_instalments(
    document: DocumentHeader, receivables: Sequence[DocumentPosting], terms: str, to_be_paid_back: bool
) -> Instalments:
    """The instalments: by the postings' own due dates, the document's, or the terms; `retained` ones depend on an acceptance.
    A document to be paid back is never late: it is due on its own date unless it gives another one.
    """
    metadata = [
        read_metadata(posting.posting.meta, keys.RECEIVABLE, posting.source, document.findings)
        for posting in receivables
    ]
    retained = [bool(written.get("retained")) for written in metadata]
    usual = [posting for posting, is_retained in zip(receivables, retained, strict=True) if not is_retained]
    written_dates: list[date | None] = [
        written.get("due") or document.metadata.get("due")
        for written, is_retained in zip(metadata, retained, strict=True)
        if not is_retained
    ]
    result, by_terms = _dated(document, usual, written_dates, terms, to_be_paid_back)
    for posting, written in zip(receivables, metadata, strict=True):
        if written.get("retained"):
            result.append(_retained(document, posting, written, len(result) + 1))
    return Instalments(result, by_terms or not result)


def _retained(
    document: DocumentHeader, posting: DocumentPosting, metadata: Mapping[str, Any], number: int
) -> Instalment:
    """A retention, until the customer accepts the works, or until a given day."""
    day = metadata.get("due")
    return Instalment(
        number,
        posting.posting.account,
        posting.number,
        day or NOT_YET,
        posting.source,
        (document.position, posting.position),
        (as_written(day),) if day else (),
        metadata["retained"],
    )


def as_written(day: date, because: str = DUE_SAID) -> CalculationStep:
    """The step that explains a due date that was not calculated."""
    return CalculationStep(_("due date"), "as written", (day,), day, because)


def _dated(
    document: DocumentHeader,
    receivables: Sequence[DocumentPosting],
    written_dates: Sequence[date | None],
    terms: str,
    to_be_paid_back: bool,
) -> Instalments:
    """The instalments except retentions; `written_dates`: of each receivable, or None."""
    all_written = all(written_dates)
    schedule: Schedule = []
    agrees = False
    if receivables and not to_be_paid_back:
        schedule, agrees = _schedule(document, receivables, written_dates, terms)
    if len(receivables) == 1 and not written_dates[0] and len(schedule) > 1:
        return Instalments(_split_by_terms(document, receivables[0], schedule), not all_written)
    result: list[Instalment] = []
    for place, (posting, written) in enumerate(zip(receivables, written_dates, strict=True)):
        explanation: tuple[CalculationStep, ...]
        due = schedule[place if len(schedule) == len(receivables) else 0] if schedule else None
        if written:
            day, explanation = written, (as_written(written),)
            if agrees and due:
                explanation = (*_explained(due, posting.number), *explanation)
        elif due is None:
            day = document.day
            explanation = (as_written(day, _("paid back, or its terms cannot be read")),)
        else:
            day, explanation = due.date, _explained(due, posting.number)
        place_in_ledger = (document.position, posting.position)
        account = posting.posting.account
        result.append(Instalment(place + 1, account, posting.number, day, posting.source, place_in_ledger, explanation))
    return Instalments(result, agrees or not all_written)


def _split_by_terms(document: DocumentHeader, receivable: DocumentPosting, schedule: Schedule) -> list[Instalment]:
    """The instalments into which the terms divide one posting."""
    place, account = (document.position, receivable.position), receivable.posting.account
    return [
        Instalment(number, account, due.amount, due.date, receivable.source, place, due.steps)
        for number, due in enumerate(schedule, 1)
    ]


def _schedule(
    document: DocumentHeader,
    receivables: Sequence[DocumentPosting],
    written_dates: Sequence[date | None],
    terms: str,
) -> tuple[Schedule, bool]:
    """The instalments by the terms, and whether exactly these are written; nothing if the terms cannot be read."""
    all_written = all(written_dates)
    total = sum((posting.number for posting in receivables), ZERO)
    calendar = document.context.option("business-days", document.day)
    moves = bool(calendar) and calendar in payment_terms.calendars()  # one that is not is an error of the option
    schedule: Schedule = []
    try:
        parsed = payment_terms.parse_terms(terms, document.day)
        schedule = list(payment_terms.schedule(parsed, document.day, total, document.decimals))
    except payment_terms.TermsError as error:
        if not all_written:
            document.findings.error(
                "terms", _("{number}: {error}", number=document.number, error=error), document.source
            )
    dated = [(day, posting.number) for day, posting in zip(written_dates, receivables, strict=True) if day]
    agrees = all_written and payment_terms.terms_match(schedule, dated, moves)
    if moves and not all_written:
        schedule = [payment_terms.moved_to_business_day(due, calendar) for due in schedule]
    if not all_written and len(receivables) > 1 and len(schedule) not in {0, 1, len(receivables)}:
        document.findings.error(
            "instalments",
            _(
                "{number} has {count} receivable postings, but its terms ({terms}) have {other_count} instalments: "
                "write one posting, or one per instalment",
                number=document.number,
                count=len(receivables),
                terms=terms,
                other_count=len(schedule),
            ),
            document.source,
        )
        schedule = schedule[:1]
    elif len(receivables) == len(schedule) > 1 and not any(written_dates):
        _check_amounts(document, receivables, schedule, terms)
    return schedule, agrees


def _check_amounts(
    document: DocumentHeader, receivables: Sequence[DocumentPosting], schedule: Schedule, terms: str
) -> None:
    """An error for each posting that is not the instalment of the terms."""
    for posting, due in zip(receivables, schedule, strict=True):
        if posting.number != due.amount:
            document.findings.error(
                "instalments",
                _(
                    "{number}: this instalment is {posting_number}, but by its terms ({terms}) it is {amount} "
                    "{currency}: correct it, or write its due: on each posting",
                    number=document.number,
                    posting_number=posting.number,
                    terms=terms,
                    amount=due.amount,
                    currency=document.currency,
                ),
                posting.source,
            )


def _explained(due: payment_terms.DueInstalment, amount: Decimal) -> tuple[CalculationStep, ...]:
    """How an instalment follows from the terms; if its amount does not, only the date is explained."""
    return tuple(step for step in due.steps if step.figure == "due date" or due.amount == amount)
