"""Answers as plain data, the stable form of `--format json`: amounts as texts in the currency's decimals, dates ISO."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from beancount_invoicing.actions import chain
from beancount_invoicing.model import ZERO, Customer, Dated, Event, Finding, Invoice, Item, Line, Step, TaxAmount, Work
from beancount_invoicing.receivables import (
    Aging,
    Allocation,
    InCurrency,
    Lost,
    Position,
    Receipt,
    Retained,
    Row,
    Statement,
    TaxDue,
    Total,
)
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.exact import exact
from beancount_invoicing.rules.steps import round_to, show
from beancount_invoicing.rules.supply import why_abroad
from beancount_invoicing.rules.tax import line_figure
from beancount_invoicing.rules.terms import Discounted, TermsError, cash_discount

if TYPE_CHECKING:
    from beancount_invoicing.actions.claims import LateClaim
    from beancount_invoicing.actions.daily import Daily
    from beancount_invoicing.actions.outbox import Objection
    from beancount_invoicing.actions.sealing import Verified
    from beancount_invoicing.actions.sending import Result
    from beancount_invoicing.actions.today import Task
    from beancount_invoicing.billing import Draft, Prepaid, Standing, Waiting
    from beancount_invoicing.delivery import Attempt
    from beancount_invoicing.dunning import Proposal

Answer = dict[str, Any]


@exact
def money(amount: Decimal | None, currency: str) -> str | None:
    """An amount with its currency's decimals; it is never rounded away: an amount that has more keeps them."""
    if amount is None:
        return None
    exponent = amount.normalize().as_tuple().exponent if amount else 0
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return format(round_to(amount, max(places, decimals(currency))), "f")


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def step(one: Step) -> Answer:
    """A step of a calculation."""
    return {
        "figure": one.figure,
        "operation": one.operation,
        "inputs": [show(value) for value in one.inputs],
        "result": show(one.result),
        "because": one.because,
    }


def listed(position: Position) -> Answer:
    """A document in `list`."""
    invoice = position.invoice
    known = invoice.kind not in {"opening", "void"}
    currency = invoice.currency
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        "date": invoice.date.isoformat(),
        "due": _day(position.due),
        "customer": invoice.customer.name if invoice.customer else None,
        "owed_by": [one.name for one in position.debtors],
        "accounts": list(position.accounts),
        "currency": currency or None,
        "net": money(invoice.net, currency) if known else None,
        "tax": money(invoice.tax, currency) if known else None,
        "total": money(invoice.total, currency) if known else money(position.payable, currency) if currency else None,
        "withheld": money(invoice.withheld, currency) if known else None,
        "prepaid": money(invoice.prepaid, currency) if known else None,
        "payable": money(position.payable, currency) if currency else None,
        "settled": money(position.settled, currency) if currency else None,
        "open": money(position.open, currency) if currency else None,
        "status": position.status,
        "disputed": money(position.disputed, currency) if currency else None,
        "days_overdue": position.days_overdue,
    }


