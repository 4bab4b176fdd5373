"""Credit notes: amounts given back of a document, so that the parts add up to it, net and each tax, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing.compose import CannotCompose, DraftRequest, compose_draft
from beancount_invoicing.billing.drafts import (
    Draft,
    DraftDeduction,
    DraftLine,
    DraftReceivable,
    DraftTax,
    ExchangeRate,
    TimeRelease,
)
from beancount_invoicing.billing.tax_rates import credit_lines_to_write
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import ZERO, Book, Invoice, Line, TaxAmount, Work
from beancount_invoicing.receivables import (
    LeftToCredit,
    LineLeftToCredit,
    OpenItem,
    bears_tax,
    creditable,
    left_to_credit,
    net_of_units,
    tax_of_part,
)
from beancount_invoicing.rules import currencies, numbering, periods, tax, worktime
from beancount_invoicing.rules.periods import Period
from beancount_invoicing.rules.steps import round_to, share_out


class CannotCredit(CannotCompose):
    """A credit request cannot be carried out; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line to be credited, counted from 1: this many of its units (None: all that are left); with `less`, only this part of the
    price of each.
    """

    index: int
    quantity: Decimal | None = None
    price_reduction: Decimal | None = None


class CreditRequest(NamedTuple):
    """What is credited of a document: everything that is left, some of its lines, a sum, or the days from `start` to `end`."""

    number: str
    lines: tuple[CreditLine, ...] = ()
    note: str = ""
    """The reason; for a sum, the text of its line."""
    reopen: bool = False
    """What was billed under contracts may be billed again."""
    amount: Decimal | None = None
    """A sum without tax, in the document's currency."""
    tax: str = ""
    """The tax code under which a sum is credited; "" distributes it over the document's codes."""
    start: date | None = None
    """First day credited, inclusive; None with an `end`: from the first day of each line's period on."""
    end: date | None = None
    """Last day credited, inclusive; None with a `start`: to the last day of each line's period."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A line of the credit note; it gives back `count` units of the line `of`, with their sign."""

    line: DraftLine
    of: LineLeftToCredit | None = None
    count: Decimal = ZERO


def credit_note(
    book: Book,
    invoice: Invoice,
    claims: Sequence[OpenItem],
    request: CreditRequest,
    day: date,
    exchange: ExchangeRate | None = None,
) -> tuple[Draft, tuple[str, ...]]:
    """The credit note of `day` for a document, without a number, and notices for the user.

    Units of lines take their own net and tax, in the document's currency, rounded like the document. Each amount stays within one
    unit of the last digit of its share; the note that completes a line, or the net under a tax code, takes whatever is left. The
    lines take along their share of allowances, charges and sums credited before. The last note also takes along what the document
    deducted, and its rounding. `claims`: the document's accounts, and what is open on them; `exchange`: how it is booked if that is
    in another currency. A claim for late interest is given back with `kind: "claim"`, outside VAT. Raises CannotCredit,
    CannotCompose.
    """
    left = _left(book, invoice, day)
    per_line = book.option("tax-rounding", day) == "line"
    notices: list[str] = []
    if request.amount is not None:
        taken = _sum(left, request, day)
    elif request.start or request.end:
        taken = _days(book, left, request, day)
    else:
        taken = _lines(book, left, request, day, notices)
    if request.amount is None and all(line.price_reduction is None for line in request.lines):
        taken += _beside(left, taken, day)
    if not taken:
        raise CannotCredit(_("{number}: nothing would be credited: {given}", number=invoice.number, given=_given(left)))
    draft = compose_draft(book, _request(book, left, request, day, [part.line for part in taken], exchange))
    lines = _nets(left, taken, draft.lines)
    nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        nets[line.tax] -= line.net
    all_of_it = all(nets[code] == left.net(code) for code in nets.keys() | left.codes)
    taxes = _taxes(book, left, lines, draft, per_line)
    asked = sum((line.net for line in lines), ZERO) + sum((tax.amount for tax in taxes), ZERO)
    if not asked and not (all_of_it or sum((line.net for line in lines), ZERO)):
        raise CannotCredit(
            _(
                "{number}: this comes to zero in {currency}: credit more",
                number=invoice.number,
                currency=invoice.currency,
            )
        )
    rounding = -left.rounding if all_of_it else _rounding(left, asked)
    deductions = _deducted(left) if all_of_it else ()
    payable = asked + rounding - sum((deduction.amount for deduction in deductions), ZERO)
    draft = draft._replace(
        lines=credit_lines_to_write(book, invoice, lines, [part.of.line if part.of else None for part in taken]),
        taxes=taxes,
        rounding=rounding,
        rounding_account=invoice.rounding_account,
        deductions=deductions,
        receivables=_shared(invoice, claims, payable, day),
    )
    return draft, tuple(notices)


