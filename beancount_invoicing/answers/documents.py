"""Documents as data: listed, shown, explained, with what happened to them."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, number_text, step_json
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Adjustment, CalculationStep, Event, Invoice, Line, TaxAmount
from beancount_invoicing.platform.statuses import status_in_words
from beancount_invoicing.receivables import Allocation, Position
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.payment_terms import DiscountedAmount, TermsError, discounted_rest
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.supply import why_abroad
from beancount_invoicing.rules.tax import net_of_line


def listed_json(position: Position) -> Answer:
    """A document in `list`."""
    invoice = position.invoice
    known = invoice.kind not in {"opening", "void"}
    currency = invoice.currency
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        "date": invoice.date.isoformat(),
        "due": day_text(position.due),
        "customer": invoice.customer.name if invoice.customer else None,
        "owed_by": [debtor.name for debtor in position.debtors],
        "accounts": list(position.accounts),
        "currency": currency or None,
        "net": amount_text(invoice.net, currency) if known else None,
        "tax": amount_text(invoice.tax, currency) if known else None,
        "total": amount_text(invoice.total, currency)
        if known
        else amount_text(position.payable, currency)
        if currency
        else None,
        "withheld": amount_text(invoice.withheld, currency) if known else None,
        "prepaid": amount_text(invoice.prepaid, currency) if known else None,
        "payable": amount_text(position.payable, currency) if currency else None,
        "settled": amount_text(position.settled, currency) if currency else None,
        "open": amount_text(position.open, currency) if currency else None,
        "status": position.status,
        "disputed": amount_text(position.disputed, currency) if currency else None,
        "days_overdue": position.days_overdue,
    }


def document_json(position: Position, explain: bool = False) -> Answer:
    """A document in `show`: the fields of `list`, with its lines, taxes and instalments and what happened to it."""
    invoice, currency = position.invoice, position.invoice.currency
    purchase_order = (invoice.customer.purchase_order if invoice.customer else "") or None
    answer = listed_json(position) | {
        "lines": [
            *(_line_json(line, currency, purchase_order) for line in invoice.lines),
            *(_adjustment_json(adjustment, currency, purchase_order) for adjustment in invoice.adjustments),
        ],
        "taxes": [_tax_json(amount, currency) for amount in invoice.taxes],
        "instalments": [
            {
                "due": day_text(position.due),
                "retained": instalment.retention_contract or None,
                "amount": amount_text(position.amount, currency),
                "settled": amount_text(position.settled, currency),
                "open": amount_text(position.open, currency),
            }
            for instalment, position in zip(invoice.instalments, position.instalments, strict=True)
        ],
        "allocations": [
            {
                "date": allocation.date.isoformat(),
                "amount": amount_text(allocation.amount, currency),
                "how": allocation.how,
                "source": str(allocation.source),
            }
            for allocation in position.allocations
        ],
        "taken_over": [
            {
                "date": move.date.isoformat(),
                "by": move.taken_over_by,
                "from": move.former,
                "amount": amount_text(move.amount, currency),
                "source": str(move.source),
            }
            for move in position.moves
            if move.taken_over_by
        ],
        "events": [event_json(event) for event in position.events],
    }
    if explain:
        answer["explain"] = [step_json(step) for step in explanation_steps(position)]
    return answer


def _line_json(line: Line, currency: str, purchase_order: str | None) -> Answer:
    return {
        "item": line.item or None,
        "text": line.text,
        "quantity": number_text(line.quantity),
        "unit": line.unit or None,
        "price": number_text(line.price if line.price is not None else line.price_with_tax),
        "discount": number_text(line.discount),
        "net": amount_text(line.net, currency),
        "tax": line.tax or None,
        "account": line.account,
        "contract": line.contract or None,
        "milestone": line.milestone or None,
        "from": day_text(line.start),
        "to": day_text(line.end),
        "purchase_order": purchase_order,
        "adjusts": list(line.adjusts),
    }


def _adjustment_json(adjustment: Adjustment, currency: str, purchase_order: str | None) -> Answer:
    """An allowance or charge, with the keys of a line."""
    return {
        "item": None,
        "text": adjustment.reason,
        "quantity": None,
        "unit": None,
        "price": None,
        "discount": None,
        "net": amount_text(adjustment.net, currency),
        "tax": adjustment.tax or None,
        "account": adjustment.account,
        "contract": None,
        "milestone": None,
        "from": None,
        "to": None,
        "purchase_order": purchase_order,
        "adjusts": [],
    }


def _tax_json(amount: TaxAmount, currency: str) -> Answer:
    return {
        "code": amount.tax.code,
        "category": None if amount.tax.withholding else amount.tax.category,
        "rate": number_text(amount.tax.rate),
        "base": amount_text(amount.base, currency),
        "amount": amount_text(amount.amount, currency),
        "withholding": amount.tax.withholding,
    }


def event_json(event: Event) -> Answer:
    """What happened to a document."""
    return {
        "date": event.date.isoformat(),
        "event": event.kind,
        "level": event.level,
        "channel": event.channel or None,
        "note": status_in_words(event) if event.kind == "status" else event.note or event.document,
    }


def explanation_steps(position: Position) -> tuple[CalculationStep, ...]:
    """How the figures of a document were worked out, from the steps that the calculations returned."""
    invoice = position.invoice
    steps: list[CalculationStep] = []
    for line in invoice.lines:
        steps += _line(line, invoice)
    for adjustment in invoice.adjustments:
        name = "charge" if adjustment.charge else "allowance"
        steps.append(_written(f"{name} “{adjustment.reason}”", adjustment.net, _("as booked")))
    nets = (*(line.net for line in invoice.lines), *(adjustment.net for adjustment in invoice.adjustments))
    if nets:
        steps.append(CalculationStep(_("net"), "sum", nets, invoice.net, _("lines, allowances and charges")))
    for amount in invoice.taxes:
        steps += _tax(amount, invoice)
    charged = tuple(amount.amount for amount in invoice.taxes if not amount.tax.withholding)
    if charged:
        steps.append(CalculationStep(_("tax"), "sum", charged, invoice.tax, _("all codes")))
    if invoice.kind not in {"opening", "void"}:
        steps.append(CalculationStep(_("total"), "sum", (invoice.net, invoice.tax), invoice.total, _("net + tax")))
        steps += _payable(invoice)
    discounted = _discounted(invoice)
    steps += discounted.steps if discounted else ()
    for instalment in invoice.instalments:
        if instalment.due_at(position.as_of) is None:  # the acceptance that it hangs on is not known then
            continue
        steps += [
            step._replace(figure=_("instalment {index}, {figure}", index=instalment.index, figure=step.figure))
            for step in instalment.steps
        ]
    for owed, at in zip(invoice.instalments, position.instalments, strict=True):
        allocations = [allocation for allocation in position.allocations if allocation.instalment == owed.index]
        because = joined(
            "; ", (_("{day} {how}", day=allocation.date, how=_how(allocation)) for allocation in allocations)
        ) or _("nothing has settled it")
        settled = (owed.amount, *(allocation.amount for allocation in allocations))
        steps.append(
            CalculationStep(_("instalment {index}, open", index=owed.index), "difference", settled, at.open, because)
        )
    if len(invoice.instalments) > 1:
        opens = tuple(instalment.open for instalment in position.instalments)
        steps.append(CalculationStep(_("open"), "sum", opens, position.open, _("all instalments")))
    return tuple(steps)


def cash_discount_texts(invoice: Invoice) -> tuple[tuple[str, str], ...]:
    """The last day for a document's cash discount, and the amount to pay with it; empty if it offers none."""
    found = _discounted(invoice)
    return ((found.date.isoformat(), amount_text(found.amount, invoice.currency) or ""),) if found else ()


