"""What a posting on a customer's account represents: money, a discount, a set-off, or a loss. It follows from the postings beside
it.

Money is what comes into (or leaves) an asset account that is neither a customer's nor a tax's: a bank, cash, a clearing account. In
a transaction tagged `#write-off`, everything else that the customer's account loses is lost. Elsewhere, the customer paid fees and
exchange differences too, but not discounts and set-offs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.convert import get_weight
from beancount.core.data import Posting, Transaction

from beancount_invoicing.model import ZERO, CounterPosting, Dated, Invoice, Payment, SettlementMeans, Tax
from beancount_invoicing.rules import currencies, payment_terms, steps
from beancount_invoicing.rules.tax import code_of_name

WRITE_OFF_TAG = "write-off"
CustomerLeg = tuple[Payment, Posting]


class AccountKinds(NamedTuple):
    """The kinds of the accounts beside those of customers."""

    owner: Callable[[str], str | None]
    assets: str
    """The root of asset accounts, with its colon; likewise the next two."""
    income: str
    expenses: str
    taxes: Mapping[str, tuple[str, ...]]
    """The tax codes that each account, or pending account, serves."""
    codes: Mapping[str, Dated[Tax]]
    allowances: frozenset[str] = frozenset()
    """Asset accounts with provisions for losses: nothing is received there."""

    def money(self, account: str) -> bool:
        """Whether it is a bank, cash or clearing account."""
        return account.startswith(self.assets) and account not in self.taxes and account not in self.allowances

    def result(self, account: str) -> bool:
        """Whether it is an account of income or expenses."""
        return account.startswith((self.income, self.expenses))

    def other(self, account: str, day: date) -> bool:
        """Whether it is none of these, and not a tax account: debts to others, or claims on others."""
        return not self.money(account) and not self.result(account) and not self.tax(account, day)

    def tax(self, account: str, day: date) -> bool:
        """Whether a tax is due, or pending, on it; withholdings are not such taxes."""
        return any(not self.codes[code].at(day).withholding for code in self.taxes.get(account, ()))


def by_means(
    entry: Transaction, legs: Sequence[CustomerLeg], accounts: AccountKinds, known: Mapping[str, Invoice]
) -> list[Payment]:
    """The postings of a transaction on customers' accounts, each with its means; a posting with several means is split.
    `known`: the documents by number. The parts of a posting add up to it, in its currency, rounded to its decimals.
    """
    if not legs:
        return []
    lost = WRITE_OFF_TAG in (entry.tags or ())
    beside = [posting for posting in entry.postings if accounts.owner(posting.account) is None and _number(posting)]
    if not lost and all(accounts.money(posting.account) for posting in beside):
        return [leg for leg, _posting in legs]
    result: list[Payment] = []
    by_currency: defaultdict[str, list[CustomerLeg]] = defaultdict(list)
    for leg in legs:
        by_currency[_weight(leg[1]).currency].append(leg)
    for currency, of_currency in sorted(by_currency.items()):
        here = [(posting, weight.number) for posting in beside if (weight := _weight(posting)).currency == currency]
        whole = sum((_weight(posting).number for _leg, posting in of_currency), ZERO)
        for side in (-1, 1):
            ours = sorted((leg for leg in of_currency if leg[0].amount * side > 0), key=_order)
            if not ours:
                continue
            named = {} if lost else _named_discounts(ours, here, side, accounts, entry.date)
            if named:
                result += _shared_by_number(ours, named, here, entry.date, accounts)
                continue
            if lost:
                parts = _lost(ours, [leg for leg in of_currency if leg not in ours], here, side, accounts)
            elif whole * side > 0:
                parts = _paid(entry.date, ours, here, side, accounts, known)
            else:
                parts = {"money": abs(sum((_weight(posting).number for _leg, posting in ours), ZERO))}
            shared = _shared(ours, parts)
            if lost:
                counters = [_counter(posting) for posting, _number in here if not accounts.money(posting.account)]
                result += _with_counters(shared, "write-off", counters)
            else:
                counters = [_counter(posting) for posting, _number in here if accounts.tax(posting.account, entry.date)]
                result += _with_counters(shared, "discount", counters)
    return result


def _named_discounts(
    legs: Sequence[CustomerLeg], beside: Weighed, side: int, accounts: AccountKinds, day: date
) -> dict[str, Decimal]:
    """By document, the discount on it with the tax in it, if each posting of a discount says which one it `settles`."""
    named = {number for leg, _posting in legs for number in leg.settles}
    given: dict[str, Decimal] = {}
    for posting, weight in beside:
        number = _settles(posting)
        if accounts.result(posting.account) and number in named and -side * weight > 0:
            given[number] = given.get(number, ZERO) - side * weight
    for posting, weight in beside:
        if accounts.tax(posting.account, day) and _settles(posting) in given:
            given[_settles(posting)] -= side * weight
    return given


def _settles(posting: Posting) -> str:
    value = (posting.meta or {}).get("settles")
    return value if isinstance(value, str) else ""


def _shared_by_number(
    legs: Sequence[CustomerLeg], given: Mapping[str, Decimal], beside: Weighed, day: date, accounts: AccountKinds
) -> Iterator[Payment]:
    """The legs, each less what is given up of its document; the discount with the taxes that name the same."""
    for number in dict.fromkeys(leg.settles[0] if leg.settles else "" for leg, _posting in legs):
        own = [leg for leg in legs if (leg[0].settles[0] if leg[0].settles else "") == number]
        whole = abs(sum((_weight(posting).number for _leg, posting in own), ZERO))
        discount = min(given.get(number, ZERO), whole)
        counters = [
            _counter(posting)
            for posting, _number in beside
            if accounts.tax(posting.account, day) and _settles(posting) == number
        ]
        yield from _with_counters(_shared(own, {"money": whole - discount, "discount": discount}), "discount", counters)


def _order(leg: CustomerLeg) -> tuple[object, ...]:
    payment = leg[0]
    return payment.account, payment.settles, payment.links, payment.instalment or 0, payment.amount, payment.source


def _with_counters(
    parts: Iterable[Payment], means: SettlementMeans, counters: Sequence[CounterPosting]
) -> Iterator[Payment]:
    """The parts; each that is lost, or given up, with its share of what the transaction books on other accounts for it."""
    parts = list(parts)
    whole = sum((part.amount for part in parts if part.means == means), ZERO)
    for part in parts:
        if part.means != means or not counters:
            yield part
        else:
            yield part._replace(
                counter_postings=tuple(
                    counter._replace(amount=counter.amount * part.amount / whole) for counter in counters
                )
            )


def _counter(posting: Posting) -> CounterPosting:
    assert posting.units is not None
    tax = (posting.meta or {}).get("tax")
    return CounterPosting(
        posting.account, _number(posting), posting.units.currency, tax if isinstance(tax, str) else ""
    )


def _number(posting: Posting) -> Decimal:
    units = posting.units
    return units.number if units is not None and isinstance(units.number, Decimal) else ZERO


class _Weight(NamedTuple):
    """The worth of a posting: in the currency of its price, if it has one."""

    number: Decimal
    currency: str


def _weight(posting: Posting) -> _Weight:
    weight = get_weight(posting)
    assert isinstance(weight.number, Decimal)
    return _Weight(weight.number, weight.currency)


Weighed = Sequence[tuple[Posting, Decimal]]


def _sum(beside: Weighed, side: int, which: Callable[[str], bool]) -> Decimal:
    """How much the accounts of a kind take of what the legs of a side bring; below 0: how much they give."""
    return -side * sum((number for posting, number in beside if which(posting.account)), ZERO)


def _lost(
    legs: Sequence[CustomerLeg], others: Sequence[CustomerLeg], beside: Weighed, side: int, accounts: AccountKinds
) -> dict[SettlementMeans, Decimal]:
    """In a `#write-off`, money is what a bank, cash or clearing account takes; the rest is lost (or taken back).

    Money for anything besides the claim (interest, an exchange gain) is offset by an income or expense account; except what takes a
    loss of `others`, the legs of the other side, back.
    """
    whole = abs(sum((_weight(posting).number for _leg, posting in legs), ZERO))
    apart = sum(
        (min(-side * number, ZERO) for posting, number in beside if accounts.result(posting.account)), ZERO
    )  # fmt: skip
    taken_back = abs(sum((_weight(posting).number for _leg, posting in others), ZERO))
    money = min(max(_sum(beside, side, accounts.money) + min(apart + taken_back, ZERO), ZERO), whole)
    return {"money": money, "write-off": whole - money}


def _paid(
    day: date,
    legs: Sequence[CustomerLeg],
    beside: Weighed,
    side: int,
    accounts: AccountKinds,
    known: Mapping[str, Invoice],
) -> dict[SettlementMeans, Decimal]:
    """Elsewhere: a discount, a set-off, and money; if no money moves at all, the rest is set off too."""
    whole = abs(sum((_weight(posting).number for _leg, posting in legs), ZERO))
    others = _sum(beside, side, lambda account: accounts.other(account, day))
    discount = min(_discount(day, legs, beside, side, accounts, known, min(others, ZERO)), whole)
    set_off = min(max(others, ZERO), whole - discount)
    if _sum(beside, side, accounts.money) <= 0:
        set_off = whole - discount
    return {"money": whole - discount - set_off, "discount": discount, "set-off": set_off}


def _discount(
    day: date,
    legs: Sequence[CustomerLeg],
    beside: Weighed,
    side: int,
    accounts: AccountKinds,
    known: Mapping[str, Invoice],
    moved: Decimal,
) -> Decimal:
    """What a transaction gives up: with the tax that it lowers; or without tax, exactly the cash discount on offer.

    `moved` (not above 0): how much of the tax goes to accounts that are not the code's.
    """
    unit = Decimal(1).scaleb(-currencies.currency_decimals(legs[0][0].currency))
    given = [
        (posting, -side * number)
        for posting, number in beside
        if accounts.result(posting.account) and -side * number > 0
    ]
    all_given = sum((number for _posting, number in given), ZERO)
    taxes: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting, number in beside:
        if accounts.tax(posting.account, day):
            taxes[_code(posting, day, accounts)] -= side * number
    lowered = sum(taxes.values(), ZERO)
    whole = abs(sum((_weight(posting).number for _leg, posting in legs), ZERO))
    offers = list(_offers(legs, whole, known))
    if lowered + moved > 0:
        for amount in (all_given, *(number for _posting, number in given)):  # lines without tax have their part in it
            if any(abs(amount + lowered - offer) <= unit for offer in offers):
                return amount + lowered
        rated = _by_rate(taxes, day, accounts)
        base = sum((tax * 100 / rate for rate, tax in rated if rate), ZERO)
        slack = unit + sum((unit * 100 / rate / 2 for rate, _tax in rated if rate), ZERO)
        if abs(all_given - base) <= slack:
            return all_given + lowered
        return min(all_given, steps.round_to(base, currencies.currency_decimals(legs[0][0].currency))) + lowered
    for _posting, number in given:
        if any(abs(number - offer) <= unit for offer in offers):
            return number
    return ZERO


def _code(posting: Posting, day: date, accounts: AccountKinds) -> str:
    """The code of a tax posting: its own, else the account's with the highest rate."""
    value = (posting.meta or {}).get("tax")
    codes = accounts.taxes[posting.account]
    return (
        code_of_name(value, codes)
        if isinstance(value, str) and code_of_name(value, codes) in codes
        else max(codes, key=lambda code: accounts.codes[code].at(day).rate)
    )


