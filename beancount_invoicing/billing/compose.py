"""From lines that can be billed to documents: grouped, taxed, with deposits deducted, in the amounts that the ledger
will contain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.billing.drafts import (
    BillingNotice,
    Draft,
    DraftDeduction,
    DraftLine,
    DraftReceivable,
    DraftTax,
    ExchangeRate,
)
from beancount_invoicing.billing.fixed import DepositLeft, DepositTaxesDue, TaxLeft, deposit_taxes_due, deposits_left
from beancount_invoicing.billing.prices import purchase_order, tax_code
from beancount_invoicing.billing.tax_rates import lines_to_write, with_deposit_rates, with_tax_rates
from beancount_invoicing.billing.unbilled import UnbilledLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Contract, Customer, Day, DocumentKind, Invoice, Tax
from beancount_invoicing.receivables import latest_price, left_to_credit
from beancount_invoicing.rules import currencies, payment_terms, periods, tax
from beancount_invoicing.rules.steps import round_to

NextNumber = Callable[[DocumentKind, date], str]
"""Gives the next document of a kind its number, or a draft its name."""


class CannotCompose(ValueError):
    """No document can be made from a request; the message says why, and what to do."""


class DraftRequest(NamedTuple):
    """A document to be composed: its lines and other data. Data that are not given are "" or None."""

    kind: DocumentKind
    customer: str
    """Main account of the customer."""
    account: str
    """The customer's account on which it is booked."""
    currency: str
    date: date
    lines: tuple[DraftLine, ...]
    purchase_order: str = ""
    terms: str = ""
    due: Day | None = None
    delivered: Day | None = None
    """The day of supply for lines that give none."""
    corrects: str = ""
    claims: str = ""
    narration: str = ""
    note: str = ""
    taxes: tuple[Tax, ...] = ()
    """Taxes by their names in the document that it corrects, whose names its lines use; others are as they are on `date`.

    Withholdings too.
    """
    exchange: ExchangeRate | None = None
    """If the document that it corrects is booked in another currency: how."""


def compose_draft(
    book: Book,
    request: DraftRequest,
    contracts: Sequence[Contract | None] = (),
    deposits: Sequence[DepositLeft] = (),
    deposit_taxes: DepositTaxesDue | None = None,
) -> Draft:
    """The document for a request, without a number.

    Each line gets its tax code (its own, else the customer's, its item's, the default) and the rate of its day of supply. Taxes are
    calculated once per code and rate. What is left of `deposits` is deducted as far as the lines of their contract reach. If the
    contract of a line has a retention, part of the amount to pay goes on the retention account, until some time after the
    acceptance of the works.

    `contracts`: the contract of each line, as it applies to it. `deposit_taxes`: how much of the deposits' taxes is already due, if
    known. Raises CannotCompose.
    """
    customer = book.customers[request.customer].at(request.date)
    decimals = currencies.currency_decimals(request.currency)
    request = request._replace(lines=_coded(book, request))
    if not request.corrects:
        placed = with_deposit_rates(book, request.lines, deposits, request.date)
        contracts = [contracts[place] for place, _line in placed] if contracts else ()
        lines, known = with_tax_rates(book, [line for _place, line in placed], request.date, request.delivered)
        request = request._replace(lines=lines, taxes=(*known, *request.taxes))
    lines = _without_tax(book, request, decimals)
    taxes = _taxes(book, request, lines, decimals)
    deductions: tuple[DraftDeduction, ...] = ()
    if request.kind in {"invoice", "corrective"}:
        deposits = [_named_here(book, deposit, request.taxes) for deposit in deposits]
        deductions = _deductions(
            lines, taxes, deposits, deposit_taxes or deposit_taxes_due(book, request.date), decimals
        )
    payable = (
        sum((line.net for line in lines), ZERO)
        + sum((tax.amount for tax in taxes), ZERO)
        - sum((deduction.amount for deduction in deductions), ZERO)
    )
    kind = request.kind
    if kind in {
        "invoice",
        "credit-note",
    }:  # as it will be read back: a document that credits a credit note is an invoice
        kind = "credit-note" if sum((line.net for line in lines), ZERO) < 0 else "invoice"
    written = lines if request.corrects else lines_to_write(book, lines, request.date)
    return Draft(
        kind=kind,
        customer=request.customer,
        payee=customer.name,
        date=request.date,
        currency=request.currency,
        lines=written,
        taxes=taxes,
        deductions=deductions,
        receivables=_receivables(book, request, customer, lines, payable, contracts, decimals),
        exchange=request.exchange or _exchange(book, request, lines, taxes, deductions),
        purchase_order=request.purchase_order,
        terms=request.terms,
        due=request.due,
        delivered=request.delivered or (_delivered(lines, written, request.date) if kind == "invoice" else None),
        corrects=request.corrects,
        claims=request.claims,
        narration=request.narration or narration(book, lines, request.date),
        note=request.note,
    )


