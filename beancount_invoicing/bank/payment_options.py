"""The amounts that a payer may mean to pay of an open document: everything, less a discount, without a retention, or an
instalment.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate
from typing import Literal, NamedTuple

from beancount_invoicing.bank.open_documents import OpenDocument
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO, Day


class PaymentOption(NamedTuple):
    """An amount that a payer may mean to pay of a document, and what it settles. Its reason is worked out only when it
    is needed.
    """

    money: Decimal
    settles: Decimal
    discount: Decimal = ZERO
    means: Literal["all", "discount", "without retention", "instalments"] = "all"
    instalments: int = 0


def payment_options(document: OpenDocument, left: Decimal, day: Day) -> tuple[PaymentOption, ...]:
    """The amounts that somebody may mean to pay on `day` of a document of which `left` is open: everything, everything
    less the cash discount, everything due without retentions, or its first instalments. Each amount once, the whole
    first.
    """
    whole = PaymentOption(left, left)
    if left != document.open or left < 0 or (len(document.parts) == 1 and not document.discount):
        return (whole,)
    options = [whole]
    if document.discount and day <= document.discount.until:
        off = document.discount.amount
        options.append(PaymentOption(left - off, left, off, "discount"))
    due = [part.open for part in document.parts if not part.retained]
    if len(due) < len(document.parts) and due:
        options.append(PaymentOption(sum(due, ZERO), sum(due, ZERO), means="without retention"))
    options += [
        PaymentOption(amount, amount, means="instalments", instalments=count)
        for count, amount in enumerate(accumulate(due), 1)
        if count < len(due)
    ]
    return tuple({option.money: option for option in reversed(options)}.values())[::-1]


def option_reason(document: OpenDocument, option: PaymentOption) -> str:
    """The reason for exactly this amount, in words that follow it."""
    match option.means:
        case "discount":
            assert document.discount is not None
            return _(
                "is what is open of {number} less its cash discount of {off}, to be taken until {until}",
                number=document.number,
                off=option.discount,
                until=document.discount.until,
            )
        case "without retention":
            return _("is what is open of {number} less the retention", number=document.number)
        case "instalments":
            return _n(
                option.instalments,
                "is the first instalment of {number}",
                "is {count} instalments of {number}",
                number=document.number,
                count=option.instalments,
            )
    return _("is what is open of {number}", number=document.number)