def _left(book: Book, invoice: Invoice, day: date) -> LeftToCredit:
    """How much of a document can still be credited."""
    if new := book.final_replacement_of(invoice):
        verb = _("only takes out of the books what") if invoice.kind == "cancellation" else _("is what")
        raise CannotCredit(
            _(
                "{number} {subject} {new_number} replaces ({place}): credit that one, bean-invoice credit {new_number}",
                number=invoice.number,
                subject=verb,
                new_number=new.number,
                place=new.source,
            )
        )
    if not invoice.has_page or invoice.draft or invoice.customer is None or not invoice.lines:
        verb = (
            _("a draft: take it out, or change it")
            if invoice.draft
            else _("of kind {kind}, without lines", kind=invoice.kind)
        )
        raise CannotCredit(_("{number} cannot be credited: it is {subject}", number=invoice.number, subject=verb))
    if day < invoice.date:
        raise CannotCredit(
            _(
                "{number} is dated {day}: a credit note cannot be dated {other_day}",
                number=invoice.number,
                day=invoice.date,
                other_day=day,
            )
        )
    left = left_to_credit(book, invoice)._replace(invoice=invoice)
    if left.notes and not any(map(left.net, left.codes)):
        rest = sum(left.taxes.values(), ZERO)
        remedy = (
            _(
                "; {rest} {currency} of its tax was left out there: correct that credit note, or write that tax off",
                rest=abs(rest),
                currency=invoice.currency,
            )
            if rest
            else ""
        )
        raise CannotCredit(
            _(
                "nothing of {number} is left to credit: {given}{remedy}",
                number=invoice.number,
                given=_given(left),
                remedy=remedy,
            )
        )
    return left


def _given(left: LeftToCredit) -> str:
    """Which credit notes have given something back."""
    if not left.notes:
        return _("it asks for {amount} {currency}", amount=left.payable, currency=left.invoice.currency)
    whole = left.payable - sum((creditable(note) for note in left.notes), ZERO)
    return _(
        "{whole} of {other_whole} {currency} is credited by {notes}",
        whole=abs(whole - left.payable),
        other_whole=abs(whole),
        currency=left.invoice.currency,
        notes=", ".join(f"{note.number} ({note.source})" for note in left.notes),
    )


def _decimals(left: LeftToCredit) -> int:
    return currencies.currency_decimals(left.invoice.currency)


# what is taken ----------------------------------------------------------------------------------------------------------


def _chosen(left: LeftToCredit, wanted: CreditRequest) -> list[tuple[CreditLine, LineLeftToCredit]]:
    """The lines that the request names."""
    number, last = left.invoice.number, len(left.lines)
    result = []
    for line in wanted.lines:
        if [other.index for other in wanted.lines].count(line.index) > 1:
            raise CannotCredit(
                _("line {index} is named twice: name each line once, with x and the quantity", index=line.index)
            )
        if not 1 <= line.index <= last:
            raise CannotCredit(
                _n(
                    last,
                    "{number} has {last} line: there is no line {index}",
                    "{number} has {last} lines: there is no line {index}",
                    number=number,
                    last=last,
                    index=line.index,
                )
            )
        result.append((line, left.lines[line.index - 1]))
    return result