def _delivered(lines: Sequence[DraftLine], written: Sequence[DraftLine], day: date) -> date | None:
    """The day of supply that an invoice of `day` must state if its lines do not: the last day of its milestones (CGI, ann. II, art.
    242 nonies A, I, 10°).
    """
    supplied = max((line.delivered or line.end or date.min for line in lines), default=date.min)
    read = max((line.delivered or line.end or date.min for line in written), default=date.min)
    read = read if read > date.min else day
    return supplied if date.min < supplied < read else None


def _coded(book: Book, request: DraftRequest) -> tuple[DraftLine, ...]:
    """The lines with their tax codes, as customers, items and the default define them on the day of supply."""
    if request.kind == "claim":
        return tuple(line._replace(tax="") for line in request.lines)
    lines = []
    for line in request.lines:
        day = tax.tax_point_of_line(request.date, line.supply_date or request.delivered)
        code = tax_code(book, request.customer, line.tax, line.item, day, line.nature)
        if tax.code_of_name(code, book.taxes) not in book.taxes:
            raise CannotCompose(
                _(
                    '{line}: tax "{code}" is not known: give the item, the customer or the contract one that custom '
                    '"invoice-tax" defines',
                    line=line.text or line.item,
                    code=code,
                )
                if code
                else _(
                    "{line}: no tax code is known: give the item, the customer or the contract one that custom "
                    '"invoice-tax" defines',
                    line=line.text or line.item,
                )
            )
        lines.append(line if code == line.tax else line._replace(tax=code))
    return tuple(lines)


def _without_tax(book: Book, request: DraftRequest, decimals: int) -> tuple[DraftLine, ...]:
    """The lines with their nets; lines whose price includes tax come with that amount as their net."""
    lines = list(request.lines)
    for code in sorted({line.tax for line in lines if line.price_with_tax is not None}):
        places = [index for index, line in enumerate(lines) if line.tax == code and line.price_with_tax is not None]
        rate = _tax(book, request, code).rate
        per_line = book.option("tax-rounding", request.date) == "line"
        grosses = [line.net if line.gross is None else line.gross for line in (lines[index] for index in places)]
        nets = tax.gross_nets(grosses, rate, decimals, per_line)
        for index, gross, net in zip(places, grosses, nets, strict=True):
            lines[index] = lines[index]._replace(gross=gross, net=net)
    return tuple(lines)


def _tax(book: Book, request: DraftRequest, code: str) -> Tax:
    """A known tax code, as it applies to the document."""
    return next((tax for tax in request.taxes if tax.code == code), None) or book.taxes[code].at(request.date)


