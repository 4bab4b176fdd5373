"""The nouns of the program: what a ledger says about selling, owing and paying.

Everything is frozen, holds only `Decimal` and `date`, and remembers where it was written. Amounts have the sign that
they have in the customer's account: an invoice is positive, a credit note or a payment is negative. This package
imports nothing of ours.

Nouns of which a ledger has thousands are NamedTuples: they are made in a third of the time of a frozen dataclass.
"""

from __future__ import annotations

from beancount_invoicing.model.banks import BankAccount, CsvTable, StatementFormat
from beancount_invoicing.model.book import Book, NumberUse, ReferenceRate
from beancount_invoicing.model.contracts import Acceptance, Contract, Expense, IndexValue, Milestone, Mode, Work
from beancount_invoicing.model.documents import (
    NO_TAX,
    NOT_YET,
    Adjustment,
    Deduction,
    DocumentKind,
    ImmediatePayment,
    Instalment,
    Invoice,
    Item,
    Line,
    Nature,
    Tax,
    TaxAmount,
)
from beancount_invoicing.model.events import DISPATCH_START_EVENTS, Event, EventKind, FlowRecord, Seal
from beancount_invoicing.model.parties import Address, BuyerKind, Channel, Customer, Seller
from beancount_invoicing.model.payments import (
    AccountUse,
    AllocationKind,
    CounterPosting,
    CustomerMovement,
    ParentAccountPosting,
    Payment,
    PaymentAccounts,
    PaymentExchangeRate,
    ReceivedCharge,
    SettlementMeans,
    TakenOver,
    TaxMovement,
    Transfer,
    Unmatched,
    Weight,
)
from beancount_invoicing.model.received import BookedBill, ReceivedKind, ReceivedRecord, SupplierRule
from beancount_invoicing.model.reminders import Policy, ReminderLevel, Tone
from beancount_invoicing.model.values import (
    ZERO,
    CalculationStep,
    Dated,
    Day,
    Figure,
    Finding,
    OptionValue,
    Severity,
    Source,
    StepValue,
    T,
    require_date,
)

__all__ = [
    "DISPATCH_START_EVENTS",
    "NOT_YET",
    "NO_TAX",
    "ZERO",
    "Acceptance",
    "AccountUse",
    "Address",
    "Adjustment",
    "AllocationKind",
    "BankAccount",
    "Book",
    "BookedBill",
    "BuyerKind",
    "CalculationStep",
    "Channel",
    "Contract",
    "CounterPosting",
    "CsvTable",
    "Customer",
    "CustomerMovement",
    "Dated",
    "Day",
    "Deduction",
    "DocumentKind",
    "Event",
    "EventKind",
    "Expense",
    "Figure",
    "Finding",
    "FlowRecord",
    "ImmediatePayment",
    "IndexValue",
    "Instalment",
    "Invoice",
    "Item",
    "Line",
    "Milestone",
    "Mode",
    "Nature",
    "NumberUse",
    "OptionValue",
    "ParentAccountPosting",
    "Payment",
    "PaymentAccounts",
    "PaymentExchangeRate",
    "Policy",
    "ReceivedCharge",
    "ReceivedKind",
    "ReceivedRecord",
    "ReferenceRate",
    "ReminderLevel",
    "Seal",
    "Seller",
    "SettlementMeans",
    "Severity",
    "Source",
    "StatementFormat",
    "StepValue",
    "SupplierRule",
    "T",
    "TakenOver",
    "Tax",
    "TaxAmount",
    "TaxMovement",
    "Tone",
    "Transfer",
    "Unmatched",
    "Weight",
    "Work",
    "require_date",
]
