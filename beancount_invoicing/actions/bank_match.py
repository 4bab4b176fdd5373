"""Matches money that the ledger already has, but that settles nothing, with what customers owe, in the same way as
lines of statements.

Such money was typed by hand, or extracted by another importer. It is a transaction with one posting, on a bank account;
or with a second posting on an account where money waits (option `suspense-account`), or on a customer's account without
naming what it settles. A certain match is written into the transaction itself; everything around it stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount.core.data import Posting, Transaction

from beancount_invoicing.actions.bank_entries import movements_on
from beancount_invoicing.bank.booking import AUTOMATIC, BookedLine, with_entries
from beancount_invoicing.bank.earlier_receipts import EarlierReceipts, earlier_receipts, movements_like
from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.known_lines import Movements
from beancount_invoicing.bank.matching import match_lines
from beancount_invoicing.bank.open_documents import receivables
from beancount_invoicing.bank.payments import PaymentEntry, PaymentPosting
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Source
from beancount_invoicing.receivables import Allocated, allocate
from beancount_invoicing.writing import renaming, text, writer
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.payment_text import payment_posting
from beancount_invoicing.writing.settled_text import SettledText, settled_text


class UnsettledMoney(NamedTuple):
    """A transaction that moves money on one bank account and settles nothing."""

    entry: Transaction
    money: Posting
    counter: Posting | None
    """The posting that should name what it settles; None if there is none yet."""
    customer: str = ""
    """Main account of the customer on whose account it is; "" if no customer is known."""
    has_others: bool = False
    """Whether it has other postings: only a person can tell how they belong together."""

    @property
    def line(self) -> StatementLine:
        """Its data as a line of a statement."""
        meta = self.entry.meta
        units = self.money.units
        assert units is not None and isinstance(units.number, Decimal)
        reason = _text(meta, "return-reason")
        return StatementLine(
            _text(meta, "bank-id"),
            self.entry.date,
            units.number,
            units.currency,
            source_of(meta),
            payer=self.entry.payee or "",
            payer_iban="".join(_text(meta, "payer-iban").split()).upper(),
            text=self.entry.narration or "",
            return_reason=reason,
            is_return=bool(reason),
        )


def _text(meta: Mapping[str, object], key: str) -> str:
    value = meta.get(key)
    return value if isinstance(value, str) else ""


class MatchedMoney(NamedTuple):
    """The result for a transaction, and its new text, if one is known."""

    booked: BookedLine
    new_text: str = ""


class BankMatch(NamedTuple):
    """The results of matching by transaction, in the order of their dates, and the change of the ledger, whether
    written or only shown.
    """

    found: tuple[MatchedMoney, ...]
    outcome: Outcome


def match_ledger(file: str | Path, since: date | None, until: date | None, write_options: WriteOptions) -> BankMatch:
    """Links the money that settles nothing, from `since` to `until` (inclusive), to the documents that it pays, if they
    are certain.

    Running it again changes nothing. Raises what `change` raises.
    """
    found: list[MatchedMoney] = []

    def make(loading: Loading) -> Changes:
        unsettled = [
            money
            for money in unsettled_money(loading)
            if (since is None or money.entry.date >= since) and (until is None or money.entry.date <= until)
        ]
        found[:] = matched_money(loading, unsettled)
        closed = loading.book.closed_books.last_day
        locked = [
            money for money in found if closed and money.booked.is_booked and money.booked.proposal.line.date <= closed
        ]
        edits = [
            writer.Edit(
                Path(money.booked.proposal.line.source.file),
                money.booked.proposal.line.source.line,
                old,
                money.new_text,
            )
            for money in found
            if money.booked.is_booked
            and money not in locked
            and (old := renaming.text_of(money.booked.proposal.line.source))
        ]
        count = len(edits)
        return Changes(
            edits=tuple(edits),
            message=f"Bank: {count} {'payment' if count == 1 else 'payments'} matched",
            notices=_closed(locked, closed),
            act="bank",
            summary=_n(count, "{count} payment matched", "{count} payments matched", count=count),
            nothing_to_do=_("Nothing to write: no money that settles nothing is certain to be for a document."),
        )

    outcome = change(file, make, write_options._replace(unbalanced=True))
    return BankMatch(tuple(found), outcome)


def _closed(locked: Sequence[MatchedMoney], last_day: date | None) -> tuple[str, ...]:
    """The notice that closed entries are not changed."""
    if not locked:
        return ()
    return (
        _n(
            len(locked),
            "{count} payment is not matched, because the books are closed up to {last_day}: bean-invoice allocate settles "
            "its document with a new entry",
            "{count} payments are not matched, because the books are closed up to {last_day}: bean-invoice allocate "
            "settles their documents with new entries",
            count=len(locked),
            last_day=last_day,
        ),
    )


def unsettled_money(loading: Loading) -> list[UnsettledMoney]:
    """The transactions that move money on one bank account and settle nothing, in the order of their dates."""
    book = loading.book
    banks = {*book.bank_accounts, *book.bank_days}
    naming = {
        payment.entry
        for payment in book.payments
        if payment.settles or payment.links or payment.at_once or payment.means != "money"
    }
    unnamed = {payment.source for payment in book.payments}
    found = []
    for entry in loading.entries:
        if isinstance(entry, Transaction) and "invoice" not in entry.meta and source_of(entry.meta) not in naming:
            money = _unsettled(book, entry, banks, unnamed)
            if money is not None:
                found.append(money)
    return found


def _unsettled(
    book: Book, entry: Transaction, banks: Collection[str], unnamed: Collection[Source]
) -> UnsettledMoney | None:
    moving = [posting for posting in entry.postings if posting.account in banks]
    others = [posting for posting in entry.postings if posting.account not in banks]
    if len(moving) != 1 or moving[0].units is None or not isinstance(moving[0].units.number, Decimal):
        return None
    if not others:
        return UnsettledMoney(entry, moving[0], None)
    customers = [
        posting for posting in others if posting.account in book.main_accounts and source_of(posting.meta) in unnamed
    ]
    waiting = set(book.option("suspense-account", entry.date).split())
    counters = customers or [posting for posting in others if posting.account in waiting]
    if len(counters) != 1:
        return None
    customer = book.main_accounts.get(counters[0].account, "")
    return UnsettledMoney(entry, moving[0], counters[0], customer, has_others=len(others) > 1)


def matched_money(loading: Loading, unsettled: Sequence[UnsettledMoney]) -> list[MatchedMoney]:
    """The result for each of them: by the same evidence as for a line of a statement, and booked without asking in the
    same cases.
    """
    if not unsettled:
        return []
    book = loading.book
    places = {source_of(money.entry.meta) for money in unsettled}
    rest = replace(book, payments=tuple(payment for payment in book.payments if payment.entry not in places))
    lines = [money.line for money in unsettled]
    allocated = allocate(rest, book.last_date)
    known = receivables(rest, book.last_date, allocated)
    proposals = match_lines(known, lines, receipts=_receipts(loading, rest, allocated, unsettled))
    judged = [_judged(rest, money, proposal) for money, proposal in zip(unsettled, proposals, strict=True)]
    booked = with_entries(
        rest, [(money.money.account, proposal) for money, proposal in zip(unsettled, judged, strict=True)]
    )
    return [_with_text(money, line) for money, line in zip(unsettled, booked, strict=True)]


def _receipts(
    loading: Loading, rest: Book, allocated: Allocated, unsettled: Sequence[UnsettledMoney]
) -> dict[int, EarlierReceipts]:
    """The receipts that say what they settle and may be the same money, by the place of what settles nothing."""
    accounts = {money.money.account for money in unsettled}
    movements = {account: Movements(found) for account, found in movements_on(loading, accounts).items()}
    found = {}
    for place, money in enumerate(unsettled):
        untied = movements_like(money.line, source_of(money.entry.meta), movements[money.money.account])
        if untied:
            found[place] = earlier_receipts(rest, allocated, untied)
    return found


def _judged(book: Book, money: UnsettledMoney, proposal: Proposal) -> Proposal:
    """The proposal, with what the transaction itself says for and against it."""
    against = [*proposal.against]
    evidence = [*proposal.evidence]
    if money.customer:
        name = book.customers[money.customer].at(money.entry.date).name
        if proposal.customer == money.customer or not proposal.customer:
            evidence.append(_("it lies on the account of {customer}", customer=name))
        else:
            other = book.customers[proposal.customer].at(money.entry.date).name
            against.append(_("it lies on the account of {customer}, not of {other}", customer=name, other=other))
    if money.has_others:
        against.append(_("the entry has other postings: write into it what it settles"))
    action = proposal.action
    if action in AUTOMATIC and len(against) > len(proposal.against):
        action = "propose"
    if action == "not-ours" and money.customer:
        action = "propose"
    return proposal._replace(action=action, evidence=tuple(evidence), against=tuple(against))


def _with_text(money: UnsettledMoney, booked: BookedLine) -> MatchedMoney:
    """The line with the text of its transaction as it would be; one that cannot be written so is a proposal."""
    if booked.entry is None:
        return MatchedMoney(booked)
    new = None if money.has_others else _new_text(money, booked.entry)
    if new:
        return MatchedMoney(booked, new)
    proposal = booked.proposal
    if proposal.action in AUTOMATIC:
        reason = _(
            "{place}: the entry cannot be changed there by the program: write into it what it settles",
            place=proposal.line.source,
        )
        proposal = proposal._replace(action="propose", against=(*proposal.against, reason))
    return MatchedMoney(booked._replace(proposal=proposal))


def _new_text(money: UnsettledMoney, entry: PaymentEntry) -> str | None:
    """The transaction's text with what it settles; None if it is not in a file as it was read."""
    bank, *others = entry.postings
    if bank.price or bank.amount != money.line.amount:
        return None
    place = source_of(money.entry.meta)
    old = renaming.text_of(place)
    if not old:
        return None
    column = text.column_of(Path(place.file).read_text(encoding="utf-8", errors="replace"))
    counter = money.counter
    is_customers = counter is not None and bool(money.customer)
    stays = next((posting for posting in others if not posting.meta and _is_counter(counter, posting)), None)
    new = [text.posting(payment_posting(posting), column) for posting in others if posting is not stays]
    wanted = SettledText(
        first_line=place.line,
        postings=tuple(_lines_of(money.entry.postings, place.file)),
        replaced=source_of(counter.meta).line if counter is not None and stays is None else None,
        new_postings=tuple("\n".join(lines) for lines in new),
        links=entry.links,
        is_complete=not is_customers,
    )
    return settled_text(old, wanted)


def _is_counter(counter: Posting | None, posting: PaymentPosting) -> bool:
    """Whether a posting is the one that is there already."""
    return (
        counter is not None
        and counter.units is not None
        and counter.price is None
        and (counter.account, counter.units.number, counter.units.currency)
        == (posting.account, posting.amount, posting.currency)
    )


def _lines_of(postings: Sequence[Posting], file: str) -> Iterator[int]:
    for posting in postings:
        place = source_of(posting.meta)
        if place.file == file:
            yield place.line
