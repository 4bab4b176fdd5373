"""`bean-invoice bank review`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import click

from beancount_invoicing.actions.bank_files import statements_of_accounts
from beancount_invoicing.actions.bank_import import import_statements
from beancount_invoicing.actions.bank_review import (
    LinePart,
    LineReview,
    book_line,
    decided_entry,
    line_key,
    money_left,
    money_of,
    new_payer,
    payer_iban_value,
    read_part,
    review_after,
    review_lines,
    until,
)
from beancount_invoicing.actions.customer import change_customer
from beancount_invoicing.answers.bank_lines import bank_line_json
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.bank.rounds import LineKey
from beancount_invoicing.bank.statements import AccountStatement
from beancount_invoicing.cli.asking import ask
from beancount_invoicing.cli.bank_import import print_lines
from beancount_invoicing.cli.common import (
    AliasOption,
    DayParam,
    Session,
    examples,
    print_notice,
    print_table,
    relative,
    say,
    spaced,
    with_relative,
)
from beancount_invoicing.cli.completion import complete_accounts
from beancount_invoicing.cli.echo import confirm, echo
from beancount_invoicing.cli.statement_errors import reading_statements
from beancount_invoicing.cli.writing import changing
from beancount_invoicing.languages import translated
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import positions
from beancount_invoicing.writing.changes import Outcome, WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.payment_text import payment_transaction

Answer = Literal["accept", "choose", "split", "other", "later", "quit"]
_ANSWERS: tuple[Answer, ...] = ("accept", "choose", "split", "other", "later", "quit")
_FEW = 20
"""So many open documents are shown."""
_LETTER = re.compile(r"\[(\w)\]")


@click.command("review", epilog=examples("bank review ledger/statements/2026-11.xml"))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--account",
    default="",
    metavar="ACCOUNT",
    shell_complete=complete_accounts,
    help="The account of the statements, if the file does not give it.",
)
@click.option(
    "--as-of",
    "as_of",
    cls=AliasOption,
    also=("--date",),
    type=DayParam(),
    metavar="DATE",
    help="Only lines up to this day.",
)
@click.option("--all", "everything", is_flag=True, help="Also ask about lines that are not a customer's payment.")
@click.pass_obj
def bank_review_command(
    session: Session, files: tuple[Path, ...], account: str, as_of: date | None, everything: bool
) -> None:
    """Decide, line by line, what `bank import` leaves open. What you accept is written at once; you can stop at any
    time, and go on later.
    """
    if not sys.stdin.isatty():
        raise click.UsageError(
            _(
                "bank review needs a terminal: list the lines with bean-invoice bank import FILE "
                "--format json, and book what you decide with bean-invoice pay"
            )
        )

    def statements_of(book: Book) -> list[AccountStatement]:
        return [
            AccountStatement(named, until(statement, as_of))
            for statement, named in statements_of_accounts(book, files, account)
        ]

    review = _Review(session, statements_of, everything)
    with changing(session), reading_statements(session):
        try:
            review.run()
        except (click.Abort, KeyboardInterrupt):  # at a question, and anywhere else
            print_notice(_("\nWhat you accepted is written; the rest waits for the next review."))
            raise click.Abort from None


class _Decision(NamedTuple):
    """A line as it is shown, and what a person said that its money is for; without parts it is as proposed."""

    line: BookedLine
    parts: tuple[LinePart, ...] = ()


class _BookedDecision(NamedTuple):
    """A line as it was decided, and what writing it did."""

    line: BookedLine
    outcome: Outcome


class _Review:
    """One walk through the lines of statements."""

    def __init__(
        self,
        session: Session,
        statements_of: Callable[[Book], list[AccountStatement]],
        everything: bool,
    ) -> None:
        self.session = session
        self.file = session.find()
        self.loader = LedgerLoader(self.file)
        self.statements_of = statements_of
        self.everything = everything
        self.later: set[LineKey] = set()
        self.booked = 0
        self.session_name = ""
        """By the first line that is accepted."""
        self.notices: tuple[str, ...] = ()
        """What the last writing had to say: whether the bank's balance is reached."""
        self.declined: set[tuple[str, str]] = set()
        """Customers and IBANs that a person did not want to be known together."""

    def run(self) -> None:
        """Asks about one line after the other, until none is left or the person quits."""
        self.session.open(self.loader)
        if self.session.failed:
            return
        review = self._look()
        if review.certain:
            review = self._certain_first(review)
        while lines := self._waiting(review):
            count = self.booked + len(self.later)
            answer, booked = self._ask_about(lines[0], review, count + 1, count + len(lines))
            if answer == "quit":
                break
            review = self._look(review, booked)
        self._sum_up(review)

    def _look(self, review: LineReview | None = None, booked: _BookedDecision | None = None) -> LineReview:
        """The lines as they are now: after the last `review`, and what was booked in it."""
        loading = self.loader.load(fresh=True)
        if review and loading is review.comparison.loading:
            return review
        if review and booked:
            return review_after(review, loading, self.statements_of, booked.line, booked.outcome)
        return review_lines(loading, self.statements_of(loading.book))

    def _waiting(self, review: LineReview) -> list[BookedLine]:
        lines = [*review.undecided, *(review.left_alone if self.everything else ())]
        return [line for line in lines if line_key(line) not in self.later]

    def _certain_first(self, review: LineReview) -> LineReview:
        """What is certain may be booked before the rest is asked about: it shows what is still open."""
        count = len(review.certain)
        print_lines([bank_line_json(line) for line in review.certain])
        question = _n(
            count,
            "{count} line is certain, and not booked yet. Book it first?",
            "{count} lines are certain, and not booked yet. Book them first?",
            count=count,
        )
        if not confirm(question):
            return review
        with self._staying():
            done = import_statements(self.file, self.statements_of, WriteOptions(write=True), self.loader)
            self.notices = done.outcome.notices
            _say_written(done.outcome.files, _n(count, "{count} payment", "{count} payments", count=count))
        return self._look()

    def _ask_about(
        self, line: BookedLine, review: LineReview, number: int, count: int
    ) -> tuple[Answer, _BookedDecision | None]:
        """One line, until it is booked or put off; "quit" where the person has had enough."""
        book = review.book
        _print_line(line, number, count)
        decision = _Decision(line)
        while True:
            answer = _ask_answer(can_accept=decision.line.entry is not None)
            if answer in {"later", "quit"}:
                if answer == "later":
                    self.later.add(line_key(line))
                return answer, None
            if answer == "accept":
                return answer, self._accept(decision, review)
            asks = {"choose": _choose, "split": _split, "other": _other_account}[answer]
            if parts := asks(book, line):
                decision = _decided(book, line, parts) or decision

    def _accept(self, decision: _Decision, review: LineReview) -> _BookedDecision | None:
        """Books the line; None if something kept it from being written."""
        booked = None
        self.session_name = self.session_name or joined(" ", ("review", *line_key(decision.line)))
        with self._staying():
            outcome = book_line(
                self.file, self.statements_of, decision.line, decision.parts, self.loader, self.session_name, review
            )
            booked = _BookedDecision(decision.line, outcome)
            self.booked += 1
            self.notices = outcome.notices
            _say_written(outcome.files)
            self._learn_payer(outcome.book, decision.line)
        return booked

    @contextmanager
    def _staying(self) -> Iterator[None]:
        """What keeps something from being written is printed, and the review goes on with the ledger as it is then."""
        failed = self.session.failed
        self.session.failed = False
        with changing(self.session):
            yield
        if self.session.failed:
            print_notice(_("Nothing was written of it: correct that and accept it again, or decide otherwise."))
        self.session.failed = failed

    def _learn_payer(self, book: Book, booked: BookedLine) -> None:
        """The payer's IBAN is noted with the customer, if the person says yes to just that."""
        line = booked.proposal.line
        customer = new_payer(book, line, booked.entry) if booked.entry else ""
        if not customer or (customer, line.payer_iban) in self.declined:
            return
        name = book.customers[customer].latest.name
        echo(
            _(
                "The payer's account {iban} is not known. If you note it as {customer}'s, payments from it are booked "
                "by their amount from now on, without asking.",
                iban=line.payer_iban,
                customer=name,
            )
        )
        if not confirm(_("Does {customer} pay from it?", customer=name)):
            self.declined.add((customer, line.payer_iban))
            return
        day = max(line.date, book.customers[customer].versions[-1][0])
        value = payer_iban_value(book, customer, line.payer_iban)
        outcome = change_customer(self.file, customer, day, {"payer-iban": value}, WriteOptions(write=True))
        _say_written(outcome.files)

    def _sum_up(self, review: LineReview) -> None:
        for notice in self.notices:
            print_notice(with_relative(translated(notice)))
        left = len(review.undecided)
        booked = _n(self.booked, "{count} line booked", "{count} lines booked", count=self.booked)
        rest = _n(left, "{count} line left to decide", "{count} lines left to decide", count=left)
        print_notice(_("{booked}; {rest}.", booked=booked, rest=rest))
        alone = len(review.left_alone)
        if alone and not self.everything:
            print_notice(
                _n(
                    alone,
                    "{count} line is not a customer's payment: book it by hand or with your other importers, or give --all.",
                    "{count} lines are not customers' payments: book them by hand or with your other importers, or give --all.",
                    count=alone,
                )
            )