def _by_rate(taxes: Mapping[str, Decimal], day: date, accounts: AccountKinds) -> list[tuple[Decimal, Decimal]]:
    """Each tax with its rate in percent; the parts of one code are due on the same amount, so they count together, at its rate."""
    left = dict(taxes)
    rated = []
    for dated in accounts.codes.values():
        code = dated.at(day)
        if code.parts and all(part.code in left for part in code.parts):
            rated.append((code.rate, sum((left.pop(part.code) for part in code.parts), ZERO)))
    return [*rated, *((accounts.codes[code].at(day).rate, tax) for code, tax in left.items())]


def _offers(legs: Sequence[CustomerLeg], whole: Decimal, known: Mapping[str, Invoice]) -> Iterator[Decimal]:
    """The cash discounts offered by the documents that the legs name: of the settled amount, or of the whole document."""
    for leg, posting in legs:
        worth = abs(_weight(posting).number / leg.amount)
        for name in leg.settles or leg.links:
            invoice = known[name]
            text = invoice.customer.cash_discount if invoice.customer else ""
            if not text:
                continue
            try:
                discount = payment_terms.parse_cash_discount(text)
            except payment_terms.TermsError:  # said where it is written
                continue
            bases = [invoice.net] if discount.on_net else [invoice.payable, abs(leg.amount), whole / worth]
            for base in bases:
                yield abs(base) * worth * discount.percent / 100


