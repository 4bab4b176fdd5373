"""What is owed at a date: allocation, positions, aged balance, statements. Pure: a Book and a date in, dataclasses out."""

from __future__ import annotations

from beancount_invoicing.receivables.advances import Advance
from beancount_invoicing.receivables.aging import BOUNDS, Aging, Balance, Basis, BoundsError, Row, Total, aging
from beancount_invoicing.receivables.allocation import Allocated, Allocation, Claim, Revived, Unallocated, allocate
from beancount_invoicing.receivables.covering import OnAccount, lies_there
from beancount_invoicing.receivables.credits import (
    Credited,
    Left,
    LineLeft,
    bears,
    by_number,
    creditable,
    credited,
    credited_by,
    for_late_payment,
    given_back,
    held,
    left_to_credit,
    net_of_units,
    nets_of,
    tax_of_part,
)
from beancount_invoicing.receivables.exchange import latest_price
from beancount_invoicing.receivables.lapsing import Lapsing, lapsing, last_day_to_sue
from beancount_invoicing.receivables.lost import Lost, NothingLost, lost
from beancount_invoicing.receivables.own_currency import InOwnCurrency, OwnTax, in_own_currency
from beancount_invoicing.receivables.positions import InstalmentPosition, Position, Status, disputed, positions
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
    "Credited",
    "Entry",
    "InCurrency",
    "InOwnCurrency",
    "InstalmentPosition",
    "Lapsing",
    "Left",
    "LineLeft",
    "Lost",
    "Missing",
    "MissingLine",
    "NothingLost",
    "NothingReceived",
    "OnAccount",
    "OpenItem",
    "OwnTax",
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
    "bears",
    "by_number",
    "creditable",
    "credited",
    "credited_by",
    "disputed",
    "for_late_payment",
    "given_back",
    "held",
    "in_own_currency",
    "lapsing",
    "last_day_to_sue",
    "latest_price",
    "left_to_credit",
    "lies_there",
    "lost",
    "net_of_units",
    "nets_of",
    "positions",
    "receipt",
    "retained",
    "statements",
    "tax_due",
    "tax_of_part",
]