def _lines(book: Book, left: LeftToCredit, wanted: CreditRequest, day: date, notices: list[str]) -> list[_Taken]:
    """The lines that the request names, or everything that is left."""
    if not wanted.lines:
        if left.notes:
            notices.append(
                _("{number}: {given}: this credits the rest", number=left.invoice.number, given=_given(left))
            )
        lines_left = [line for line in left.lines if line.quantity or line.net]
        return [part for credit in lines_left for part in _units(book, left, credit, credit.quantity, wanted, day)]
    result: list[_Taken] = []
    for edit, line_left in _chosen(left, wanted):
        line = line_left.line
        if edit.quantity is not None and not _priced(line):
            raise CannotCredit(_('"{line}" has no quantity: credit it in full', line=line.text))
        if not line_left.quantity:
            names = ", ".join(note.number for note in left.notes)
            raise CannotCredit(
                _(
                    '"{line}" of {number} is already given back by {names}: leave the line out',
                    line=line.text,
                    number=left.invoice.number,
                    names=names,
                )
            )
        if edit.quantity is not None and not 0 < edit.quantity <= abs(line_left.quantity):
            less = (
                _(": {quantity} are left, as {given}", quantity=abs(line_left.quantity), given=_given(left))
                if line_left.quantity != line_left.unit_count
                else ""
            )
            raise CannotCredit(
                _(
                    '"{line}": {quantity} of {unit_count} cannot be credited{less}',
                    line=line.text,
                    quantity=edit.quantity,
                    unit_count=abs(line_left.unit_count),
                    less=less,
                )
            )
        if edit.quantity is None and line_left.quantity != line_left.unit_count:
            notices.append(
                _(
                    '"{line}": the rest of it is credited, {quantity} of {unit_count}',
                    line=line.text,
                    quantity=abs(line_left.quantity),
                    unit_count=abs(line_left.unit_count),
                )
            )
        count = line_left.quantity if edit.quantity is None else edit.quantity.copy_sign(line_left.quantity)
        if edit.price_reduction is not None:
            result.append(_price_difference(left, line_left, count, edit.price_reduction, day))
        else:
            result += _units(book, left, line_left, count, wanted, day)
    return result


def _back(left: LeftToCredit, line: Line, day: date) -> DraftLine:
    """A line that gives back part of another one, still without an amount; it names its place if several lines match."""
    known = [(line.line.account, line.line.tax, line.line.item, line.line.text) for line in left.lines]
    place = next(index for index, credit in enumerate(left.lines) if credit.line is line)
    return DraftLine(
        net=ZERO,
        account=line.account,
        tax=line.tax,
        billable_from=day,
        item=line.item,
        text=line.text,
        corrected_line=place + 1 if known.count(known[place]) > 1 else None,
    )


def _units(
    book: Book,
    left: LeftToCredit,
    line_left_to_credit: LineLeftToCredit,
    count: Decimal,
    wanted: CreditRequest,
    day: date,
) -> list[_Taken]:
    """The line that gives back `count` units of a line, and one that takes back earlier credits on their price."""
    line, decimals = line_left_to_credit.line, _decimals(left)
    result = []
    if count:
        priced = _priced(line)
        price = line.price if line.price is not None else line.price_with_tax
        if not priced or price is None:
            price = abs(line.net)
        figure = tax.line_net(-count, price, line.discount if priced else None, decimals)
        with_tax = priced and line.price is None
        back = _back(left, line, day)._replace(
            net=figure.value if with_tax else -net_of_units(line_left_to_credit, count, -figure.value, decimals),
            unit=line.unit,
            quantity=-count,
            price=None if with_tax else price,
            price_with_tax=price if with_tax else None,
            discount=line.discount if priced else None,
            steps=figure.steps,
        )
        if left.invoice.kind == "claim":  # it gives its days, and no quantity
            back = back._replace(quantity=None, price=None, start=line.start, end=line.end)
        if wanted.reopen and line.contract:
            back = back._replace(
                contract=line.contract,
                milestone=line.milestone,
                start=line.start,
                end=line.end,
                expense=line.expense_date,
                cost=line.expense_amount,
                adjusts=line.adjusts,
            )
            back = _reopened(book, left, line_left_to_credit, back)
        result.append(_Taken(back, line_left_to_credit, count))
    if line_left_to_credit.taken_off:
        share = (
            line_left_to_credit.taken_off
            if count == line_left_to_credit.quantity
            else round_to(line_left_to_credit.taken_off * count / line_left_to_credit.quantity, decimals)
        )
        if share:
            result.append(_Taken(_back(left, line, day)._replace(net=-share)))
    return result


