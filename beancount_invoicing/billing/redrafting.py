"""Changes of documents: lines are given again; taxes, deposits, the amount to pay and the time taken off follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing.compose import CannotCompose, DraftRequest, compose_draft, narration, payment_schedule
from beancount_invoicing.billing.drafts import Draft, DraftLine, DraftReceivable, ExchangeRate
from beancount_invoicing.billing.fixed import DepositLeft, deposits_left
from beancount_invoicing.billing.prices import tax_code
from beancount_invoicing.billing.time_and_expenses import unbilled_work
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO, Adjustment, Book, Contract, Invoice, Line, Source, Work
from beancount_invoicing.rules import currencies, payment_terms, tax
from beancount_invoicing.rules.steps import round_to

TIME_DECIMALS = 4
"""Decimals of time that is taken off an account in part."""


class CannotRedraft(CannotCompose):
    """A draft cannot be changed like this; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class LineEdit:
    """The changes to a line, counted from 1; None means no change. `price` includes tax if the line's own does."""

    index: int
    quantity: Decimal | None = None
    price: Decimal | None = None
    text: str | None = None
    discount: Decimal | None = None
    """Percent, 0 to 100."""
    tax: str | None = None
    start: date | None = None
    """First day of its period, inclusive."""
    end: date | None = None
    """Last day of its period, inclusive."""


class Redraft(NamedTuple):
    """A document after its changes.

    `draft.lines` are those of `kept` (places in the document's lines, from 0), the new ones, and the document's allowances and
    charges.
    """

    draft: Draft
    kept_indices: tuple[int, ...]
    released_time: Mapping[Source, Decimal]
    """By posting on a time account whose quantity changes: how much it takes off, not below 0."""


def redraft(
    book: Book,
    invoice: Invoice,
    edits: Sequence[LineEdit],
    drop: frozenset[int],
    add: Sequence[DraftLine],
    exchange: ExchangeRate | None = None,
) -> Redraft:
    """The draft with lines changed, dropped (counted from 1) and added; everything that follows from its lines is worked out again.

    The time that its lines bill follows their quantities: unused time stays on the account, and more is taken from the
    unbilled time on the draft's date. Deposits that it names, and other deposits of the same contracts, are deducted
    until the lines are used up. `exchange`: how the document is booked if it is in another currency. Raises
    CannotRedraft, CannotCompose.
    """
    _can_be_changed(invoice)
    made = redraft_document(book, invoice, edits, drop, add, exchange)
    decimals = currencies.currency_decimals(invoice.currency)
    draft = made.draft._replace(number=invoice.number, receivables=_receivables(book, invoice, made.draft, decimals))
    return made._replace(draft=draft)


def redraft_document(
    book: Book,
    invoice: Invoice,
    edits: Sequence[LineEdit],
    drop: frozenset[int],
    add: Sequence[DraftLine],
    exchange: ExchangeRate | None = None,
    until: date | None = None,
) -> Redraft:
    """A document with lines changed, dropped (counted from 1) and added, composed as of its own date; without a number.

    If it needs more time than before, that is taken from what is unbilled by `until` (inclusive; None: by its date). Raises
    CannotRedraft, CannotCompose.
    """
    places = [place for place in range(len(invoice.lines)) if place + 1 not in drop]
    edit_by_line = {edit.index: edit for edit in edits}
    _must_have_lines(invoice, edit_by_line, drop, has_lines=bool(places or add))
    decimals = currencies.currency_decimals(invoice.currency)
    lines = [_line(book, invoice.lines[place], invoice.date) for place in places]
    lines = [
        _changed(line, edit_by_line[place + 1], decimals) if place + 1 in edit_by_line else line
        for place, line in zip(places, lines, strict=True)
    ]
    customer = invoice.customer
    assert customer is not None  # only a void number has none
    request = DraftRequest(
        kind="deposit" if invoice.kind == "deposit" else "corrective" if invoice.kind == "corrective" else "invoice",
        customer=customer.account,
        account=invoice.instalments[0].account if invoice.instalments else customer.account,
        currency=invoice.currency,
        date=invoice.date,
        lines=(
            *lines,
            *(_taxed(book, invoice, line) for line in add),
            *(_adjustment(book, adjustment, invoice) for adjustment in invoice.adjustments),
        ),
        terms=invoice.terms,
        narration=_narration(book, invoice, [*lines, *add]),
        taxes=tuple(amount.tax for amount in invoice.taxes if amount.tax.withholding),
        exchange=exchange,
    )
    contracts = [_contract(book, line) for line in request.lines]
    draft = compose_draft(book, request, contracts, _deposits(book, invoice))
    shares = [
        _share(invoice.lines[place], edit_by_line.get(place + 1), place in places)
        for place in range(len(invoice.lines))
    ]
    return Redraft(draft, tuple(places), _time(book, invoice, shares, until or invoice.date))


