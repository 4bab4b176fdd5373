"""The seller and the customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from beancount.core.data import Open

from beancount_invoicing import law
from beancount_invoicing.entries import keys
from beancount_invoicing.entries.directives.amendments import DirectiveValues, add_coded, add_texts, amended
from beancount_invoicing.entries.metadata import ACCOUNT, FindingCollector, at_key, read_metadata, source_of
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Address, Customer, Dated, Seller, Source

_ADDRESS = ("address", "postcode", "city", "country")
_SELLER_TEXTS = (
    "legal-form", "siren", "siret", "vat-id", "register", "register-id", "tax-number", "email", "phone", "website",
    "iban", "bic", "creditor-id", "endpoint", "logo", "insurance", "mention",
    "account-number", "bank-code", "wire-code", "account-bank", "check-to",
)  # fmt: skip
_CUSTOMER_VALUES = keys.CUSTOMER_KEYS - {"customer", *_ADDRESS, *(f"delivery-{part}" for part in _ADDRESS)}
_ROOTS = frozenset({"Assets", "Liabilities", "Equity", "Income", "Expenses"})
_SAID_BY_DOCUMENTS = keys.CUSTOMER_KEYS - {"customer"}
_COMPACT = ("siren", "siret", "vat-id", "iban", "bic", "payer-iban", "creditor-id", "debtor-iban", "debtor-bic")


def _address(values: dict[str, Any], prefix: str = "") -> Address:
    street = values.get(prefix + "address", "")
    return Address(
        street=tuple(line.strip() for line in street.replace("\\n", "\n").split("\n") if line.strip()),
        postcode=values.get(prefix + "postcode", ""),
        city=values.get(prefix + "city", ""),
        country=values.get(prefix + "country", "").upper(),
    )


def _fields(values: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {
        name.replace("-", "_"): (
            "".join(values[name].split()) if name in _COMPACT else values[name].replace("\\n", "\n")
            if isinstance(values[name], str) else values[name]
        )
        for name in names
        if values.get(name) is not None
    }  # fmt: skip


def customer_with_overrides(customer: Customer, values: dict[str, Any]) -> Customer:
    """The customer with a document's own values in place of its own (`terms`, `purchase-order`, an address …); empty ones
    change nothing.
    """
    if _SAID_BY_DOCUMENTS.isdisjoint(values):
        return customer
    values = {name: value for name, value in values.items() if value is not None}
    changes = _fields(values, _CUSTOMER_VALUES)
    if any(name in values for name in _ADDRESS):
        changes["address"] = _address(_old_address(customer.address, "") | values)
    if any(f"delivery-{name}" in values for name in _ADDRESS):
        changes["delivery"] = _address(_old_address(customer.delivery or Address(), "delivery-") | values, "delivery-")
    if changes.get("email") and "channel" not in changes and not customer.email and customer.channel != "e-invoice":
        changes["channel"] = "email"
    return customer._replace(**changes) if changes else customer


def _old_address(address: Address, prefix: str) -> dict[str, Any]:
    return {
        prefix + "address": joined("\n", address.street),
        prefix + "postcode": address.postcode,
        prefix + "city": address.city,
        prefix + "country": address.country,
    }


class SellerDirectives:
    """The directives of the seller."""

    def __init__(self, findings: FindingCollector) -> None:
        self.findings = findings
        self._directives: list[DirectiveValues] = []

    def add(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A directive of the seller, with its name if there is one."""
        if directive.values.get("logo"):  # of the file that says so, whichever file amends the rest later
            directive.values["logo"] = str(Path(directive.source.file).parent / directive.values["logo"])
        if not values:  # Beancount's own padding fails on it, and then pads nothing in the whole ledger
            self.findings.error(
                "directive",
                _(
                    "Beancount does not accept a directive without a value: repeat the name, custom "
                    '"invoice-seller" "Legal name"'
                ),
                directive.source,
            )
        if add_texts(directive, values, ("name",), self.findings):
            self._directives.append(directive)

    def versions(self) -> Dated[Seller] | None:
        """The versions of the seller."""

        def build(values: dict[str, Any], source: Source) -> Seller | None:
            if not values.get("=name"):
                self.findings.error(
                    "directive", _('the seller has no name: write custom "invoice-seller" "Legal name"'), source
                )
                return None
            return Seller(
                name=values["=name"], source=source, address=_address(values), **_fields(values, _SELLER_TEXTS)
            )

        return amended(self._directives, "invoice-seller", build, self.findings)


