"""What can be billed up to a date: contracts, time and expenses become documents to be written. Pure: takes a Book and a date."""

from __future__ import annotations

from beancount_invoicing.billing.compose import (
    CannotCompose,
    DraftRequest,
    NextNumber,
    compose_draft,
    compose_drafts,
    moved_due_dates,
    payment_schedule_if_issued,
    with_number_and_due_dates,
)
from beancount_invoicing.billing.contract_status import ContractStatus, contract_statuses
from beancount_invoicing.billing.cutoff import book_at_cutoff
from beancount_invoicing.billing.drafts import (
    BillingNotice,
    Draft,
    DraftDeduction,
    DraftLine,
    DraftReceivable,
    DraftTax,
    ExchangeRate,
    TimeRelease,
)
from beancount_invoicing.billing.enclosed import Enclosed, Enclosure, contract_enclosures, enclosures_of
from beancount_invoicing.billing.fixed import DepositLeft, ProgressBilling, deposits_left, progress_billing
from beancount_invoicing.billing.numbers import CannotNumber, next_draft_names, next_numbers, series_place
from beancount_invoicing.billing.prepaid import PrepaidBalance, prepaid_balances
from beancount_invoicing.billing.tax_rates import milestone_dates_at_other_rates, milestones_supplied_on
from beancount_invoicing.billing.time_and_expenses import unbilled_work
from beancount_invoicing.billing.time_owner import contracts_of_work
from beancount_invoicing.billing.unbilled import (
    ContractFilter,
    LineFilter,
    UnbilledLine,
    accrued_lines,
    currency_of,
    unbilled_lines,
)

__all__ = [
    "BillingNotice",
    "CannotCompose",
    "CannotNumber",
    "ContractFilter",
    "ContractStatus",
    "DepositLeft",
    "Draft",
    "DraftDeduction",
    "DraftLine",
    "DraftReceivable",
    "DraftRequest",
    "DraftTax",
    "Enclosed",
    "Enclosure",
    "ExchangeRate",
    "LineFilter",
    "NextNumber",
    "PrepaidBalance",
    "ProgressBilling",
    "TimeRelease",
    "UnbilledLine",
    "accrued_lines",
    "book_at_cutoff",
    "compose_draft",
    "compose_drafts",
    "contract_enclosures",
    "contract_statuses",
    "contracts_of_work",
    "currency_of",
    "deposits_left",
    "enclosures_of",
    "milestone_dates_at_other_rates",
    "milestones_supplied_on",
    "moved_due_dates",
    "next_draft_names",
    "next_numbers",
    "payment_schedule_if_issued",
    "prepaid_balances",
    "progress_billing",
    "series_place",
    "unbilled_lines",
    "unbilled_work",
    "with_number_and_due_dates",
]