def _print_line(booked: BookedLine, number: int, count: int) -> None:
    line = booked.proposal.line
    amount = f"{spaced(str(line.amount))} {line.currency}"
    echo("")
    head = _("{number} of {count}:  {day}  {amount}", number=number, count=count, day=line.date, amount=amount)
    say(joined("  ", (head, line.payer)) if line.payer else head)
    if line.text:
        say(f"  {line.text}")
    if line.ordered_currency:
        say(f"  {spaced(str(line.ordered_amount))} {line.ordered_currency}")
    echo("")
    for sentence in booked.proposal.evidence:
        echo(_("  for: {sentence}", sentence=sentence))
    for sentence in booked.proposal.against:
        echo(_("  against: {sentence}", sentence=with_relative(translated(sentence))))
    _print_entry(booked)


def _print_entry(booked: BookedLine) -> None:
    if booked.entry is None:
        return
    echo("")
    echo(payment_transaction(booked.entry), nl=False)
    echo("")


def _ask_answer(*, can_accept: bool) -> Answer:
    """What is to be done with a line, by the letter that the question shows in brackets."""
    if can_accept:
        question, answers = _("[a]ccept, [c]hoose documents, [s]plit, [o]ther account, [l]ater, [q]uit"), _ANSWERS
    else:
        question, answers = _("[c]hoose documents, [s]plit, [o]ther account, [l]ater, [q]uit"), _ANSWERS[1:]
    letters = _LETTER.findall(translated(question))
    by_letter: dict[str, Answer] = dict(zip(letters, answers, strict=True))
    while True:
        answer = by_letter.get(ask(question, ()).casefold())
        if answer:
            return answer
        echo(_("Type one of the letters {letters}.", letters=", ".join(letters)))