def shown(position: Position, explain: bool = False) -> Answer:
    """A document in `show`: one of `list`, with all that it consists of and what happened to it."""
    invoice = position.invoice
    currency = invoice.currency
    order = invoice.customer.purchase_order if invoice.customer else ""
    answer = listed(position) | {
        "lines": [
            {
                "item": line.item or None,
                "text": line.text,
                "quantity": _plain(line.quantity),
                "unit": line.unit or None,
                "price": _plain(line.price if line.price is not None else line.price_with_tax),
                "discount": _plain(line.discount),
                "net": money(line.net, currency),
                "tax": line.tax or None,
                "account": line.account,
                "contract": line.contract or None,
                "milestone": line.milestone or None,
                "from": _day(line.start),
                "to": _day(line.end),
                "purchase_order": order or None,
                "adjusts": list(line.adjusts),
            }
            for line in invoice.lines
        ]
        + [
            {
                "item": None,
                "text": each.reason,
                "quantity": None,
                "unit": None,
                "price": None,
                "discount": None,
                "net": money(each.net, currency),
                "tax": each.tax or None,
                "account": each.account,
                "contract": None,
                "milestone": None,
                "from": None,
                "to": None,
                "purchase_order": order or None,
                "adjusts": [],
            }
            for each in invoice.adjustments
        ],
        "taxes": [
            {
                "code": amount.tax.code,
                "category": None if amount.tax.withholding else amount.tax.category,
                "rate": _plain(amount.tax.rate),
                "base": money(amount.base, currency),
                "amount": money(amount.amount, currency),
                "withholding": amount.tax.withholding,
            }
            for amount in invoice.taxes
        ],
        "instalments": [
            {
                "due": _day(each.due),
                "retained": of.retained or None,
                "amount": money(each.amount, currency),
                "settled": money(each.settled, currency),
                "open": money(each.open, currency),
            }
            for of, each in zip(invoice.instalments, position.instalments, strict=True)
        ],
        "allocations": [
            {
                "date": one.date.isoformat(),
                "amount": money(one.amount, currency),
                "how": one.how,
                "source": str(one.source),
            }
            for one in position.allocations
        ],
        "taken_over": [
            {
                "date": one.date.isoformat(),
                "by": one.taker,
                "from": one.former,
                "amount": money(one.amount, currency),
                "source": str(one.source),
            }
            for one in position.moves
            if one.taker
        ],
        "events": [event(one) for one in position.events],
    }
    if explain:
        answer["explain"] = [step(one) for one in explanation(position)]
    return answer


def event(one: Event) -> Answer:
    """What happened to a document."""
    return {
        "date": one.date.isoformat(),
        "event": one.event,
        "level": one.level,
        "channel": one.channel or None,
        "note": one.note or one.document,
    }


def explanation(position: Position) -> tuple[Step, ...]:
    """How the figures of a document came about, from the steps that their calculations returned."""
    invoice = position.invoice
    steps: list[Step] = []
    for line in invoice.lines:
        steps += _line(line, invoice)
    for adjustment in invoice.adjustments:
        name = "charge" if adjustment.charge else "allowance"
        steps.append(_written(f"{name} “{adjustment.reason}”", adjustment.net, "as booked"))
    nets = (*(line.net for line in invoice.lines), *(each.net for each in invoice.adjustments))
    if nets:
        steps.append(Step("net", "sum", nets, invoice.net, "lines, allowances and charges"))
    for amount in invoice.taxes:
        steps += _tax(amount, invoice)
    charged = tuple(amount.amount for amount in invoice.taxes if not amount.tax.withholding)
    if charged:
        steps.append(Step("tax", "sum", charged, invoice.tax, "all codes"))
    if invoice.kind not in {"opening", "void"}:
        steps.append(Step("total", "sum", (invoice.net, invoice.tax), invoice.total, "net + tax"))
        steps += _payable(invoice)
    discounted = _discounted(invoice)
    steps += discounted.steps if discounted else ()
    for each in invoice.instalments:
        if each.due_at(position.as_of) is None:  # the acceptance that it hangs on is not known then
            continue
        steps += [one._replace(figure=f"instalment {each.index}, {one.figure}") for one in each.steps]
    for each, at in zip(invoice.instalments, position.instalments, strict=True):
        those = [one for one in position.allocations if one.instalment == each.index]
        because = "; ".join(f"{one.date} {_how(one)}" for one in those) or "nothing has settled it"
        settled = (each.amount, *(one.amount for one in those))
        steps.append(Step(f"instalment {each.index}, open", "difference", settled, at.open, because))
    if len(invoice.instalments) > 1:
        opens = tuple(each.open for each in position.instalments)
        steps.append(Step("open", "sum", opens, position.open, "all instalments"))
    return tuple(steps)


def cash_discounts(invoice: Invoice) -> tuple[tuple[str, str], ...]:
    """The last day for a document's cash discount, and what is then left to pay of it; none where there is none."""
    found = _discounted(invoice)
    return ((found.date.isoformat(), money(found.amount, invoice.currency) or ""),) if found else ()


def _discounted(invoice: Invoice) -> Discounted | None:
    paid = sum((each.amount for each in invoice.at_once), ZERO)
    with suppress(TermsError):  # a discount that cannot be read is an error of check
        return cash_discount(invoice, paid, decimals(invoice.currency))
    return None