def _must_have_lines(
    invoice: Invoice, edit_by_line: Mapping[int, LineEdit], drop: frozenset[int], *, has_lines: bool
) -> None:
    """Raises CannotRedraft if a line is changed or dropped that there is not, or both, or no line would be left."""
    for index in (*edit_by_line, *drop):
        if not 1 <= index <= len(invoice.lines):
            count = len(invoice.lines)
            raise CannotRedraft(
                _n(
                    count,
                    "{number} has {count} line: there is no line {index}",
                    "{number} has {count} lines: there is no line {index}",
                    number=invoice.number,
                    count=count,
                    index=index,
                )
            )
    if both := drop & edit_by_line.keys():
        raise CannotRedraft(_("line {both} is both changed and dropped: choose one", both=min(both)))
    if not has_lines:
        remedy = _("take it out, bean-invoice draft drop {number}", number=invoice.number)
        if not invoice.draft:
            remedy = _("credit all of it, bean-invoice credit {number}", number=invoice.number)
        raise CannotRedraft(_("{number} would have no line: {remedy}", number=invoice.number, remedy=remedy))


def _can_be_changed(invoice: Invoice) -> None:
    if not invoice.draft:
        raise CannotRedraft(
            _(
                "{number} is not a draft: a numbered document is credited, bean-invoice credit {number}",
                number=invoice.number,
            )
        )
    if invoice.corrects and invoice.kind == "credit-note":
        raise CannotRedraft(
            _(
                "{number} is a credit note: take it out, bean-invoice draft drop {number}, and credit again with "
                "--lines, --amount or --from",
                number=invoice.number,
            )
        )
    if invoice.kind == "claim":
        raise CannotRedraft(
            _("{number} is a claim for late interest: take it out, and book it again", number=invoice.number)
        )
    if invoice.immediate_payments or invoice.rounding:
        reason = _("was paid at once") if invoice.immediate_payments else _("rounds what is to be paid")
        raise CannotRedraft(
            _(
                "{number} {subject}: change it where it is written, {place}",
                number=invoice.number,
                subject=reason,
                place=invoice.source,
            )
        )


def _line(book: Book, line: Line, day: date) -> DraftLine:
    """A line of the document, as it is."""
    net = line.net
    if line.price_with_tax is not None:
        assert line.computed is not None  # its quantity is 1 where nothing says it
        net = line.computed
    return DraftLine(
        net=net,
        account=line.account,
        tax=tax.code_of_name(line.tax, book.taxes),
        billable_from=line.start or line.expense_date or day,
        item=line.item,
        text=line.text,
        unit=line.unit,
        quantity=line.quantity,
        price=line.price,
        price_with_tax=line.price_with_tax,
        discount=line.discount,
        contract=line.contract,
        milestone=line.milestone,
        start=line.start,
        end=line.end,
        expense=line.expense_date,
        cost=line.expense_amount,
        delivered=line.supplied_on,
        nature=""
        if line.item in book.items and book.items[line.item].at(day).nature == line.nature
        else line.nature or "",
        adjusts=line.adjusts,
    )


