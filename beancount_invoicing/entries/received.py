"""The directives of suppliers' invoices: what came, what was answered, and on which account they go."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from beancount_invoicing.entries.metadata import ACCOUNT, Unreadable, source_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import BookedBill, ReceivedKind, ReceivedRecord, Source, SupplierRule

BILL_KEY = "supplier-invoice"
_KINDS: tuple[ReceivedKind, ...] = ("received", "sending", "sent", "not-sent")


def read_received(day: date, values: Sequence[Any], keys: Mapping[str, Any], source: Source) -> ReceivedRecord:
    """A record of a supplier's invoice; `values`, `keys`: of its directive. Raises Unreadable if something is missing or wrong."""
    match values:
        case [str() as name] if name.strip():
            pass
        case _:
            raise Unreadable(
                _('"invoice-received" has one value, the name of the invoice: that of its file without the ending')
            )
    event = keys.get("event") or "received"
    kind = next((known for known in _KINDS if known == event), None)
    if kind is None:
        raise Unreadable(
            _('the answer to an invoice is event: "sending", "sent" or "not-sent", not "{event}"', event=event)
        )
    if kind != "received" and not keys.get("status"):
        raise Unreadable(_('an answer needs its code: write status: "205"'))
    return ReceivedRecord(
        date=day,
        name=name.strip(),
        kind=kind,
        source=source,
        supplier=keys.get("supplier") or "",
        supplier_ids=tuple(part.strip() for part in (keys.get("supplier-id") or "").split(",") if part.strip()),
        number=keys.get("invoice") or "",
        issued=keys.get("date"),
        due=keys.get("due"),
        amount=keys.get("amount"),
        currency=keys.get("currency") or "",
        result=keys.get("result") or "",
        flow=keys.get("flow") or "",
        updated=keys.get("updated") or "",
        file=os.path.normpath(Path(source.file).parent / keys["file"]) if keys.get("file") else "",
        sha256=(keys.get("sha256") or "").strip().lower(),
        status=keys.get("status") or "",
        reason=keys.get("reason") or "",
        message_id=keys.get("message-id") or "",
    )


def read_supplier(day: date, values: Sequence[Any], source: Source) -> SupplierRule:
    """The account of a supplier. Raises Unreadable."""
    match values:
        case [str() as supplier, str() as account] if supplier.strip() and ACCOUNT.match(account):
            return SupplierRule(day, supplier.strip(), account, source)
    raise Unreadable(
        _(
            'a supplier has two values, its name or identifier and an account: {day} custom "invoice-supplier" '
            '"Papeterie Martin" Expenses:Office',
            day=day,
        )
    )


def booked_bills(transactions: Sequence[tuple[int, Any]]) -> tuple[BookedBill, ...]:
    """The entries of suppliers' invoices, in the order of the ledger; `transactions`: all, with their places."""
    return tuple(
        BookedBill(entry.date, name.strip(), source_of(entry.meta))
        for _place, entry in transactions
        if isinstance(name := entry.meta.get(BILL_KEY), str) and name.strip()
    )