def _written(figure: str, amount: Decimal, because: str) -> Step:
    return Step(figure, "as written", (amount,), amount, because)


def _line(line: Line, invoice: Invoice) -> list[Step]:
    """How the net of a line came about, or where it was read."""
    figure = f"line “{line.text}”"
    calculated = line_figure(line, decimals(invoice.currency))
    steps = [one._replace(figure=figure) for one in calculated.steps] if calculated else []
    if line.price_with_tax is not None:
        steps.append(_written(f"{figure}, net", line.net, "as booked, without the tax that the price includes"))
    elif not steps and line.booked_currency != invoice.currency and invoice.rate:
        exact = line.booked / invoice.rate
        places = decimals(invoice.currency)
        because = f"booked in {line.booked_currency}, at the receivable's price"
        steps = [
            Step(figure, "quotient", (line.booked, invoice.rate), exact, because),
            Step(figure, "rounded", (exact, places), round_to(exact, places), "half away from zero"),
        ]
    if not steps or (line.price_with_tax is None and steps[-1].result != line.net):
        steps.append(_written(figure, line.net, "as booked"))
    return steps


def _tax(amount: TaxAmount, invoice: Invoice) -> list[Step]:
    """How a tax came about: from the lines, why there is none, and what of it is booked in another currency."""
    figure = f"tax {amount.tax.code}"
    nature = next((line.nature for line in invoice.lines if line.tax == amount.tax.code and line.nature), "")
    why = why_abroad(invoice.customer, amount.tax, nature) if invoice.customer else ""
    steps = [_written(f"rate of {amount.tax.code}", amount.tax.rate, why)] if why else []
    steps += [one._replace(figure=figure) for one in amount.steps]
    if amount.tax.reason and not amount.amount:
        steps.append(_written(figure, round_to(amount.amount, decimals(invoice.currency)), amount.tax.reason))
    elif steps and steps[-1].result != amount.amount:
        steps.append(_written(figure, amount.amount, "as booked"))
    if amount.booked_currency:
        figure += f" in {amount.booked_currency}"
        if invoice.rate:
            exact = amount.amount * invoice.rate
            places = decimals(amount.booked_currency)
            steps.append(Step(figure, "product", (amount.amount, invoice.rate), exact, "at the receivable's price"))
            steps.append(Step(figure, "rounded", (exact, places), round_to(exact, places), "half away from zero"))
        if not invoice.rate or steps[-1].result != amount.booked:
            steps.append(_written(figure, amount.booked, "as booked"))
    return steps


def _payable(invoice: Invoice) -> list[Step]:
    """From the total to what is to be paid: less what is withheld, less deposits, rounded, and what was paid at once."""
    steps: list[Step] = []
    left = invoice.total
    kept = [(each.tax.code, -each.amount) for each in invoice.taxes if each.tax.withholding]
    if kept:
        because = "less what is withheld: " + ", ".join(code for code, _amount in kept)
        steps.append(Step("payable", "difference", (left, *(amount for _code, amount in kept)), invoice.asked, because))
        left = invoice.asked
    if invoice.deductions:
        parts = tuple(each.amount for each in invoice.deductions)
        because = "less the deposits, with their tax: " + ", ".join(dict.fromkeys(d.number for d in invoice.deductions))
        steps.append(Step("payable", "difference", (left, *parts), left - invoice.prepaid, because))
        left -= invoice.prepaid
    if invoice.rounding:
        steps.append(Step("payable", "sum", (left, invoice.rounding), left + invoice.rounding, "rounding"))
        left += invoice.rounding
    if left != invoice.payable:
        steps.append(_written("payable", invoice.payable, "as booked"))
    if invoice.at_once and invoice.instalments:
        parts = tuple(each.amount for each in invoice.at_once)
        rest = invoice.payable - sum(parts, ZERO)
        steps.append(Step("on account", "difference", (invoice.payable, *parts), rest, "less what was paid at once"))
    return steps


_HOW = {
    "settles": "payment that names it",
    "link": "payment that links to it",
    "credit-note": "credit note",
    "replacement": "paid of the invoice that was replaced",
    "oldest": "payment, assumed for the oldest",
    "at-once": "paid at once",
    "discount": "discount",
    "set-off": "set off",
    "write-off": "written off",
    "reversal": "taken back",
}


