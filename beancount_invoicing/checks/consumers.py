"""Checks of sales to consumers in other states of the Union: whose tax is charged, and at which rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.checks.documents import ledger_amount
from beancount_invoicing.checks.supply import one_stop_shop_directive, only_takes_back
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Finding, Invoice, Line, Tax
from beancount_invoicing.rules import supply


def check_distance_sales(book: Book) -> Iterator[Finding]:
    """Shipped goods and electronic services for consumers in other states of the Union may be charged with the seller's
    own tax only up to a threshold, which applies to both together (art. 59c).
    """
    rule = law.distance_sales()
    sales: list[tuple[Invoice, str, Line, Decimal]] = []
    for invoice in book.invoices:
        customer = invoice.customer
        if customer is None or invoice.date < rule.since or book.seller is None or not supply.is_consumer(customer):
            continue
        seller = supply.place_of_seller(book.seller.at(invoice.date))
        for line, nature, amount in _counted(invoice):
            state = supply.place_of_supply(customer, nature)
            if law.whereabouts(seller, state, supply.kind_of(nature)) == "union":
                sales.append((invoice, nature, line, amount))
    totals: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    found: set[tuple[str, str]] = set()
    for invoice, nature, line, amount in sorted(sales, key=lambda sale: (sale[0].date, sale[0].source, sale[2].source)):
        year = invoice.date.year
        totals[year] += amount
        beyond = next((passed for passed in (year, year - 1) if totals[passed] > rule.threshold), None)
        tax = invoice.tax_codes.get(line.tax)
        if beyond is None or tax is None or tax.sold_to or not tax.rate or (invoice.number, nature) in found:
            continue
        if only_takes_back(invoice) or book.replacement_of(invoice.number):
            continue
        found.add((invoice.number, nature))
        yield Finding(
            "warning",
            "distance-sales",
            _(
                "{number}: sales of goods and electronic services to consumers in other states of the Union came to "
                "{amount} in {beyond}, more than {rule_amount}: {owed_there}",
                number=invoice.number,
                amount=ledger_amount(totals[beyond], "EUR"),
                beyond=beyond,
                rule_amount=ledger_amount(rule.threshold, "EUR"),
                owed_there=_owed_there(book, invoice, line, tax, nature, rule.source),
            ),
            line.source,
        )


def _owed_there(book: Book, invoice: Invoice, line: Line, tax: Tax, nature: str, source: str) -> str:
    """Whose tax is owed instead, and what to write."""
    assert invoice.customer and book.seller
    state = supply.place_of_supply(invoice.customer, nature)
    day = line.tax_point or invoice.date
    seller = supply.place_of_seller(book.seller.at(invoice.date))
    text = (
        _("the tax of {state} is owed on them, not {tax} ({place}): ", state=state, tax=tax.code, place=source)
        if nature == "goods"
        else _(
            "the tax of {state} is owed on these services, not {tax} ({place}): ",
            state=state,
            tax=tax.code,
            place=source,
        )
    )
    chosen = supply.code_abroad(book.taxes, seller, invoice.customer, nature, invoice.date, tax.code)
    if chosen:
        return _('{text}bill them again with tax: "{chosen}"', text=text, chosen=chosen)
    rate = law.standard_rate(state, day)
    if rate is None:
        return _("{text}bill them again with a code at that state's rate", text=text)
    text += _(
        "bill them again with a code of its rate, {one_stop_shop_directive}",
        one_stop_shop_directive=one_stop_shop_directive(book, state, nature, rate, tax)[1],
    )
    reduced = law.reduced_rates(state, day)
    if reduced and _is_reduced(tax, seller, day):
        text += _(
            "; {state} also has {listed}: if one of these rates applies here, write it instead",
            state=state,
            listed=_listed(reduced),
        )
    return text


def _counted(invoice: Invoice) -> Iterator[tuple[Line, str, Decimal]]:
    """The lines of goods and of electronic services, their nature and their amounts, if known in euros."""
    codes = invoice.tax_codes
    for line in invoice.lines:
        tax = codes.get(line.tax)
        nature = line.nature or supply.nature_under(tax)
        if nature not in {"goods", supply.ELECTRONIC} or tax is None or tax.category != "S":
            continue
        if invoice.currency == "EUR":
            yield line, nature, line.net
        elif line.booked_currency == "EUR":
            yield line, nature, line.booked


def check_destination_rates(book: Book) -> Iterator[Finding]:
    """The rates of codes for consumers in one state of the Union: not former rates of the state, and perhaps not its standard
    rate if the item has a reduced one at home. Once for each document and code.
    """
    if book.seller is None:
        return
    for invoice in book.invoices:
        if invoice.customer is None or not supply.is_consumer(invoice.customer):
            continue
        if only_takes_back(invoice) or book.replacement_of(invoice.number):
            continue
        seller = supply.place_of_seller(book.seller.at(invoice.date))
        codes = invoice.tax_codes
        found: set[str] = set()
        for line in invoice.lines:
            tax = codes.get(line.tax)
            whom = (
                supply.parse_sold_to(tax.sold_to) if tax and tax.sold_to and tax.rate and tax.category == "S" else None
            )
            if (
                tax is None
                or whom is None
                or len(whom.places) > 1
                or whom.buyer_kind != "consumer"
                or tax.code in found
            ):
                continue
            problem = _rate_of_before(line, invoice, tax, whom.places[0]) or _perhaps_reduced(
                book, line, invoice, tax, whom.places[0], seller
            )
            if problem:
                found.add(tax.code)
                yield Finding(
                    "warning",
                    "rate-abroad",
                    _("{number}: {problem}", number=invoice.number, problem=problem),
                    line.source,
                )


def _rate_of_before(line: Line, invoice: Invoice, tax: Tax, state: str) -> str:
    """The message that a rate was the standard one of a state once, and no longer is; "" if it is not so."""
    day = line.tax_point or invoice.date
    rates = law.standard_rates(state)
    former = [rate for since, rate in rates if since <= day]
    if tax.rate not in former[:-1] or tax.rate == former[-1] or tax.rate in law.reduced_rates(state, day):
        return ""
    since, now = next(rate for rate in reversed(rates) if rate[0] <= day)
    return _(
        "{tax} charges {percent}, but the standard rate of {state} has been {other_percent} since {since}: "
        'write an amendment of that day, {since} custom "invoice-tax" "{other_tax}" with rate: {now}',
        tax=tax.code,
        percent=_percent(tax.rate),
        state=state,
        other_percent=_percent(now),
        since=since,
        other_tax=tax.code.split()[0],
        now=f"{now.normalize():f}",
    )


def _perhaps_reduced(book: Book, line: Line, invoice: Invoice, tax: Tax, state: str, seller: str) -> str:
    """The message that an item with a reduced rate at home is charged the standard rate of a state with reduced ones; "" if
    it is not so.
    """
    day = line.tax_point or invoice.date
    home = book.items[line.item].at(day).tax if line.item in book.items else ""
    reduced = law.reduced_rates(state, day)
    if not reduced or tax.instead_of or tax.rate != law.standard_rate(state, day) or home not in book.taxes:
        return ""
    usual = book.taxes[home].at(day)
    if not _is_reduced(usual, seller, day):
        return ""
    nature = line.nature or supply.nature_under(tax) or "goods"
    _code, definition = one_stop_shop_directive(book, state, nature, reduced[0], tax, home)
    return _(
        "{item} is taxed with {home}, {percent}, at home, and here with {tax}, {tax_percent}; {state} also "
        "has {listed}: find out which rate applies to it there, and define {definition} (with that rate)",
        item=line.item,
        home=home,
        percent=_percent(usual.rate),
        tax=tax.code,
        tax_percent=_percent(tax.rate),
        state=state,
        listed=_listed(reduced),
        definition=definition,
    )


def _is_reduced(tax: Tax, seller: str, day: date) -> bool:
    """Whether a code's rate is below the usual one of the seller's place."""
    rates = law.usual_rates(seller, day)
    return bool(rates) and ZERO < tax.rate < rates[0].rate


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f} %"


def _listed(rates: tuple[Decimal, ...]) -> str:
    return joined(_(" and "), (_percent(rate) for rate in rates))


CHECKS = (check_distance_sales, check_destination_rates)
