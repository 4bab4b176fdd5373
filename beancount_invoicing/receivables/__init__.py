"""What is owed at a date: allocation, positions, aged balance, statements. Pure: a Book and a date in, dataclasses out."""

from __future__ import annotations

from beancount_invoicing.receivables.advances import Advance
from beancount_invoicing.receivables.aging import BOUNDS, Aging, Balance, Basis, BoundsError, Row, Total, aging
from beancount_invoicing.receivables.allocation import Allocated, Allocation, Claim, Revived, Unallocated, allocate
from beancount_invoicing.receivables.covering import OnAccount, lies_there
from beancount_invoicing.receivables.credits import credited, for_late_payment, given_back
from beancount_invoicing.receivables.lapsing import Lapsing, lapsing, last_day_to_sue
from beancount_invoicing.receivables.positions import InstalmentPosition, Position, Status, positions
from beancount_invoicing.receivables.receipts import NothingReceived, Receipt, receipt
from beancount_invoicing.receivables.retained import Retained, retained
from beancount_invoicing.receivables.statements import (
    Entry,
    InCurrency,
    OpenItem,
    SinceError,
    Statement,
    statements,
)
from beancount_invoicing.receivables.tax_due import PeriodTotal, TaxDue, TaxShare, TaxTotal, tax_due
from beancount_invoicing.receivables.tax_missing import Missing, MissingLine
from beancount_invoicing.receivables.taxed import Pending

__all__ = [
    "BOUNDS",
    "Advance",
    "Aging",
    "Allocated",
    "Allocation",
    "Balance",
    "Basis",
    "BoundsError",
    "Claim",
    "Entry",
    "InCurrency",
    "InstalmentPosition",
    "Lapsing",
    "Missing",
    "MissingLine",
    "NothingReceived",
    "OnAccount",
    "OpenItem",
    "Pending",
    "PeriodTotal",
    "Position",
    "Receipt",
    "Retained",
    "Revived",
    "Row",
    "SinceError",
    "Statement",
    "Status",
    "TaxDue",
    "TaxShare",
    "TaxTotal",
    "Total",
    "Unallocated",
    "aging",
    "allocate",
    "credited",
    "for_late_payment",
    "given_back",
    "lapsing",
    "last_day_to_sue",
    "lies_there",
    "positions",
    "receipt",
    "retained",
    "statements",
    "tax_due",
]