def _how(one: Allocation) -> str:
    """In words what settled a part; of a credit note also which one it is set off against."""
    return f"{_HOW[one.how]} {one.other.number}" if one.other else _HOW[one.how]


def _sums(row: Row | Total) -> Answer:
    currency = row.currency
    return {
        "not_due": money(row.not_due, currency),
        "buckets": [money(bucket, currency) for bucket in row.buckets],
        "unallocated": money(row.unallocated, currency),
        "total": money(row.total, currency),
        "disputed": money(row.disputed, currency),
        "drafts": money(row.drafts, currency),
    }


def aged(aging: Aging, explain: bool = False) -> Answer:
    """The aged balance in `aging`."""
    answer: Answer = {
        "as_of": aging.as_of.isoformat(),
        "basis": aging.basis,
        "bounds": list(aging.bounds),
        "rows": [
            {"customer": row.customer, "account": row.account, "currency": row.currency} | _sums(row)
            for row in aging.rows
        ],
        "totals": [{"currency": total.currency} | _sums(total) for total in aging.totals],
        "ledger": [
            {"account": one.account, "currency": one.currency, "balance": money(one.balance, one.currency)}
            for one in aging.ledger
        ],
    }
    if explain:
        answer["explain"] = [
            step(
                Step(
                    f"{row.account} {row.currency}",
                    "sum",
                    (row.not_due, *row.buckets, row.unallocated),
                    row.total,
                    f"not due, {len(row.buckets)} buckets, unallocated",
                )
            )
            for row in aging.rows
        ]
    return answer


def bucket_names(bounds: Sequence[int], basis: str) -> tuple[str, ...]:
    """The buckets in words: 1-30, 31-60, 61-90, over 90 (from 0 on where age counts from the invoice's date)."""
    first = 1 if basis == "due" else 0
    starts = (first, *(bound + 1 for bound in bounds))
    return (*(f"{start}-{end}" for start, end in zip(starts, bounds, strict=False)), f"over {bounds[-1]}")


def reminded(proposal: Proposal, language: str, explain: bool = False, waiting: Sequence[Attempt] = ()) -> Answer:
    """A proposal in `remind`; `waiting`: the letters that wait already and stand for it."""
    currency = proposal.currency
    answer: Answer = {
        "customer": proposal.customer.name,
        "account": proposal.customer.account,
        "language": language,
        "level": proposal.level,
        "channel": proposal.channel,
        "policy": proposal.policy or None,
        "tone": proposal.tone if proposal.level is not None else None,
        "deadline": proposal.deadline.isoformat() if proposal.deadline else None,
        "registered": proposal.registered,
        "escalation": proposal.escalation or None,
        "signed_by": proposal.signed_by or None,
        "invoices": [
            {
                "number": late.position.invoice.number,
                "due": late.due.isoformat(),
                "open": money(late.open, currency),
                "days_overdue": late.days_overdue,
                "level": proposal.level,
                "interest": money(late.interest, currency),
                "indemnity": money(late.indemnity, currency),
            }
            for late in proposal.invoices
        ],
        "currency": currency,
        "total": money(proposal.total, currency),
        "fee": money(proposal.fee, currency) if proposal.fee else None,
        "claimed": money(proposal.claimed, currency),
        "unallocated": money(proposal.on_account, currency) if proposal.on_account else None,
        "apart": [
            {
                "number": one.number,
                "open": money(one.open, currency),
                "date": one.said.date.isoformat(),
                "tone": one.said.tone or None,
            }
            for one in proposal.apart
        ],
        "held": [{"number": held.number, "why": held.why} for held in proposal.held],
        "waiting": _waiting(waiting[0]) if waiting else None,
    }
    if explain:
        for row, late in zip(answer["invoices"], proposal.invoices, strict=True):
            row["explain"] = [step(one) for one in (late.claim.steps if late.claim else ())]
        answer["reasons"] = [{"number": one.number, "why": one.why} for one in proposal.reasons]
    return answer


