"""Checks of sellers and buyers: accounts, terms, identifiers, and legal mentions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from beancount_invoicing import law
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Customer, Finding, Instalment, Invoice, Seller, Source
from beancount_invoicing.rules import identifiers, payment_terms, steps, supply
from beancount_invoicing.rules.financial_year import is_closing_day
from beancount_invoicing.rules.hosts import host_and_port
from beancount_invoicing.rules.payment_links import check_payment_link

_IDS = ("siren", "siret", "vat-id", "iban", "bic", "endpoint", "register-id", "tax-number")


def _parties(book: Book) -> Iterator[tuple[str, Seller | Customer]]:
    seen: set[tuple[str, str, str]] = set()
    parties: list[Seller | Customer] = [seller for _day, seller in book.seller.versions] if book.seller else []
    for account in sorted(book.customers):
        parties += [customer for _day, customer in book.customers[account].versions]
    for party in parties:
        for kind in _IDS:
            value = getattr(party, kind.replace("-", "_"))
            where = getattr(party, "account", "")
            if value and (where, kind, value) not in seen:
                seen.add((where, kind, value))
                yield kind, party


def check_checksums(book: Book) -> Iterator[Finding]:
    """SIREN, SIRET, VAT number, IBAN, BIC and endpoint are well formed and their check digits match."""
    for account, dated in book.bank_accounts.items():
        for iban, bank in {bank.iban: bank for _day, bank in dated.versions if bank.iban}.items():
            if problem := identifiers.problem("iban", iban):
                yield Finding(
                    "warning",
                    "iban",
                    _("iban {iban} of {account}: {problem}", iban=iban[:60], account=account, problem=problem),
                    bank.source,
                )
    for kind, party in _parties(book):
        value = getattr(party, kind.replace("-", "_"))
        problem = (
            identifiers.tax_number_problem(value, law.law_of(party.address.country))
            if kind == "tax-number"
            else identifiers.problem(kind, value)
        )
        if problem:
            shown = value if len(value) <= 60 else f"{value[:60]} …"
            yield Finding(
                "warning",
                kind,
                _("{kind} {shown} of {party}: {problem}", kind=kind, shown=shown, party=party.name, problem=problem),
                party.source,
            )


def check_accounts_open(book: Book) -> Iterator[Finding]:
    """The accounts that our directives name are open (Beancount itself does not look)."""
    yield from _unknown_names_of_contracts(book)
    yield from _unknown_taxes(book)
    for subject, account, source in dict.fromkeys(_named_accounts(book)):
        if account not in book.opened_accounts:
            yield Finding(
                "error",
                "unknown-account",
                _("{subject}: {account} is not open: open it, or correct its name", subject=subject, account=account),
                source,
            )


def _named_accounts(book: Book) -> list[tuple[str, str, Source]]:
    """The accounts that taxes, items, contracts and bank accounts name: for what, which, and where."""
    named: list[tuple[str, str, Source]] = []
    for dated in book.taxes.values():
        for _day, tax in dated.versions:
            named += [
                (_("tax {tax}", tax=tax.code), account, tax.source) for account in (tax.account, tax.pending) if account
            ]
    for item in book.items.values():
        named += [
            (_("item {item}", item=item.code), item.account, item.source)
            for _day, item in item.versions
            if item.account
        ]
    for contract in book.contracts.values():
        for _day, version in contract.versions:
            named += [
                (_("contract {entry}", entry=version.code), account, version.source)
                for account in (
                    version.account,
                    version.time,
                    version.customer,
                    version.deposit_account,
                    version.retention_account,
                    version.expense_account,
                )
                if account
            ]
    named += [
        (_("bank account"), account, bank.source)
        for account, dated in book.bank_accounts.items()
        for _day, bank in dated.versions
    ]
    return named


def _unknown_names_of_contracts(book: Book) -> Iterator[Finding]:
    """Customers and items that contracts name, but that there are not."""
    for contract in book.contracts.values():
        for _day, version in contract.versions:
            if version.customer in book.opened_accounts and version.customer not in book.main_accounts:
                yield Finding(
                    "error",
                    "unknown-account",
                    _(
                        "contract {entry}: {customer} is not a customer's account",
                        entry=version.code,
                        customer=version.customer,
                    ),
                    version.source,
                )
            if version.item and version.item not in book.items:
                yield Finding(
                    "error",
                    "unknown-item",
                    _('contract {entry}: item "{item}" is not known', entry=version.code, item=version.item),
                    version.source,
                )


def _unknown_taxes(book: Book) -> Iterator[Finding]:
    """Tax codes that customers, options, items and other tax codes name, but that there are not."""
    for customer in book.customers.values():
        for _day, buyer in customer.versions:
            if buyer.tax and buyer.tax not in book.taxes:
                yield Finding(
                    "error",
                    "unknown-tax",
                    _('{buyer}: tax "{tax}" is not known', buyer=buyer.name, tax=buyer.tax),
                    buyer.source,
                )
    default = book.options.get("default-tax")
    for _day, code in default.versions if default else ():
        if code not in book.taxes:
            yield Finding(
                "error",
                "unknown-tax",
                _('option default-tax: tax "{code}" is not known', code=code),
                book.option_source("default-tax"),
            )
    for item in book.items.values():
        for _day, sold in item.versions:
            if sold.tax and sold.tax not in book.taxes:
                yield Finding(
                    "error",
                    "unknown-tax",
                    _('item {sold}: tax "{tax}" is not known', sold=sold.code, tax=sold.tax),
                    sold.source,
                )
    for dated in book.taxes.values():
        for _day, tax in dated.versions:
            if tax.instead_of and tax.instead_of not in book.taxes:
                yield Finding(
                    "error",
                    "unknown-tax",
                    _('{tax}: tax "{instead_of}" is not known', tax=tax.code, instead_of=tax.instead_of),
                    tax.source,
                )


def check_payment_terms(book: Book) -> Iterator[Finding]:
    """Customers' terms and cash discounts can be read, and so can cash discounts on documents. There is one, not two."""
    of_customers = {version.cash_discount for dated in book.customers.values() for _day, version in dated.versions}
    for invoice in book.invoices:
        own = invoice.customer.cash_discount if invoice.customer else ""
        if own and (own not in of_customers or "%" in invoice.terms or "/" in invoice.terms):
            try:
                _check_one_discount(own, invoice.terms)
            except payment_terms.TermsError as error:
                yield Finding(
                    "error", "terms", _("{number}: {error}", number=invoice.number, error=error), invoice.source
                )
    for dated in book.customers.values():
        for day, customer in dated.versions:
            try:
                if customer.terms:
                    payment_terms.parse_terms(customer.terms, day)
                if customer.cash_discount:
                    _check_one_discount(customer.cash_discount, customer.terms)
            except payment_terms.TermsError as error:
                yield Finding(
                    "error", "terms", _("{customer}: {error}", customer=customer.name, error=error), customer.source
                )
    default = book.options.get("terms")
    for day, text in default.versions if default else ():
        try:
            payment_terms.parse_terms(str(text), day)
        except payment_terms.TermsError as error:
            yield Finding("error", "terms", _("option terms: {error}", error=error), book.option_source("terms"))


