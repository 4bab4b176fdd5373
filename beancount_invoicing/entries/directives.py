"""Sellers, options, taxes, items, customers and contracts: directives that later ones amend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from beancount.core.data import Custom, Open

from beancount_invoicing import law
from beancount_invoicing.entries import keys
from beancount_invoicing.entries.bank_accounts import bank_account
from beancount_invoicing.entries.flows import read_flow
from beancount_invoicing.entries.locks import read_lock, read_reopening
from beancount_invoicing.entries.metadata import (
    ACCOUNT,
    FindingCollector,
    Unreadable,
    at_key,
    describe_value,
    read_metadata,
    read_value,
    source_of,
)
from beancount_invoicing.entries.tax_parts import combined_tax, with_parts
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import (
    Acceptance,
    Address,
    Contract,
    Customer,
    Dated,
    FlowRecord,
    IndexValue,
    Item,
    Milestone,
    OptionValue,
    Policy,
    ReferenceRate,
    ReminderLevel,
    Seller,
    Source,
    Tax,
    Tone,
)
from beancount_invoicing.model.banks import BankAccount
from beancount_invoicing.model.general_ledger import Journal
from beancount_invoicing.model.locks import Lock, Reopening
from beancount_invoicing.rules.supply import parse_sold_to

T = TypeVar("T")


class DirectiveValues(NamedTuple):
    """The content of one directive on its date: the values of its keys."""

    date: date
    source: Source
    values: dict[str, Any]


def amended(
    directives: Iterable[DirectiveValues],
    noun: str,
    build: Callable[[dict[str, Any], Source], T | None],
    findings: FindingCollector,
) -> Dated[T] | None:
    """The versions that follow from the first directive and its amendments. `build` makes a version from all values in force.

    Two amendments of one key on one day are an error, and the smaller value is taken, so that the order of files does not matter.
    """
    state: dict[str, Any] = {}
    versions: list[tuple[date, T]] = []
    by_day: defaultdict[date, list[DirectiveValues]] = defaultdict(list)
    for directive in directives:
        by_day[directive.date].append(directive)
    for day in sorted(by_day):
        changed: dict[str, tuple[Any, Source]] = {}
        for values in sorted(
            by_day[day], key=lambda directive: (sorted(map(str, directive.values.items())), directive.source)
        ):
            for key, value in values.values.items():
                if key in changed and changed[key][0] != value:
                    findings.error(
                        "amended-twice",
                        _(
                            "{noun}: {key} is set twice on {day}, to {value} (line {line}) and to {other_value}: "
                            "keep one of them",
                            noun=noun,
                            key=key,
                            day=day,
                            value=describe_value(changed[key][0]),
                            line=changed[key][1].line,
                            other_value=describe_value(value),
                        ),
                        values.source,
                    )
                changed.setdefault(key, (value, values.source))
        for key, (value, _source) in changed.items():
            if value is None:
                state.pop(key, None)
            else:
                state[key] = value
        version = build(state, min(directive.source for directive in by_day[day]))
        if version is not None:
            versions.append((day, version))
    return Dated(tuple(versions)) if versions else None


def _address(values: dict[str, Any], prefix: str = "") -> Address:
    street = values.get(prefix + "address", "")
    return Address(
        street=tuple(line.strip() for line in street.replace("\\n", "\n").split("\n") if line.strip()),
        postcode=values.get(prefix + "postcode", ""),
        city=values.get(prefix + "city", ""),
        country=values.get(prefix + "country", "").upper(),
    )


_ADDRESS = ("address", "postcode", "city", "country")
_SELLER_TEXTS = (
    "legal-form", "siren", "siret", "vat-id", "register", "register-id", "tax-number", "email", "phone", "website",
    "iban", "bic", "creditor-id", "endpoint", "logo", "insurance", "mention",
)  # fmt: skip
_CUSTOMER_VALUES = keys.CUSTOMER_KEYS - {"customer", *_ADDRESS, *(f"delivery-{part}" for part in _ADDRESS)}
_ROOTS = frozenset({"Assets", "Liabilities", "Equity", "Income", "Expenses"})
_SAID_BY_DOCUMENTS = keys.CUSTOMER_KEYS - {"customer"}
_COMPACT = ("siren", "siret", "vat-id", "iban", "bic", "payer-iban", "creditor-id", "debtor-iban", "debtor-bic")


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


def _option_value(name: str, values: dict[str, Any], _source: Source) -> OptionValue | None:
    value: OptionValue | None = values.get(name)
    return value


class Directives:
    """Collects our directives in one pass over the entries, then makes the dated values of the model from them."""

    def __init__(self, findings: FindingCollector, assets: str = "Assets") -> None:
        self.findings = findings
        self._assets = assets
        self._seller: list[DirectiveValues] = []
        self._options: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._taxes: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._items: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._customers: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._contracts: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._milestones: defaultdict[str, list[Milestone]] = defaultdict(list)
        self._acceptances: list[Acceptance] = []
        self._indexes: defaultdict[str, list[IndexValue]] = defaultdict(list)
        self._policies: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._level_sources: dict[tuple[str, int], Source] = {}
        self._rates: defaultdict[str, list[ReferenceRate]] = defaultdict(list)
        self._banks: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._journals: list[Journal] = []
        self._locks: list[Lock] = []
        self._flows: list[FlowRecord] = []
        self._reopenings: list[Reopening] = []
        self._aliases: dict[str, tuple[str, Source]] = {}
        self._milestone_sources: list[tuple[str, Source]] = []

    # one directive at a time ---------------------------------------------------------------------------------------

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
            self._customers[entry.account].append(DirectiveValues(entry.date, source, values))
        elif "customer" not in values or values["customer"] is None or not values["customer"]:
            self.findings.error(
                "no-customer",
                _('{account}: customer is empty: write customer: "Legal name"', account=entry.account),
                source,
            )

    def _unknown(self, entry: Custom, source: Source) -> None:
        """A directive that is not ours; if it is one of ours, misspelt, it is an error."""
        near = get_close_matches(entry.type, keys.DIRECTIVES, cutoff=0.8)
        if entry.type.startswith("invoice-") or near:
            hint = (
                _(': did you mean "{near}"?', near=near[0])
                if near
                else _(": it must be one of {directives}", directives=", ".join(keys.DIRECTIVES))
            )
            self.findings.error(
                "directive",
                _('"{type}" is not a directive of this plugin{hint}', type=entry.type, hint=hint),
                source,
            )

    def add_custom(self, entry: Custom) -> None:
        """One of our custom directives; other people's are ignored, a misspelt one is an error."""
        source = source_of(entry.meta)
        place = keys.DIRECTIVES.get(entry.type)
        if place is None:
            self._unknown(entry, source)
            return
        values = [value.value for value in entry.values or []]
        if place == "option":
            self._option(entry, values, source)
            return
        if place == keys.POLICY and len(values) > 1:
            place = keys.LEVEL
        directive = DirectiveValues(entry.date, source, read_metadata(entry.meta, place, source, self.findings))
        if place == keys.SELLER:
            if directive.values.get("logo"):  # of the file that says so, whichever file amends the rest later
                directive.values["logo"] = str(Path(source.file).parent / directive.values["logo"])
            if not values:  # Beancount's own padding fails on it, and then pads nothing in the whole ledger
                self.findings.error(
                    "directive",
                    _(
                        "Beancount does not accept a directive without a value: repeat the name, custom "
                        '"invoice-seller" "Legal name"'
                    ),
                    source,
                )
            if self._texts(values, ("name",), directive):
                self._seller.append(directive)
        elif place == keys.TAX:
            self._coded(directive, values, ("label", "account"), _("a tax's code"), self._taxes)
        elif place == keys.ITEM:
            self._coded(directive, values, ("name", "account"), _("an item's code"), self._items)
        elif place == keys.CUSTOMER_AMENDMENT:
            self._coded(directive, values, ("customer",), _("the customer's account"), self._customers)
            self._named_by_an_account(directive)
        elif place == keys.MILESTONE:
            self._milestone(directive, values)
        elif place == keys.ACCEPTANCE:
            self._acceptance(directive, values)
        elif place == keys.INDEX:
            self._index(directive, values)
        elif place in {keys.POLICY, keys.LEVEL}:
            self._policy(directive, values)
        elif place == keys.REFERENCE_RATE:
            self._rate(directive, values)
        elif place == keys.BANK:
            self._bank(directive, values)
        elif place == keys.JOURNAL:
            self._journal(directive, values)
        elif place in {keys.LOCK, keys.REOPENING}:
            self._closing(place, directive, values)
        elif place == keys.FLOW:
            self._flow(directive, values)
        else:
            self._contract(directive, values)

    def _texts(self, values: list[Any], names: tuple[str, ...], directive: DirectiveValues) -> bool:
        if len(values) > len(names):
            self.findings.error(
                "directive",
                _("too many values: {value} has no meaning here", value=describe_value(values[len(names)])),
                directive.source,
            )
        for name, value in zip(names, values, strict=False):
            if not isinstance(value, str):
                self.findings.error(
                    "directive",
                    _(
                        "the {name} is {value}, but must be a text in quotes",
                        name=name,
                        value=describe_value(value),
                    ),
                    directive.source,
                )
                return False
            directive.values[f"={name}"] = value.strip()
        return True

    def _coded(
        self,
        directive: DirectiveValues,
        values: list[Any],
        names: tuple[str, ...],
        kind: str,
        into: defaultdict[str, list[DirectiveValues]],
    ) -> None:
        if not values or not isinstance(values[0], str) or not values[0].strip():
            found = describe_value(values[0]) if values else "missing"
            self.findings.error(
                "directive",
                _("the first value is {found}, but must be {subject}", found=found, subject=kind),
                directive.source,
            )
        elif self._texts(values[1:], names, directive):
            into[values[0].strip()].append(directive)

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

    def _option(self, entry: Custom, values: list[Any], source: Source) -> None:
        if len(values) != 2 or not isinstance(values[0], str):
            self.findings.error("option", _('an option has two values: "key" and its value'), source)
            return
        name, value = values
        if name not in keys.OPTIONS:
            if "password" in name.lower():
                self.findings.error(
                    "option",
                    _("a password does not belong in a ledger: take it out, change it, and see docs/sending.md"),
                    source,
                )
                return
            near = get_close_matches(name, sorted(keys.OPTIONS), cutoff=0.6)
            hint = (
                _('did you mean "{near}"?', near=near[0])
                if near
                else _("the options are {options}", options=", ".join(sorted(keys.OPTIONS)))
            )
            self.findings.error(
                "option", _('"{name}" is not an option of this plugin: {hint}', name=name, hint=hint), source
            )
            return
        read_in = read_value(
            keys.Key(name, keys.OPTIONS[name][0], frozenset(), ""), value, source, self.findings
        )  # fmt: skip
        if read_in is not None:
            self._options[name].append(DirectiveValues(entry.date, source, {name: read_in}))

    def _index(self, directive: DirectiveValues, values: list[Any]) -> None:
        match values:
            case [str(name), Decimal() as value] if value.is_finite() and value > 0:
                self._indexes[name.strip()].append(IndexValue(directive.date, value, directive.source))
            case _:
                self.findings.error(
                    "directive",
                    _('an index has two values, its name and a number above 0: custom "invoice-index" "SYNTEC" 318.4'),
                    directive.source,
                )

    def _acceptance(self, directive: DirectiveValues, values: list[Any]) -> None:
        match values:
            case [str(code)] if code.strip():
                self._acceptances.append(Acceptance(code.strip(), directive.date, directive.source))
            case _:
                self.findings.error(
                    "directive",
                    _(
                        "an acceptance of works has one value, its contract's code, and the day of acceptance as "
                        'its date: {day} custom "invoice-accepted" "CODE"',
                        day=directive.date,
                    ),
                    directive.source,
                )

    def _policy(self, directive: DirectiveValues, values: list[Any]) -> None:
        match values:
            case [str(name)] if name.strip():
                self._policies[name.strip()].append(directive)
            case [str(name), Decimal() as level] if name.strip() and level in range(100):
                keyed = {
                    _("level {level} {key}", level=int(level), key=key): value
                    for key, value in directive.values.items()
                }
                self._policies[name.strip()].append(directive._replace(values=keyed))
                place = name.strip(), int(level)
                self._level_sources[place] = min(directive.source, self._level_sources.get(place, directive.source))
            case _:
                self.findings.error(
                    "directive",
                    _(
                        'a reminder policy has a name, and for a level also a whole number: custom "invoice-policy" '
                        '"standard", or custom "invoice-policy" "standard" 1'
                    ),
                    directive.source,
                )

    def _rate(self, directive: DirectiveValues, values: list[Any]) -> None:
        match values:
            case [str(code), Decimal() as rate] if rate.is_finite() and code.strip():
                self._rates[code.strip()].append(ReferenceRate(directive.date, rate, directive.source))
            case _:
                self.findings.error(
                    "directive",
                    _(
                        "a reference rate has two values, its code and the percentage per year: custom "
                        '"invoice-rate" "ECB" 2.15'
                    ),
                    directive.source,
                )

    def _bank(self, directive: DirectiveValues, values: list[Any]) -> None:
        match values:
            case [str(account)] if ACCOUNT.match(account):
                self._banks[account].append(directive)
            case _:
                self.findings.error(
                    "directive",
                    _(
                        'a bank account has one value, its account: {day} custom "invoice-bank" {assets}:Bank',
                        day=directive.date,
                        assets=self._assets,
                    ),
                    directive.source,
                )

    def _journal(self, directive: DirectiveValues, values: list[Any]) -> None:
        match values:
            case [str(code), str(name)] if code.strip() and name.strip():
                self._journals.append(
                    Journal(
                        code.strip(),
                        name.strip(),
                        directive.source,
                        tuple((directive.values.get("accounts") or "").split()),
                        bool(directive.values.get("documents")),
                    )
                )
            case _:
                self.findings.error(
                    "directive",
                    _(
                        'a journal has two values, its code and its name: {day} custom "invoice-journal" "BQ" "Banque"',
                        day=directive.date,
                    ),
                    directive.source,
                )

    def _closing(self, place: str, directive: DirectiveValues, values: list[Any]) -> None:
        """A lock of the books, or a reopening."""
        try:
            if place == keys.LOCK:
                self._locks.append(read_lock(directive.date, values, directive.values, directive.source))
            else:
                self._reopenings.append(read_reopening(directive.date, values, directive.values, directive.source))
        except Unreadable as error:
            self.findings.error("directive", str(error), directive.source)

    def _flow(self, directive: DirectiveValues, values: list[Any]) -> None:
        """What a platform handles beside documents."""
        try:
            self._flows.append(read_flow(directive.date, values, directive.values, directive.source))
        except Unreadable as error:
            self.findings.error("directive", str(error), directive.source)

    def flows(self) -> tuple[FlowRecord, ...]:
        """What a platform handles beside documents, by date and place."""
        return tuple(sorted(self._flows, key=lambda flow: (flow.date, flow.source)))

    def _milestone(self, directive: DirectiveValues, values: list[Any]) -> None:
        if len(values) != 2 or not all(isinstance(value, str) for value in values):
            self.findings.error(
                "directive", _("a milestone has two values: its contract's code and its name"), directive.source
            )
            return
        keys_said = directive.values
        self._milestone_sources.append((values[0], directive.source))
        self._milestones[values[0]].append(
            Milestone(
                date=directive.date,
                name=values[1],
                source=directive.source,
                percent=keys_said.get("percent"),
                cumulative=keys_said.get("cumulative"),
                price=keys_said.get("price"),
                deposit=bool(keys_said.get("deposit")),
                change_order=keys_said.get("change-order"),
            )
        )

    def _contract(self, directive: DirectiveValues, values: list[Any]) -> None:
        if len(values) < 2 or not all(isinstance(value, str) for value in values) or len(values) > 3:
            self.findings.error(
                "directive",
                _("a contract has three values: the customer's account, its code and its mode"),
                directive.source,
            )
            return
        if len(values) == 3 and values[2] not in {"subscription", "fixed", "time"}:
            self.findings.error(
                "contract-mode",
                _(
                    'the mode of contract {value} is "{values_value}", but must be "subscription", "fixed" or "time"',
                    value=values[1],
                    values_value=values[2],
                ),
                directive.source,
            )
            return
        directive.values["=account"] = values[0]
        if len(values) == 3:
            directive.values["=mode"] = values[2]
        self._contracts[values[1]].append(directive)

    # all of them ---------------------------------------------------------------------------------------------------

    def customers(self) -> tuple[dict[str, Dated[Customer]], dict[str, str]]:
        """The customers by main account, and the main account of each account that was opened with `customer`."""
        opened = {
            account: given
            for account, given in self._customers.items()
            if any("customer" in values.values for values in given)
        }
        for account, given in self._customers.items():
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
                partial(self._customer, account),
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

    @staticmethod
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

    def seller(self) -> Dated[Seller] | None:
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

        return amended(self._seller, "invoice-seller", build, self.findings)

    def options(self) -> dict[str, Dated[OptionValue]]:
        """The options by key."""
        result: dict[str, Dated[OptionValue]] = {}
        for name in sorted(self._options):
            dated: Dated[OptionValue] | None = amended(
                self._options[name], _("option {name}", name=name), partial(_option_value, name), self.findings
            )  # fmt: skip
            if dated:
                result[name] = dated
        return result

    def option_sources(self) -> dict[str, Source]:
        """Where each option is first set."""
        return {
            name: min(given, key=lambda values: (values.date, values.source)).source
            for name, given in self._options.items()
        }

    def taxes(self) -> dict[str, Dated[Tax]]:
        """The taxes by code; those that consist of parts have the parts as they are from the same day on."""
        parts: dict[Source, tuple[str, ...]] = {}

        def build(code: str, values: dict[str, Any], source: Source) -> Tax | None:
            if "parts" in values:
                parts[source] = tuple(values["parts"].split())
                whom = self._sold_to(code, values.get("sold-to", ""), source)
                return combined_tax(code, values, parts[source], source, self.findings)._replace(sold_to=whom)
            if not self._tax_fits(code, values, source):
                return None
            return Tax(
                code=code,
                instead_of=values.get("instead-of", ""),
                sold_to=self._sold_to(code, values.get("sold-to", ""), source),
                label=values.get("=label", code),
                account=values.get("=account"),
                source=source,
                category=values.get("category", "S"),
                rate=values.get("rate", Decimal(0)),
                reason=values.get("reason", ""),
                nature=values.get("nature", ""),
                on_payment=values.get("due-on") == "payment",
                pending=values.get("pending"),
                withholding=bool(values.get("withholding")),
                sales_list=values.get("sales-list", ""),
                datev_key=values.get("datev-key", ""),
            )

        return with_parts(self._by_code(self._taxes, "tax", build), parts, self.findings)

    def _tax_fits(self, code: str, values: dict[str, Any], source: Source) -> bool:
        """Whether a tax without parts can be used; what is wrong with it becomes findings."""
        rate = values.get("rate", Decimal(0))
        if "compound" in values:
            self.findings.error(
                "tax-parts",
                _('{code} is compound, but has no parts: name them, parts: "…", or take compound out', code=code),
                source,
            )
        if rate < 0 or rate > 100:
            self.findings.error(
                "tax-rate",
                _("the rate of {code} is {rate}, but must be from 0 to 100", code=code, rate=rate),
                source,
            )
            return False
        if values.get("category", "S") in {"AE", "K", "G", "O", "E", "Z"} and rate and not values.get("withholding"):
            self.findings.error(
                "tax-rate",
                _(
                    "{code} has category {category}, where no tax is due, and a rate of {rate}: one of the two is "
                    "wrong",
                    code=code,
                    category=values["category"],
                    rate=rate,
                ),
                source,
            )
        if rate and not values.get("=account"):
            self.findings.error(
                "tax-account",
                _("{code} has a rate of {rate} but no account: name it after the label", code=code, rate=rate),
                source,
            )
        if values.get("due-on") == "payment" and not values.get("pending"):
            self.findings.error(
                "tax-account",
                _("{code} is due on payment: name the account where it waits, pending: Liabilities:…", code=code),
                source,
            )
        return True

    def _sold_to(self, code: str, text: str, source: Source) -> str:
        """The value of `sold-to` of a tax code; "" if it is not a known one."""
        try:
            if text:
                parse_sold_to(text)
        except ValueError as error:
            self.findings.error(
                "sold-to", _('{code}: sold-to is "{text}", but {error}', code=code, text=text, error=error), source
            )
            return ""
        return " ".join(text.split())

    def items(self) -> dict[str, Dated[Item]]:
        """The items by code."""

        def build(code: str, values: dict[str, Any], source: Source) -> Item | None:
            if "price" in values and "price-with-tax" in values:
                self.findings.error(
                    "item-price", _("{code} has a price and a price-with-tax: keep one of them", code=code), source
                )
            return Item(
                code=code,
                name=values.get("=name", code),
                account=values.get("=account", ""),
                source=source,
                unit=values.get("unit", ""),
                price=values.get("price"),
                price_with_tax=values.get("price-with-tax"),
                tax=values.get("tax", ""),
                text=values.get("text", ""),
                nature=values.get("nature"),
            )

        return self._by_code(self._items, "item", build)

    def _by_code(
        self,
        directives: dict[str, list[DirectiveValues]],
        kind: str,
        build: Callable[[str, dict[str, Any], Source], T | None],
    ) -> dict[str, Dated[T]]:
        result: dict[str, Dated[T]] = {}
        for code in sorted(directives):
            dated = amended(
                directives[code], f"{kind} {code}", partial(build, code), self.findings
            )  # fmt: skip
            if dated:
                result[code] = dated
        return result

    def contracts(self) -> tuple[dict[str, Dated[Contract]], dict[str, tuple[Milestone, ...]]]:
        """The contracts by code, and their milestones in the order of their dates."""
        result: dict[str, Dated[Contract]] = {}
        for code in sorted(self._contracts):
            start = min(values.date for values in self._contracts[code])

            def build(values: dict[str, Any], source: Source, code: str = code, start: date = start) -> Contract | None:
                if "=mode" not in values:
                    self.findings.error(
                        "contract-mode",
                        _(
                            'contract {code} has no mode: its first directive needs "subscription", "fixed" or "time"',
                            code=code,
                        ),
                        source,
                    )
                    return None
                fields = {
                    name.replace("-", "_"): value
                    for name, value in values.items()
                    if name in keys.BY_PLACE[keys.CONTRACT_DIRECTIVE] and value is not None
                }
                payer, own = fields.pop("payer", values["=account"]), values["=account"]
                return Contract(
                    code=code,
                    customer=payer,
                    recipient=own if payer != own else "",
                    mode=values["=mode"],
                    start=start,
                    source=source,
                    **fields,
                )

            dated = amended(self._contracts[code], _("contract {code}", code=code), build, self.findings)
            if dated:
                result[code] = dated
        for code, source in self._milestone_sources:
            if code not in result:
                self.findings.error(
                    "unknown-contract",
                    _("milestone of contract {code}, which is not opened by any invoice-contract", code=code),
                    source,
                )
        milestones = {
            code: tuple(sorted(milestones, key=lambda milestone: (milestone.date, milestone.name)))
            for code, milestones in sorted(self._milestones.items())
        }
        return result, milestones

    def acceptances(self) -> tuple[Acceptance, ...]:
        """The acceptances of works, by contract and date."""
        return tuple(sorted(self._acceptances))

    def bank_accounts(self) -> dict[str, Dated[BankAccount]]:
        """The bank accounts; one whose table is wrong is left out."""
        result = {}
        for account in sorted(self._banks):
            dated = amended(
                self._banks[account],
                _("bank account {account}", account=account),
                partial(bank_account, account, findings=self.findings),
                self.findings,
            )
            if dated:
                result[account] = dated
        return result

    def journals(self) -> tuple[Journal, ...]:
        """The journals that the ledger names, in the order of their directives: an entry belongs to the first that takes it."""
        return tuple(self._journals)

    def closings(self) -> tuple[tuple[Lock, ...], tuple[Reopening, ...]]:
        """The locks of the books, and the reopenings."""
        return tuple(self._locks), tuple(self._reopenings)

    def policies(self) -> dict[str, Dated[Policy]]:
        """The reminder policies by name. A level exists as long as it has `days`."""
        result: dict[str, Dated[Policy]] = {}
        for name in sorted(self._policies):
            dated = amended(
                self._policies[name], _("policy {name}", name=name), partial(self._policy_version, name), self.findings
            )  # fmt: skip
            if dated:
                result[name] = dated
            with_days = {key for values in self._policies[name] for key in values.values if key.endswith(" days")}
            for directive in self._policies[name]:
                for level in sorted({key.rpartition(" ")[0] for key in directive.values if key.startswith("level ")}):
                    if f"{level} days" not in with_days:
                        self.findings.error(
                            "policy-days",
                            _(
                                "{level} of policy {name} has no days: give the number of days after the due date, "
                                "such as days: 15",
                                level=level,
                                name=name,
                            ),
                            directive.source,
                        )
        return result

    def _policy_version(self, name: str, values: dict[str, Any], source: Source) -> Policy:
        levels: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        own: dict[str, Any] = {}
        for key, value in values.items():
            if key.startswith("level "):
                _word, level, key_name = key.split(" ")
                levels[int(level)][key_name.replace("-", "_")] = value
            else:
                own[key.replace("-", "_")] = value
        usual: dict[int, Tone] = {0: "courtesy", 1: "friendly"}
        return Policy(
            name=name,
            source=source,
            levels=tuple(
                ReminderLevel(
                    level=level,
                    source=self._level_sources[name, level],
                    **({"tone": usual.get(level, "firm")} | level_values),
                )
                for level, level_values in sorted(levels.items())
                if "days" in level_values
            ),
            **own,
        )

    def reference_rates(self) -> dict[str, tuple[ReferenceRate, ...]]:
        """The reference rates by code, by date; two for one day are an error, and the smaller one is taken."""
        result: dict[str, tuple[ReferenceRate, ...]] = {}
        for code, rates in sorted(self._rates.items()):
            by_day: dict[date, ReferenceRate] = {}
            for rate in sorted(rates):
                first = by_day.setdefault(rate.date, rate)
                if first.rate != rate.rate:
                    self.findings.error(
                        "amended-twice",
                        _(
                            "rate {code} is {rate} (line {line}) and {other_rate} on {day}: keep one of them",
                            code=code,
                            rate=first.rate,
                            line=first.source.line,
                            other_rate=rate.rate,
                            day=rate.date,
                        ),
                        rate.source,
                    )
            result[code] = tuple(by_day.values())
        return result

    def indexes(self) -> dict[str, tuple[IndexValue, ...]]:
        """The values of each index, by date; two for one day are an error, and the smaller one is taken."""
        result: dict[str, tuple[IndexValue, ...]] = {}
        for name, values in sorted(self._indexes.items()):
            by_day: dict[date, IndexValue] = {}
            for value in sorted(values):
                first = by_day.setdefault(value.date, value)
                if first.value != value.value:
                    self.findings.error(
                        "amended-twice",
                        _(
                            "index {name} is {first} (line {line}) and {value} on {day}: keep one of them",
                            name=name,
                            first=first.value,
                            line=first.source.line,
                            value=value.value,
                            day=value.date,
                        ),
                        value.source,
                    )
            result[name] = tuple(by_day.values())
        return result