def _priced(line: Line) -> bool:
    """Whether a line gives a number of units and a price for each."""
    return line.quantity is not None and (line.price is not None or line.price_with_tax is not None)


def _price_difference(left: LeftToCredit, credit: LineLeftToCredit, count: Decimal, less: Decimal, day: date) -> _Taken:
    """The line that gives back this part of the price of each unit, with tax if the price includes it."""
    line, decimals = credit.line, _decimals(left)
    with_tax = line.price is None and line.price_with_tax is not None
    less = max(less, round_to(less, decimals), key=lambda amount: -int(amount.as_tuple().exponent))  # 5 is 5.00
    figure = tax.line_net(-count, less, None, decimals)
    rate = _rates(left.invoice).get(line.tax, ZERO)
    net = tax.gross_split(figure.value, rate, decimals)[0].value if with_tax else figure.value
    room = min(abs(credit.net), abs(left.net(line.tax)))
    if less <= 0 or abs(net) > room:
        raise CannotCredit(
            _(
                '"{line}": {less} less for each of {count} is {net} {currency} without tax, but only {room} is left '
                "of it",
                line=line.text,
                less=less,
                count=abs(count),
                net=abs(net),
                currency=left.invoice.currency,
                room=room,
            )
        )
    return _Taken(
        _back(left, line, day)._replace(
            net=figure.value,
            unit=line.unit,
            quantity=-count,
            price=None if with_tax else less,
            price_with_tax=less if with_tax else None,
            steps=figure.steps,
        )
    )


def _days(book: Book, left: LeftToCredit, wanted: CreditRequest, day: date) -> list[_Taken]:
    """The lines that give back days of the periods of lines, by their number: net × days / days that are left of the period."""
    number = left.invoice.number
    named = [credit for _said, credit in _chosen(left, wanted)]
    for line_left in named:
        if not line_left.line.start or not line_left.line.end:
            raise CannotCredit(
                _('"{line}" has no period (from, to): give a part of its quantity', line=line_left.line.text)
            )
        if _worked(book, line_left.line):
            raise CannotCredit(
                _('"{line}" is time worked, not a period: give a part of its quantity', line=line_left.line.text)
            )
    if any(line.quantity is not None or line.price_reduction is not None for line in wanted.lines):
        raise CannotCredit(_("a period is credited by days: name the lines without x and @"))
    lines_left = named or [
        line for line in left.lines if line.line.start and line.line.end and not _worked(book, line.line)
    ]
    if wanted.start and wanted.end and wanted.end < wanted.start:
        raise CannotCredit(_("--to {end} is before --from {start}", end=wanted.end, start=wanted.start))
    result: list[_Taken] = []
    for line_left in lines_left:
        start, end = line_left.line.start, line_left.line.end
        if start is None or end is None or not line_left.net:
            continue
        span = Period(max(wanted.start or start, start), min(wanted.end or end, end))
        whole = periods.without(Period(start, end), [Period(*days) for days in line_left.days])
        parts = [
            Period(max(part.start, span.start), min(part.end, span.end))
            for part in whole
            if part.start <= span.end and span.start <= part.end
        ]
        result += _parts(book, left, line_left, [part for part in parts if part.days > 0], wanted, day)
    if not result:
        text = (
            joined(
                ", ",
                sorted(_("{start} to {end}", start=credit.line.start, end=credit.line.end) for credit in lines_left),
            )
            or "none"
        )
        raise CannotCredit(
            _(
                "no day of {number} from {start} to {end} is left to credit: its periods are {text}{notes}",
                start=wanted.start or "…",
                end=wanted.end or "…",
                number=number,
                text=text,
                notes=(_("; {given}", given=_given(left)) if left.notes else ""),
            )
        )
    return result


def _worked(book: Book, line: Line) -> bool:
    """Whether a line bills time or an expense: its days are when that happened, not a period that was paid for."""
    dated = book.contracts.get(line.contract)
    return bool(line.expense_date) or (dated is not None and dated.at(line.start or date.min).mode == "time")


