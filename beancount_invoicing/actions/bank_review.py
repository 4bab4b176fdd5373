"""A person's decisions about lines of bank statements that are not certain, line by line; each is booked at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions import pay
from beancount_invoicing.actions.bank_import import Comparison, booking_changes, compare, compare_after
from beancount_invoicing.bank.bookable import must_be_bookable
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.bank.payment_plans import WantedDocument, with_currency_decimals
from beancount_invoicing.bank.payments import CannotBook, PaymentEntry, PaymentPosting
from beancount_invoicing.bank.rounds import LineKey
from beancount_invoicing.bank.statements import AccountStatement, Statement, StatementLine
from beancount_invoicing.customer_search import UnknownCustomer, find_customer
from beancount_invoicing.documents.search import UnknownNumber, document_finder
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change, is_all_that_changed
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.payment_text import payment_transaction

StatementReader = Callable[[Book], Sequence[AccountStatement]]


class LinePart(NamedTuple):
    """A part of a line's money and its use: a document, a customer's account, or an account that is not a customer's."""

    number: str = ""
    customer: str = ""
    """The customer's main account: the money stays on it, for no document."""
    account: str = ""
    amount: Decimal | None = None
    """Above 0, in the line's currency (for a document, in the document's). None: all that is left (for a document: the
    amount that `pay` would use).
    """


class LineReview(NamedTuple):
    """The lines of statements on a day, for the ledger as it is: those to decide, those that are certain, and those
    that are not ours.
    """

    undecided: tuple[BookedLine, ...]
    certain: tuple[BookedLine, ...]
    left_alone: tuple[BookedLine, ...]
    book: Book
    comparison: Comparison


def line_key(line: BookedLine) -> LineKey:
    """The key by which a line is found again after the ledger has changed."""
    return line.account, line.proposal.line.bank_id


def until(statement: Statement, as_of: date | None) -> Statement:
    """The statement with its lines up to `as_of` (inclusive; None: all of them). If a line is left out, there is no
    closing balance.
    """
    lines = tuple(line for line in statement.lines if as_of is None or line.date <= as_of)
    return statement if lines == statement.lines else statement._replace(lines=lines, closing=None, until=as_of)


def review_lines(loading: Loading, statements: Sequence[AccountStatement]) -> LineReview:
    """The lines that the ledger does not have."""
    return _review(compare(loading, statements))


def review_after(
    review: LineReview, loading: Loading, statements_of: StatementReader, decided: BookedLine, outcome: Outcome
) -> LineReview:
    """The same, once `book_line` has booked a line as decided: if nothing else was changed in the ledger, only those lines are
    compared again that this changes. `review` is not to be used any more.
    """
    if decided.entry is not None and is_all_that_changed(outcome, review.comparison.loading, loading):
        return _review(compare_after(review.comparison, loading, line_key(decided), decided.entry))
    return review_lines(loading, statements_of(loading.book))


def _review(comparison: Comparison) -> LineReview:
    lines = [line for line in comparison.lines if line.known is None]
    return LineReview(
        tuple(line for line in lines if not line.is_booked and line.proposal.action != "not-ours"),
        tuple(line for line in lines if line.is_booked),
        tuple(line for line in lines if line.proposal.action == "not-ours"),
        comparison.loading.book,
        comparison,
    )


def read_part(book: Book, day: date, text: str) -> LinePart:
    """The meaning of `NAME` or `NAME=AMOUNT`: a document by its number (or its end), an open account, or a customer by
    any name.

    Raises InvalidRequest if it is none of them, or the amount is not above 0.
    """
    name, equals, written = text.rpartition("=")
    amount = _read_amount(text, written) if equals else None
    name = (name if equals else text).strip()
    if name in book.opened_accounts and name not in book.main_accounts:
        return LinePart(account=name, amount=amount)
    try:
        return LinePart(number=document_finder(book, max(day, book.last_date))(name).invoice.number, amount=amount)
    except UnknownNumber as error:
        unknown_number = str(error)
    try:
        return LinePart(customer=find_customer(book, name), amount=amount)
    except UnknownCustomer as error:
        looks_like_number = any(character.isdigit() for character in name)
        raise InvalidRequest(
            unknown_number
            if looks_like_number
            else _("{name}: there is no open account of that name", name=name)
            if ":" in name
            else str(error)
        ) from None