def _check_one_discount(text: str, terms: str) -> None:
    """Raises TermsError if the cash discount cannot be read, or the terms have another."""
    discount = payment_terms.parse_cash_discount(text)
    among_terms = payment_terms.parse_terms(terms).discount if terms else None
    if among_terms and among_terms != discount:
        raise payment_terms.TermsError(
            _(
                'cash-discount says "{own}", but the terms "{terms}" have another cash discount: leave one of the two out',
                own=text,
                terms=terms,
            )
        )


def check_longest_terms(book: Book) -> Iterator[Finding]:
    """Terms are not longer than the law of the seller's country allows; reported once for each customer and terms."""
    found: set[tuple[str, str]] = set()
    for invoice in book.invoices:
        customer = invoice.customer
        if (
            customer is None
            or book.seller is None
            or invoice.kind in {"void", "opening", "claim"}
            or invoice.payable <= 0
        ):
            continue
        longest = law.longest_terms(book.seller.at(invoice.date).address.country, customer.buyer, invoice.date)
        if longest is None or all(
            (instalment.due - invoice.date).days <= longest.days for instalment in invoice.instalments
        ):
            continue
        due = max(map(_agreed, _usual(invoice)), default=invoice.date)
        if (due - invoice.date).days <= longest.days or (customer.account, invoice.terms) in found:
            continue
        allowed = _("{days} days", days=longest.days)
        if longest.end_of_month_days:
            allowed += _(
                ", or {end_of_month_days} days to the end of the month", end_of_month_days=longest.end_of_month_days
            )
            span = timedelta(days=longest.end_of_month_days)
            ends = steps.end_of_month(invoice.date + span), steps.end_of_month(invoice.date) + span
            if due <= max(ends) and any(rule[0].startswith("end of month") for rule in _rules(invoice.terms)):
                continue
        found.add((customer.account, invoice.terms))
        yield Finding(
            "warning",
            "terms-too-long",
            _(
                "{number} is due on {due}, {days} days after its date{terms}: for {kinds} at most {allowed} may be "
                "given ({place})",
                number=invoice.number,
                due=due,
                days=(due - invoice.date).days,
                terms=(_(" ({terms})", terms=invoice.terms) if invoice.terms else ""),
                kinds=_KINDS[customer.buyer],
                allowed=allowed,
                place=longest.source,
            ),
            invoice.source,
        )


