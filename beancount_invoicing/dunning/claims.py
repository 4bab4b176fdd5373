"""Late interest and indemnity of a document, by the law or the contract that the ledger's options name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Position
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.interest import Interest, RateUnknown, late_interest, together


class ClaimUnknown(LookupError):
    """Interest cannot be claimed because a rate is not known; the message says which one."""


def interest_on(book: Book, position: Position, as_of: date) -> Interest | None:
    """Interest and indemnity on what is late of a document at `as_of` (inclusive), over all its late instalments.

    None where option `late-interest` claims none, or from this kind of buyer none can be claimed, and on a claim for
    interest, which bears none itself. The fixed indemnity is that of the seller's country, once per invoice, never from
    a consumer (Code de commerce, art. D441-5). Raises ClaimUnknown where a rate is missing.
    """
    invoice = position.invoice
    option = book.option("late-interest", as_of)
    if not option or invoice.customer is None or invoice.kind == "claim":
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
        if found is None:
            return None
        rule, indemnity = found, found.indemnity
        if invoice.currency != found.currency:
            rule = replace(found, indemnity=None)
    decimals = currencies.decimals(invoice.currency)
    parts: list[Interest] = []
    try:
        for instalment in invoice.instalments:
            if instalment.due >= as_of or instalment.amount <= 0:
                continue
            paid = [(one.date, one.amount) for one in position.allocations if one.instalment == instalment.index]
            parts.append(late_interest(instalment.amount, paid, instalment.due, as_of, rule, decimals))
    except RateUnknown as error:
        raise ClaimUnknown(f"{invoice.number}: {error}: no interest is claimed until it is") from None
    # the fixed sum is set in euros; what it is on an invoice in another currency no text says, so none is claimed there
    claim = together(parts, rule, decimals, indemnity if invoice.currency == "EUR" else None)
    return claim if claim.segments else None