def _taxes(book: Book, request: DraftRequest, lines: Sequence[DraftLine], decimals: int) -> tuple[DraftTax, ...]:
    result = []
    per_line = book.option("tax-rounding", request.date) == "line"
    charged = [tax.TaxableAmount(_tax(book, request, line.tax), line.net, line.gross) for line in lines if line.tax]
    for code, (known, base, figure) in tax.taxes_due(charged, decimals, per_line).items():
        amount = figure.value
        account = known.pending if known.on_payment and known.pending else known.account
        if amount and not account:
            raise CannotCompose(
                _(
                    "tax {code} has a rate of {rate} % but no account: name one in its invoice-tax",
                    code=code,
                    rate=known.rate,
                )
            )
        if amount and account:
            result.append(DraftTax(code, account, amount, base))
    nets = [line.net for line in lines]
    for withheld in request.taxes:
        amount = tax.tax_of_lines(nets, [], -withheld.rate, decimals, per_line).value
        if withheld.withholding and withheld.account and amount:
            result.append(DraftTax(withheld.code, withheld.account, amount, sum(nets, ZERO)))
    return tuple(result)


def _named_here(book: Book, deposit: DepositLeft, known: Sequence[Tax]) -> DepositLeft:
    """A deposit with its taxes named as in the document, whose `known` taxes have these rates."""

    def name(part: TaxLeft) -> str:
        code = tax.code_of_name(part.code, book.taxes)
        alike = (
            candidate.code
            for whole in known
            for candidate in (whole, *whole.parts)
            if candidate.rate == part.rate and tax.code_of_name(candidate.code, book.taxes) == code
        )
        return next(alike, part.code)

    return deposit._replace(taxes=tuple(part._replace(document_name=name(part)) for part in deposit.taxes))


def _deductions(
    lines: Sequence[DraftLine],
    taxes: Sequence[DraftTax],
    deposits: Sequence[DepositLeft],
    owed: DepositTaxesDue,
    decimals: int,
) -> tuple[DraftDeduction, ...]:
    """What the document deducts: each deposit of a contract, oldest first, as far as the lines of that contract reach."""
    room: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        room[line.contract] += line.net
    own = {(tax.account, tax.code): tax.amount for tax in taxes}
    result: list[DraftDeduction] = []
    for deposit in deposits:
        net = min(deposit.net, room[deposit.contract])
        if net <= 0:
            continue
        room[deposit.contract] -= net
        result.append(DraftDeduction(deposit.number, deposit.account, net))
        for part in deposit.taxes:
            amount = (
                part.left
                if net == deposit.net
                else min(part.left, round_to(part.billed * net / deposit.billed_net, decimals))
            )
            result += _deducted_tax(deposit.number, part, amount, own, owed)
    return tuple(result)


def _deducted_tax(
    number: str, part: TaxLeft, amount: Decimal, own: dict[tuple[str, str], Decimal], owed: DepositTaxesDue
) -> Iterator[DraftDeduction]:
    """The tax of a deposit that is deducted: from the document's own tax under that code, as far as it reaches, on its account.

    Anything beyond that means that the document has another code. The part of the deposit's tax that is already due, because it was
    paid, is taken off the tax owed, and the rest off the pending tax (a deposit on goods: CGI, art. 269, 2 a).
    """
    from_owed = ZERO
    name = part.document_name or part.code
    if part.owed_on:
        place = part.account, name
        beyond = max(amount - max(own.get(place, ZERO), ZERO), ZERO)
        own[place] = own.get(place, ZERO) - (amount - beyond)
        if beyond:
            from_owed = max(min(beyond, owed().get((number, part.code), ZERO)), ZERO)
    if from_owed:
        yield DraftDeduction(number, part.owed_on, from_owed, name)
    if amount != from_owed:
        yield DraftDeduction(number, part.account, amount - from_owed, name)


def _with_tax(book: Book, request: DraftRequest, line: DraftLine) -> Decimal:
    """The amount of a line with tax, not rounded."""
    rate = _tax(book, request, line.tax).rate if line.tax else ZERO
    return line.gross if line.gross is not None else line.net * (100 + rate) / 100


