"""Fees that banks may have deducted from a payment without stating them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from beancount_invoicing.bank.open_documents import OpenDocument, Receivables
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.messages import _, joined


def unstated_fee(
    known: Receivables, documents: Sequence[OpenDocument], missing: Decimal, line: StatementLine
) -> Literal["sure", "perhaps", ""]:
    """Whether the missing amount is a fee: "perhaps" from a customer in the EEA, where a payment must arrive in full;
    "" if it is more than option `unstated-fee` allows, if the line states its fee, or if currencies differ.
    """
    if line.fee or line.ordered_currency or not 0 < missing <= known.unstated_fee:
        return ""
    if any(document.currency != line.currency for document in documents):
        return ""
    return "sure" if all(document.is_beyond_eea for document in documents) else "perhaps"


def fee_reason(total: Decimal, money: Decimal, line: StatementLine, numbers: Iterable[str]) -> str:
    """The reason that a fee explains the missing amount, in words."""
    return _(
        "{money} {currency} is what is open of {numbers} less {missing} that a bank may have kept back",
        money=money,
        currency=line.currency,
        numbers=joined(_(" and "), numbers),
        missing=total - money,
    )
