"""Suppliers' invoices: what came, what was answered, what is booked. Pure: takes records, returns frozen values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, BookedBill, ReceivedRecord

ANSWERS: Mapping[str, str] = {
    "205": _("approved"),
    "207": _("disputed"),
    "210": _("refused"),
    "211": _("payment sent"),
}
"""The statuses by which a buyer answers, in words."""


_REFUSALS = (
    "TX_TVA_ERR", "MONTANTTOTAL_ERR", "CALCUL_ERR", "NON_CONFORME", "DOUBLON", "DEST_ERR", "TRANSAC_INC", "EMMET_INC",
    "CONTRAT_TERM", "DOUBLE_FACT", "CMD_ERR", "ADR_ERR", "REF_CT_ABSENT",
)  # fmt: skip
REASONS: Mapping[str, tuple[str, ...]] = {
    "207": (
        "AUTRE", *_REFUSALS, "COORD_BANC_ERR", "DEST_INC", "SIRET_ERR", "CODE_ROUTAGE_ERR", "REF_ERR", "PU_ERR", "REM_ERR",
        "QTE_ERR", "ART_ERR", "MODPAI_ERR", "QUALITE_ERR", "LIVR_INCOMP",
    ),
    "210": _REFUSALS,
}  # fmt: skip
"""The codes of reasons that XP Z12-012 has for a dispute and a refusal (rules BR-FR-CDV-CL-09)."""


class UnknownReceived(ValueError):
    """No invoice of a supplier is meant, or several are: the message says which there are."""


class ReceivedInvoice(NamedTuple):
    """An invoice of a supplier, and what became of it."""

    name: str
    first: ReceivedRecord
    """That it came."""
    flows: tuple[str, ...]
    """The platform's identifiers of it: more than one if it came again."""
    answers: tuple[ReceivedRecord, ...]
    """Those that were given, in their order."""
    doubt: ReceivedRecord | None
    """An answer of which it is not known whether the platform has it."""
    booked: BookedBill | None
    same_as: str
    """The name of an earlier one with the same number of the same supplier; "" if there is none."""

    @property
    def answer(self) -> str:
        """The code of the latest answer; "" if there is none."""
        return self.answers[-1].status if self.answers else ""


def received_invoices(book: Book) -> tuple[ReceivedInvoice, ...]:
    """All invoices of suppliers, by the day on which they came."""
    records: defaultdict[str, list[ReceivedRecord]] = defaultdict(list)
    for record in book.received:
        records[record.name].append(record)
    booked = {bill.name: bill for bill in reversed(book.booked_bills)}
    found: list[ReceivedInvoice] = []
    for name, own in records.items():
        came = [record for record in own if record.kind == "received"]
        if not came:
            continue
        first = next((record for record in came if record.file), came[0])
        ended = {record.message_id for record in own if record.kind in {"sent", "not-sent"}}
        found.append(
            ReceivedInvoice(
                name,
                first,
                tuple(dict.fromkeys(record.flow for record in came if record.flow)),
                tuple(record for record in own if record.kind == "sent"),
                next((record for record in own if record.kind == "sending" and record.message_id not in ended), None),
                booked.get(name),
                next((earlier.name for earlier in found if is_same(earlier.first, first)), ""),
            )
        )
    had = {flow for invoice in found if invoice.first.file for flow in invoice.flows}
    return tuple(invoice for invoice in found if invoice.first.file or not had.intersection(invoice.flows))


def is_same(record: ReceivedRecord, other: ReceivedRecord) -> bool:
    """Whether two records are of one invoice: the same number, of the same supplier by an identifier or by name."""
    if not record.number or record.number.casefold() != other.number.casefold():
        return False
    identifiers = [{_bare(known) for known in bill.supplier_ids} for bill in (record, other)]
    return bool(identifiers[0] & identifiers[1]) or _words(record.supplier) == _words(other.supplier)


def named_received(invoices: Sequence[ReceivedInvoice], wanted: str) -> ReceivedInvoice:
    """The invoice that a person names: by its number, its name, the beginning of that, or its flow. Raises UnknownReceived."""
    text = wanted.strip()
    exact = [invoice for invoice in invoices if text in {invoice.name, *invoice.flows}]
    near = exact or [
        invoice
        for invoice in invoices
        if text.casefold() == invoice.first.number.casefold() or (text and invoice.name.startswith(text))
    ]
    near = [invoice for invoice in near if not invoice.same_as] or near
    if len(near) == 1:
        return near[0]
    if near:
        raise UnknownReceived(
            _(
                "{wanted} names several invoices: write the name of one: {names}",
                wanted=wanted,
                names=", ".join(invoice.name for invoice in near[:10]),
            )
        )
    raise UnknownReceived(
        _("there is no supplier's invoice {wanted}: bean-invoice received list shows those that came", wanted=wanted)
    )


def supplier_account(book: Book, record: ReceivedRecord, day: date) -> str:
    """The account on which a supplier's invoices go on `day`: the latest rule for an identifier or its name, else the option's;
    "" if there is none.
    """
    names = {_words(record.supplier), *(_bare(known) for known in record.supplier_ids)}
    rules = [
        rule for rule in book.suppliers if rule.date <= day and {_words(rule.supplier), _bare(rule.supplier)} & names
    ]
    return rules[-1].account if rules else book.option("purchase-account", day)


def _bare(identifier: str) -> str:
    """An identifier without its scheme and spaces: two of them are compared like this."""
    scheme, colon, value = identifier.partition(":")
    text = value if colon and len(scheme) <= 6 else identifier
    return "".join(sign for sign in text if sign.isalnum()).upper()


def _words(name: str) -> str:
    return " ".join(name.split()).casefold()