def _parts(
    book: Book,
    left: LeftToCredit,
    line_left_to_credit: LineLeftToCredit,
    parts: Sequence[Period],
    wanted: CreditRequest,
    day: date,
) -> list[_Taken]:
    line = line_left_to_credit.line
    start, end = line.start, line.end
    assert start is not None and end is not None
    if (
        list(parts) == [Period(start, end)]
        and line_left_to_credit.quantity == line_left_to_credit.unit_count
        and not line_left_to_credit.taken_off
    ):
        (taken, *_none) = _units(book, left, line_left_to_credit, line_left_to_credit.quantity, wanted, day)
        return [replace(taken, line=taken.line._replace(start=start, end=end))]
    if wanted.reopen and line.contract:
        _may_reopen_days(book, line)
    total = sum(
        part.days for part in periods.without(Period(start, end), [Period(*days) for days in line_left_to_credit.days])
    )
    result, gone, taken_so_far = [], 0, ZERO
    for part in parts:
        gone += part.days
        share = round_to(line_left_to_credit.net * gone / total, _decimals(left)) - taken_so_far
        taken_so_far += share
        back = _back(left, line, day)._replace(
            net=-share,
            text=f"{line.text} ({part.days}/{total} × {abs(line_left_to_credit.net)})",
            unit="LS" if line.unit else "",
            quantity=Decimal(-1).copy_sign(-share),
            price=abs(share),
            start=part.start,
            end=part.end,
            contract=line.contract if wanted.reopen else "",
            adjusts=line.adjusts if wanted.reopen else (),
        )
        if share:
            result.append(_Taken(back))
    return result


def _may_reopen_days(book: Book, line: Line) -> None:
    dated = book.contracts.get(line.contract)
    if dated is None or not dated.at(line.start or date.min).prorate:
        raise CannotCredit(
            _(
                '"{line}": a part of its period cannot be billed again, as the contract {contract} bills whole '
                "periods: leave --reopen out, or give the contract prorate: TRUE",
                line=line.text,
                contract=line.contract,
            )
        )


def _sum(left: LeftToCredit, wanted: CreditRequest, day: date) -> list[_Taken]:
    """The lines that give back a sum: under its code, or in proportion to what is left under each; on the accounts of the lines."""
    number, amount, decimals = left.invoice.number, wanted.amount or ZERO, _decimals(left)
    codes = sorted({line.line.tax for line in left.lines})
    if wanted.tax and wanted.tax not in codes:
        raise CannotCredit(
            _(
                "{number} has no lines under {tax}: its codes are {codes}",
                number=number,
                tax=wanted.tax,
                codes=", ".join(codes),
            )
        )
    if wanted.lines or wanted.start or wanted.end or wanted.reopen:
        raise CannotCredit(_("a sum is for the whole document: leave --lines, --from, --to and --reopen out"))
    if not wanted.note:
        raise CannotCredit(_('say what the sum is for: credit NUMBER --amount 50.00 "Price difference"'))
    bases = {code: left.net(code) for code in ([wanted.tax] if wanted.tax else codes)}
    room = sum(bases.values(), ZERO)
    if amount != round_to(amount, decimals):
        raise CannotCredit(
            _(
                "{amount} is not an amount in {currency}, which has {decimals} decimals",
                amount=amount,
                currency=left.invoice.currency,
                decimals=decimals,
            )
        )
    if not 0 < amount <= abs(room):
        under = _(" under {tax}", tax=wanted.tax) if wanted.tax else ""
        raise CannotCredit(
            _(
                "{amount} {currency} of {number} cannot be credited: {room} without tax is left{under}{notes}",
                amount=amount,
                currency=left.invoice.currency,
                number=number,
                room=abs(room),
                under=under,
                notes=(_(", as {given}", given=_given(left)) if left.notes else ""),
            )
        )
    shares = _in_proportion(amount.copy_sign(room), bases, decimals)
    result = []
    for code, share in shares.items():
        accounts: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for line in left.lines:
            if line.line.tax == code:
                accounts[line.line.account] += line.line.net
        for account, part in _in_proportion(share, accounts, decimals).items():
            if part:
                result.append(_Taken(DraftLine(-part, account, code, day, text=wanted.note)))
    return result


