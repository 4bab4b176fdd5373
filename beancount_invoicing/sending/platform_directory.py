"""Customers in the directory of platforms: whether documents reach them, and what to do if not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from beancount_invoicing.e_reporting.scope import audience
from beancount_invoicing.einvoice.mapping import endpoint_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Customer
from beancount_invoicing.platform.directory import SCHEME, Reachability, reachability
from beancount_invoicing.rules import identifiers

if TYPE_CHECKING:
    from beancount_invoicing.sending.directory_cache import CachedDirectory


class Reached(NamedTuple):
    """A customer in the directory. `name`: as the directory has it; `day`: when it said so."""

    customer: Customer
    address: str
    """The address that its documents carry, scheme:identifier; "" if there is none."""
    reachability: Reachability
    name: str
    day: date


def siren_of(customer: Customer) -> str:
    """The SIREN under which the directory lists a customer, without blanks; "" if it is not known."""
    scheme, _colon, identifier = endpoint_of(customer).partition(":")
    known = customer.siren or customer.siret or (identifier if scheme == SCHEME else "")
    return "".join(known.split())[:9]


def is_listed(customer: Customer) -> bool:
    """Whether the directory has customers like this one: businesses and public bodies in France."""
    return audience(customer) == "domestic"


def wrong_identifiers(customer: Customer) -> Iterator[str]:
    """What is wrong with a customer's SIREN, SIRET, VAT id and electronic address, without asking anybody."""
    siren, siret, vat_id = ("".join(text.split()) for text in (customer.siren, customer.siret, customer.vat_id))
    for kind, value in (("siren", siren), ("siret", siret), ("vat-id", vat_id), ("endpoint", customer.endpoint)):
        if value and (problem := identifiers.problem(kind, value)):
            yield _("{key} {value}: {problem}", key=kind, value=value[:60], problem=problem)
    own = siren or siret[:9]
    if siren and siret and not siret.startswith(siren):
        yield _("siret {siret} is not one of the SIREN {siren}: correct one of them", siret=siret, siren=siren)
    if own and vat_id.upper().startswith("FR") and not vat_id.endswith(own):
        yield _("vat-id {vat_id} is not that of the SIREN {siren}: correct one of them", vat_id=vat_id, siren=own)


def reached(directory: CachedDirectory, customer: Customer, *, again: bool = False) -> Reached:
    """Whether documents reach a customer. Raises as `Platform.search`."""
    dated = directory.entry(siren_of(customer), again=again)
    address = endpoint_of(customer)
    found = reachability(dated.entry, address, "".join(customer.siret.split()), customer.service_code)
    return Reached(customer, address, found, dated.entry.name, dated.day)


class CustomerCheck(NamedTuple):
    """What is known of a customer: `problems` of its identifiers, and what the directory says, if it was asked."""

    customer: Customer
    problems: tuple[str, ...]
    found: Reached | None

    @property
    def siren(self) -> str:
        """The SIREN under which the directory lists it."""
        return siren_of(self.customer)

    @property
    def address(self) -> str:
        """The address that its documents carry."""
        return endpoint_of(self.customer)


def check_customers(
    customers: Iterable[Customer], directory: CachedDirectory | None, *, again: bool = False
) -> Iterator[CustomerCheck]:
    """Checks customers in France. Those whose identifiers are wrong, and those without a SIREN, are not asked about.

    Raises as `Platform.search`.
    """
    for customer in customers:
        problems = tuple(wrong_identifiers(customer))
        if not siren_of(customer):
            problems += (_("its SIREN is not known: write siren: …"),)
        found = reached(directory, customer, again=again) if directory and not problems else None
        yield CustomerCheck(customer, problems, found)


def was_reached(book: Book, account: str, day: date) -> bool:
    """Whether the platform took a document for a customer since its data last changed, by the end of `day`."""
    dated = book.customers.get(account)
    changed = [since for since, _version in dated.versions[1:] if since <= day] if dated else []
    return any(
        event.kind == "sent"
        and event.channel == "e-invoice"
        and event.flow
        and event.date >= max(changed, default=date.min)
        for event in book.events
        if book.main_accounts.get(event.customer, event.customer) == account
    )


def why_not(found: Reached, number: str) -> str:
    """Why a document would not reach its customer, and what to do; "" if it does, or nobody knows."""
    customer, state = found.customer, found.reachability.state
    values = {
        "place": customer.source,
        "customer": customer.name,
        "siren": siren_of(customer),
        "number": number,
        "address": found.address or _("no address"),
    }
    if state == "elsewhere":
        return _(
            '{place}: {customer} takes e-invoices at {choices}, not at {address}: write endpoint: "{choice}" there, and send it '
            "again",
            choices=", ".join(found.reachability.choices[:5]),
            choice=found.reachability.choices[0],
            **values,
        )
    if state in {"closed", "upcoming"}:
        return _(
            "{customer} has no platform yet that takes e-invoices: send it by e-mail, bean-invoice send {number} --channel email "
            "--write. It is no e-report: sales between firms in France are not reported. If your platform wants to have it all "
            "the same: --channel e-invoice",
            **values,
        )
    if state == "unknown":
        return _(
            "{place}: the directory does not know the SIREN {siren} of {customer}: correct it. If it is right, {customer} is not "
            'subject to VAT: write buyer: "consumer" there, so that the sale is reported (platform report), and send it by e-mail, '
            "bean-invoice send {number} --channel email --write",
            **values,
        )
    return ""
