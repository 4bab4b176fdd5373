"""Contracts that another customer pays: they may share an invoice only if both customers are one taxable person."""

from __future__ import annotations

from collections.abc import Iterator

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Contract, Customer, Finding

_PUBLIC = {"public", "hospital", "public-enterprise"}


def check_payers(book: Book) -> Iterator[Finding]:
    """The payer of another customer's contract is the same legal person, taxed in the same way, and not a public buyer.

    An invoice is made out to the customer who is supplied (directive 2006/112/EC, art. 226 (5); CGI, ann. II, art. 242 nonies A, I,
    1°): whoever is invoiced for somebody else cannot deduct the tax. One firm may have it made out to any establishment, in its own
    name (BOI-TVA-DECLA-30-20-20-10).
    """
    for dated in book.contracts.values():
        for day, contract in dated.versions:
            payer, own = book.main_accounts.get(contract.customer), book.main_accounts.get(contract.recipient)
            if not contract.recipient or payer is None or payer == own:
                continue  # an account that is no customer's is said as of any contract
            if own is None:
                yield _error(contract, _("{recipient} is not a customer's account", recipient=contract.recipient))
                continue
            text = _forbidden(book.customers[own].at(day), book.customers[payer].at(day))
            if text:
                yield _error(contract, text)


def _forbidden(own: Customer, payer: Customer) -> str:
    """Why one customer cannot be invoiced for another; "" if it can."""
    names = _("{payer} and {own}", payer=payer.name, own=own.name)
    remedy = _(
        "take payer out, and let {payer} pay the invoices of {own}, or take them over (docs/takeovers.md)",
        payer=payer.name,
        own=own.name,
    )
    if {own.buyer, payer.buyer} & _PUBLIC:
        return _(
            "{names}: a public buyer must be invoiced itself, at the service that ordered: {remedy}",
            names=names,
            remedy=remedy,
        )
    if own.tax != payer.tax or own.address.country != payer.address.country:
        return _(
            "{names} are taxed differently (tax, country), so one invoice cannot cover both: {remedy}",
            names=names,
            remedy=remedy,
        )
    if own.buyer == payer.buyer == "consumer" or _person(own) & _person(payer):
        return ""
    return _(
        "{names} are not the same firm by SIREN or VAT number, and an invoice must be made out to whoever is "
        "supplied (directive 2006/112/EC, art. 226 (5)): {remedy}; or write the number that both share",
        names=names,
        remedy=remedy,
    )


def _person(customer: Customer) -> set[str]:
    """The numbers that a legal person has, whatever its establishments."""
    identifiers = (customer.siren or customer.siret[:9], customer.vat_id)
    return {number.replace(" ", "").upper() for number in identifiers if number}


def _error(contract: Contract, message: str) -> Finding:
    return Finding(
        "error", "payer", _("contract {contract}: {message}", contract=contract.code, message=message), contract.source
    )


CHECKS = (check_payers,)