def _in_proportion(amount: Decimal, weights: Mapping[str, Decimal], decimals: int) -> dict[str, Decimal]:
    """An amount distributed by weights, to the cent; the largest shares take the rounding differences."""
    whole = sum(weights.values(), ZERO)
    if not whole:
        return {next(iter(weights)): amount}
    shares = [round_to(amount * weight / whole, decimals) for weight in weights.values()]
    return dict(zip(weights, share_out(shares, amount - sum(shares, ZERO), decimals), strict=True))


def _beside(left: LeftToCredit, taken: Sequence[_Taken], day: date) -> list[_Taken]:
    """What goes back with the lines of allowances, charges and sums credited before: in proportion to their net."""
    nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for taken_line in taken:
        net = taken_line.line.net
        if taken_line.line.price_with_tax is not None:
            rate = _rates(left.invoice).get(taken_line.line.tax, ZERO)
            natural = tax.gross_split(net, rate, _decimals(left))[0].value
            net = (
                -net_of_units(taken_line.of, taken_line.count, -natural, _decimals(left)) if taken_line.of else natural
            )
        nets[taken_line.line.tax] -= net
    of_lines: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in left.lines:
        of_lines[line.line.tax] += line.net
    all_of_it = all(nets[code] == net for code, net in of_lines.items())
    result = []
    for place in sorted(left.nets):
        code, account = place
        rest = left.net_off_lines(place)
        if not rest or not (all_of_it or nets[code]):
            continue
        share = (
            rest
            if nets[code] == of_lines[code]
            else round_to(rest * nets[code] / of_lines[code], _decimals(left))
            if of_lines[code]
            else ZERO
        )
        if share:
            text = ", ".join(dict.fromkeys(left.texts.get(place, ()))) or left.invoice.narration
            result.append(_Taken(DraftLine(-share, account, code, day, text=text)))
    return result


def _reopened(book: Book, left: LeftToCredit, line_left_to_credit: LineLeftToCredit, back: DraftLine) -> DraftLine:
    """The line that takes a contract's line back so that it may be billed again: its time returns to the time account."""
    invoice, line = left.invoice, line_left_to_credit.line
    dated = book.contracts.get(line.contract)
    contract = dated.at(line.start or invoice.date) if dated else None
    if contract is None or contract.mode != "time" or line.expense_date:
        _must_be_whole(left, line_left_to_credit, back)
        return back
    out = next(
        (
            work
            for work in book.work
            if work.document == invoice.number and work.quantity < 0 and work.account == contract.time
            and work.item == line.item and work.billable
        ),
        None,
    )  # fmt: skip
    if out is None or back.quantity is None:
        return back
    quantity = back.quantity
    if line.unit.lower() in worktime.LUMP_WORDS:  # billed as one sum, as up to a cap
        if back.quantity != -line_left_to_credit.unit_count or line_left_to_credit.taken_off:
            raise CannotCredit(
                _(
                    '"{line}" bills time as one sum, and a part of it cannot be billed again: credit it in full, or '
                    "leave --reopen out",
                    line=line.text,
                )
            )
        quantity = -_time_of_lump(book, invoice, line, out)
    returned = TimeRelease(out.account, out.counter_account, out.commodity, out.item, quantity, worked_on=line.start)
    return back._replace(time_releases=(returned,))


