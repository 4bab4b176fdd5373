"""Retentions: what a customer keeps back of an invoice depends on the acceptance of the works, not on the invoice's date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from beancount_invoicing.entries.documents.instalments import DUE_SAID
from beancount_invoicing.messages import _
from beancount_invoicing.model import NOT_YET, Acceptance, CalculationStep, Contract, Dated, Instalment, Invoice
from beancount_invoicing.rules import periods


def due_from_acceptance(
    invoices: Sequence[Invoice], contracts: Mapping[str, Dated[Contract]], acceptances: Sequence[Acceptance]
) -> list[Invoice]:
    """The invoices with the due dates of their retentions: the contract's `retention-terms` after its works were accepted.

    A retention is marked so (`retained`), or is on the `retention-account` of a contract that the invoice bills. For the latter,
    `bill` used to write a due date that long after the invoice's own, which is now ignored; any other one, or one beside
    `retained`, is intentional and applies. Source: loi n° 71-584 of 16 July 1971, art. 2: a year from the acceptance of the works.
    """
    keeping = {
        code
        for code, dated in contracts.items()
        if any(version.retention_account or version.retention for _day, version in dated.versions)
    }
    if not keeping and not any(
        instalment.retention_contract for invoice in invoices for instalment in invoice.instalments
    ):
        return list(invoices)
    accepted: dict[str, date] = {}
    for acceptance in acceptances:
        accepted.setdefault(acceptance.contract, acceptance.date)  # two of one contract are an error
    return [_hung(invoice, contracts, keeping, accepted) for invoice in invoices]


def _hung(
    invoice: Invoice, contracts: Mapping[str, Dated[Contract]], keeping: set[str], accepted: Mapping[str, date]
) -> Invoice:
    if invoice.is_credit:
        return invoice
    billed = sorted({line.contract for line in invoice.lines} & keeping)
    instalments = []
    for instalment in invoice.instalments:
        try:
            code = instalment.retention_contract or _contract(invoice, instalment, contracts, billed)
            instalments.append(
                _due(invoice, instalment, contracts[code], accepted) if code in contracts else instalment
            )
        except periods.PeriodError:  # an error of the contract says so
            instalments.append(instalment)
    return invoice._replace(instalments=tuple(instalments))


def _contract(
    invoice: Invoice, instalment: Instalment, contracts: Mapping[str, Dated[Contract]], billed: list[str]
) -> str:
    """The billed contract to which an unmarked retention belongs: if several have its account, the next one whose `bill`
    wrote its due date; "" if none has.
    """
    of_account = [code for code in billed if contracts[code].at(invoice.date).retention_account == instalment.account]
    fits = [code for code in of_account if _once(invoice, contracts[code]) == instalment.due]
    code = next(iter((*fits, *of_account)), "")
    if fits and len(of_account) > 1:
        billed.remove(code)
    return code


def _once(invoice: Invoice, dated: Dated[Contract]) -> date:
    """The due date that `bill` used to write."""
    return periods.parse_length(dated.at(invoice.date).retention_terms or "year").after(invoice.date, 1)


def _due(invoice: Invoice, instalment: Instalment, dated: Dated[Contract], accepted: Mapping[str, date]) -> Instalment:
    code = dated.first.code
    written = bool(instalment.steps) and instalment.steps[-1].because == DUE_SAID
    if written and (instalment.retention_contract or instalment.due != _once(invoice, dated)):
        return instalment._replace(retention_contract=code)
    printed = instalment.due if written else None
    day = accepted.get(code)
    after = dated.at(day or invoice.date).retention_terms or "1 year"
    hung = instalment._replace(
        due=NOT_YET, retention_contract=code, retention_terms=after, printed_due=printed, steps=()
    )
    if day is None:
        return hung
    length = periods.parse_length(after)
    due = length.after(day, 1)
    step = CalculationStep(
        _("due date"),
        f"plus {length.unit}",
        (day, length.number),
        due,
        _("the works of {code} were accepted on {day}", code=code, day=day),
    )
    steps: tuple[CalculationStep, ...] = (step,)
    if due < invoice.date:
        due, steps = (
            invoice.date,
            (step, CalculationStep(_("due date"), "larger of", (due, invoice.date), invoice.date, _("its own date"))),
        )
    return hung._replace(due=due, accepted=day, steps=steps)
