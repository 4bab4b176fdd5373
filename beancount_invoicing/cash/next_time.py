"""What to agree with a customer next time: payment in advance, a deposit, shorter terms, or nothing; and the evidence for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.cash.exposure import Exposure
from beancount_invoicing.cash.standing import APART, ENOUGH, Standing, UsualDelay
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

Agreement = Literal["payment in advance", "deposit", "shorter terms", "nothing", "not known"]
FAR_BEHIND = 30
"""Above this many days late, only a deposit helps."""
_PUBLIC = frozenset({"public", "hospital", "public-enterprise"})


class NextTime(NamedTuple):
    """What to agree, and why: messages with the figures."""

    agreement: Agreement
    evidence: tuple[str, ...]
    days_sooner: int = 0
    """For shorter terms: how many days sooner to ask for the money, so that it comes when you want it."""


def next_time(standing: Standing) -> NextTime:
    """What to agree next time; the first that has evidence, in the order of `Agreement`. "not known" if too little is known.

    A public body's terms are set by law: nothing is to be agreed with it but a deposit.
    """
    if standing.insolvency:
        return NextTime("payment in advance", (_("insolvency since {day}", day=standing.insolvency.since),))
    if evidence := tuple(_for_a_deposit(standing)):
        return NextTime("deposit", evidence)
    usual = standing.usual
    if usual is None:
        count = standing.instalments
        if not count:
            return NextTime("not known", (_("nothing was due or paid in two years"),))
        few = _n(
            count,
            "only {count} instalment was due or paid in two years: {enough} are needed",
            "only {count} instalments were due or paid in two years: {enough} are needed",
            count=count,
            enough=ENOUGH,
        )
        return NextTime("not known", (few,))
    late = tuple(_for_shorter_terms(standing))
    if late and standing.customer.buyer in _PUBLIC:
        return NextTime("nothing", (*late, _("a public body's terms are set by law: claim late interest")))
    if late:
        newer = standing.trend.newer.days if standing.trend and standing.trend.word == "slower" else usual.days
        return NextTime("shorter terms", late, max(usual.days, newer))
    return NextTime("nothing", (_usually(usual),))


def _for_a_deposit(standing: Standing) -> Iterator[str]:
    usual, longest = standing.usual, standing.longest
    if standing.exposure.excess:
        yield over_limit(standing.exposure)
    broken, fulfilled = standing.promised("broken"), standing.promised("kept")
    if broken and broken >= fulfilled:
        yield _n(
            broken,
            "{broken} promise broken, {kept} kept",
            "{broken} promises broken, {kept} kept",
            broken=broken,
            kept=fulfilled,
        )
    if usual and usual.days > FAR_BEHIND:
        yield _usually(usual)
    if longest and longest.is_open and longest.days > FAR_BEHIND:
        yield _(
            "{number} has been open for {days} days after its due date",
            number=longest.invoice.number,
            days=longest.days,
        )


def _for_shorter_terms(standing: Standing) -> Iterator[str]:
    usual, trend = standing.usual, standing.trend
    if usual and usual.days >= APART:
        yield _usually(usual)
    if trend and trend.word == "slower" and trend.newer.days > 0:
        yield _(
            "slower: {newer} lately, {older} before",
            newer=delay_words(trend.newer.days, trend.newer.at_least),
            older=delay_words(trend.older.days, trend.older.at_least),
        )


def _usually(usual: UsualDelay) -> str:
    return _("usually pays {delay}", delay=delay_words(usual.days, usual.at_least))


def delay_words(days: int, at_least: bool = False) -> str:
    """How late something comes, in words."""
    if days == 0:
        return _("on time") if not at_least else _("on time at best")
    if days < 0:
        return _n(-days, "{days} day early", "{days} days early", days=-days)
    if at_least:
        return _n(days, "at least {days} day late", "at least {days} days late", days=days)
    return _n(days, "{days} day late", "{days} days late", days=days)


def over_limit(exposure: Exposure) -> str:
    """The message that an exposure is above the credit limit, with the three figures."""
    return _(
        "the exposure of {exposure} is {excess} above the credit limit of {limit}",
        exposure=_amount(exposure.total, exposure.currency),
        excess=_amount(exposure.excess, exposure.currency),
        limit=_amount(exposure.limit or ZERO, exposure.currency),
    )


def _amount(amount: Decimal, currency: str) -> str:
    decimals = max(currency_decimals(currency), -int(amount.as_tuple().exponent))
    return f"{round_to(amount, decimals)} {currency}"