def _waiting(one: Attempt) -> Answer:
    """What waits for a person already, of what is due."""
    return {"state": "in-doubt" if one.in_doubt else "prepared", "since": one.event.date.isoformat()}


def stated(one: Statement, language: str, explain: bool = False) -> Answer:
    """A customer's account in `statement`."""
    return {
        "customer": one.customer.name,
        "account": one.customer.account,
        "language": language,
        "since": _day(one.since),
        "as_of": one.as_of.isoformat(),
        "bounds": list(one.bounds),
        "currencies": [_in_currency(each, explain) for each in one.currencies],
    }


def _in_currency(one: InCurrency, explain: bool) -> Answer:
    currency = one.currency
    ages = _sums(one.ages)
    answer: Answer = {
        "currency": currency,
        "opening": money(one.opening, currency),
        "movements": [
            {
                "date": entry.date.isoformat(),
                "what": entry.what,
                "number": entry.number or None,
                "settles": list(entry.settles),
                "other": entry.other or None,
                "account": entry.account,
                "debit": money(entry.debit, currency),
                "credit": money(entry.credit, currency),
                "balance": money(entry.balance, currency),
                "text": entry.text,
                "source": str(entry.source),
            }
            for entry in one.entries
        ],
        "closing": money(one.closing, currency),
        "overdue": money(one.overdue, currency),
        "open": [
            {
                "what": item.what,
                "number": item.number or None,
                "date": item.date.isoformat(),
                "due": _day(item.due),
                "amount": money(item.amount, currency),
                "open": money(item.open, currency),
                "disputed": money(item.disputed, currency),
                "days_overdue": item.days_late,
            }
            for item in one.open
        ],
        "aging": {key: ages[key] for key in ("not_due", "buckets", "unallocated", "total", "disputed")},
        "drafts": money(one.drafts, currency),
        "ledger": [{"account": each.account, "balance": money(each.balance, currency)} for each in one.ledger],
    }
    if explain:
        answer["explain"] = [step(each) for each in one.steps]
    return answer


def late_claim(claim: LateClaim, explain: bool = False) -> Answer:
    """A document in `interest`. A segment's amount is rounded for itself; the interest is rounded once, from their exact sum."""
    invoice, interest = claim.position.invoice, claim.interest
    currency = invoice.currency
    known = interest is not None and interest.known
    answer: Answer = {
        "number": invoice.number,
        "customer": claim.position.debtor.name if claim.position.debtor else None,
        "currency": currency or None,
        "principal": money(interest.principal, currency) if interest else None,
        "segments": [
            {
                "from": each.start.isoformat(),
                "to": each.end.isoformat(),
                "days": each.days,
                "rate": format(each.rate, "f"),
                "base": money(each.base, currency),
                "amount": money(round_to(each.amount, decimals(currency)), currency),
            }
            for each in (interest.segments if interest else ())
        ],
        "interest": money(interest.interest, currency) if interest and known else None,
        "indemnity": money(interest.indemnity, currency) if interest else None,
        "total": money(interest.total, currency) if interest else None,
        "law": interest.law if interest else None,
        "notices": list(claim.notices),
    }
    if explain:
        answer["explain"] = [step(one) for one in (interest.steps if interest else ())]
    return answer


def bad_debt(one: Lost, explain: bool = False) -> Answer:
    """What of a document was written off in `bad-debts`."""
    position, currency = one.position, one.position.invoice.currency
    answer: Answer = {
        "number": position.invoice.number,
        "date": position.invoice.date.isoformat(),
        "customer": position.debtor.name if position.debtor else None,
        "written_off": one.date.isoformat(),
        "net": money(one.net, currency),
        "tax": money(one.tax, currency),
        "amount": money(one.amount, currency),
        "currency": currency,
    }
    if explain:
        answer["explain"] = [step(each) for each in one.steps]
    return answer