def _shared(legs: Sequence[CustomerLeg], parts: Mapping[SettlementMeans, Decimal]) -> Iterator[Payment]:
    """The legs of one side, each split into its parts: a part that equals one leg is that leg, else each has its share of it."""
    weights = [abs(_weight(posting).number) for _leg, posting in legs]
    several = [means for means, part in parts.items() if part]
    if len(several) == 2:
        for first, second in (several, several[::-1]):
            if weights.count(parts[first]) == 1:
                place = weights.index(parts[first])
                for index, (leg, _posting) in enumerate(legs):
                    yield leg._replace(means=first if index == place else second)
                return
    whole = sum(weights, ZERO)
    before: dict[SettlementMeans, Decimal] = {}
    until = ZERO
    for (leg, _posting), weight in zip(legs, weights, strict=True):
        left = abs(leg.amount)
        places = currencies.currency_decimals(leg.currency)
        until += weight
        for means in several:
            if means == several[-1]:
                amount = left
            else:
                share = parts[means] * until / whole
                amount = min(steps.round_to((share - before.get(means, ZERO)) * abs(leg.amount) / weight, places), left)
                before[means] = share
            left -= amount
            if amount:
                yield leg._replace(means=means, amount=amount.copy_sign(leg.amount))


def bad_debt_allowance_accounts(
    paying: Iterable[Transaction], transactions: Iterable[Transaction], accounts: AccountKinds
) -> frozenset[str]:
    """The asset accounts of write-offs with provisions for losses: those that never have a balance above zero at the end of a
    day. `paying`: the transactions on customers' accounts; an account into which one of them pays, without being a write-off,
    is left out.
    """
    used: set[str] = set()
    paid: set[str] = set()
    for entry in paying:
        tagged = WRITE_OFF_TAG in (entry.tags or ())
        (used if tagged else paid).update(
            posting.account
            for posting in entry.postings
            if accounts.owner(posting.account) is None and accounts.money(posting.account)
        )
    wanted = used - paid
    if not wanted:
        return frozenset()
    days: defaultdict[tuple[str, str], defaultdict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for entry in transactions:
        for posting in entry.postings:
            if posting.account in wanted and posting.units is not None:
                days[posting.account, posting.units.currency][entry.date] += _number(posting)
    for (account, _currency), moved in days.items():
        balance = ZERO
        for day in sorted(moved):
            balance += moved[day]
            if balance > 0:
                wanted.discard(account)
    return frozenset(wanted)
