"""Exchange differences: the worth of a claim in another currency when it was booked, and when it was settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, getcontext

from beancount_invoicing.checks.documents import ledger_amount
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Finding, Invoice, Source, Weight
from beancount_invoicing.receivables import Allocated, Allocation
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.steps import round_to

CustomerCurrency = tuple[str, str]
"""A customer, by its main account, and a currency."""
WeightsBySource = dict[Source, Weight]
"""What the postings on customers' accounts weigh, by where they are written."""


def check_exchange_differences(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """A claim is settled at the price of its invoice; the exchange gain or loss is on an account of its own.

    If it is settled at another price, the difference stays on the customer's account, where no units are left. Customers whose
    postings in that currency have no price, or prices in several currencies, are not checked, nor if the account weighs exactly
    what its open claims do: then the difference was booked in another way.
    """
    if not book.posting_weights:
        return
    rates = {weight.source: weight for weight in book.posting_weights}
    stuck = _stuck(book, allocated, rates)
    if not stuck:
        return
    settled: defaultdict[Source, list[tuple[Allocation, Weight]]] = defaultdict(list)
    gains: list[tuple[CustomerCurrency, Decimal, Finding]] = []
    for allocation in allocated.allocations:
        booked = _booked(allocation.invoice, allocation.instalment, rates)
        if booked is None or (key := _key(book, booked)) not in stuck:
            continue
        if allocation.counter_document is None:
            settled[allocation.source].append((allocation, booked))
        elif allocation.invoice.payable > 0:
            gains += [(key, *found) for found in _given_back(allocation.counter_document, allocation, booked, rates)]
    for source, allocations in sorted(settled.items(), key=lambda pair: pair[0]):
        if source in rates:
            gains += [(_key(book, rates[source]), *found) for found in _settled(book, rates[source], allocations)]
    for key, off, finding in gains:
        stuck[key] -= off
        yield finding
    named = {*settled, *(unallocated.payment.source for unallocated in allocated.unallocated)}
    named |= {instalment.source for invoice in book.invoices for instalment in invoice.instalments}
    for key, off in stuck.items():
        last = next(
            (
                weight
                for weight in reversed(book.posting_weights)
                if _key(book, weight) == key and weight.source not in named
            ),
            None,
        )
        if last and abs(off) >= _cent(last.currency_of_value):
            yield _remaining(book, last, off)


def _key(book: Book, weight: Weight) -> CustomerCurrency:
    return book.main_accounts[weight.account], weight.currency


def _stuck(book: Book, allocated: Allocated, rates: WeightsBySource) -> dict[CustomerCurrency, Decimal]:
    """How much more a customer's accounts weigh than what is open there, by customer and currency; without those that agree."""
    drafts = {instalment.source for invoice in book.invoices if invoice.draft for instalment in invoice.instalments}
    into: defaultdict[CustomerCurrency, set[str]] = defaultdict(set)
    units: defaultdict[CustomerCurrency, Decimal] = defaultdict(lambda: ZERO)
    left: defaultdict[CustomerCurrency, Decimal] = defaultdict(lambda: ZERO)
    for weight in book.posting_weights:
        key = _key(book, weight)
        into[key].add(weight.currency_of_value)
        units[key] += weight.amount
        if weight.source not in drafts:
            left[key] += weight.value
    for moved in book.customer_movements:
        key = book.main_accounts[moved.account], moved.currency
        if key in into:
            units[key] -= moved.amount
    for claim in allocated.open_items:
        if claim.open and (booked := rates.get(claim.instalment.source)):
            left[_key(book, booked)] -= claim.open * _rate(booked)
    for key, value in _unallocated(book, allocated, rates).items():
        left[key] -= value
    return {
        key: left[key]
        for key, currency in into.items()
        if len(currency) == 1 and not units[key] and abs(left[key]) >= _cent(next(iter(currency)))
    }


def _unallocated(book: Book, allocated: Allocated, rates: WeightsBySource) -> dict[CustomerCurrency, Decimal]:
    """The worth of what is left of payments and debits, by customer and currency; those that reverse each other count nothing."""
    sides: defaultdict[CustomerCurrency, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for unallocated in allocated.unallocated:
        if paid := rates.get(unallocated.payment.source):
            sides[_key(book, paid)].append((unallocated.amount, unallocated.amount * _rate(paid)))
    result = {}
    for key, weights in sides.items():
        net = sum((amount for amount, _value in weights), ZERO)
        same = [(amount, value) for amount, value in weights if amount * net > 0]
        whole = sum((amount for amount, _value in same), ZERO)
        result[key] = net * sum((value for _amount, value in same), ZERO) / whole if net else ZERO
    return result


def _booked(invoice: Invoice, instalment: int | None, rates: WeightsBySource) -> Weight | None:
    return next(
        (rates.get(candidate.source) for candidate in invoice.instalments if candidate.index == instalment), None
    )


def _rate(weight: Weight) -> Decimal:
    return weight.value / weight.amount


def _cent(currency: str) -> Decimal:
    return Decimal(1).scaleb(-currencies.currency_decimals(currency))


def _price(value: Decimal, rate: Decimal, into: str) -> str:
    """The price of something with that worth: per unit, or in total if no number gives that of a unit, such as 3.3333…"""
    if len(rate.as_tuple().digits) < getcontext().prec:
        return f"@ {rate.normalize():f} {into}"
    return _in_all(value, into)


def _in_all(value: Decimal, into: str) -> str:
    return f"@@ {ledger_amount(abs(round_to(value, currencies.currency_decimals(into))), into)}"


def _settled(
    book: Book, paid: Weight, allocations: list[tuple[Allocation, Weight]]
) -> Iterator[tuple[Decimal, Finding]]:
    """The gain or loss of a payment on the claims that it settles, or opens again."""
    decimals = currencies.currency_decimals(paid.currency_of_value)
    off = sum((allocation.amount * (_rate(booked) - _rate(paid)) for allocation, booked in allocations), ZERO)
    if abs(off) < _cent(paid.currency_of_value):
        return
    taken = -sum((allocation.amount for allocation, _booked in allocations), ZERO)
    booked = taken * _rate(paid) - off
    (rate, *others) = {_rate(weight) for _one, weight in allocations}
    price = _in_all(booked, paid.currency_of_value) if others else _price(booked, rate, paid.currency_of_value)
    postings = f"{paid.account} {ledger_amount(taken, paid.currency)} {price}"
    if taken != paid.amount:  # what settles nothing keeps its own price
        rest = paid.amount - taken
        own = _price(rest * _rate(paid), _rate(paid), paid.currency_of_value)
        postings = f"{paid.account} {ledger_amount(rest, paid.currency)} {own}, {postings}"
    numbers = ", ".join(dict.fromkeys(allocation.invoice.number for allocation, _booked in allocations))
    several = len({allocation.invoice.number for allocation, _booked in allocations}) > 1
    was, now = (
        ledger_amount(abs(round_to(value, decimals)), paid.currency_of_value) for value in (booked, taken * _rate(paid))
    )
    yield (
        off,
        Finding(
            "warning",
            "exchange-difference",
            _(
                "{numbers}: {amount} was booked as {was}, but here as {now}: {result}. Write here {postings}, and "
                "beside it {account} {other_amount}{taken}",
                numbers=numbers,
                amount=ledger_amount(abs(taken), paid.currency),
                was=was,
                now=now,
                result=_result(off, paid),
                postings=postings,
                account=_account(book, off, allocations[0][0].invoice),
                other_amount=ledger_amount(round_to(off, decimals), paid.currency_of_value),
                taken=(
                    _('; below the second, write settles: "{number}"', number=allocations[0][0].invoice.number)
                    if taken != paid.amount and (not several)
                    else ""
                ),
            ),
            paid.source,
        ),
    )


def _given_back(
    note: Invoice, allocation: Allocation, booked: Weight, rates: WeightsBySource
) -> Iterator[tuple[Decimal, Finding]]:
    """A credit note has the price of its invoice: it takes back what was booked."""
    given = next((rates[instalment.source] for instalment in note.instalments if instalment.source in rates), None)
    if given is None:
        return
    off = allocation.amount * (_rate(booked) - _rate(given))
    if abs(off) < _cent(given.currency_of_value):
        return
    decimals = currencies.currency_decimals(given.currency_of_value)
    was, now = (round_to(allocation.amount * _rate(weight), decimals) for weight in (booked, given))
    yield (
        off,
        Finding(
            "warning",
            "exchange-difference",
            _(
                "{number}: {amount} of {invoice_number} was booked as {other_amount}, but is given back as "
                "{amount_3}: {result}. A credit note has the exchange rate of its invoice: book it @ {rate} "
                "{currency_of_value}, with its lines and taxes at that rate",
                number=note.number,
                amount=ledger_amount(allocation.amount, given.currency),
                invoice_number=allocation.invoice.number,
                other_amount=ledger_amount(was, given.currency_of_value),
                amount_3=ledger_amount(now, given.currency_of_value),
                result=_result(off, given),
                rate=f"{_rate(booked).normalize():f}",
                currency_of_value=given.currency_of_value,
            ),
            given.source,
        ),
    )


def _remaining(book: Book, paid: Weight, off: Decimal) -> Finding:
    """Amounts that stay although no settlement names them: money on the account, allocated by an entry of its own."""
    decimals = currencies.currency_decimals(paid.currency_of_value)
    value = ledger_amount(abs(round_to(paid.value - off, decimals)), paid.currency_of_value)
    invoice = next(
        invoice
        for invoice in book.invoices
        if invoice.customer and invoice.customer.account == book.main_accounts[paid.account]
    )
    return Finding(
        "warning",
        "exchange-difference",
        _(
            "what was booked on {account} in {currency} is settled at another rate: {result}. Write here "
            "{account} {amount} @@ {value}, and beside it {other_account} {other_amount}",
            account=paid.account,
            currency=paid.currency,
            result=_result(off, paid),
            amount=ledger_amount(paid.amount, paid.currency),
            value=value,
            other_account=_account(book, off, invoice),
            other_amount=ledger_amount(round_to(off, decimals), paid.currency_of_value),
        ),
        paid.source,
    )


def _result(off: Decimal, where: Weight) -> str:
    amount = ledger_amount(
        abs(round_to(off, currencies.currency_decimals(where.currency_of_value))), where.currency_of_value
    )
    outcome = "gain" if off < 0 else "loss"
    return _(
        "an exchange {subject} of {amount} is not booked anywhere and stays on {account}",
        subject=outcome,
        amount=amount,
        account=where.account,
    )


def _account(book: Book, off: Decimal, invoice: Invoice) -> str:
    """An account of exchange differences: that of option `exchange-account`, else one with such a name, else a new one."""
    income = invoice.lines[0].account.partition(":")[0] if invoice.lines else "Income"
    roots = (income, book.expenses_root) if off < 0 else (book.expenses_root, income)
    accounts = book.option("exchange-account", invoice.date).split()
    for known in (
        accounts,
        [account for account in (f"{root}:Exchange" for root in roots) if account in book.opened_accounts],
    ):
        if known:
            return next((account for account in known if account.startswith(roots[0] + ":")), known[0])
    return _("{root}:Exchange (to be opened)", root=roots[0])
