"""What is to be billed up to a date: contracts, time and expenses → documents to be written. Pure: a Book and a date in."""

from __future__ import annotations

from beancount_invoicing.billing.compose import (
    CannotCompose,
    Naming,
    Request,
    compose,
    documents,
    dues_if_issued,
    moved_dues,
    numbered,
)
from beancount_invoicing.billing.correcting import CannotCorrect, Corrected, Correction, corrective
from beancount_invoicing.billing.credits import CannotCredit, CreditLine, CreditWanted, credit_note
from beancount_invoicing.billing.cutoff import cut_off
from beancount_invoicing.billing.drafts import (
    BookOut,
    Draft,
    DraftDeduction,
    DraftLine,
    DraftReceivable,
    DraftTax,
    Exchange,
    Notice,
)
from beancount_invoicing.billing.enclosed import Enclosed, Enclosure, asked_for, enclosed
from beancount_invoicing.billing.fixed import DepositLeft, SoFar, deposits_left, so_far
from beancount_invoicing.billing.numbers import CannotNumber, draft_names, numbers, place
from beancount_invoicing.billing.prepaid import Prepaid, prepaid
from beancount_invoicing.billing.rates import supplied_before, supplied_by
from beancount_invoicing.billing.redrafting import CannotRedraft, LineEdit, Redraft, redraft
from beancount_invoicing.billing.standing import Standing, standings
from beancount_invoicing.billing.waiting import Only, Waiting, Wanted, currency_of, running, waiting
from beancount_invoicing.billing.whose import contracts_of
from beancount_invoicing.billing.worked import unbilled_work

__all__ = [
    "BookOut",
    "CannotCompose",
    "CannotCorrect",
    "CannotCredit",
    "CannotNumber",
    "CannotRedraft",
    "Corrected",
    "Correction",
    "CreditLine",
    "CreditWanted",
    "DepositLeft",
    "Draft",
    "DraftDeduction",
    "DraftLine",
    "DraftReceivable",
    "DraftTax",
    "Enclosed",
    "Enclosure",
    "Exchange",
    "LineEdit",
    "Naming",
    "Notice",
    "Only",
    "Prepaid",
    "Redraft",
    "Request",
    "SoFar",
    "Standing",
    "Waiting",
    "Wanted",
    "asked_for",
    "compose",
    "contracts_of",
    "corrective",
    "credit_note",
    "currency_of",
    "cut_off",
    "deposits_left",
    "documents",
    "draft_names",
    "dues_if_issued",
    "enclosed",
    "moved_dues",
    "numbered",
    "numbers",
    "place",
    "prepaid",
    "redraft",
    "running",
    "so_far",
    "standings",
    "supplied_before",
    "supplied_by",
    "unbilled_work",
    "waiting",
]