def _must_be_whole(left: LeftToCredit, line_left_to_credit: LineLeftToCredit, back: DraftLine) -> None:
    """Raises CannotCredit if a period, milestone or expense would be billed again that a credit note has given back already, or
    in part: each is billed whole."""
    invoice, line = left.invoice, line_left_to_credit.line

    def same(other: Line) -> bool:
        fields = ("contract", "milestone", "start", "end", "expense_date", "expense_amount", "text")
        return all(getattr(other, name) == getattr(line, name) for name in fields)

    for note in left.notes:
        if any(map(same, note.lines)):
            raise CannotCredit(
                _(
                    '"{line}" of {number} is already given back by {note_number} ({place}), and may be billed again: '
                    "leave out the line, or --reopen",
                    line=line.text,
                    number=invoice.number,
                    note_number=note.number,
                    place=note.source,
                )
            )
    if back.quantity is not None and (
        back.quantity != -line_left_to_credit.unit_count or line_left_to_credit.taken_off
    ):
        how = _(", name the days with --from and --to") if line_left_to_credit.days else ""
        raise CannotCredit(
            _(
                '"{line}": {quantity} of {unit_count}{taken_off} cannot be billed again, as periods, milestones and '
                "expenses are billed whole: credit the whole line{how}, or leave --reopen out",
                line=line.text,
                quantity=abs(back.quantity),
                unit_count=abs(line_left_to_credit.unit_count),
                taken_off=(_(", credited in part,") if line_left_to_credit.taken_off else ""),
                how=how,
            )
        )


def _time_of_lump(book: Book, invoice: Invoice, lump: Line, out: Work) -> Decimal:
    """The time that a document took off an account for a line billed as a sum: all time of its item, less what its other lines
    bill.
    """
    gone = sum(
        (
            -work.quantity
            for work in book.work
            if work.document == invoice.number and (work.account, work.item) == (out.account, out.item)
            and work.billable and not work.written_down
        ),
        ZERO,
    )  # fmt: skip
    others = (
        line for line in invoice.lines if line is not lump and (line.contract, line.item) == (lump.contract, lump.item)
    )
    billed = (line.quantity or ZERO for line in others if line.unit.lower() not in worktime.LUMP_WORDS)
    return gone - sum(billed, ZERO)


# what it comes to -------------------------------------------------------------------------------------------------------


def _request(
    book: Book,
    left: LeftToCredit,
    wanted: CreditRequest,
    day: date,
    lines: Sequence[DraftLine],
    exchange: ExchangeRate | None,
) -> DraftRequest:
    invoice = left.invoice
    assert invoice.customer is not None
    main = invoice.customer.account
    order = invoice.customer.purchase_order
    text = wanted.note if wanted.amount is None else ""
    return DraftRequest(
        kind="claim" if invoice.kind == "claim" else "credit-note",  # a claim's is outside VAT as well
        customer=main,
        account=main,
        currency=invoice.currency,
        date=day,
        lines=tuple(lines),
        corrects=invoice.number,
        purchase_order=order if order != book.customers[main].at(day).purchase_order else "",
        note=text,
        narration=f"{numbering.link(invoice.number)}: {wanted.note}" if wanted.note else "",
        taxes=tuple(invoice.tax_codes.values()),
        exchange=exchange,
    )


def _rates(invoice: Invoice) -> dict[str, Decimal]:
    return {code: known.rate for code, known in invoice.tax_codes.items()}


def _nets(left: LeftToCredit, taken: Sequence[_Taken], lines: Sequence[DraftLine]) -> tuple[DraftLine, ...]:
    """The lines; those whose price includes tax with the net that keeps within their share."""
    rates, decimals = _rates(left.invoice), _decimals(left)
    result = []
    for taken_line, line in zip(taken, lines, strict=True):
        if taken_line.of is not None and line.gross is not None:
            natural = tax.gross_split(line.gross, rates.get(line.tax, ZERO), decimals)[0].value
            net = -net_of_units(taken_line.of, taken_line.count, -natural, decimals)
            if net != natural or taken_line.count == taken_line.of.quantity:
                line = line._replace(net=net)
        result.append(line)
    return tuple(result)