def received(one: Receipt, explain: bool = False) -> Answer:
    """What was received on a document in `receipt`."""
    position = one.position
    invoice, currency = position.invoice, position.invoice.currency
    answer: Answer = {
        "number": invoice.number,
        "customer": position.debtor.name if position.debtor else None,
        "date": invoice.date.isoformat(),
        "as_of": one.as_of.isoformat(),
        "currency": currency,
        "payable": money(position.payable, currency),
        "entries": [
            {
                "date": each.date.isoformat(),
                "what": each.what,
                "document": each.number or None,
                "amount": money(each.amount, currency),
            }
            for each in one.entries
        ],
        "received": money(one.received, currency),
        "credited": money(one.credited, currency),
        "adjusted": money(one.adjusted, currency),
        "discounted": money(one.discounted, currency),
        "set_off": money(one.set_off, currency),
        "written_off": money(one.written_off, currency),
        "open": money(position.open, currency),
    }
    if explain:
        answer["explain"] = [step(each) for each in one.steps]
    return answer


def taxes_due(due: TaxDue, since: date | None = None, until: date | None = None, explain: bool = False) -> Answer:
    """What became due in `tax-due`: the shares of the period, what they add up to, and the totals of all time."""
    asked = due.within(since, until)
    shares = []
    for share in asked.shares:
        currency = share.pending.currency
        answer: Answer = {
            "date": share.date.isoformat(),
            "number": share.number,
            "customer": share.customer,
            "code": share.pending.code,
            "rate": _plain(share.rate),
            "base": money(share.base, currency),
            "amount": money(share.amount, currency),
            "released": money(share.released, currency),
            "currency": currency,
            "exchange_rate": _plain(share.exchange_rate),
            "what": share.what,
            "written_off": share.written_off,
            "discount": share.discount,
            "source": f"{share.source.file}:{share.source.line}",
        }
        if explain:
            answer["explain"] = [step(one) for one in share.steps]
        shares.append(answer)
    return {
        "as_of": due.as_of.isoformat(),
        "since": _day(since),
        "until": _day(until or due.as_of),
        "shares": shares,
        "period": [
            {
                "code": one.pending.code,
                "rate": _plain(one.rate),
                "pending": one.pending.account,
                "currency": one.pending.currency,
                **{name: money(getattr(one, name), one.pending.currency) for name in ("base", "due", "cancelled")},
            }
            for one in asked.by_rate
        ],
        "totals": [
            {
                "code": total.pending.code,
                "pending": total.pending.account,
                "account": total.due_account,
                "currency": total.pending.currency,
                **{
                    name: money(getattr(total, name), total.pending.currency)
                    for name in (
                        "booked", "due", "moved", "to_move", "released", "left", "to_release", "cancelled", "taken_off",
                        "to_cancel",
                    )
                },
            }
            for total in due.totals
        ],
        "missing": [
            {
                "date": one.date.isoformat(),
                "lines": [
                    {
                        "code": line.pending.code,
                        "pending": line.pending.account,
                        "account": line.owed_on or None,
                        "currency": line.pending.currency,
                        "released": money(line.released, line.pending.currency),
                        "owed": money(line.owed, line.pending.currency),
                        "difference": money(line.difference, line.pending.currency),
                        "exchange_account": line.exchange or None,
                    }
                    for line in one.lines
                ],
            }
            for one in asked.missing
        ],
        "on_account": [
            {
                "date": one.payment.date.isoformat(),
                "customer": one.customer,
                "account": one.payment.account,
                "amount": money(one.amount, one.payment.currency),
                "currency": one.payment.currency,
                "codes": [tax.code for tax in one.taxes],
                "tax": money(one.tax, one.payment.currency),
                "source": f"{one.payment.source.file}:{one.payment.source.line}",
            }
            for one in asked.on_account
        ],
    }  # fmt: skip


def drafted(position: Position, explain: bool = False, draft: Draft | None = None) -> Answer:
    """A document in `bill`, `new`, `credit` …: in the form of `show`, with `number` null where it has none yet; where it is to be
    explained, each line with how it came about in the `draft`."""
    answer = shown(position, explain)
    if explain and draft:
        for line, said in zip(answer["lines"], draft.lines, strict=False):
            line["explain"] = [step(one) for one in said.steps]
            line["work"] = [
                {
                    "date": one.date.isoformat(),
                    "person": one.person or None,
                    "task": one.task or None,
                    "quantity": _plain(one.quantity),
                    "unit": one.commodity,
                    "billable": one.billable,
                    "source": str(one.source),
                }
                for one in said.work
            ]
            line["source"] = str(said.source) if said.source else None
    return answer | {"number": None} if position.invoice.draft else answer


