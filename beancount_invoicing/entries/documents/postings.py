"""The role of each posting of a document."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.documents.context import ReadingContext
from beancount_invoicing.entries.metadata import FindingCollector, source_of
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Source

PostingRole = Literal["receivable", "at-once", "line", "adjustment", "tax", "deduction", "rounding", "other"]
IN_SUM: frozenset[PostingRole] = frozenset({"line", "adjustment", "tax", "deduction", "rounding"})
"""The roles of postings that add up to the document's total."""


class DocumentPosting(NamedTuple):
    """A posting of the document with its role."""

    role: PostingRole
    posting: Posting
    position: int
    """Of the posting in its transaction, from 0."""
    source: Source
    number: Decimal
    """The amount booked; parts without a number were left out before."""
    currency: str
    """The currency in which it is booked."""


def is_document(entry: Transaction, context: ReadingContext, touches_customer: bool) -> bool:
    """Whether a transaction is a document of ours: it has `invoice`, and a customer's account or keys that only we have."""
    meta = entry.meta
    if "invoice" not in meta:
        return False
    if touches_customer or "kind" in meta or "corrects" in meta:
        return True
    customer = meta.get("customer")
    if isinstance(customer, str) and context.owner(customer):
        return True
    return any(
        posting.account.startswith(context.income + ":")
        and posting.meta
        and not keys.BY_PLACE[keys.LINE].isdisjoint(posting.meta)
        for posting in entry.postings
    )


def document_currency(
    entry: Transaction,
    number: str,
    source: Source,
    customer_postings: frozenset[int],
    income: str,
    findings: FindingCollector,
) -> str:
    """The document's currency: the receivable's; without one, the lines'."""
    on_account = [
        posting.units.currency
        for index, posting in enumerate(entry.postings)
        if index in customer_postings and posting.units is not None
    ]
    if len(set(on_account)) > 1:
        findings.error(
            "two-currencies",
            _(
                "{number} is booked on the customer's account in {on_account}: an invoice has only one currency",
                number=number,
                on_account=joined(_(" and "), sorted(set(on_account))),
            ),
            source,
        )
    if on_account:
        return sorted(set(on_account), key=lambda currency: (-on_account.count(currency), currency))[0]
    for posting in entry.postings:
        if posting.units is not None and posting.account.startswith(income + ":"):
            return posting.units.currency
    return next((posting.units.currency for posting in entry.postings if posting.units is not None), "")


def document_postings(
    entry: Transaction, customer_postings: frozenset[int], currency: str, context: ReadingContext
) -> Sequence[DocumentPosting]:
    """The postings of a document in `currency` that have a number, in their order, each with its role."""
    postings = []
    for index, posting in enumerate(entry.postings):
        units = posting.units
        if units is None or units.number is None:
            continue
        role: PostingRole = "receivable"
        if index not in customer_postings:
            may_be_paid = not customer_postings and units.currency == currency
            role = _role(posting, context, may_be_paid)
        postings.append(DocumentPosting(role, posting, index, source_of(posting.meta), units.number, units.currency))
    return postings


def _role(posting: Posting, context: ReadingContext, may_be_paid: bool) -> PostingRole:
    """The role of a posting on nobody's account; `may_be_paid`: what is on an asset account is what was paid at once."""
    meta = posting.meta or {}
    if "rounding" in meta:
        return "rounding"
    if "deposit" in meta:
        return "deduction"
    if "allowance" in meta or "charge" in meta:
        return "adjustment"
    if "settles" in meta:
        return "at-once"
    if "text" in meta or "quantity" in meta:
        return "line"
    if posting.account in context.tax_accounts:
        return "tax"
    if posting.account.startswith(context.income + ":"):
        return "line"
    if may_be_paid and posting.account.startswith(context.assets + ":"):
        return "at-once"
    return "other"