def _usual(invoice: Invoice) -> list[Instalment]:
    """The instalments on the account of the first one due: one on another account (a retention) is not a payment term."""
    first = min(invoice.instalments, key=lambda instalment: (instalment.due, instalment.index), default=None)
    return [instalment for instalment in invoice.instalments if first and instalment.account == first.account]


def _agreed(instalment: Instalment) -> date:
    """The due date before it moved off a week-end or holiday."""
    if not instalment.steps or instalment.steps[-1].operation != "next business day":
        return instalment.due
    day, _calendar = instalment.steps[-1].inputs
    assert isinstance(day, date)
    return day


_KINDS = {
    "business": _("a business"),
    "consumer": _("a consumer"),
    "public": _("a public body"),
    "hospital": _("a public hospital"),
    "public-enterprise": _("a public enterprise"),
}


def _rules(text: str) -> tuple[payment_terms.TermsRule, ...]:
    """All the rules in terms; none where they cannot be read."""
    try:
        return tuple(rule for part in payment_terms.parse_terms(text).parts for rule in part.rules) if text else ()
    except payment_terms.TermsError:
        return ()


_CHOICES = {
    "paper": ("a4", "letter"),
    "address-window": ("right", "left", "none"),
    "return-address": ("line", "none"),
    "voice": ("we", "I"),
    "allocate": ("oldest", "named"),
    "payment-reference": ("iso11649", "qrr", "ogm", "number"),
    "tax-rounding": ("line", "document"),
    "smtp-security": ("starttls", "tls", "none"),
    "sepa-version": ("2019", "2009"),
    "e-invoice-form": ("facturx", "cii", "ubl", "peppol", "none"),
}
"""The options with a limited choice of texts."""
_FIELDS = {"file": ("year", "month"), "sent-file": ("year", "month"), "documents": ("year",)}
"""The options with a file or folder name that may depend on the day, and their allowed placeholders."""

_READ_BY: dict[str, Callable[[str], object]] = {"smtp": host_and_port, "payment-link": check_payment_link}
"""The options that something else reads, which raises a ValueError where it cannot."""


def check_options(book: Book) -> Iterator[Finding]:
    """Options have valid values."""
    yield from _option_fields(book)
    for name, choices in _CHOICES.items():
        for text in _values(book, name):
            if text not in choices:
                allowed = joined(_(" or "), (f'"{choice}"' for choice in choices))
                yield Finding(
                    "error",
                    "option",
                    _('option {name} is "{text}", but must be {allowed}', name=name, text=text, allowed=allowed),
                    book.option_source(name),
                )
    yield from _option_formats(book)
    for dated in book.customers.values():
        for _day, customer in dated.versions:
            yield from _late_interest(customer, customer.name)
    for invoice in book.invoices:
        own = invoice.customer
        if own and own.late_interest != book.customers[own.account].at(invoice.date).late_interest:
            yield from _late_interest(own, invoice.number, invoice.source)