def waits(one: Waiting, as_of: date, items: Mapping[str, Dated[Item]]) -> Answer:
    """A line in `unbilled`; `items` are the Book's."""
    line = one.line
    name = items[line.item].at(line.since).name if line.item in items else ""
    return {
        "customer": one.customer,
        "contract": one.contract.code,
        "what": one.what,
        "item": line.item or None,
        "text": line.text or name or line.name or None,
        "from": _day(line.start),
        "to": _day(line.end),
        "since": line.since.isoformat(),
        "days": (as_of - line.since).days,
        "quantity": _plain(line.quantity),
        "price": _plain(line.price if line.price is not None else line.price_with_tax),
        "net": money(line.net, one.currency),
        "currency": one.currency,
    }


def contract(one: Standing, kept: Retained | None, explain: bool = False) -> Answer:
    """A contract in `contracts`, with what is kept back under it."""
    said = one.contract
    answer: Answer = {
        "code": said.code,
        "mode": said.mode,
        "customer": one.customer,
        "account": said.customer,
        "text": one.name,
        "currency": one.currency,
        "price": _plain(one.price),
        "contract_price": _plain(None if one.price is None or one.changed_by is None else one.price - one.changed_by),
        "change_orders": money(one.changed_by, one.currency),
        "quantity": _plain(said.quantity),
        "every": said.every or None,
        "start": said.start.isoformat(),
        "ends": _day(one.ends),
        "renews": said.renews or None,
        "notice_by": _day(one.notice_by),
        "paused": said.paused,
        "billed": money(one.billed, one.currency),
        "unbilled": money(one.unbilled, one.currency),
        "left": money(one.left, one.currency),
        "next_due": _day(one.next_due),
        "prepaid": money(one.prepaid, one.currency),
        "retained": money(kept.open, kept.currency) if kept else None,
        "accepted": _day(kept.accepted) if kept else None,
    }
    if explain:
        answer["explain"] = [step(each) for each in one.steps]
    return answer


def customer(one: Customer) -> Answer:
    """A customer in `customer list`."""
    texts = (
        "vat_id",
        "siren",
        "email",
        "phone",
        "terms",
        "tax",
        "language",
        "purchase_order",
        "reminders",
        "late_interest",
    )
    return {
        "account": one.account,
        "name": one.name,
        "city": one.address.city or None,
        "country": one.address.country or None,
        "buyer": one.buyer,
        "channel": one.channel,
        **{name: getattr(one, name) or None for name in texts},
        "inactive": one.inactive,
        "source": str(one.source),
    }


def item(one: Item, since: date, following: tuple[date, Item] | None) -> Answer:
    """An item in `item list`: what holds since a day, and its next price, where one is said already."""
    return {
        "code": one.code,
        "name": one.name,
        "account": one.account,
        "unit": one.unit or None,
        "price": _plain(one.price),
        "price_with_tax": _plain(one.price_with_tax),
        "since": since.isoformat(),
        "tax": one.tax or None,
        "nature": one.nature,
        "next_price": _plain(price_of(following[1])) if following else None,
        "next_from": _day(following[0] if following else None),
        "source": str(one.source),
    }


def price_of(item: Item) -> Decimal | None:
    """An item's price, without tax or with it."""
    return item.price if item.price is not None else item.price_with_tax


def prepaid(one: Prepaid) -> Answer:
    """What is prepaid under a contract, in `prepaid`."""
    return {
        "contract": one.contract.code,
        "customer": one.customer,
        "text": one.name,
        "currency": one.currency,
        "balance": money(one.balance, one.currency) if one.movements else None,
        "waits": money(one.waits, one.currency) if one.movements else None,
        "left": money(one.left, one.currency) if one.movements else None,
        "units_left": _plain(one.units),
        "movements": [
            {
                "date": each.date.isoformat(),
                "number": each.number,
                "what": each.what,
                "amount": money(each.amount, one.currency),
                "balance": money(each.balance, one.currency),
            }
            for each in one.movements
        ],
        "periods": [
            {
                "from": each.each.span.start.isoformat(),
                "to": each.each.span.end.isoformat(),
                "included": _plain(each.included),
                "carried": _plain(each.carried),
                "used": _plain(each.used),
                "beyond": _plain(each.beyond),
                "left": _plain(each.left),
            }
            for each in one.periods
        ],
    }