def _taxes(
    book: Book, left: LeftToCredit, lines: Sequence[DraftLine], draft: Draft, per_line: bool
) -> tuple[DraftTax, ...]:
    """The tax of each code, on the nets of its lines (within prices that include it); the rest goes with the rest of its net."""
    decimals = _decimals(left)
    by_line = per_line or book.option("tax-rounding", left.invoice.date) == "line"
    result = []
    due = {tax.code: tax.amount for tax in draft.taxes}
    for tax_amount in left.invoice.taxes:
        code = tax_amount.tax.code
        bearing = [line for line in lines if bears_tax(left.invoice, line.tax, tax_amount.tax)]
        if not bearing:
            continue
        own = [(line.net, line.gross) for line in bearing if line.tax == code]
        natural = tax.tax_of_booked(own, tax_amount.tax.rate, decimals, per_line) if own else due.get(code, ZERO)
        if tax_amount.tax.withholding:
            natural = tax.tax_of_booked(
                [(line.net, None) for line in bearing], -tax_amount.tax.rate, decimals, per_line
            )
        net = -sum((line.net for line in bearing), ZERO)
        slack = (
            max(sum(bears_tax(left.invoice, line.tax, tax_amount.tax) for line in left.invoice.lines), 1)
            if by_line
            else 1
        )
        amount = -tax_of_part([left], code, net, -natural, decimals, slack)
        account = _tax_account(tax_amount)
        if amount and account:
            booked = -left.booked[code] if code in left.booked and -amount == left.taxes[code] else None
            result.append(DraftTax(code, account, amount, -net, booked))
    known = {amount.tax.code for amount in left.invoice.taxes}
    return (*result, *(tax for tax in draft.taxes if tax.code not in known))


def _tax_account(tax_amount: TaxAmount) -> str:
    """The account on which the document booked it."""
    waits = (
        tax_amount.tax.pending if tax_amount.pending or (not tax_amount.amount and tax_amount.tax.on_payment) else None
    )
    return waits or tax_amount.tax.account or ""


def _rounding(left: LeftToCredit, asked: Decimal) -> Decimal:
    """As much of the document's rounding down as is needed, so that no more is credited than requested."""
    beyond, whole = left.payable + asked, left.invoice.total_after_withholding
    rounded_down = left.rounding * whole < 0 and abs(beyond) <= abs(left.rounding)
    return -beyond if rounded_down and beyond * whole < 0 else ZERO


def _deducted(left: LeftToCredit) -> tuple[DraftDeduction, ...]:
    """The deposits that the document deducted, as far as they are not given back."""
    deductions = {(deduction.number, deduction.tax): deduction for deduction in left.invoice.deductions}
    return tuple(
        DraftDeduction(place[0], deduction.account, -left.deductions[place], deduction.named_code or deduction.tax)
        for place, deduction in deductions.items()
        if left.deductions[place]
    )


def _shared(invoice: Invoice, claims: Sequence[OpenItem], payable: Decimal, day: date) -> tuple[DraftReceivable, ...]:
    """The amounts that a credit note gives back on each of the document's accounts, in proportion: a retention has an account of
    its own.

    On each account, at most what is open there; the rest goes to the accounts where more is open, and finally to the main account.
    A retention until acceptance is never reduced by more than its part of what is left of the price.
    """
    assert invoice.customer is not None
    stood: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    room: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for claim in claims:
        stood[claim.account] += claim.amount
        room[claim.account] += claim.open
    stood = defaultdict(lambda: ZERO, {account: amount for account, amount in stood.items() if amount})
    whole = sum(stood.values(), ZERO)
    main = invoice.customer.account
    if not stood and invoice.instalments:
        main = invoice.instalments[0].account
    elif main not in stood and stood:
        main = min(stood, key=lambda account: (-abs(stood[account]), account))
    if len(stood) < 2 or not whole:
        return (DraftReceivable(main, payable),)
    decimals = currencies.currency_decimals(invoice.currency)
    others = sorted(account for account in stood if account != main)
    parts = {account: round_to(payable * stood[account] / whole, decimals) for account in others}
    parts[main] = payable - sum(parts.values(), ZERO)

    def most(account: str, amount: Decimal) -> Decimal:
        """As much of an amount as is open on an account."""
        available = room[account] if room[account] * amount < 0 else ZERO
        return amount if abs(amount) <= abs(available) else -available

    given = {account: most(account, parts[account]) for account in parts}
    retained = {claim.account for claim in claims if claim.instalment.retention_contract}
    for account in (main, *others):
        if account in retained:
            continue
        over = payable - sum(given.values(), ZERO)
        given[account] = most(account, given[account] + over)
    given[main] += payable - sum(given.values(), ZERO)
    shares = tuple(DraftReceivable(account, given[account], day) for account in (main, *others) if given[account])
    return shares or (DraftReceivable(main, payable),)