def _discounted(invoice: Invoice) -> DiscountedAmount | None:
    paid = sum((payment.amount for payment in invoice.immediate_payments), ZERO)
    with suppress(TermsError):  # a discount that cannot be read is an error of check
        return discounted_rest(invoice, paid, currency_decimals(invoice.currency))
    return None


def _written(figure: str, amount: Decimal, because: str) -> CalculationStep:
    return CalculationStep(figure, "as written", (amount,), amount, because)


def _line(line: Line, invoice: Invoice) -> list[CalculationStep]:
    """How the net of a line came about, or where it was read."""
    figure = _("line “{line}”", line=line.text)
    calculated = net_of_line(line, currency_decimals(invoice.currency))
    steps = [step._replace(figure=figure) for step in calculated.steps] if calculated else []
    if line.price_with_tax is not None:
        steps.append(
            _written(_("{figure}, net", figure=figure), line.net, _("as booked, without the tax included in the price"))
        )
    elif not steps and line.booked_currency != invoice.currency and invoice.booking_rate:
        exact = line.booked / invoice.booking_rate
        places = currency_decimals(invoice.currency)
        because = _(
            "booked in {booked_currency}, at the receivable's exchange rate", booked_currency=line.booked_currency
        )
        steps = [
            CalculationStep(figure, "quotient", (line.booked, invoice.booking_rate), exact, because),
            CalculationStep(figure, "rounded", (exact, places), round_to(exact, places), _("half away from zero")),
        ]
    if not steps or (line.price_with_tax is None and steps[-1].result != line.net):
        steps.append(_written(figure, line.net, _("as booked")))
    return steps


