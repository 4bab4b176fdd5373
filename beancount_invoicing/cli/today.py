"""`bean-invoice today`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click

from beancount_invoicing.actions import today
from beancount_invoicing.actions.today import Task, TaskKind
from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.tasks import task_json
from beancount_invoicing.cli.colours import Mark, marked
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    examples,
    format_option,
    print_csv,
    print_json,
    print_table,
    spaced,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.dunning.banks import BankAccount, bank_accounts, behind, until_when
from beancount_invoicing.messages import _

COLUMNS = ("kind", "day", "customer", "account", "number", "amount", "currency", "text")
TITLES: dict[TaskKind, str] = {
    "bank": _("The bank is behind: book it first"),
    "insolvency": _('In insolvency proceedings: declare what is owed, and note it, event: "declared"'),
    "in-doubt": _("Sent or not? Answer with send --confirm or send --retry"),
    "platform": _("At the platform: refused, not taken, or without an answer"),
    "prepared": _("Prepared, to be sent by hand; then: bean-invoice send --confirm"),
    "outbox": _("In the outbox, but not in the ledger: do not send it"),
    "draft": _("Drafts: bean-invoice issue"),
    "bill": _("To bill: bean-invoice bill"),
    "decide": _("Not billed: decide"),
    "send": _("To send: bean-invoice send"),
    "collect": _("To collect: bean-invoice collect"),
    "remind": _("To remind: bean-invoice remind"),
    "escalate": _("After the last reminder"),
    "promise": _("Promises broken"),
    "dispute": _("In dispute"),
    "tax": _("Tax to be moved to the account of tax owed"),
    "report": _("To report to the tax office, through your platform"),
    "unallocated": _("Settles nothing: write settles, or the link of an invoice"),
    "lapse": _("About to lapse"),
    "acceptance": _("Retentions"),
    "document": _("Documents missing"),
    "notice": _("Contracts that renew themselves"),
}


_COLOURS: dict[TaskKind, Mark] = {
    "bank": "doubtful", "insolvency": "late", "in-doubt": "late", "platform": "late", "prepared": "draft", "outbox": "late",
    "draft": "draft", "bill": "new", "send": "new", "remind": "late", "escalate": "late", "promise": "late", "dispute": "doubtful",
    "unallocated": "doubtful", "lapse": "late", "tax": "doubtful", "report": "new", "decide": "doubtful",
}  # fmt: skip


@click.command(epilog=examples("today", "today --as-of month-end"))
@customer_option
@as_of_option
@format_option
@click.pass_obj
def today_command(session: Session, customer: str, as_of: date, form: str) -> None:
    """Show what to do: bill, send, remind, and what somebody should look into."""
    ledger = session.open()
    wanted = customers_wanted(session, ledger.book, customer)
    if wanted is None:
        return
    tasks = today.tasks(ledger.book, as_of, ledger.allocated_at(as_of))
    rows = [task_json(task) for task in tasks if not customer or task.account in wanted]
    banks = () if customer else bank_accounts(ledger.book, as_of)
    late = behind(ledger.book, as_of)
    if form != "table":
        rows += [_bank_row(account) for account in banks if account not in late]
    if form == "json":
        print_json(rows)
        return
    if form == "csv":
        print_csv(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
        return
    if not rows:
        echo(_("There is nothing to do on {day}.", day=as_of))
    _print_tasks(rows)
    for account in banks:
        if account not in late:
            echo(_("bank: {until_when}", until_when=until_when(account)))


def _bank_row(account: BankAccount) -> Answer:
    """A row for programs: until when an account is booked that is up to date."""
    return task_json(Task("bank", until_when(account), account.booked_until, account=account.account)) | {
        "kind": "bank-until"
    }


def _print_tasks(rows: Sequence[Answer]) -> None:
    """The tasks in tables, by kind."""
    for kind, title in TITLES.items():
        rows_of_kind = [row for row in rows if row["kind"] == kind]
        if rows_of_kind:
            print_table(
                marked(title, _COLOURS.get(kind)),
                [
                    (_("customer"), False),
                    (_("number"), False),
                    (_("since"), False),
                    (_("amount"), True),
                    ("", False),
                    (_("what"), False),
                ],
                [
                    [
                        row["customer"] or row["account"],
                        row["number"],
                        row["day"],
                        spaced(row["amount"]),
                        row["currency"],
                        row["text"],
                    ]
                    for row in rows_of_kind
                ],
            )