def _changed(line: DraftLine, edit: LineEdit, decimals: int) -> DraftLine:
    """A line with its changes."""
    if edit.price is not None and edit.price < 0:
        raise CannotRedraft(
            _(
                "line {index}: a price cannot be negative; to give something back, write a quantity below 0",
                index=edit.index,
            )
        )
    if edit.discount is not None and not 0 <= edit.discount <= 100:
        raise CannotRedraft(
            _(
                "line {index}: a discount of {discount} % must be between 0 and 100",
                index=edit.index,
                discount=edit.discount,
            )
        )
    own = line._replace(
        text=line.text if edit.text is None else edit.text,
        tax=edit.tax or line.tax,
        start=edit.start or line.start,
        end=edit.end or line.end,
    )
    if own.start and own.end and own.end < own.start:
        raise CannotRedraft(
            _(
                "line {index}: its last day, {end}, is before its first, {start}",
                index=edit.index,
                end=own.end,
                start=own.start,
            )
        )
    if edit.quantity is None and edit.price is None and edit.discount is None:
        return own
    with_tax = line.price_with_tax is not None
    price = line.price_with_tax if with_tax else line.price
    if edit.price is not None:
        price = round_to(edit.price, max(decimals, -int(edit.price.as_tuple().exponent)))  # "2.5" is written 2.50
    if price is None:
        raise CannotRedraft(
            _("line {index}, “{line}”, has no price: give one too, --price", index=edit.index, line=line.text)
        )
    quantity = (
        edit.quantity if edit.quantity is not None else line.quantity if line.quantity is not None else Decimal(1)
    )
    discount = edit.discount if edit.discount is not None else line.discount
    figure = tax.line_net(quantity, price, discount, decimals)
    return own._replace(
        net=figure.value,
        quantity=quantity,
        price=None if with_tax else price,
        price_with_tax=price if with_tax else None,
        discount=discount,
        steps=figure.steps,
    )


def _taxed(book: Book, invoice: Invoice, line: DraftLine) -> DraftLine:
    """A new line; if nothing else gives it a tax code, it has the one that all lines of the document have."""
    codes = {tax.code_of_name(line.tax, book.taxes) for line in invoice.lines}
    assert invoice.customer is not None
    known = tax_code(book, invoice.customer.account, line.tax, line.item, invoice.date)
    return line if known or len(codes) > 1 else line._replace(tax=codes.pop())


def _adjustment(book: Book, adjustment: Adjustment, invoice: Invoice) -> DraftLine:
    """An allowance or charge, as far as taxes and sums go."""
    code = tax.code_of_name(adjustment.tax, book.taxes)
    return DraftLine(
        net=adjustment.net,
        account=adjustment.account,
        tax=code,
        billable_from=invoice.date,
        text=adjustment.reason,
        delivered=adjustment.supplied_on,
        allowance_or_charge="charge" if adjustment.charge else "allowance",
    )


def _narration(book: Book, invoice: Invoice, lines: Sequence[DraftLine]) -> str:
    """The narration: rebuilt from the lines if it was built from them, else unchanged."""
    before = [_line(book, line, invoice.date) for line in invoice.lines]
    own = invoice.narration == narration(book, before, invoice.date)
    return narration(book, lines, invoice.date) if own else invoice.narration


def _contract(book: Book, line: DraftLine) -> Contract | None:
    """The contract of a line, as it held on the line's own day."""
    if line.contract not in book.contracts:
        return None
    reached = (
        milestone.date for milestone in book.milestones.get(line.contract, ()) if milestone.name == line.milestone
    )
    return book.contracts[line.contract].at(next(reached, line.billable_from))


def _deposits(book: Book, invoice: Invoice) -> list[DepositLeft]:
    """What would be left, without this draft, of the deposits that it names and of the others of their contracts."""
    named = {deduction.number for deduction in invoice.deductions}
    own = {line.contract for line in invoice.lines}
    result = []
    for code, deposit_lefts in deposits_left(
        other for other in book.invoices if other.source != invoice.source
    ).items():
        if named & {deposit_left.number for deposit_left in deposit_lefts}:
            if code and code in own:
                result += deposit_lefts
            else:
                result += [
                    deposit_left._replace(contract="") for deposit_left in deposit_lefts if deposit_left.number in named
                ]
    return sorted(result, key=lambda deposit_left: (deposit_left.date, deposit_left.number))