def _option_fields(book: Book) -> Iterator[Finding]:
    """The fields in braces of an option's text are known."""
    for name, known in _FIELDS.items():
        for text in _values(book, name):
            if wrong := [field for field in re.findall(r"\{[^}]*\}?", text) if field[1:-1] not in known]:
                allowed = joined(_(" and "), (f"{{{field}}}" for field in known))
                yield Finding(
                    "error",
                    "option",
                    _(
                        'option {name} is "{text}", but {wrong} has no meaning there: known are {allowed}',
                        name=name,
                        text=text,
                        wrong=wrong[0],
                        allowed=allowed,
                    ),
                    book.option_source(name),
                )


def _option_formats(book: Book) -> Iterator[Finding]:
    """Options that are a colour, a server, a rate of interest or a calendar can be read as one."""
    for text in _values(book, "accent"):
        if not re.fullmatch("#[0-9a-fA-F]{6}", text):
            yield Finding(
                "error",
                "option",
                _('option accent is "{text}", but must be a colour such as "#1f4e5f"', text=text),
                book.option_source("accent"),
            )
    for name, reads in _READ_BY.items():
        for text in _values(book, name):
            try:
                reads(text)
            except ValueError as error:
                yield Finding(
                    "error",
                    "option",
                    _('option {name} is "{text}": {error}', name=name, text=text, error=error),
                    book.option_source(name),
                )
    for text in _values(book, "late-interest"):
        try:
            law.interest_option(text)
        except ValueError as error:
            yield Finding(
                "error", "option", _("option late-interest: {error}", error=error), book.option_source("late-interest")
            )
    for text in _values(book, "business-days"):
        if text and text not in payment_terms.calendars():
            yield Finding(
                "error",
                "option",
                _(
                    'option business-days is "{text}", but must be a country whose holidays are known, such as "FR" '
                    'or "DE-BY"',
                    text=text,
                ),
                book.option_source("business-days"),
            )
    yield from _check_financial_year(book)


def _check_financial_year(book: Book) -> Iterator[Finding]:
    """The option `financial-year-end` is a month and a day, or the whole first closing day."""
    for text in _values(book, "financial-year-end"):
        if not is_closing_day(text):
            yield Finding(
                "error",
                "option",
                _(
                    'option financial-year-end is "{text}", but must be a month and a day, such as "06-30", or the whole day '
                    'on which the first year ends, such as "2026-12-31"',
                    text=text,
                ),
                book.option_source("financial-year-end"),
            )


def _late_interest(customer: Customer, name: str, source: Source | None = None) -> Iterator[Finding]:
    try:
        if customer.late_interest:
            law.interest_option(customer.late_interest)
    except ValueError as error:
        yield Finding(
            "error",
            "late-interest",
            _("{name}: late-interest: {error}", name=name, error=error),
            source or customer.source,
        )


def _values(book: Book, option: str) -> list[str]:
    dated = book.options.get(option)
    return sorted({str(value) for _day, value in dated.versions} if dated else ())


_SOLE_TRADER = re.compile(r"\bEI\b|\bentrepr(?:ise|eneur) individuel", re.IGNORECASE)


def check_seller_number(book: Book) -> Iterator[Finding]:
    """The seller has one of the numbers that the law of its country wants on invoices; reported once, for the first invoice."""
    for invoice in book.invoices if book.seller else ():
        if invoice.kind in {"void", "opening", "claim"} or invoice.draft:
            continue
        assert book.seller is not None
        seller = book.seller.at(invoice.date)
        table = law.country_table(law.law_of(seller.address.country))
        wanted = table.seller_number if table else None
        if wanted is None or any(getattr(seller, key.replace("-", "_")) for key in wanted.keys):
            continue
        if wanted.if_taxed and not any(tax.amount and not tax.tax.withholding for tax in invoice.taxes):
            continue
        keys = joined(_(" or "), (f'{key}: "…"' for key in wanted.keys))
        yield Finding(
            "warning",
            "seller-number",
            _(
                "{seller}: {number} must show a number of the seller: add {keys} ({place})",
                seller=seller.name,
                number=invoice.number,
                keys=keys,
                place=wanted.source,
            ),
            seller.source,
        )
        return


