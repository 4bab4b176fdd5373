"""What was sent, what waits to be sent, and what is sealed, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beancount_invoicing.documents import seal_chain
from beancount_invoicing.model import Invoice
from beancount_invoicing.model.locks import ClosedBooks, Reopening

if TYPE_CHECKING:
    from beancount_invoicing.actions.seal import Verified
    from beancount_invoicing.delivery import Attempt
    from beancount_invoicing.platform.reports import HandIn
    from beancount_invoicing.sending.outbox import Objection
    from beancount_invoicing.sending.platform_directory import CustomerCheck
    from beancount_invoicing.sending.platform_fetch import Told
    from beancount_invoicing.sending.send import SendResult

from beancount_invoicing.answers.amounts import Answer


def status_json(told: Told) -> Answer:
    """A status in `platform fetch`."""
    return {
        "day": told.day.isoformat(),
        "number": told.number or None,
        "customer": told.customer or None,
        "status": told.status,
        "meaning": told.text,
        "reason": told.reason or None,
        "updated": told.updated,
        "flow": told.flow or None,
        "status_flow": told.status_flow,
        "file": str(told.file) if told.file else None,
    }


def customer_check_json(check: CustomerCheck) -> Answer:
    """A customer in `customer check`."""
    found = check.found
    return {
        "account": check.customer.account,
        "customer": check.customer.name,
        "siren": check.siren or None,
        "address": check.address or None,
        "state": found.reachability.state if found else None,
        "choices": list(found.reachability.choices) if found else [],
        "name": (found.name or None) if found else None,
        "asked_on": found.day.isoformat() if found else None,
        "problems": list(check.problems),
        "source": str(check.customer.source),
    }


def verified_json(verified: Verified) -> Answer:
    """A document in `verify`."""
    return {
        "number": verified.number or None,
        "file": verified.file or None,
        "sealed_on": verified.seal.date.isoformat() if verified.seal else None,
        "mark": seal_chain.seal_hash(verified.seal) if verified.seal else None,
        "previous": (verified.seal.previous or None) if verified.seal else None,
        "unchanged": verified.unchanged,
        "differences": [
            {"what": difference.term, "sealed": difference.sealed, "now": difference.current}
            for difference in verified.differences
        ],
        "notice": verified.notice or None,
        "closed_up_to": None,
        "source": str(verified.source),
    }


def locks_json(closed: ClosedBooks) -> list[Answer]:
    """The locks in `verify`, by their last days, in the form of its documents; of one that was taken back, `unchanged` is null."""
    in_force = {period.lock: period.holds for period in closed.periods}
    taken_back = {reopening.previous: reopening for reopening in closed.reopenings}
    return [
        {
            "number": None,
            "file": lock.file or None,
            "sealed_on": lock.date.isoformat(),
            "mark": lock.sha256,
            "previous": lock.previous or None,
            "unchanged": in_force.get(lock),
            "differences": [],
            "notice": _opened_again(taken_back.get(lock.sha256)),
            "closed_up_to": lock.last_day.isoformat(),
            "source": str(lock.source),
        }
        for lock in closed.locks
    ]


def _opened_again(reopening: Reopening | None) -> str | None:
    if reopening is None:
        return None
    return (
        f"opened again on {reopening.date}: {reopening.reason}"
        if reopening.reason
        else f"opened again on {reopening.date}"
    )


def sent_json(send_result: SendResult) -> Answer:
    """The result of one dispatch in `send`."""
    return {
        "state": send_result.state,
        "title": send_result.title,
        "customer": send_result.customer,
        "account": send_result.account,
        "numbers": list(send_result.numbers),
        "event": send_result.event,
        "level": send_result.level,
        "channel": send_result.channel,
        "to": list(send_result.to),
        "cc": list(send_result.cc),
        "address": list(send_result.address),
        "subject": send_result.subject or None,
        "files": list(send_result.files),
        "file": str(send_result.file) if send_result.file else None,
        "message_id": send_result.message_id or None,
        "not_to": list(send_result.refused_recipients),
        "why": send_result.reason or None,
        "notices": list(send_result.notices),
    }


def attempt_json(attempt: Attempt, objection: Objection | None = None) -> Answer:
    """A dispatch that is in doubt, or waits to be sent by hand, in `send` without a number."""
    return {
        "state": "in-doubt" if attempt.in_doubt else "prepared",
        "numbers": list(attempt.numbers),
        "customer": attempt.event.customer,
        "event": attempt.kind,
        "level": attempt.event.level,
        "date": attempt.event.date.isoformat(),
        "channel": attempt.event.channel or None,
        "message_id": attempt.event.message_id,
        "note": attempt.event.note,
        "source": str(attempt.event.source),
        "objection": objection.reason if objection else None,
    }


def report_json(item: HandIn) -> Answer:
    """An e-report or a status 212 that has not been taken yet, with the same fields as `attempt_json`."""
    record = item.record
    return {
        "state": "in-doubt" if item.state == "in-doubt" else "to-send",
        "numbers": [item.identifier],
        "customer": None,
        "event": "sent",
        "level": None,
        "date": record.date.isoformat(),
        "channel": "e-invoice",
        "message_id": record.message_id,
        "note": item.reason or None,
        "source": str(record.source),
        "objection": None,
    }


def to_send_json(invoice: Invoice, channel: str) -> Answer:
    """A document that is to be sent, in `send` without a number, with the same fields as `attempt_json`."""
    return {
        "state": "to-send",
        "numbers": [invoice.number],
        "customer": invoice.customer.account if invoice.customer else None,
        "event": "sent",
        "level": None,
        "date": invoice.date.isoformat(),
        "channel": channel,
        "message_id": None,
        "note": None,
        "source": str(invoice.source),
        "objection": None,
    }