def _receivables(
    book: Book,
    request: DraftRequest,
    customer: Customer,
    lines: Sequence[DraftLine],
    payable: Decimal,
    contracts: Sequence[Contract | None],
    decimals: int,
) -> tuple[DraftReceivable, ...]:
    held_back: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    """The retentions, not rounded, by contract and account."""
    for line, contract in zip(lines, contracts, strict=False) if request.kind == "invoice" else ():
        if contract and contract.retention and contract.retention_account:
            part = _with_tax(book, request, line) * contract.retention / 100
            held_back[contract.code, contract.retention_account] += part
    retained: list[DraftReceivable] = []
    left = payable
    for (code, account), exact in held_back.items():
        part = round_to(exact, decimals)
        part = max(part, left) if left < 0 else min(part, left)
        released = _released(book, book.contracts[code].at(request.date), request.date)
        if part and (part < 0) == (payable < 0) and not released:
            retained.append(DraftReceivable(account, part, retained=code))
            left -= part
    if not retained or not left:
        return tuple(retained) or (DraftReceivable(request.account, payable),)
    if left < 0:
        return (DraftReceivable(request.account, left, request.date), *retained)
    try:
        schedule = payment_schedule(book, request.terms or customer.terms, request.date, left, decimals)
    except payment_terms.TermsError as error:
        raise CannotCompose(_("{customer}: {error}", customer=customer.name, error=error)) from None
    return (
        *(DraftReceivable(request.account, due.amount, due.date) for due in schedule),
        *retained,
    )


def _released(book: Book, contract: Contract, day: date) -> bool:
    """Whether a contract's retention is due by `day`, so that nothing more is kept back. Raises periods.PeriodError."""
    length = periods.parse_length(contract.retention_terms or "year")
    days = [
        acceptance.date
        for acceptance in book.acceptances
        if acceptance.contract == contract.code and acceptance.date <= day
    ]
    return bool(days) and length.after(min(days), 1) <= day


def payment_schedule(
    book: Book, text: str, day: date, amount: Decimal, decimals: int
) -> list[payment_terms.DueInstalment]:
    """The instalments of an amount: how much is due when, by terms (the ledger's if "") counted from `day`.

    Raises terms.TermsError.
    """
    text = text or book.option("terms", day) or law.default_terms("")
    calendar = book.option("business-days", day)
    schedule = payment_terms.schedule(payment_terms.parse_terms(text, day), day, amount, decimals)
    return [
        payment_terms.moved_to_business_day(due, calendar) if calendar in payment_terms.calendars() else due
        for due in schedule
    ]


def with_number_and_due_dates(book: Book, draft: Draft, number: str) -> Draft:
    """A document with its number and with the due dates that it is issued with.

    The dates printed on it then do not change, whatever becomes known of terms or holidays later. The due dates of a draft (named
    "draft-…") follow from its terms until it is issued. A document to be paid back has no due date but its own date. Raises
    CannotCompose.
    """
    draft = draft._replace(number=number)
    if number.startswith("draft-") or draft.due or draft.payable <= 0 or len(draft.receivables) != 1:
        return draft
    (only,) = draft.receivables
    if only.due or only.retained:
        return draft
    customer = book.customers[draft.customer].at(draft.date)
    try:
        schedule = payment_schedule(
            book, draft.terms or customer.terms, draft.date, only.amount, currencies.currency_decimals(draft.currency)
        )
    except payment_terms.TermsError as error:
        raise CannotCompose(_("{customer}: {error}", customer=customer.name, error=error)) from None
    if len(schedule) == 1:
        return draft._replace(due=schedule[0].date)
    return draft._replace(receivables=tuple(only._replace(amount=due.amount, due=due.date) for due in schedule))