def _tax(amount: TaxAmount, invoice: Invoice) -> list[CalculationStep]:
    """How a tax came about: from the lines, why there is none, and what of it is booked in another currency."""
    figure = _("tax {tax}", tax=amount.tax.code)
    nature = next((line.nature for line in invoice.lines if line.tax == amount.tax.code and line.nature), "")
    why = why_abroad(invoice.customer, amount.tax, nature) if invoice.customer else ""
    steps = [_written(_("rate of {tax}", tax=amount.tax.code), amount.tax.rate, why)] if why else []
    steps += [step._replace(figure=figure) for step in amount.steps]
    if amount.tax.reason and not amount.amount:
        steps.append(_written(figure, round_to(amount.amount, currency_decimals(invoice.currency)), amount.tax.reason))
    elif steps and steps[-1].result != amount.amount:
        steps.append(_written(figure, amount.amount, _("as booked")))
    if amount.booked_currency:
        figure += _(" in {booked_currency}", booked_currency=amount.booked_currency)
        if invoice.booking_rate:
            exact = amount.amount * invoice.booking_rate
            places = currency_decimals(amount.booked_currency)
            steps.append(
                CalculationStep(
                    figure, "product", (amount.amount, invoice.booking_rate), exact, _("at the receivable's price")
                )
            )
            steps.append(
                CalculationStep(figure, "rounded", (exact, places), round_to(exact, places), _("half away from zero"))
            )
        if not invoice.booking_rate or steps[-1].result != amount.booked:
            steps.append(_written(figure, amount.booked, _("as booked")))
    return steps


def _payable(invoice: Invoice) -> list[CalculationStep]:
    """From the total to what is to be paid: less what is withheld, less deposits, rounded, and what was paid at once."""
    steps: list[CalculationStep] = []
    left = invoice.total
    withheld = [(tax.tax.code, -tax.amount) for tax in invoice.taxes if tax.tax.withholding]
    if withheld:
        because = _("less what is withheld: {codes}", codes=", ".join((code for code, _amount in withheld)))
        steps.append(
            CalculationStep(
                _("payable"),
                "difference",
                (left, *(amount for _code, amount in withheld)),
                invoice.total_after_withholding,
                because,
            )
        )
        left = invoice.total_after_withholding
    if invoice.deductions:
        parts = tuple(deduction.amount for deduction in invoice.deductions)
        because = _(
            "less the deposits, with their tax: {number}",
            number=", ".join(dict.fromkeys(d.number for d in invoice.deductions)),
        )
        steps.append(CalculationStep(_("payable"), "difference", (left, *parts), left - invoice.prepaid, because))
        left -= invoice.prepaid
    if invoice.rounding:
        steps.append(
            CalculationStep(_("payable"), "sum", (left, invoice.rounding), left + invoice.rounding, _("rounding"))
        )
        left += invoice.rounding
    if left != invoice.payable:
        steps.append(_written(_("payable"), invoice.payable, _("as booked")))
    if invoice.immediate_payments and invoice.instalments:
        parts = tuple(payment.amount for payment in invoice.immediate_payments)
        rest = invoice.payable - sum(parts, ZERO)
        steps.append(
            CalculationStep(
                _("on account"), "difference", (invoice.payable, *parts), rest, _("less what was paid at once")
            )
        )
    return steps


_HOW = {
    "settles": _("payment that names it"),
    "link": _("payment linked to it"),
    "credit-note": _("credit note"),
    "replacement": _("paid on the replaced invoice"),
    "oldest": _("payment, assumed for the oldest"),
    "at-once": _("paid at once"),
    "discount": _("discount"),
    "set-off": _("set off"),
    "write-off": _("written off"),
    "reversal": _("taken back"),
}


def _how(allocation: Allocation) -> str:
    """What settled a part, in words; for a credit note, also what it is set off against."""
    return (
        _("{how} {number}", how=_HOW[allocation.how], number=allocation.counter_document.number)
        if allocation.counter_document
        else _HOW[allocation.how]
    )
