"""Late interest and indemnity of a document, by the law or the contract that the ledger's options name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.model import ZERO, Book, Step
from beancount_invoicing.receivables import Position
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.interest import Interest, RateUnknown, Segment, late_interest


class ClaimUnknown(LookupError):
    """Interest cannot be claimed because a rate is not known; the message says which one."""


def interest_on(book: Book, position: Position, as_of: date) -> Interest | None:
    """Interest and indemnity on what is late of a document at `as_of` (inclusive), over all its late instalments.

    None where option `late-interest` claims none, or from this kind of buyer none can be claimed. The fixed indemnity is
    that of the seller's country, once per invoice, never from a consumer (Code de commerce, art. D441-5). Raises
    ClaimUnknown where a rate is missing.
    """
    invoice = position.invoice
    option = book.option("late-interest", as_of)
    if not option or invoice.customer is None:
        return None
    wanted = law.interest_option(option)
    buyer = invoice.customer.buyer
    seller = book.seller.at(as_of).address.country if book.seller else ""
    if isinstance(wanted, Decimal):
        of_country = law.late_interest(seller, buyer)
        rule: law.LateInterest | Decimal = wanted
        indemnity = of_country.indemnity if of_country else None
        if buyer == "consumer":
            indemnity = None
    else:
        found = law.late_interest(wanted, buyer)
        if found is None or found.margin is None:
            return None
        rule, indemnity = found, found.indemnity
    decimals = currencies.decimals(invoice.currency)
    segments: list[Segment] = []
    steps: list[Step] = []
    principal = interest = ZERO
    try:
        for instalment in invoice.instalments:
            if instalment.due >= as_of or instalment.amount <= 0:
                continue
            paid = [(one.date, one.amount) for one in position.allocations if one.instalment == instalment.index]
            one = late_interest(instalment.amount, paid, instalment.due, as_of, rule, decimals)
            if one.segments:
                principal += instalment.amount
                interest += one.interest
                segments += one.segments
                steps += one.steps
    except RateUnknown as error:
        raise ClaimUnknown(f"{invoice.number}: {error}: no interest is claimed until it is") from None
    if not segments:
        return None
    name = "contract" if isinstance(rule, Decimal) else rule.country
    extra = indemnity if invoice.currency == "EUR" else None
    steps.append(Step("interest", "sum", (interest,), interest, "all instalments"))
    return Interest(principal, tuple(segments), interest, extra, interest + (extra or ZERO), name, tuple(steps))