def payment_schedule_if_issued(book: Book, invoice: Invoice, day: date) -> list[payment_terms.DueInstalment]:
    """The instalments of a draft if it is issued on `day`, by the terms that apply to it then.

    None for one to be paid back, one that gives a due date itself, or one with a retention. Raises terms.TermsError.
    """
    if invoice.payable <= 0 or not invoice.customer or not invoice.instalments:
        return []
    if any(
        instalment.retention_contract or (instalment.steps and instalment.steps[-1].operation == "as written")
        for instalment in invoice.instalments
    ):
        return []
    known = book.customers.get(invoice.customer.account)
    text = invoice.customer.terms
    if known and text == known.at(invoice.date).terms:  # the customer's, not its own
        text = known.at(day).terms
    return payment_schedule(book, text, day, invoice.payable, currencies.currency_decimals(invoice.currency))


def moved_due_dates(book: Book, invoice: Invoice, day: date) -> dict[date, date]:
    """The due dates that follow from a document's date by its terms on `day`; and those that `bill` used to write for
    retentions.
    """
    moved: dict[date, date] = {}
    decimals = currencies.currency_decimals(invoice.currency)
    try:
        for code in {line.contract for line in invoice.lines} & book.contracts.keys():
            length = periods.parse_length(book.contracts[code].at(invoice.date).retention_terms or "year")
            moved[length.after(invoice.date, 1)] = length.after(day, 1)
        text = invoice.customer.terms if invoice.customer else ""
        before = payment_schedule(book, text, invoice.date, invoice.payable, decimals)
        after = payment_schedule(book, text, day, invoice.payable, decimals)
    except (payment_terms.TermsError, periods.PeriodError):
        return moved
    return moved | {old.date: new.date for old, new in zip(before, after, strict=False)}


def _exchange(
    book: Book,
    request: DraftRequest,
    lines: Sequence[DraftLine],
    taxes: Sequence[DraftTax],
    deductions: Sequence[DraftDeduction],
) -> ExchangeRate | None:
    """The rate at which lines are booked if their accounts are not opened for the document's currency."""
    accounts = (
        {line.account for line in lines}
        | {tax.account for tax in taxes}
        | {deduction.account for deduction in deductions}
    )
    others = [book.currencies[account] for account in sorted(accounts) if account in book.currencies]
    if all(request.currency in currencies for currencies in others):
        return None
    currency = book.currency if all(book.currency in currencies for currencies in others) else others[0][0]
    price = latest_price(book, (request.currency, currency), request.date)
    if price is None:
        raise CannotCompose(
            _(
                "{customer} is billed in {currency}, but the accounts are kept in {other_currency}: write the "
                "exchange rate into the ledger, {day} price {currency} … {other_currency}",
                customer=book.customers[request.customer].at(request.date).name,
                currency=request.currency,
                other_currency=currency,
                day=request.date,
            )
        )
    return ExchangeRate(currency, price[1], currencies.currency_decimals(currency))


def narration(book: Book, lines: Sequence[DraftLine], day: date) -> str:
    """The narration of an entry: the names of the first three lines."""
    names = []
    for line in lines:
        item = book.items[line.item].at(day) if line.item in book.items else None
        names.append(line.name or line.text or (item.text or item.name if item else line.item))
    several = list(dict.fromkeys(name.splitlines()[0] for name in names if name))
    return ", ".join(several[:3]) + (" …" if len(several) > 3 else "")