def check_mentions(book: Book) -> Iterator[Finding]:
    """The mentions that French law requires on an invoice (CGI, ann. II, art. 242 nonies A; Code de commerce, art. L441-9,
    R123-237).
    """
    if not any(invoice.kind not in {"void", "opening"} for invoice in book.invoices):
        return
    if book.seller is None:
        first = next(invoice for invoice in book.invoices if invoice.kind not in {"void", "opening"})
        yield Finding(
            "warning", "mention-seller", _('there is no seller: add custom "invoice-seller" "Legal name" with the '
            'address and identifiers'),
            first.source,
        )  # fmt: skip
        return
    seller = book.seller.latest
    if law.law_of(seller.address.country) != "FR":
        return
    # a sole trader has "EI" beside the name (Code de commerce, art. R526-27); not all are in a register
    alone = bool(_SOLE_TRADER.search(f"{seller.name} {seller.legal_form}"))
    wanted = {
        "mention-seller-address": (seller.address.street or seller.address.city, "address:"),
        "mention-seller-siren": (seller.siren or seller.siret, _('siren: "…"')),
        "mention-seller-legal-form": (seller.legal_form or alone, _('legal-form: "SARL au capital de … €" (or "EI")')),
        "mention-seller-register": (seller.register or alone, _('register: "RCS … 123 456 789"')),
        "mention-seller-vat-id": (
            seller.vat_id or all(dated.latest.rate == 0 for dated in book.taxes.values()),
            _('vat-id: "FR…"'),
        ),
    }
    for rule, (mentioned, key) in wanted.items():
        if not mentioned:
            yield Finding(
                "warning",
                rule,
                _("{seller}: French invoices must show it: add {key}", seller=seller.name, key=key),
                seller.source,
            )
    used = {invoice.customer.account for invoice in book.invoices if invoice.customer and invoice.kind != "opening"}
    for account in sorted(used & book.customers.keys()):
        customer = book.customers[account].latest
        if not (customer.address.street or customer.address.city):
            yield Finding(
                "warning",
                "mention-customer-address",
                _("{customer} has no address: add address:, postcode:, city:", customer=customer.name),
                customer.source,
            )
        if (
            law.law_of(customer.address.country) == "FR"
            and customer.buyer == "business"
            and not (customer.siren or customer.siret)
        ):
            yield Finding(
                "warning",
                "mention-customer-siren",
                _(
                    '{customer} is a French company without a SIREN: add siren: "…" (or buyer: "consumer")',
                    customer=customer.name,
                ),
                customer.source,
            )


def check_public_buyers(book: Book) -> Iterator[Finding]:
    """A public body that accepts only electronic invoices gets e-invoices, with the references by which its portal finds the
    order.
    """
    without: dict[str, Invoice] = {}
    for invoice in book.invoices:
        customer = invoice.customer
        if customer and invoice.kind not in {"void", "opening", "claim"} and invoice.payable > 0:
            if customer.service_code or customer.purchase_order:
                without.pop(customer.account, None)
            else:
                without[customer.account] = invoice
    for account, dated in book.customers.items():
        customer = dated.latest
        source = law.e_invoicing_mandate(supply.place_of_supply(customer, ""), customer.buyer)
        if not source or customer.inactive:
            continue
        if customer.channel != "e-invoice":
            yield Finding(
                "warning",
                "public-buyer",
                _(
                    '{customer} takes electronic invoices only ({place}), but its channel is "{channel}": write '
                    'channel: "e-invoice", or take channel out',
                    customer=customer.name,
                    place=source,
                    channel=customer.channel,
                ),
                customer.source,
            )
        if account in without:
            yield Finding(
                "warning",
                "public-buyer",
                _(
                    "{number} has neither a service code nor a commitment number: ask {customer} which of the two it "
                    'wants, and write service-code: "…" (code service) or purchase-order: "…" (numéro d’engagement) '
                    "on {account} or on the invoice",
                    number=without[account].number,
                    customer=customer.name,
                    account=account,
                ),
                without[account].source,
            )


CHECKS = (
    check_checksums,
    check_accounts_open,
    check_payment_terms,
    check_longest_terms,
    check_options,
    check_mentions,
    check_seller_number,
    check_public_buyers,
)
