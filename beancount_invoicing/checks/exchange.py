"""Exchange differences: what a claim in another currency was worth when it was booked, and when it was settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, getcontext

from beancount_invoicing.checks.documents import money
from beancount_invoicing.model import ZERO, Book, Finding, Invoice, Source, Weight
from beancount_invoicing.receivables import Allocated, Allocation
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.steps import round_to

Key = tuple[str, str]
"""A customer, by its main account, and a currency."""
Rates = dict[Source, Weight]
"""What the postings on customers' accounts weigh, by where they are written."""


def differences(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """A claim is settled at the price of its invoice; the gain or loss of exchange stands beside it, in an account of its own.

    Settled at another price, the difference stays on the customer's account, where no units are left. Nothing is said of a
    customer whose postings in that currency have no price, or prices in several currencies, nor where what the account
    weighs is just what its open claims do: then the difference was booked in another way.
    """
    if not book.weights:
        return
    rates = {one.source: one for one in book.weights}
    stuck = _stuck(book, allocated, rates)
    if not stuck:
        return
    settled: defaultdict[Source, list[tuple[Allocation, Weight]]] = defaultdict(list)
    said: list[tuple[Key, Decimal, Finding]] = []
    for one in allocated.allocations:
        booked = _booked(one.invoice, one.instalment, rates)
        if booked is None or (key := _key(book, booked)) not in stuck:
            continue
        if one.other is None:
            settled[one.source].append((one, booked))
        elif one.invoice.payable > 0:
            said += [(key, *found) for found in _given_back(one.other, one, booked, rates)]
    for source, those in sorted(settled.items(), key=lambda pair: pair[0]):
        if source in rates:
            said += [(_key(book, rates[source]), *found) for found in _settled(book, rates[source], those)]
    for key, off, finding in said:
        stuck[key] -= off
        yield finding
    named = {*settled, *(each.payment.source for each in allocated.unallocated)}
    named |= {each.source for invoice in book.invoices for each in invoice.instalments}
    for key, off in stuck.items():
        last = next((one for one in reversed(book.weights) if _key(book, one) == key and one.source not in named), None)
        if last and abs(off) >= _cent(last.into):
            yield _remaining(book, last, off)


def _key(book: Book, weight: Weight) -> Key:
    return book.accounts[weight.account], weight.currency


def _stuck(book: Book, allocated: Allocated, rates: Rates) -> dict[Key, Decimal]:
    """How much more a customer's accounts weigh than what is open there, by customer and currency; not where it is just that."""
    drafts = {each.source for invoice in book.invoices if invoice.draft for each in invoice.instalments}
    into: defaultdict[Key, set[str]] = defaultdict(set)
    units: defaultdict[Key, Decimal] = defaultdict(lambda: ZERO)
    left: defaultdict[Key, Decimal] = defaultdict(lambda: ZERO)
    for one in book.weights:
        key = _key(book, one)
        into[key].add(one.into)
        units[key] += one.amount
        if one.source not in drafts:
            left[key] += one.value
    for moved in book.movements:
        key = book.accounts[moved.account], moved.currency
        if key in into:
            units[key] -= moved.amount
    for claim in allocated.claims:
        if claim.open and (booked := rates.get(claim.instalment.source)):
            left[_key(book, booked)] -= claim.open * _rate(booked)
    for key, value in _unallocated(book, allocated, rates).items():
        left[key] -= value
    return {
        key: left[key]
        for key, currency in into.items()
        if len(currency) == 1 and not units[key] and abs(left[key]) >= _cent(next(iter(currency)))
    }


def _unallocated(book: Book, allocated: Allocated, rates: Rates) -> dict[Key, Decimal]:
    """What is left of payments and debits is worth, by customer and currency; what takes back each other, nothing."""
    sides: defaultdict[Key, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for each in allocated.unallocated:
        if paid := rates.get(each.payment.source):
            sides[_key(book, paid)].append((each.amount, each.amount * _rate(paid)))
    result = {}
    for key, those in sides.items():
        net = sum((amount for amount, _value in those), ZERO)
        same = [(amount, value) for amount, value in those if amount * net > 0]
        whole = sum((amount for amount, _value in same), ZERO)
        result[key] = net * sum((value for _amount, value in same), ZERO) / whole if net else ZERO
    return result


def _booked(invoice: Invoice, instalment: int | None, rates: Rates) -> Weight | None:
    return next((rates.get(each.source) for each in invoice.instalments if each.index == instalment), None)


def _rate(weight: Weight) -> Decimal:
    return weight.value / weight.amount


def _cent(currency: str) -> Decimal:
    return Decimal(1).scaleb(-currencies.decimals(currency))


def _price(value: Decimal, rate: Decimal, into: str) -> str:
    """The price of what is worth that much: of one unit, but of all of it where no number says that of one, such as 3.3333…"""
    if len(rate.as_tuple().digits) < getcontext().prec:
        return f"@ {rate.normalize():f} {into}"
    return _in_all(value, into)


def _in_all(value: Decimal, into: str) -> str:
    return f"@@ {money(abs(round_to(value, currencies.decimals(into))), into)}"


def _settled(book: Book, paid: Weight, those: list[tuple[Allocation, Weight]]) -> Iterator[tuple[Decimal, Finding]]:
    """What a payment gained or lost on the claims that it settles, or opens again."""
    decimals = currencies.decimals(paid.into)
    off = sum((one.amount * (_rate(booked) - _rate(paid)) for one, booked in those), ZERO)
    if abs(off) < _cent(paid.into):
        return
    taken = -sum((one.amount for one, _booked in those), ZERO)
    booked = taken * _rate(paid) - off
    (rate, *others) = {_rate(each) for _one, each in those}
    price = _in_all(booked, paid.into) if others else _price(booked, rate, paid.into)
    postings = f"{paid.account} {money(taken, paid.currency)} {price}"
    if taken != paid.amount:  # what settles nothing keeps its own price
        rest = paid.amount - taken
        own = _price(rest * _rate(paid), _rate(paid), paid.into)
        postings = f"{paid.account} {money(rest, paid.currency)} {own}, {postings}"
    numbers = ", ".join(dict.fromkeys(one.invoice.number for one, _booked in those))
    several = len({one.invoice.number for one, _booked in those}) > 1
    was, now = (money(abs(round_to(value, decimals)), paid.into) for value in (booked, taken * _rate(paid)))
    yield (
        off,
        Finding(
            "warning",
            "exchange-difference",
            f"{numbers}: {money(abs(taken), paid.currency)} were booked as {was}, and here as {now}: {_result(off, paid)}. Write"
            f" here {postings}, and beside it {_account(book, off, those[0][0].invoice)}"
            f" {money(round_to(off, decimals), paid.into)}"
            + (
                f'; below the second write settles: "{those[0][0].invoice.number}"'
                if taken != paid.amount and not several
                else ""
            ),
            paid.source,
        ),
    )


def _given_back(note: Invoice, one: Allocation, booked: Weight, rates: Rates) -> Iterator[tuple[Decimal, Finding]]:
    """A credit note has the price of its invoice: it takes back what was booked."""
    given = next((rates[each.source] for each in note.instalments if each.source in rates), None)
    if given is None:
        return
    off = one.amount * (_rate(booked) - _rate(given))
    if abs(off) < _cent(given.into):
        return
    decimals = currencies.decimals(given.into)
    was, now = (round_to(one.amount * _rate(each), decimals) for each in (booked, given))
    yield (
        off,
        Finding(
            "warning",
            "exchange-difference",
            f"{note.number}: {money(one.amount, given.currency)} of {one.invoice.number} were booked as {money(was, given.into)},"
            f" but are given back as {money(now, given.into)}: {_result(off, given)}. A credit note has the price of its invoice:"
            f" book it @ {_rate(booked).normalize():f} {given.into}, with its lines and taxes at that price",
            given.source,
        ),
    )


def _remaining(book: Book, paid: Weight, off: Decimal) -> Finding:
    """What stays though no settlement names it: what lay on the account first, and was allocated by an entry of its own."""
    decimals = currencies.decimals(paid.into)
    value = money(abs(round_to(paid.value - off, decimals)), paid.into)
    invoice = next(
        each for each in book.invoices if each.customer and each.customer.account == book.accounts[paid.account]
    )
    return Finding(
        "warning",
        "exchange-difference",
        f"what was booked on {paid.account} in {paid.currency} is settled at another price: {_result(off, paid)}. Write here"
        f" {paid.account} {money(paid.amount, paid.currency)} @@ {value}, and beside it"
        f" {_account(book, off, invoice)} {money(round_to(off, decimals), paid.into)}",
        paid.source,
    )


def _result(off: Decimal, where: Weight) -> str:
    amount = money(abs(round_to(off, currencies.decimals(where.into))), where.into)
    what = "gain" if off < 0 else "loss"
    return f"an exchange {what} of {amount} is booked nowhere and stays on {where.account}"


def _account(book: Book, off: Decimal, invoice: Invoice) -> str:
    """An account of exchange differences: that of option `exchange-account`, else one that is called so, else to be opened."""
    income = invoice.lines[0].account.partition(":")[0] if invoice.lines else "Income"
    roots = (income, book.expenses_root) if off < 0 else (book.expenses_root, income)
    said = book.option("exchange-account", invoice.date).split()
    for known in (said, [account for account in (f"{root}:Exchange" for root in roots) if account in book.opened]):
        if known:
            return next((account for account in known if account.startswith(roots[0] + ":")), known[0])
    return f"{roots[0]}:Exchange (to be opened)"
