"""What a person asks for, one function each: the only room in which the others are put together."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beancount_invoicing.actions.adding import (
        CustomerWanted,
        ItemWanted,
        add_customer,
        add_item,
        change_customer,
        price_item,
    )
    from beancount_invoicing.actions.adopting import adopt
    from beancount_invoicing.actions.agreeing import (
        ContractWanted,
        add_contract,
        add_milestone,
        change_contract,
        pause_contract,
        stop_contract,
    )
    from beancount_invoicing.actions.allocating import AllocationWanted, allocate_money
    from beancount_invoicing.actions.billing import (
        CannotBill,
        Composition,
        Dating,
        DepositWanted,
        bill,
        contracts_wanted,
        deposit,
        new,
    )
    from beancount_invoicing.actions.claims import ClaimWanted, LateClaim, claim, late_claims
    from beancount_invoicing.actions.confirming import Chosen, confirm, discard
    from beancount_invoicing.actions.copies import (
        BadDebts,
        bad_debts,
        of_acquitted,
        of_unpaid,
        render_acquitted,
        render_unpaid,
    )
    from beancount_invoicing.actions.correcting import CorrectionWanted, correct
    from beancount_invoicing.actions.crediting import CreditLine, CreditWanted, credit
    from beancount_invoicing.actions.daily import STEPS, Daily, NoSuchStep, run
    from beancount_invoicing.actions.daily import Step as RunStep
    from beancount_invoicing.actions.differences import Altered
    from beancount_invoicing.actions.dispatches import of_invoices, unsent
    from beancount_invoicing.actions.documents import (
        STATUSES,
        Filter,
        Output,
        UnknownNumber,
        Written,
        document_file,
        find,
        named_documents,
        render,
        render_one,
        select,
    )
    from beancount_invoicing.actions.drafting import DraftEdit, LineEdit, draft_drop, draft_edit
    from beancount_invoicing.actions.e_invoices import Form, Made, validate_file, validate_files, write_e_invoices
    from beancount_invoicing.actions.giving_up import TimeWanted, WriteOff, mark_time, write_off_time
    from beancount_invoicing.actions.issuing import issue
    from beancount_invoicing.actions.ledger import Ledger, LedgerMissing, Loads, find_ledger, open_ledger
    from beancount_invoicing.actions.letters import of_reminders
    from beancount_invoicing.actions.mailing import PASSWORD, CannotSend, password_from
    from beancount_invoicing.actions.naming import UnknownCustomer, customer, customers, whom
    from beancount_invoicing.actions.outbox import (
        Objection,
        Outbox,
        What,
        objected,
        objections,
        open_because,
        unrecorded,
        unrecorded_because,
        what_waits,
    )
    from beancount_invoicing.actions.parallel import render_in_parallel
    from beancount_invoicing.actions.receipts import Receipts, of_receipts, receipts_for, render_receipts
    from beancount_invoicing.actions.reminders import (
        bank_notices,
        due_reminders,
        language,
        lapse_notices,
        render_reminders,
    )
    from beancount_invoicing.actions.sealing import Verified, moved_due_dates, seal, verify
    from beancount_invoicing.actions.sending import (
        Making,
        Result,
        Sending,
        State,
        Way,
        send,
    )
    from beancount_invoicing.actions.starting import LANGUAGES, REGIMES, SELLER_KEYS, Start, init
    from beancount_invoicing.actions.statements import (
        Whose,
        language_to,
        of_statements,
        render_statement,
        render_statements,
        statements_of,
        statements_of_all,
    )
    from beancount_invoicing.actions.taxes import missing_entry, move_taxes
    from beancount_invoicing.actions.timekeeping import (
        UnknownProjects,
        Worked,
        add_time,
        import_time,
        time_listed,
        writes_at_once,
    )
    from beancount_invoicing.actions.today import KINDS as TASKS
    from beancount_invoicing.actions.today import Kind as TaskKind
    from beancount_invoicing.actions.today import Task, named_to_send, tasks, to_send
    from beancount_invoicing.actions.undoing import undo
    from beancount_invoicing.actions.waiting import letters_waiting, ready_to_leave, standing_for
    from beancount_invoicing.actions.writing import Changes, How, New, Outcome, Refused, change, written_positions
    from beancount_invoicing.billing import Only
    from beancount_invoicing.delivery import Attachment, Dispatch, Held
    from beancount_invoicing.dunning import bank_accounts
    from beancount_invoicing.dunning import behind as banks_behind

__all__ = [
    "LANGUAGES",
    "PASSWORD",
    "REGIMES",
    "SELLER_KEYS",
    "STATUSES",
    "STEPS",
    "TASKS",
    "AllocationWanted",
    "Altered",
    "Attachment",
    "BadDebts",
    "CannotBill",
    "CannotSend",
    "Changes",
    "Chosen",
    "ClaimWanted",
    "Composition",
    "ContractWanted",
    "CorrectionWanted",
    "CreditLine",
    "CreditWanted",
    "CustomerWanted",
    "Daily",
    "Dating",
    "DepositWanted",
    "Dispatch",
    "DraftEdit",
    "Filter",
    "Form",
    "Held",
    "How",
    "ItemWanted",
    "LateClaim",
    "Ledger",
    "LedgerMissing",
    "LineEdit",
    "Loads",
    "Made",
    "Making",
    "New",
    "NoSuchStep",
    "Objection",
    "Only",
    "Outbox",
    "Outcome",
    "Output",
    "Receipts",
    "Refused",
    "Result",
    "RunStep",
    "Sending",
    "Start",
    "State",
    "Task",
    "TaskKind",
    "TimeWanted",
    "UnknownCustomer",
    "UnknownNumber",
    "UnknownProjects",
    "Verified",
    "Way",
    "What",
    "Whose",
    "Worked",
    "WriteOff",
    "Written",
    "add_contract",
    "add_customer",
    "add_item",
    "add_milestone",
    "add_time",
    "adopt",
    "allocate_money",
    "bad_debts",
    "bank_accounts",
    "bank_notices",
    "banks_behind",
    "bill",
    "change",
    "change_contract",
    "change_customer",
    "claim",
    "confirm",
    "contracts_wanted",
    "correct",
    "credit",
    "customer",
    "customers",
    "deposit",
    "discard",
    "document_file",
    "draft_drop",
    "draft_edit",
    "due_reminders",
    "find",
    "find_ledger",
    "import_time",
    "init",
    "issue",
    "language",
    "language_to",
    "lapse_notices",
    "late_claims",
    "letters_waiting",
    "mark_time",
    "missing_entry",
    "move_taxes",
    "moved_due_dates",
    "named_documents",
    "named_to_send",
    "new",
    "objected",
    "objections",
    "of_acquitted",
    "of_invoices",
    "of_receipts",
    "of_reminders",
    "of_statements",
    "of_unpaid",
    "open_because",
    "open_ledger",
    "password_from",
    "pause_contract",
    "price_item",
    "ready_to_leave",
    "receipts_for",
    "render",
    "render_acquitted",
    "render_in_parallel",
    "render_one",
    "render_receipts",
    "render_reminders",
    "render_statement",
    "render_statements",
    "render_unpaid",
    "run",
    "seal",
    "select",
    "send",
    "standing_for",
    "statements_of",
    "statements_of_all",
    "stop_contract",
    "tasks",
    "time_listed",
    "to_send",
    "undo",
    "unrecorded",
    "unrecorded_because",
    "unsent",
    "validate_file",
    "validate_files",
    "verify",
    "what_waits",
    "whom",
    "write_e_invoices",
    "write_off_time",
    "writes_at_once",
    "written_positions",
]

_ROOMS = {
    "actions.adopting": "adopt",
    "actions.adding": "CustomerWanted ItemWanted add_customer add_item change_customer price_item",
    "actions.agreeing": "ContractWanted add_contract add_milestone change_contract pause_contract stop_contract",
    "actions.allocating": "AllocationWanted allocate_money",
    "actions.billing": "CannotBill Composition Dating DepositWanted bill contracts_wanted deposit new",
    "actions.claims": "ClaimWanted LateClaim claim late_claims",
    "actions.confirming": "Chosen confirm discard",
    "actions.copies": "BadDebts bad_debts of_acquitted of_unpaid render_acquitted render_unpaid",
    "actions.correcting": "CorrectionWanted correct",
    "actions.crediting": "CreditLine CreditWanted credit",
    "actions.daily": "STEPS Daily NoSuchStep Step=RunStep run",
    "actions.differences": "Altered",
    "actions.dispatches": "of_invoices unsent",
    "actions.documents": "STATUSES Filter Output UnknownNumber Written document_file find named_documents render render_one select",
    "actions.drafting": "DraftEdit LineEdit draft_drop draft_edit",
    "actions.e_invoices": "Form Made validate_file validate_files write_e_invoices",
    "actions.giving_up": "TimeWanted WriteOff mark_time write_off_time",
    "actions.issuing": "issue",
    "actions.ledger": "Ledger LedgerMissing Loads find_ledger open_ledger",
    "actions.letters": "of_reminders",
    "actions.mailing": "PASSWORD CannotSend password_from",
    "actions.naming": "UnknownCustomer customer customers whom",
    "actions.outbox": (
        "Objection What Outbox objected objections open_because unrecorded unrecorded_because what_waits"
    ),
    "actions.parallel": "render_in_parallel",
    "actions.receipts": "Receipts of_receipts receipts_for render_receipts",
    "actions.reminders": "bank_notices due_reminders language lapse_notices render_reminders",
    "actions.sealing": "Verified moved_due_dates seal verify",
    "actions.sending": "Making Result Sending State Way send",
    "actions.starting": "LANGUAGES REGIMES SELLER_KEYS Start init",
    "actions.statements": "Whose language_to of_statements render_statement render_statements statements_of statements_of_all",
    "actions.taxes": "missing_entry move_taxes",
    "actions.timekeeping": "UnknownProjects Worked add_time import_time time_listed writes_at_once",
    "actions.today": "KINDS=TASKS Kind=TaskKind Task named_to_send tasks to_send",
    "actions.undoing": "undo",
    "actions.waiting": "letters_waiting ready_to_leave standing_for",
    "actions.writing": "Changes How New Outcome Refused change written_positions",
    "billing": "Only",
    "delivery": "Attachment Dispatch Held",
    "dunning": "bank_accounts behind=banks_behind",
}
"""Where each of these names is (`there=here` where it has another name there): a command imports only what it needs."""


if not TYPE_CHECKING:  # a type checker would take any name for one of these

    def __getattr__(name: str) -> Any:
        """One of the names above, from its module."""
        for room, names in _ROOMS.items():
            for one in names.split():
                there, _, here = one.partition("=")
                if name == (here or there):
                    return getattr(import_module(f"beancount_invoicing.{room}"), there)
        raise AttributeError(f"module {__name__} has no attribute {name}")
