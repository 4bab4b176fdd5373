"""Suppliers' invoices as files and directives: each is kept as it came, under a name of its own, and recorded once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.einvoice.supplier_invoices import (
    SupplierInvoice,
    identifiers_of,
    read_supplier_invoice,
    sign_of,
)
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, ReceivedRecord, Source
from beancount_invoicing.platform.received import is_same
from beancount_invoicing.sending.recorded_files import relative_to
from beancount_invoicing.writing import text
from beancount_invoicing.writing.dated_files import expanded_pattern

_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 200
"""Characters of a supplier's words that get into the ledger."""
_LONGEST_AMOUNT = 24


class Origin(NamedTuple):
    """Where a file came from. `name`: what it is called there; `flow`, `updated`: the platform's identifier and time."""

    name: str
    flow: str = ""
    updated: str = ""


class NewlyReceived(NamedTuple):
    """A supplier's invoice that came: its record, its directive, and its file."""

    record: ReceivedRecord
    directive: str
    path: Path
    content: bytes
    known: str
    """The name under which the ledger has this very file already; "" if it is new."""
    same_as: str
    """The name of an earlier one with the same number of the same supplier; "" if there is none."""
    problem: str
    """Why it cannot be read; "" if it can."""


def newly_received(
    book: Book, target: Path, day: date, content: bytes, origin: Origin, before: Iterable[ReceivedRecord]
) -> NewlyReceived:
    """A file that came on `day`, as it is recorded in the ledger file `target`. `before`: what came earlier."""
    digest = sha256(content).hexdigest()
    earlier = [record for record in before if record.kind == "received"]
    known = next((record for record in earlier if record.sha256 == digest), None)
    if known:
        again = ReceivedRecord(day, known.name, "received", Source("", 0), flow=origin.flow, updated=origin.updated)
        directive = text.custom_directive(
            day, "invoice-received", [known.name], [("flow", origin.flow), ("updated", origin.updated)]
        )
        return NewlyReceived(again, directive, Path(known.file), content, known.name, "", "")
    read = read_supplier_invoice(content)
    record = _record(day, read, origin, digest)
    path = _path(book, day, record.name, read.suffix, content)
    record = record._replace(name=path.stem, file=str(path))
    meta: text.MetaItems = [
        ("supplier", record.supplier),
        ("supplier-id", ", ".join(record.supplier_ids)),
        ("invoice", record.number),
        ("date", record.issued),
        ("due", record.due),
        ("amount", record.amount),
        ("currency", record.currency),
        ("result", record.result),
        ("flow", record.flow),
        ("updated", record.updated),
        ("file", relative_to(target, path)),
        ("sha256", digest),
    ]
    same = next((other.name for other in earlier if is_same(other, record)), "")
    directive = text.custom_directive(day, "invoice-received", [record.name], meta)
    return NewlyReceived(record, directive, path, content, "", same, read.problem)


def not_had(day: date, origin: Origin) -> NewlyReceived:
    """An invoice that the platform lists, but whose file it does not give: it is asked for again."""
    name = ".".join(filter(None, (_slug(Path(origin.name).stem), sha256(origin.flow.encode()).hexdigest()[:8])))
    record = ReceivedRecord(
        day, name, "received", Source("", 0), result="not run", flow=origin.flow, updated=origin.updated
    )
    meta: text.MetaItems = [("result", "not run"), ("flow", origin.flow), ("updated", origin.updated)]
    directive = text.custom_directive(day, "invoice-received", [name], meta)
    return NewlyReceived(record, directive, Path(), b"", "", "", _("the platform does not give it"))


def _record(day: date, read: SupplierInvoice, origin: Origin, digest: str) -> ReceivedRecord:
    """What is recorded of a file, with the name that its parts give."""
    terms = read.terms
    if terms is None:
        stem = Path(origin.name).stem
        name = ".".join(filter(None, (_slug(stem), digest[:8])))
        return ReceivedRecord(
            day, name, "received", Source("", 0), result=read.result, flow=origin.flow, updated=origin.updated
        )
    supplier, number = _line(terms.seller.name), _line(terms.number)
    name = ".".join(filter(None, (_slug(supplier), _slug(number), digest[:8])))
    return ReceivedRecord(
        day, name, "received", Source("", 0), supplier, tuple(_line(known) for known in identifiers_of(terms.seller)[:8]), number,
        terms.issued, terms.due, _amount(sign_of(terms) * terms.totals.gross), _line(terms.currency)[:10], read.result, origin.flow,
        origin.updated,
    )  # fmt: skip


def _amount(amount: Decimal) -> Decimal | None:
    """An amount that a ledger can have; None for one that is absurd."""
    return amount if amount.is_finite() and len(format(amount, "f")) <= _LONGEST_AMOUNT else None


def _path(book: Book, day: date, name: str, suffix: str, content: bytes) -> Path:
    """A place where there is nothing yet, or this very file."""
    folder = Path(book.file).parent / expanded_pattern(book.option("received", day, "received/{year}"), day)
    path, count = folder / f"{name}.{suffix}", 1
    while path.exists() and path.read_bytes() != content:
        count += 1
        path = folder / f"{name}-{count}.{suffix}"
    return path


def _slug(words: str) -> str:
    """A part of a file's name."""
    return _STRANGE.sub("-", words).strip("-.")[:40]


def _line(words: str) -> str:
    """Somebody's words in one line, without what is not printable."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(words.split()))[:_LONGEST]