def _decided(book: Book, line: BookedLine, parts: Sequence[LinePart]) -> _Decision | None:
    """The line with the entry that books it so, which is shown; None if it cannot be booked so, which is said."""
    try:
        entry, notices = decided_entry(book, line, parts)
    except InvalidRequest as error:
        echo(str(error), err=True)
        return None
    decided = line._replace(entry=entry)
    _print_entry(decided)
    for notice in (*notices, *entry.against):
        print_notice(with_relative(translated(notice)))
    return _Decision(decided, tuple(parts))


def _choose(book: Book, line: BookedLine) -> list[LinePart]:
    """The documents that the line pays, as a person names them; none where they go back."""
    numbers = _print_open(book, line)
    echo(_("NUMBER or NUMBER=AMOUNT, several separated by spaces; a customer's name takes the rest, on account."))
    while True:
        text = ask(_("Documents (empty: back)"), numbers, empty=True)
        try:
            return [_read_document(book, line, word) for word in text.split()]
        except InvalidRequest as error:
            echo(str(error), err=True)


def _read_document(book: Book, line: BookedLine, word: str) -> LinePart:
    part = read_part(book, line.proposal.line.date, word)
    if part.account:
        raise InvalidRequest(
            _("{account} is not a document: go back, and choose other account or split", account=part.account)
        )
    return part


def _split(book: Book, line: BookedLine) -> list[LinePart]:
    """The parts of the line's money, one after the other, until nothing is left; none where the person goes back."""
    movement, parts = line.proposal.line, list[LinePart]()
    names = [*_print_open(book, line), *_other_accounts(book, line)]
    echo(
        _(
            "Each part is for a document, a customer (on account) or an account: NAME=AMOUNT; the last one takes "
            "the rest."
        )
    )
    while (left := money_left(movement, parts)) > 0:
        text = ask(_("{left} {currency} left (empty: back)", left=left, currency=movement.currency), names, empty=True)
        if not text:
            return []
        try:
            part = read_part(book, movement.date, text)
            part = part if part.amount is not None else part._replace(amount=left)
            money_left(movement, [*parts, part])
        except InvalidRequest as error:
            echo(str(error), err=True)
            continue
        parts.append(part)
    return parts


def _other_account(book: Book, line: BookedLine) -> list[LinePart]:
    """The account that all of the line's money is for; none where the person goes back."""
    accounts = _other_accounts(book, line)
    while True:
        text = ask(_("Account (empty: back)"), accounts, empty=True)
        if not text:
            return []
        if text in accounts:
            return [LinePart(account=text, amount=money_of(line.proposal.line))]
        echo(
            _("{account} is a customer's account: choose documents, or split", account=text)
            if text in book.main_accounts
            else _("{account} is not an open account", account=text),
            err=True,
        )


def _other_accounts(book: Book, line: BookedLine) -> list[str]:
    return sorted(book.opened_accounts.keys() - book.main_accounts.keys() - {line.account})


def _print_open(book: Book, line: BookedLine) -> list[str]:
    """The numbers of what is open; what the customer of the proposal owes, or all where nobody is known, is shown."""
    customer = line.proposal.customer
    every = [
        position
        for position in positions(book, max(book.last_date, line.proposal.line.date))
        if position.open != ZERO and not position.invoice.draft
    ]
    shown = [position for position in every if any(debtor.account == customer for debtor in position.debtors)] or every
    if len(shown) > _FEW:
        echo(_("{count} documents are open: bean-invoice list --open shows them", count=len(shown)))
    elif shown:
        print_table(
            _("What is open"),
            [(_("number"), False), (_("date"), False), (_("customer"), False), (_("open"), True), ("", False)],
            [
                [
                    position.invoice.number, str(position.invoice.date),
                    position.invoice.customer.name if position.invoice.customer else "",
                    spaced(str(position.open)), position.invoice.currency,
                ]
                for position in shown
            ],
        )  # fmt: skip
    return [position.invoice.number for position in every]


def _say_written(files: Iterable[Path], subject: str = "") -> None:
    names = ", ".join(relative(str(file)) for file in files)
    print_notice(
        _("{subject}; {done}", subject=subject, done=_("written to {end}", end=f"{names}."))
        if subject
        else _("Written to {end}", end=f"{names}.")
    )