def _read_amount(text: str, written: str) -> Decimal:
    try:
        amount = Decimal(written.strip().replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise InvalidRequest(_("{text}: write an amount above 0 after the =, such as F2026-0067=250.00", text=text))
    return amount


def money_of(line: StatementLine) -> Decimal:
    """The amount that the other side paid, or got: without sign, with the fee that was deducted."""
    return abs(line.amount + line.fee)


def money_left(line: StatementLine, parts: Iterable[LinePart]) -> Decimal:
    """The part of a line's money that is left after the parts with amounts. Raises InvalidRequest if they are more than
    the line.
    """
    used = sum((part.amount for part in parts if part.amount is not None), ZERO)
    left = money_of(line) - used
    if left < 0:
        raise InvalidRequest(
            _(
                "the parts come to {used} {currency}, but the line is of {money}: {more} too much",
                used=used,
                currency=line.currency,
                money=money_of(line),
                more=-left,
            )
        )
    return left


def decided_entry(book: Book, booked: BookedLine, parts: Sequence[LinePart]) -> tuple[PaymentEntry, tuple[str, ...]]:
    """The entry of a line whose money is used for `parts`, and its notices.

    Documents without an amount get what `pay` gives them; one customer's account may take the rest. Raises
    InvalidRequest if it cannot be booked like this.
    """
    line = booked.proposal.line
    others = [part for part in parts if part.account]
    own = [part for part in parts if not part.account]
    customers = list(dict.fromkeys(part.customer for part in parts if part.customer))
    if len(customers) > 1:
        raise InvalidRequest(
            _("the rest stays on one customer's account: book the money of several with `bean-invoice pay`")
        )
    try:
        if not own:
            entry, notices = _on_other_accounts(booked, others), tuple[str, ...]()
            must_be_bookable(book, entry)
            return entry, notices
        apart = _other_amounts(line, others)
        request = pay.PaymentRequest(
            day=line.date,
            documents=tuple(WantedDocument(part.number, part.amount) for part in own if part.number),
            kind=_kind(line),
            amount=abs(line.amount) - apart,
            currency=line.currency,
            account=booked.account,
            fee=line.fee,
            on_account_of=customers[0] if customers else "",
            payer=line.payer,
            narration=line.text,
            bank_id=line.bank_id,
            return_reason=line.return_reason,
        )
        entry, notices = pay.composed(book, request)
        entry = _with_other_accounts(line, entry, others)
        must_be_bookable(book, entry)
        return entry, notices
    except (CannotBook, UnknownNumber, UnknownCustomer) as error:
        raise InvalidRequest(str(error)) from error


def _kind(line: StatementLine) -> pay.PaymentKind:
    if line.amount > 0:
        return "payment"
    return "return" if line.is_return else "refund"


def _other_amounts(line: StatementLine, others: Iterable[LinePart]) -> Decimal:
    """What goes to accounts that are not a customer's, beside documents. Raises CannotBook if that is not said, or all of it."""
    total = ZERO
    for part in others:
        if part.amount is None:
            raise CannotBook(_("say how much goes to {account}: {account}=AMOUNT", account=part.account))
        total += with_currency_decimals(part.amount, line.currency)
    if total >= abs(line.amount):
        raise CannotBook(
            _(
                "{total} {currency} go to other accounts, and nothing of {amount} is left",
                total=total,
                currency=line.currency,
                amount=abs(line.amount),
            )
        )
    return total


def _with_other_accounts(line: StatementLine, entry: PaymentEntry, others: Sequence[LinePart]) -> PaymentEntry:
    """The entry of the whole movement, of which a part goes to accounts that are not a customer's."""
    if not others:
        return entry
    money, rest = entry.postings[0], entry.postings[1:]
    if money.price:
        raise CannotBook(
            _("money in another currency than the documents' cannot be split: book it with `bean-invoice pay`")
        )
    return entry._replace(postings=(money._replace(amount=line.amount), *rest, *_other_postings(line, others)))


def _on_other_accounts(booked: BookedLine, others: Sequence[LinePart]) -> PaymentEntry:
    """The entry of a line that is not a customer's money. Raises InvalidRequest if the parts do not make it."""
    line = booked.proposal.line
    left = money_left(line, others)
    open_parts = [part for part in others if part.amount is None]
    if len(open_parts) > 1 or (left and not open_parts):
        raise InvalidRequest(
            _("{left} {currency} of the line are left: say for what", left=left, currency=line.currency)
        )
    whole = [part if part.amount is not None else part._replace(amount=left) for part in others]
    bank = PaymentPosting(booked.account, line.amount, line.currency)
    if line.fee:
        raise InvalidRequest(_("a line with a fee is booked with `bean-invoice pay`, or by hand"))
    return PaymentEntry(
        date=line.date,
        payee=line.payer,
        narration=line.text,
        links=(),
        meta=tuple(
            (key, value) for key, value in (("bank-id", line.bank_id), ("return-reason", line.return_reason)) if value
        ),
        postings=(bank, *_other_postings(line, whole)),
        explanation=(),
        against=(),
        settled=(),
        currency=line.currency,
        on_account=ZERO,
    )


def _other_postings(line: StatementLine, parts: Iterable[LinePart]) -> tuple[PaymentPosting, ...]:
    return tuple(
        PaymentPosting(
            part.account,
            -with_currency_decimals(part.amount or ZERO, line.currency).copy_sign(line.amount),
            line.currency,
        )
        for part in parts
    )


def book_line(
    file: str | Path,
    statements_of: StatementReader,
    shown: BookedLine,
    parts: Sequence[LinePart],
    loader: LedgerLoader | None = None,
    session: str = "",
    review: LineReview | None = None,
) -> Outcome:
    """Books one line as it was shown: by its proposal or, with `parts`, as a person decided. The other lines stay
    undecided. `review`: in which it was shown; if the ledger is still the same, nothing is compared again.

    Everything of one `session` is taken back together. Like an import, it also writes the ids of recognised entries and
    the closing balances. Raises what `change` and `statements_of` raise, and InvalidRequest if the line is in the
    ledger by now, or its entry is no longer the same.
    """

    def make(loading: Loading) -> Changes:
        same = review is not None and review.comparison.loading is loading
        comparison = review.comparison if review and same else compare(loading, statements_of(loading.book))
        lines = comparison.lines
        now = next((line for line in lines if line_key(line) == line_key(shown)), None)
        if now is None or now.known is not None:
            raise InvalidRequest(_("this line is already in the ledger: nothing was written"))
        entry = decided_entry(loading.book, now, parts)[0] if parts else now.entry
        if entry is None or shown.entry is None or payment_transaction(entry) != payment_transaction(shown.entry):
            raise InvalidRequest(
                _("the ledger was changed since this was shown: nothing was written; look at it again")
            )
        changes = booking_changes(loading, comparison.statements, [_decided(line, now, entry) for line in lines])
        return changes._replace(session=session)

    return change(file, make, WriteOptions(write=True), loader)


def _decided(line: BookedLine, decided: BookedLine, entry: PaymentEntry) -> BookedLine:
    """A line as it is to be written: the one that was decided is booked, all others are not."""
    if line is decided:
        return line._replace(proposal=line.proposal._replace(action="book"), entry=entry)
    if line.is_booked:
        return line._replace(proposal=line.proposal._replace(action="propose"))
    return line


def new_payer(book: Book, line: StatementLine, entry: PaymentEntry) -> str:
    """The customer (main account) to whom, after this decision, the payer's IBAN seems to belong; "" if it is already
    known, or not clear.

    It is only asked for if exactly one customer was paid for, and no customer is known to pay from it.
    """
    customers = {payment.customer for payment in entry.payments}
    if line.amount <= 0 or line.is_return or not line.payer_iban or len(customers) != 1:
        return ""
    known = {
        "".join(iban.split()).upper()
        for dated in book.customers.values()
        for iban in dated.latest.payer_iban.split(",")
    }
    return "" if line.payer_iban in known else customers.pop()


def payer_iban_value(book: Book, customer: str, iban: str) -> str:
    """The value of a customer's `payer-iban` after an IBAN is added."""
    known = [written.strip() for written in book.customers[customer].latest.payer_iban.split(",") if written.strip()]
    return ", ".join([*known, iban])
