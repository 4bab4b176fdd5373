"""Invoices of suppliers: that they came, what was answered, and on which account they go."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Day, Source

ReceivedKind = Literal["received", "sending", "sent", "not-sent"]


class ReceivedRecord(NamedTuple):
    """What the ledger records of a supplier's invoice: that it came, or an answer to it; custom "invoice-received"."""

    date: Day
    name: str
    """Of the invoice: the name of its file, without the ending."""
    kind: ReceivedKind
    """"received", or what became of an answer."""
    source: Source
    supplier: str = ""
    supplier_ids: tuple[str, ...] = ()
    """The supplier's identifiers, with their scheme if it has one: "0002:552100554", "FR12552100554"."""
    number: str = ""
    issued: Day | None = None
    due: Day | None = None
    amount: Decimal | None = None
    """With tax; below zero on a credit note. None if the document does not say it."""
    currency: str = ""
    result: str = ""
    """Of its validation: "passed", "failed" or "not run"."""
    flow: str = ""
    """The platform's identifier of the invoice, or of our answer."""
    updated: str = ""
    file: str = ""
    sha256: str = ""
    status: str = ""
    """The code of an answer."""
    reason: str = ""
    message_id: str = ""


class SupplierRule(NamedTuple):
    """On which account the invoices of a supplier go; custom "invoice-supplier"."""

    date: Day
    supplier: str
    """Its name, or one of its identifiers."""
    account: str
    source: Source


class BookedBill(NamedTuple):
    """The entry of a supplier's invoice: a transaction with `supplier-invoice`."""

    date: Day
    name: str
    source: Source
