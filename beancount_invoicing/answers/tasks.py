"""What is to be done today, and what a daily run did, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from beancount_invoicing.actions.run import RunResult
    from beancount_invoicing.actions.today import Task
    from beancount_invoicing.dunning.banks import BankAccount

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text
from beancount_invoicing.answers.bank_files import bank_file_json
from beancount_invoicing.answers.billing import draft_json
from beancount_invoicing.answers.sending import sent_json


def run_json(done: RunResult) -> Answer:
    """What `run` did."""
    from beancount_invoicing.writing.changes import written_positions

    billed = written_positions(done.billed) if done.billed else ()
    return {
        "date": done.day.isoformat(),
        "steps": list(done.steps),
        "billed": [draft_json(position) for position in billed],
        "sent": [sent_json(result) for result in done.sent],
        "collected": [
            bank_file_json(file, "collected", written=bool(done.collected.written)) for file in done.collected.files
        ]
        if done.collected
        else [],
        "reminded": [sent_json(result) for result in done.reminded],
        "held": [{"number": number, "why": why} for number, why in done.held_invoices],
        "bank": list(done.bank_notices),
        "banks": [bank_json(account, account in done.banks_behind) for account in done.banks],
        "notices": list(done.notices),
        "problems": list(done.problems),
        "left": [task_json(task) for task in done.open_tasks],
    }


def bank_json(account: BankAccount, is_behind: bool) -> Answer:
    """The day until which a bank account is booked, or imported."""
    return {
        "account": account.account,
        "until": day_text(account.booked_until),
        "imported": account.is_imported,
        "behind": is_behind,
    }


def task_json(task: Task) -> Answer:
    """A task in `today`."""
    return {
        "kind": task.kind,
        "day": day_text(task.day),
        "customer": task.customer or None,
        "account": task.account or None,
        "number": task.number or None,
        "amount": amount_text(task.amount, task.currency),
        "currency": task.currency or None,
        "text": task.text,
    }
