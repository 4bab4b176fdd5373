"""What is owed at a date: allocation, positions, aged balance, statements. Pure: takes a Book and a date, returns frozen values."""

from __future__ import annotations

from beancount_invoicing.receivables.advances import Advance, tax_contained
from beancount_invoicing.receivables.aging import (
    DEFAULT_BOUNDS,
    Aging,
    AgingRow,
    AgingTotal,
    Basis,
    BoundsError,
    LedgerBalance,
    aging,
)
from beancount_invoicing.receivables.allocation import (
    Allocated,
    Allocation,
    BadDebtRecovery,
    OpenItem,
    Unallocated,
    allocate,
)
from beancount_invoicing.receivables.bad_debts import BadDebt, NoBadDebt, bad_debt
from beancount_invoicing.receivables.credit_notes import (
    CreditNoteEffect,
    LeftToCredit,
    LineLeftToCredit,
    bears_tax,
    claim_given_back_on,
    credit_note_effect,
    credit_note_effects,
    creditable,
    interest_given_back,
    invoices_by_number,
    is_for_late_interest,
    left_to_credit,
    net_of_units,
    nets_of,
    tax_of_part,
    within_share,
)
from beancount_invoicing.receivables.exchange import latest_price
from beancount_invoicing.receivables.invoiced_taxes import claim_and_invoiced_taxes
from beancount_invoicing.receivables.lapsing import Lapsing, lapsing, last_day_to_sue
from beancount_invoicing.receivables.missing_taxes import MissingTaxEntry, MissingTaxLine
from beancount_invoicing.receivables.on_account import OnAccount, total_cover
from beancount_invoicing.receivables.pending_taxes import PendingTaxKey
from beancount_invoicing.receivables.positions import InstalmentPosition, Position, Status, disputed, positions
from beancount_invoicing.receivables.receipts import NothingReceived, Receipt, receipt
from beancount_invoicing.receivables.retentions import Retention, open_retentions
from beancount_invoicing.receivables.statements import (
    Statement,
    StatementEntry,
    StatementInCurrency,
    StatementOpenItem,
    StatementPeriodError,
    statements,
)
from beancount_invoicing.receivables.tax_currency import TaxInTaxCurrency, VatInTaxCurrency, vat_in_tax_currency
from beancount_invoicing.receivables.tax_due import PeriodTotal, TaxDue, TaxShare, TaxTotal, tax_due

__all__ = [
    "DEFAULT_BOUNDS",
    "Advance",
    "Aging",
    "AgingRow",
    "AgingTotal",
    "Allocated",
    "Allocation",
    "BadDebt",
    "BadDebtRecovery",
    "Basis",
    "BoundsError",
    "CreditNoteEffect",
    "InstalmentPosition",
    "Lapsing",
    "LedgerBalance",
    "LeftToCredit",
    "LineLeftToCredit",
    "MissingTaxEntry",
    "MissingTaxLine",
    "NoBadDebt",
    "NothingReceived",
    "OnAccount",
    "OpenItem",
    "PendingTaxKey",
    "PeriodTotal",
    "Position",
    "Receipt",
    "Retention",
    "Statement",
    "StatementEntry",
    "StatementInCurrency",
    "StatementOpenItem",
    "StatementPeriodError",
    "Status",
    "TaxDue",
    "TaxInTaxCurrency",
    "TaxShare",
    "TaxTotal",
    "Unallocated",
    "VatInTaxCurrency",
    "aging",
    "allocate",
    "bad_debt",
    "bears_tax",
    "claim_and_invoiced_taxes",
    "claim_given_back_on",
    "credit_note_effect",
    "credit_note_effects",
    "creditable",
    "disputed",
    "interest_given_back",
    "invoices_by_number",
    "is_for_late_interest",
    "lapsing",
    "last_day_to_sue",
    "latest_price",
    "left_to_credit",
    "net_of_units",
    "nets_of",
    "open_retentions",
    "positions",
    "receipt",
    "statements",
    "tax_contained",
    "tax_due",
    "tax_of_part",
    "total_cover",
    "vat_in_tax_currency",
    "within_share",
]