def run(done: Daily) -> Answer:
    """What `run` did."""
    from beancount_invoicing.actions.writing import written_positions

    billed = written_positions(done.billed) if done.billed else ()
    return {
        "date": done.day.isoformat(),
        "steps": list(done.steps),
        "billed": [drafted(position) for position in billed],
        "sent": [sent(one) for one in done.sent],
        "reminded": [sent(one) for one in done.reminded],
        "held": [{"number": number, "why": why} for number, why in done.held],
        "bank": list(done.bank),
        "notices": list(done.notices),
        "problems": list(done.problems),
        "left": [task(one) for one in done.left],
    }


def task(one: Task) -> Answer:
    """A task in `today`."""
    return {
        "kind": one.kind,
        "day": _day(one.day),
        "customer": one.customer or None,
        "account": one.account or None,
        "number": one.number or None,
        "amount": money(one.amount, one.currency),
        "currency": one.currency or None,
        "text": one.text,
    }


def worked(one: Work, contract_code: str) -> Answer:
    """A line in `time list`."""
    return {
        "date": one.date.isoformat(),
        "contract": contract_code,
        "item": one.item or None,
        "quantity": _plain(one.quantity),
        "commodity": one.commodity,
        "person": one.person or None,
        "task": one.task or None,
        "billable": one.billable,
        "source": str(one.source),
    }


def verified(one: Verified) -> Answer:
    """A document in `verify`."""
    return {
        "number": one.number or None,
        "file": one.file or None,
        "sealed_on": one.seal.date.isoformat() if one.seal else None,
        "mark": chain.mark(one.seal) if one.seal else None,
        "previous": (one.seal.previous or None) if one.seal else None,
        "unchanged": one.unchanged,
        "differences": [{"what": each.what, "sealed": each.sealed, "now": each.now} for each in one.differences],
        "notice": one.notice or None,
        "source": str(one.source),
    }


def sent(one: Result) -> Answer:
    """What became of one thing in `send`."""
    return {
        "state": one.state,
        "title": one.title,
        "customer": one.customer,
        "account": one.account,
        "numbers": list(one.numbers),
        "event": one.event,
        "level": one.level,
        "channel": one.channel,
        "to": list(one.to),
        "cc": list(one.cc),
        "address": list(one.address),
        "subject": one.subject or None,
        "files": list(one.files),
        "file": str(one.file) if one.file else None,
        "message_id": one.message_id or None,
        "not_to": list(one.not_to),
        "why": one.why or None,
        "notices": list(one.notices),
    }


def attempted(one: Attempt, objection: Objection | None = None) -> Answer:
    """What is in doubt, or waits to be sent by hand, in `send` without a number."""
    return {
        "state": "in-doubt" if one.in_doubt else "prepared",
        "numbers": list(one.numbers),
        "customer": one.event.customer,
        "event": one.kind,
        "level": one.event.level,
        "date": one.event.date.isoformat(),
        "channel": one.event.channel or None,
        "message_id": one.event.message_id,
        "note": one.event.note,
        "source": str(one.event.source),
        "objection": objection.why if objection else None,
    }


def to_be_sent(invoice: Invoice, channel: str) -> Answer:
    """A document that is to be sent, in `send` without a number: with the fields of `attempted`."""
    return {
        "state": "to-send",
        "numbers": [invoice.number],
        "customer": invoice.customer.account if invoice.customer else None,
        "event": "sent",
        "level": None,
        "date": invoice.date.isoformat(),
        "channel": channel,
        "message_id": None,
        "note": None,
        "source": str(invoice.source),
        "objection": None,
    }


def finding(one: Finding) -> Answer:
    """A finding in `check`."""
    return {
        "file": one.source.file,
        "line": one.source.line,
        "rule": one.rule,
        "severity": one.severity,
        "message": one.message,
    }
