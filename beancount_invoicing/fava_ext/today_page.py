"""The tasks of a day in groups, and until when the bank is booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.actions.today import TASK_KINDS, Task, TaskKind, tasks
from beancount_invoicing.dunning import BankAccount, bank_accounts, behind
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Allocated, Position

SHOWN = 20
"""The number of tasks of a kind that are shown at first."""
COMMANDS: Mapping[TaskKind, str] = {
    "bank": "bean-invoice bank import FILE",
    "in-doubt": "bean-invoice send --confirm",
    "platform": "bean-invoice platform fetch",
    "prepared": "bean-invoice send --confirm",
    "draft": "bean-invoice issue",
    "bill": "bean-invoice bill",
    "send": "bean-invoice send",
    "collect": "bean-invoice collect",
    "remind": "bean-invoice remind",
    "tax": "bean-invoice tax-due",
    "report": "bean-invoice platform report",
    "unallocated": "bean-invoice allocate",
    "insolvency": "bean-invoice note declared",
    "promise": "bean-invoice note promise",
    "dispute": "bean-invoice note dispute-settled",
    "lapse": "bean-invoice note acknowledged",
    "notice": "bean-invoice contract stop",
}
"""The command that shows, and with -w does, what a kind of task asks for."""


class TaskActs(NamedTuple):
    """The acts of the page that do what a kind of task asks for, the likeliest first; and what a note then says."""

    acts: tuple[str, ...] = ()
    note: str = ""


ACTS_OF_TASKS: Mapping[TaskKind, TaskActs] = {
    "insolvency": TaskActs(("note",), "declared"),
    "in-doubt": TaskActs(("sent-by-post",)),
    "prepared": TaskActs(("sent-by-post",)),
    "draft": TaskActs(("issue", "edit-draft", "drop-draft")),
    "bill": TaskActs(("bill",)),
    "send": TaskActs(("prepare-invoices", "sent-by-post")),
    "collect": TaskActs(("pay",)),
    "remind": TaskActs(("prepare-reminders", "pay", "note")),
    "escalate": TaskActs(("note", "pay", "credit")),
    "promise": TaskActs(("note", "pay")),
    "dispute": TaskActs(("note", "credit", "pay"), "dispute-settled"),
    "tax": TaskActs(("move-taxes",)),
    "unallocated": TaskActs(("allocate",)),
    "lapse": TaskActs(("note", "pay"), "acknowledged"),
}
"""What is not here is done elsewhere: in the bank's statement, the outbox, a contract, a folder."""


class TaskGroup(NamedTuple):
    """The tasks of one kind."""

    kind: TaskKind
    command: str
    """"" if no command does it."""
    todo: TaskActs
    found: int
    shown: tuple[Task, ...]
    totals: tuple[tuple[str, Decimal], ...]
    """By currency, of all tasks of the group."""


class BankUntil(NamedTuple):
    """A bank account, and whether it is so far behind that it has to be booked first."""

    account: BankAccount
    is_behind: bool


def task_groups(
    book: Book, allocated: Allocated, as_of: date, stands: Sequence[Position], wanted: Callable[[str], bool]
) -> dict[TaskKind, tuple[Task, ...]]:
    """The tasks of `as_of` by kind, in their order; of customers, only those whose accounts are `wanted`.

    `stands`: the positions of that day by debtor.
    """
    groups: defaultdict[TaskKind, list[Task]] = defaultdict(list)
    for task in tasks(book, as_of, allocated, stands):
        if not task.account or task.account not in book.customers or wanted(task.account):
            groups[task.kind].append(task)
    return {kind: tuple(groups[kind]) for kind in TASK_KINDS if groups[kind]}


def shown_groups(groups: Mapping[TaskKind, tuple[Task, ...]], only: str = "") -> tuple[TaskGroup, ...]:
    """The groups with their first tasks; or one kind (`only`), with all of its tasks."""
    result = []
    for kind, found in groups.items():
        if only and kind != only:
            continue
        sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for task in found:
            if task.amount is not None:
                sums[task.currency] += task.amount
        shown = found if only else found[:SHOWN]
        result.append(
            TaskGroup(
                kind,
                COMMANDS.get(kind, ""),
                ACTS_OF_TASKS.get(kind, TaskActs()),
                len(found),
                shown,
                tuple(sorted(sums.items())),
            )
        )
    return tuple(result)


def banks_until(book: Book, as_of: date) -> tuple[BankUntil, ...]:
    """Until when each bank account is booked."""
    late = behind(book, as_of)
    return tuple(BankUntil(account, account in late) for account in bank_accounts(book, as_of))