class CustomerDirectives:
    """The accounts that are opened with `customer`, and what amends them."""

    def __init__(self, findings: FindingCollector, assets: str) -> None:
        self.findings = findings
        self._assets = assets
        self._directives: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._aliases: dict[str, tuple[str, Source]] = {}

    def add_open(self, entry: Open) -> None:
        """An account that is opened with `customer`."""
        assets = self._assets
        source = source_of(entry.meta)
        name = entry.meta["customer"]
        values = read_metadata(entry.meta, keys.CUSTOMER, source, self.findings)
        if not entry.account.startswith(assets + ":"):
            self.findings.error(
                "key-place",
                _(
                    "customer cannot be on {account}: a customer is an account under {assets}",
                    account=entry.account,
                    assets=assets,
                ),
                at_key(source, "customer"),
            )
            return
        if isinstance(name, str) and ACCOUNT.match(name) and name.startswith(assets + ":"):
            self._aliases[entry.account] = (name, source)
        elif values.get("customer"):
            self._directives[entry.account].append(DirectiveValues(entry.date, source, values))
        elif "customer" not in values or values["customer"] is None or not values["customer"]:
            self.findings.error(
                "no-customer",
                _('{account}: customer is empty: write customer: "Legal name"', account=entry.account),
                source,
            )

    def add(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A directive that amends a customer."""
        add_coded(directive, values, ("customer",), _("the customer's account"), self._directives, self.findings)
        self._named_by_an_account(directive)

    def _named_by_an_account(self, directive: DirectiveValues) -> None:
        """Rejects an account as a customer's new name: that is not how a claim moves to another customer."""
        for key in ("customer", "=customer"):
            name = directive.values.get(key)
            if isinstance(name, str) and ACCOUNT.match(name) and name.partition(":")[0] in {self._assets, *_ROOTS}:
                del directive.values[key]
                self.findings.error(
                    "key-type",
                    _(
                        "customer: {name} is an account, but the customer's new legal name belongs here: write "
                        'customer: "…" if it changed its name. If another customer takes its claims over (merger, '
                        "assignment), take this out and move each claim with a transaction on that day, with its "
                        "link: … EUR on the account of the new customer, -… EUR on that of the old",
                        name=name,
                    ),
                    at_key(directive.source, "customer") if key == "customer" else directive.source,
                )

    def by_account(self) -> tuple[dict[str, Dated[Customer]], dict[str, str]]:
        """The customers by main account, and the main account of each account that was opened with `customer`."""
        opened = {
            account: given
            for account, given in self._directives.items()
            if any("customer" in values.values for values in given)
        }
        for account, given in self._directives.items():
            if account not in opened:
                for directive in given:
                    self.findings.error(
                        "unknown-account",
                        _(
                            '{account} is not a customer: open it with customer: "Legal name", or correct the account',
                            account=account,
                        ),
                        directive.source,
                    )
        customers = {}
        for account in sorted(opened):
            dated = amended(
                opened[account],
                _("customer {account}", account=account),
                partial(_customer, account),
                self.findings,
            )
            if dated:
                customers[account] = dated
        accounts = {account: account for account in customers}
        for account, (main, source) in sorted(self._aliases.items()):
            if main in customers:
                accounts[account] = main
            else:
                self.findings.error(
                    "unknown-account",
                    _("customer: {main} is not an account opened with a customer's name", main=main),
                    source,
                )
        return customers, accounts


def _customer(account: str, values: dict[str, Any], source: Source) -> Customer:
    delivery = any(f"delivery-{part}" in values for part in _ADDRESS)
    country = law.country_of(
        values.get("country") or "", values.get("vat-id") or "", values.get("siren") or values.get("siret") or ""
    )
    electronic = law.e_invoicing_mandate(country, values.get("buyer") or "")
    by_default = {"channel": "e-invoice" if electronic else "email" if values.get("email") else "post"}
    return Customer(
        account=account,
        name=values.get("=customer") or values.get("customer") or "",
        source=source,
        address=_address(values),
        delivery=_address(values, "delivery-") if delivery else None,
        **(by_default | _fields(values, _CUSTOMER_VALUES)),
    )
