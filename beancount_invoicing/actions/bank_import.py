"""Turns lines of bank statements into entries: existing entries get the lines' ids, certain payments are booked, the
rest is proposed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.bank_backtest import tiers_not_booked
from beancount_invoicing.actions.bank_balances import closing_balances
from beancount_invoicing.actions.bank_entries import movements_on
from beancount_invoicing.actions.letter_charges import letter_charges
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.earlier_receipts import UntiedMovement, earlier_receipts, movements_like_lines
from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.known_lines import LedgerMovement, Movements, known_lines
from beancount_invoicing.bank.open_documents import receivables
from beancount_invoicing.bank.other_payments import OtherPayments
from beancount_invoicing.bank.payments import PaymentEntry
from beancount_invoicing.bank.rounds import LineKey, NewLine, Rounds
from beancount_invoicing.bank.statements import AccountStatement, StatementLine
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Source
from beancount_invoicing.receivables import Allocated, allocate
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.writing import renaming, text, writer
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.payment_text import payment_transaction


class BankImport(NamedTuple):
    """The result of an import for each line, in the order of the statements, and the change of the ledger, whether
    written or only shown.
    """

    lines: tuple[BookedLine, ...]
    outcome: Outcome


def import_statements(
    file: str | Path,
    statements_of: Callable[[Book], Sequence[AccountStatement]],
    write_options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> BankImport:
    """Books the lines of statements that are certain. `statements_of` reads the statements for a Book, with their
    accounts.

    If several statements contain a line, the first one counts. A recognised entry gets the line's `bank-id`. If the
    ledger then has all lines of a statement, its closing balance is asserted. A second import changes nothing. Raises
    what `change` and `statements_of` raise. `loader`: as for `change`.
    """
    found: list[BookedLine] = []

    def make(loading: Loading) -> Changes:
        statements = statements_of(loading.book)
        found[:] = booked_lines(loading, statements)
        return booking_changes(loading, statements, found)

    outcome = change(file, make, write_options, loader)
    return BankImport(tuple(found), outcome)


def booked_lines(loading: Loading, statements: Sequence[AccountStatement]) -> tuple[BookedLine, ...]:
    """The result for each line of the statements, in their order, each line once."""
    return compare(loading, statements).lines


class Comparison(NamedTuple):
    """Lines of statements as they were compared with a ledger, so that they can be compared again once one of them is booked."""

    loading: Loading
    statements: tuple[AccountStatement, ...]
    lines: tuple[BookedLine, ...]
    """In the order of the statements, each line once."""
    rounds: Rounds | None
    """Of those that the ledger has not; None if it has all of them."""


def compare(loading: Loading, statements: Sequence[AccountStatement]) -> Comparison:
    """Compares the lines of statements with what the ledger has, and with what customers owe."""
    found, untied = _compared(loading, statements)
    if all(compared.known for compared in found):
        return Comparison(loading, tuple(statements), _in_order(found, {}), None)
    as_of, allocated = _as_of(loading, found)
    known = receivables(loading.book, as_of, allocated)
    rounds = Rounds(
        known._replace(asked=letter_charges(loading.book, known.documents)),
        CustomerAccounts(loading.book),
        as_of,
        _new_lines(loading, found, untied, allocated),
        tiers_not_booked(loading, as_of),
    )
    return Comparison(loading, tuple(statements), _in_order(found, rounds.booked), rounds)


def compare_after(before: Comparison, loading: Loading, decided: LineKey, entry: PaymentEntry) -> Comparison:
    """Compares them again where only the entry of a line is new in the ledger, with what came along with it (a `balance`)."""
    found, untied = _compared(loading, before.statements)
    as_of, allocated = _as_of(loading, found)
    rounds = before.rounds
    if (
        rounds is None
        or as_of != rounds.as_of
        or not rounds.book(decided, entry, _new_lines(loading, found, untied, allocated))
    ):
        return compare(loading, before.statements)
    return Comparison(loading, before.statements, _in_order(found, rounds.booked), rounds)


def _as_of(loading: Loading, found: Sequence[_ComparedLine]) -> tuple[date, Allocated]:
    """The day as of which lines are compared, the ledger's last or that of the last new line; and the allocation then."""
    new = [compared.line.date for compared in found if compared.known is None]
    as_of = max([loading.book.last_date, *new])
    # nothing of the ledger is later: what settles what is as on its last day
    checked = loading.checked_load
    return as_of, checked.allocated._replace(as_of=as_of) if checked else allocate(loading.book, as_of)


def _new_lines(
    loading: Loading,
    found: Sequence[_ComparedLine],
    untied: Mapping[int, Sequence[UntiedMovement]],
    allocated: Allocated,
) -> dict[LineKey, NewLine]:
    """The lines that the ledger has not. `untied`: the movements that they may be, by the place of the statement."""
    earlier = {place: earlier_receipts(loading.book, allocated, movements) for place, movements in untied.items()}
    return {
        (compared.account, compared.line.bank_id): NewLine(
            compared.account, compared.line, compared.against, earlier.get(compared.statement)
        )
        for compared in found
        if compared.known is None
    }


def _in_order(found: Sequence[_ComparedLine], booked: Mapping[LineKey, BookedLine]) -> tuple[BookedLine, ...]:
    return tuple(
        booked[compared.account, compared.line.bank_id]
        if compared.known is None
        else BookedLine(compared.account, Proposal(compared.line, "known"), known=compared.known)
        for compared in found
    )


class _ComparedLine(NamedTuple):
    """A line, the entry that it is already, and what speaks against booking it."""

    account: str
    line: StatementLine
    known: LedgerMovement | None
    against: tuple[str, ...]
    statement: int
    """The place of its statement."""