def _receivables(book: Book, invoice: Invoice, draft: Draft, decimals: int) -> tuple[DraftReceivable, ...]:
    """The amount to pay, on as many postings as now: by the terms, else in proportion, and the last takes the rest."""
    receivables = tuple(receivable for receivable in draft.receivables if receivable.retained)
    rest = draft.payable - sum((receivable.amount for receivable in receivables), ZERO)
    now = {
        instalment.source: (instalment.account, instalment.amount)
        for instalment in invoice.instalments
        if not instalment.retention_contract
    }
    postings = list(now.values()) or [(draft.receivables[0].account, ZERO)]
    try:
        schedule = payment_schedule(book, invoice.terms, invoice.date, rest, decimals) if invoice.terms else []
    except payment_terms.TermsError:
        schedule = []  # the ledger has an error that says so
    amounts = [due.amount for due in schedule]
    if len(amounts) != len(postings):
        whole = sum((amount for _account, amount in postings), ZERO) or Decimal(1)
        amounts = [round_to(rest * amount / whole, decimals) for _account, amount in postings[:-1]]
        amounts.append(rest - sum(amounts, ZERO))
    own = tuple(DraftReceivable(account, amount) for (account, _), amount in zip(postings, amounts, strict=True))
    return (*own, *receivables)


def _share(line: Line, edit: LineEdit | None, stays: bool) -> Decimal:
    """How much of a line's quantity remains: 1 for all of it."""
    if not stays:
        return ZERO
    if edit is None or edit.quantity is None or not line.quantity:
        return Decimal(1)
    return edit.quantity / line.quantity


def _time(book: Book, invoice: Invoice, shares: Sequence[Decimal], until: date) -> dict[Source, Decimal]:
    """What the draft's postings on time accounts take off, if the shares of its lines change it."""
    outs = [work for work in book.work if work.document == invoice.number and work.quantity < 0]
    lines: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, line in enumerate(invoice.lines):
        if line.contract in book.contracts and line.expense_date is None:
            contract = book.contracts[line.contract].at(line.start or invoice.date)
            if contract.mode == "time":
                lines[contract.time, line.item or contract.item].append(place)
    result: dict[Source, Decimal] = {}
    for (account, item), places in lines.items():
        releases = [work for work in outs if _billed(work) and (work.account, work.item) == (account, item)]
        left = [shares[place] for place in places]
        if all(share == 1 for share in left):
            continue
        if len(releases) != len(places):  # not one for each line: all go by what stays of the lines together
            whole = sum((invoice.lines[place].quantity or ZERO for place in places), ZERO)
            stays = sum(((invoice.lines[place].quantity or ZERO) * shares[place] for place in places), ZERO)
            left = [stays / whole if whole else Decimal(1)] * len(releases)
        taken = {
            work.source: round_to(-work.quantity * share, TIME_DECIMALS)
            for work, share in zip(releases, left, strict=True)
        }
        for release in releases:
            if taken[release.source] != -release.quantity:
                # as many decimals as were written, where they say it
                result[release.source] = _plain(taken[release.source], release.quantity)
        _must_wait(book, invoice, account, item, releases, sum(taken.values(), ZERO), until)
    gone = {account for account, _item in lines} - {
        account for (account, _item), places in lines.items() if any(shares[place] for place in places)
    }
    result |= {work.source: ZERO for work in outs if not _billed(work) and work.account in gone}
    return result


def _billed(out: Work) -> bool:
    """Whether time that is taken off an account is billed: it is neither non-billable nor written down."""
    return out.billable and not out.written_down


def _plain(number: Decimal, like: Decimal) -> Decimal:
    """A number with the decimals of another one, if these are enough for it."""
    short = round_to(number, -int(like.as_tuple().exponent))
    return short if short == number else number.normalize()


def _must_wait(
    book: Book, invoice: Invoice, account: str, item: str, outs: Sequence[Work], wanted: Decimal, until: date
) -> None:
    """Raises CannotRedraft if, together with what the document takes now, more time would be taken than is unbilled on a day."""
    now = -sum((work.quantity for work in outs), ZERO)
    waits = sum(
        (
            work.quantity
            for work in unbilled_work(book, until)
            if work.billable and (work.account, work.item) == (account, item)
        ),
        ZERO,
    )
    if wanted > now + waits:
        raise CannotRedraft(
            _(
                "{number} would bill {wanted} {commodity} of {item}, but it takes {now} from {account}, where "
                "{waits} more are waiting on {until}: log the time worked first (bean-invoice time add), or use "
                "--add for a separate line of what is not time worked",
                number=invoice.number,
                wanted=f"{wanted.normalize():f}",
                commodity=outs[0].commodity,
                item=item or account,
                now=now,
                account=account,
                waits=f"{waits:f}",
                until=until,
            )
        )