def compose_drafts(
    book: Book, unbilled: Iterable[UnbilledLine], day: date, naming: NextNumber
) -> tuple[list[Draft], list[BillingNotice]]:
    """The documents, dated `day`, for lines that can be billed.

    There is one for each account, currency, purchase order and group, as they were on each line's own day; a deposit has its own.
    Deposits come first, so that an invoice of the same run deducts them. A negative total becomes a credit note on the documents
    that billed it.
    """

    drafts: list[Draft] = []
    notices: list[BillingNotice] = []
    left = deposits_left(book.invoices)
    owed = deposit_taxes_due(book, day)
    groups: defaultdict[tuple[bool, tuple[str, ...]], list[UnbilledLine]] = defaultdict(list)
    for line in unbilled:
        groups[line.kind != "deposit", _document_key(book, line)].append(line)
    for (is_invoice, _key), group in sorted(groups.items(), key=lambda keyed: keyed[0]):
        for lines in _apart(group):
            lines.sort(
                key=lambda line: (line.contract.code, line.line.start or line.line.billable_from, line.line.item)
            )
            try:
                draft = _draft_of_lines(book, lines, day, "invoice" if is_invoice else "deposit", left, owed)
            except (CannotCompose, periods.PeriodError) as error:
                notices.append(_not_composed(lines, error))
                continue
            draft = with_number_and_due_dates(book, draft, naming(draft.kind, day))
            drafts.append(draft)
            if draft.deductions:
                left = {code: _less(book, deposit_lefts, draft) for code, deposit_lefts in left.items()}
            if not is_invoice:
                contract = lines[0].contract.code
                left.setdefault(contract, []).append(_as_deposit(draft, contract))
    return drafts, notices


def _document_key(book: Book, line: UnbilledLine) -> tuple[str, ...]:
    """What the lines of one document have in common; a deposit has a document of its own."""
    return (
        line.customer,
        line.contract.customer,
        purchase_order(book, line.contract, line.day),
        line.contract.group,
        line.currency,
        line.contract.code if line.kind == "deposit" else "",
    )


def _draft_of_lines(
    book: Book,
    lines: Sequence[UnbilledLine],
    day: date,
    kind: DocumentKind,
    left: Mapping[str, Sequence[DepositLeft]],
    owed: DepositTaxesDue,
) -> Draft:
    """The document that bills these lines, less what is `left` of their contracts' deposits. Raises CannotCompose, PeriodError."""
    first = lines[0]
    order = purchase_order(book, first.contract, first.day)
    given_back = _given_back(book, lines, day)
    request = DraftRequest(
        kind=kind,
        customer=first.customer,
        account=first.contract.customer,
        currency=first.currency,
        date=day,
        lines=tuple(line.line for line in lines),
        purchase_order=order if order != book.customers[first.customer].at(day).purchase_order else "",
        corrects=" ".join(credited.invoice.number for credited in given_back),
        taxes=tuple(amount.tax for credited in given_back for amount in credited.invoice.taxes),
    )
    codes = dict.fromkeys(line.contract.code for line in lines)
    deposits = [deposit for code in codes for deposit in left.get(code, ()) if deposit.customer in {"", first.customer}]
    draft = compose_draft(book, request, [line.contract for line in lines], deposits, owed)
    rate = _booking_rate(given_back)
    if draft.exchange and rate:
        # what is given back is valued as it was booked
        return draft._replace(exchange=draft.exchange._replace(rate=rate))
    return draft


def _not_composed(lines: Sequence[UnbilledLine], error: Exception) -> BillingNotice:
    """Why lines are on no document."""
    contract = lines[0].contract
    return BillingNotice(
        contract.code,
        str(error),
        source=contract.source,
        amount=sum((line.line.net for line in lines), ZERO),
        currency=lines[0].currency,
        since=min(line.line.billable_from for line in lines),
    )


def _less(book: Book, deposits: Sequence[DepositLeft], draft: Draft) -> list[DepositLeft]:
    """What is left of deposits after a document has deducted its part: the most that the next document of the run may deduct."""
    result = []
    for deposit in deposits:
        taken = [deduction for deduction in draft.deductions if deduction.number == deposit.number]
        net = deposit.net - sum((deduction.amount for deduction in taken if not deduction.tax), ZERO)
        codes = [tax.code_of_name(tax_left.code, book.taxes) for tax_left in deposit.taxes]

        def gone(
            part: TaxLeft, code: str, taken: Sequence[DraftDeduction] = taken, codes: Sequence[str] = codes
        ) -> Decimal:
            alone = (
                codes.count(code) == 1
            )  # otherwise there would be two rates of the code, each with a name of its own
            names = {part.code, part.document_name}
            return sum(
                (
                    deduction.amount
                    for deduction in taken
                    if deduction.tax
                    and (deduction.tax in names or (alone and tax.code_of_name(deduction.tax, book.taxes) == code))
                ),
                ZERO,
            )

        taxes = (
            part._replace(left=part.left - gone(part, code)) for part, code in zip(deposit.taxes, codes, strict=True)
        )
        result.append(deposit._replace(net=net, taxes=tuple(taxes)))
    return result