def _compared(
    loading: Loading, statements: Sequence[AccountStatement]
) -> tuple[list[_ComparedLine], dict[int, list[UntiedMovement]]]:
    """The lines of all statements, each once, compared with what the ledger books on their accounts; and, by the place of the
    statement, the movements of the ledger that are none of its lines, but may be a new one."""
    is_another = OtherPayments(loading.book).is_another
    accounts = {account for account, _statement in statements}
    movements = {account: Movements(()) for account in accounts}
    movements |= {account: Movements(found) for account, found in movements_on(loading, accounts).items()}
    earlier: set[Source] = set()
    shown: set[Source] = set()
    seen: set[tuple[str, str]] = set()
    explained: list[set[Source]] = []
    found: list[_ComparedLine] = []
    for place, (account, statement) in enumerate(statements):
        own = known_lines(statement.lines, movements[account].near(statement.lines), is_another)
        new, recognised = [], set()
        for at, line in enumerate(statement.lines):
            movement = own.known.get(at)
            told = movement is not None and (movement.source in earlier or movement.source in shown)
            if (account, line.bank_id) in seen or told:
                continue  # it stands in a statement before this one
            seen.add((account, line.bank_id))
            against = tuple(_perhaps(other, line) for other in own.doubtful.get(at, ()) if other.source not in earlier)
            found.append(_ComparedLine(account, line, movement, against, place))
            if movement is None:
                words = f"{line.payer} {line.text}"
                new.append(LedgerMovement(line.date, line.amount, line.currency, line.source, line.bank_id, words))
                continue
            recognised.add(movement.source)
            if at in own.tied:
                movements[account].give_id(movement, line.bank_id)
        for movement in new:
            movements[account].add(movement)
        earlier |= {movement.source for movement in new}
        shown |= recognised
        perhaps = {other.source for others in own.doubtful.values() for other in others}
        explained.append({movement.source for movement in own.known.values()} | perhaps)
    new_lines: defaultdict[int, list[StatementLine]] = defaultdict(list)
    for compared in found:
        if compared.known is None:
            new_lines[compared.statement].append(compared.line)
    untied = {
        place: movements_like_lines(
            statements[place].statement, lines, explained[place], movements[statements[place].account]
        )
        for place, lines in new_lines.items()
    }
    return found, {place: others for place, others in untied.items() if others}


def _perhaps(movement: LedgerMovement, line: StatementLine) -> str:
    values = {
        "place": movement.source,
        "day": movement.date,
        "amount": movement.amount,
        "currency": movement.currency,
    }
    if movement.bank_id:
        return _(
            "{place}: an entry of {day} also moves {amount} {currency}, and has the bank-id of a line: if it is this line in "
            "another format, leave this line out",
            **values,
        )
    return _(
        "{place}: an entry of {day} also moves {amount} {currency}: if it is this line, write "
        'bank-id: "{bank_id}" below its first line',
        bank_id=line.bank_id,
        **values,
    )


def booking_changes(loading: Loading, statements: Sequence[AccountStatement], lines: Sequence[BookedLine]) -> Changes:
    """The changes that book these lines, which are all lines of the statements: the entries of lines that are
    `is_booked`, the ids of recognised entries, and the closing balances that are reached.
    """
    files = _files_of_accounts(loading, {account for account, _statement in statements})
    new = [
        NewDirective(
            line.entry.date,
            partial(payment_transaction, line.entry),
            files.get((line.account, line.entry.date.year), ""),
        )
        for line in sorted(
            (line for line in lines if line.is_booked), key=lambda line: (line.proposal.line.date, line.account)
        )
        if line.entry is not None
    ]
    edits = [edit for line in lines if (edit := _tie(line)) is not None]
    balances, notices = closing_balances(loading, statements, lines, files)
    counts = Counter("book" if line.is_booked else line.proposal.action for line in lines)
    count = counts["book"]
    return Changes(
        (*new, *balances),
        tuple(edits),
        message=narration(loading.book.books_language(loading.book.last_date), "booked-from-bank", count=str(count)),
        notices=tuple(notices),
        nothing_to_do=_("Nothing to write: every line that is certain is already in the ledger."),
        act="bank",
        summary=_(
            "{payments}, {count} tied to entries",
            payments=_n(count, "{count} payment", "{count} payments", count=count),
            count=len(edits),
        ),
    )


def _tie(line: BookedLine) -> writer.Edit | None:
    """The entry that is recognised, with the line's id below its first line; None if it has one, or cannot be changed so."""
    movement = line.known
    if movement is None or movement.bank_id:
        return None
    old = renaming.text_of(movement.source)
    head, _line_break, rest = old.partition("\n")
    if not rest or head.count('"') % 2 or "bank-id:" in old:
        return None
    new = f"{head}\n  bank-id: {text.quoted(line.proposal.line.bank_id)}\n{rest}"
    return writer.Edit(Path(movement.source.file), movement.source.line, old, new)


def _files_of_accounts(loading: Loading, accounts: Collection[str]) -> dict[tuple[str, int], str]:
    """The file in which most of an account's movements of a year are: there the others go, too."""
    counts: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for account, movements in movements_on(loading, accounts).items():
        for movement in movements:
            counts[account, movement.date.year][movement.source.file] += 1
    own = {name for name in loading.files if Path(name).is_file()}
    found = {place: min(files, key=lambda file: (-files[file], file)) for place, files in counts.items()}
    return {place: file for place, file in found.items() if file in own}
