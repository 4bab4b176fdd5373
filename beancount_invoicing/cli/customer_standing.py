"""How customers stand, for eyes: a line for each, or all of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.standing import standing_json
from beancount_invoicing.cash import Exposure, Standing, delay_words, next_time
from beancount_invoicing.cash.currencies import books_rate
from beancount_invoicing.cli.colours import marked
from beancount_invoicing.cli.common import print_notice, print_table, relative, say, spaced
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.show import section
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Customer
from beancount_invoicing.words import word

SORTS = ("name", "late", "longest", "exposure", "above-limit")
"""How customers may be sorted: by name, or by a figure, the largest first."""


def sorted_standings(book: Book, standings: Sequence[Standing], by: str) -> list[Standing]:
    """Customers by name, or by a figure in SORTS, the largest first, unknown ones last. Exposures are compared at the prices of the
    day.
    """

    def amount(value: Decimal, standing: Standing) -> Decimal:
        exposure = standing.exposure
        return value * (books_rate(book, exposure.currency, standing.as_of) or Decimal(1))

    figures: dict[str, Callable[[Standing], Decimal | int | None]] = {
        "late": lambda standing: standing.usual.days if standing.usual else None,
        "longest": lambda standing: standing.longest.days if standing.longest else None,
        "exposure": lambda standing: amount(standing.exposure.total, standing),
        "above-limit": lambda standing: amount(standing.exposure.excess, standing),
    }
    if by == "name":
        return list(standings)
    known = [(figures[by](standing), standing) for standing in standings]
    ranked = sorted(((value, standing) for value, standing in known if value is not None), key=lambda pair: -pair[0])
    return [standing for _value, standing in ranked] + [standing for value, standing in known if value is None]


def print_standings(book: Book, standings: Sequence[Standing], title: str) -> None:
    """A table with a line for each customer."""
    print_table(
        title,
        [
            (_("account"), False), (_("name"), False), (_("terms"), False), (_("days late"), True), (_("trend"), False),
            (_("longest"), True), (_("exposure"), True), (_("limit"), True), ("", False), (_("next time"), False), ("", False),
        ],
        [_line(book, standing) for standing in standings],
    )  # fmt: skip
    missing = sorted({currency for standing in standings for currency in standing.exposure.without_rate})
    for currency in missing:
        print_notice(
            _(
                "{currency} has no price in the currency of the limit: exposures in it are not counted. Add one: {day} "
                "price {currency} … {other_currency}",
                currency=currency,
                other_currency=book.currency or "…",
                day=standings[0].as_of,
            )
        )


def _line(book: Book, standing: Standing) -> list[str]:
    row = standing_json(standing)
    usual, exposure = standing.usual, standing.exposure
    shown = spaced(row["exposure"])
    return [
        row["account"],
        row["name"],
        terms_of(book, standing),
        ("≥ " if usual.at_least else "") + str(usual.days) if usual else "?",
        word(row["trend"] or ""),
        "" if row["longest_days_late"] is None else str(row["longest_days_late"]),
        marked(shown, "late") if exposure.excess else shown,
        spaced(row["credit_limit"]),
        exposure.currency,
        word(row["next_time"]),
        _("inactive") if row["inactive"] else "",
    ]


def terms_of(book: Book, standing: Standing) -> str:
    """The customer's terms, else the ledger's."""
    return standing.customer.terms or book.option("terms", standing.as_of)


def print_standing(book: Book, standing: Standing, *, explain: bool) -> None:
    """All of a customer; with `explain`, every amount that was counted, with its file and line."""
    customer = standing.customer
    echo(_("{name}  {account}", name=customer.name, account=customer.account))
    echo(_("{file}:{line}", file=relative(customer.source.file), line=customer.source.line))
    for line in _card(customer):
        say("  " + line)
    section(_("How it pays"), _habits(book, standing))
    section(_("Promises"), _promises(standing))
    section(_("Exposure on {day}, with tax", day=standing.as_of), _exposure(standing.exposure))
    agreement = next_time(standing)
    name = word(agreement.agreement)
    if agreement.days_sooner:
        days = agreement.days_sooner
        name = _n(days, "shorter terms, {days} day sooner", "shorter terms, {days} days sooner", days=days)
    section(_("Next time: {agreement}", agreement=name), agreement.evidence)
    if explain:
        section(_("Counted"), _counted(standing))


def _card(customer: Customer) -> Iterator[str]:
    address = customer.address
    place = " ".join(part for part in (address.postcode, address.city, address.country) if part)
    lines = (*address.street, place, customer.contact, customer.email, customer.phone)
    yield from (line for line in lines if line)


def _habits(book: Book, standing: Standing) -> Iterator[str]:
    terms, usual, trend, longest = terms_of(book, standing), standing.usual, standing.trend, standing.longest
    if terms:
        yield _("terms: {terms}", terms=terms)
    count = standing.instalments
    counted = _n(count, "{count} instalment in two years", "{count} instalments in two years", count=count)
    if usual is None:
        yield _("usual: too little is known, {counted}", counted=counted)
    else:
        yield _("usual: {delay}, {counted}", delay=delay_words(usual.days, usual.at_least), counted=counted)
    if trend:
        yield _(
            "trend: {trend}: {newer} in the newer {newer_count}, {older} in the {older_count} before",
            trend=word(trend.word),
            newer=delay_words(trend.newer.days, trend.newer.at_least),
            newer_count=trend.newer.instalments,
            older=delay_words(trend.older.days, trend.older.at_least),
            older_count=trend.older.instalments,
        )
    if longest:
        yield _(
            "longest: {delay}, {number}{state}",
            delay=delay_words(longest.days),
            number=longest.invoice.number,
            state=_(", still open") if longest.is_open else "",
        )
    if standing.disputes:
        yield _("disputes: {count}", count=len(standing.disputes))


def _promises(standing: Standing) -> Iterator[str]:
    for promise, outcome in standing.promises:
        yield _(
            "{day}: {numbers} until {until}{amount}: {outcome}, {place}",
            day=promise.date,
            numbers=" ".join(promise.numbers) or _("everything due"),
            until=promise.until or promise.date,
            amount="" if promise.amount is None else f", {promise.amount}",
            outcome=word(outcome),
            place=f"{relative(promise.source.file)}:{promise.source.line}",
        )


def _exposure(exposure: Exposure) -> Iterator[str]:
    rows: list[tuple[str, Decimal, str]] = []
    for part in exposure.parts:
        amounts_of_part = (
            (_("owed"), part.owed), (_("drafts"), part.drafts), (_("to be billed"), part.unbilled), (_("ordered"), part.ordered),
            (_("paid ahead"), -part.paid_ahead),
        )  # fmt: skip
        rows += [(label, amount, part.currency) for label, amount in amounts_of_part if amount]
    rows.append((_("total"), exposure.total, exposure.currency))
    if exposure.limit is not None:
        rows.append((_("credit limit"), exposure.limit, exposure.currency))
    if exposure.excess:
        rows.append((_("above it"), exposure.excess, exposure.currency))
    width = max(len(translated(label)) for label, _amount, _currency in rows)
    for label, amount, currency in rows:
        yield f"{translated(label):<{width}} {spaced(amounts.amount_text(amount, currency)):>14} {currency}"
    if exposure.without_rate:
        missing = ", ".join(exposure.without_rate)
        yield _("{currencies} is not in the total: the ledger has no price for it", currencies=missing)
    if exposure.limit is None:
        yield _("no credit-limit: nothing is compared")


def _counted(standing: Standing) -> Iterator[str]:
    for delay in standing.delays:
        template = (
            _("{place}: {amount} {currency} of {number}, due {due}, open on {day}: {delay}")
            if delay.is_open
            else _("{place}: {amount} {currency} of {number}, due {due}, received on {day}: {delay}")
        )
        yield template.format(
            place=f"{relative(delay.source.file)}:{delay.source.line}",
            amount=spaced(amounts.amount_text(delay.amount, delay.invoice.currency)),
            currency=delay.invoice.currency,
            number=delay.invoice.number,
            due=delay.instalment.due,
            day=delay.on,
            delay=delay_words(delay.days),
        )