def _apart(bundle: list[UnbilledLine]) -> list[list[UnbilledLine]]:
    """Several documents if one would be negative: what is given back of a contract, or by its adjustments, gets a document of its
    own.
    """

    def of(unbilled_line: UnbilledLine) -> tuple[str, bool]:
        return unbilled_line.contract.code, unbilled_line.kind == "adjustment"

    nets: defaultdict[tuple[str, bool], Decimal] = defaultdict(lambda: ZERO)
    for line in bundle:
        nets[of(line)] += line.line.net
    if sum(nets.values(), ZERO) >= 0:
        return [bundle]
    parts = [line for line in bundle if nets[of(line)] >= 0], [line for line in bundle if nets[of(line)] < 0]
    return [part for part in parts if part]


class _CreditedDocument(NamedTuple):
    """A document, and how much (above 0, without tax) of it lines give back."""

    invoice: Invoice
    net: Decimal


def _given_back(book: Book, bundle: Sequence[UnbilledLine], day: date) -> list[_CreditedDocument]:
    """The customer's documents that a negative total gives back: those that its adjustments name, then the latest of its contracts,
    as far as needed. A credit note names them (CGI, ann. II, art. 242 nonies A).
    """
    net = -sum((line.line.net for line in bundle), ZERO)
    codes = {line.contract.code for line in bundle}
    adjusted: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in bundle:
        for number in line.line.adjusts:
            adjusted[number] -= line.line.net / len(line.line.adjusts)
    unnamed = net - sum(adjusted.values(), ZERO)
    result = []

    def latest(invoice: Invoice) -> tuple[bool, date, str]:
        return invoice.number in adjusted, invoice.date, invoice.number

    for invoice in sorted(book.invoices, key=latest, reverse=True) if net > 0 else ():
        if net <= 0 and invoice.number not in adjusted:
            break
        if (
            invoice.kind in {"invoice", "corrective"}
            and not invoice.draft
            and invoice.date <= day
            and invoice.customer
            and invoice.customer.account == bundle[0].customer
            and invoice.currency == bundle[0].currency
            and any(line.contract in codes for line in invoice.lines)
        ):
            left = left_to_credit(book, invoice)
            left_net = sum((left.net(code) for code in left.codes), ZERO)
            if left_net > 0:
                named = adjusted.get(invoice.number, ZERO)
                taken = min(max(unnamed, ZERO), left_net - named)
                unnamed -= taken
                net -= left_net
                result.append(_CreditedDocument(invoice, named + taken))
    return result if net <= 0 or adjusted else []


def _booking_rate(given_back: Sequence[_CreditedDocument]) -> Decimal | None:
    """The rate at which documents were booked, each weighted with what is given back of it, to 12 decimals; None without any."""
    rates = {credited.invoice.booking_rate for credited in given_back}
    if len(rates) == 1:
        return rates.pop()
    booked = [
        (credited.net, credited.invoice.booking_rate)
        for credited in given_back
        if credited.net > 0 and credited.invoice.booking_rate
    ]
    total = sum((net for net, _rate in booked), ZERO)
    return round_to(sum((net * rate for net, rate in booked), ZERO) / total, 12).normalize() if total else None


def _as_deposit(draft: Draft, contract: str) -> DepositLeft:
    return DepositLeft(
        draft.number,
        draft.date,
        contract,
        draft.lines[0].account,
        draft.net,
        draft.net,
        tuple(TaxLeft(tax.code, tax.account, tax.amount, tax.amount) for tax in draft.taxes),
        draft.customer,
    )
