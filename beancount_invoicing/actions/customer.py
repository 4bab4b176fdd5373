"""Customers and items, added to a ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.actions.amendments import AmendmentTarget, amend_ledger, amendment_changes
from beancount_invoicing.customer_search import find_customer, folded, near_name_hint
from beancount_invoicing.entries import account_words, legacy_books
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Source
from beancount_invoicing.rules import identifiers, payment_terms
from beancount_invoicing.rules.duties import is_met_by_peppol, peppol_endpoint
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.writing import amendment_text, opens, text, writer
from beancount_invoicing.writing.amendment_text import Values
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.new_documents import InvalidRequest

_FORMS = re.compile(
    r"\b(SAS|SASU|SARL|EURL|SA|SCI|SCIC|SNC|GAEC|EARL|GmbH|AG|UG|KG|OHG|BV|NV|SRL|SPRL|Ltd|Limited|Inc|LLC|PLC|SpA|SL|Lda)\b\.?"
)


class CustomerRequest(NamedTuple):
    """A customer to be added; `values` has its keys."""

    name: str
    values: Values
    account: str = ""
    """Its account; "" to name it after the customer, beside the other customers' accounts."""
    currency: str = ""
    allow_duplicate: bool = False
    """Whether it is a different customer from the existing one of the same name."""


def add_customer(file: str | Path, request: CustomerRequest, day: date, write_options: WriteOptions) -> Outcome:
    """Opens a customer's account; an open account that belongs to no customer gets the customer's keys below its `open`.

    Raises what `change` raises, InvalidRequest (an identifier is wrong, the account is a customer's, a customer has that name).
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        if not request.name.strip():
            raise InvalidRequest(_("a customer needs a name: give one"))
        assets = str(loading.options["name_assets"])
        account = request.account or account_of(book, request.name, assets)
        check_tax_code(book, request.values)
        if not request.allow_duplicate and (there_is := _same_name(book, request)):
            raise InvalidRequest(there_is)
        notices = (
            *_alike(book, request, day),
            *_asked_by_public_buyers(request.values),
            *_reached(book, request, day),
        )
        duties, duty_notices = _by_duty(book, request.values, day)
        notices += duty_notices
        named = _named_after(book, request.name, assets)
        if not request.account and account != named and named not in book.main_accounts:
            notices += (
                _("{named} is open and belongs to no customer: --account {named} gives it to this one", named=named),
            )
        values: Values = {"customer": request.name, **request.values, **duties}
        opening = opens.account_opening(loading.entries, account)
        if opening is None:
            changes = _opened(loading, account, values, request.currency or book.currency, day)
        else:
            _free(book, account, opening, request.currency)
            changes = customer_changes(loading, account, values, opening, request.currency)
            notices += tuple(_unnumbered(loading, account))
        return changes._replace(message=_("Customer: {request}", request=request.name), notices=notices)

    return change(file, make, write_options)


def _opened(loading: Loading, account: str, values: Values, currency: str, day: date) -> Changes:
    entry = text.open_directive(day, account, currency, list(values.items()))
    place = file_of_latest(
        loading, [dated.versions[0][1].source for dated in loading.book.customers.values()], "customers"
    )
    return Changes((NewDirective(day, verbatim(entry), place),))


def customer_changes(
    loading: Loading, account: str, values: Values, opening: opens.AccountOpening, currency: str = ""
) -> Changes:
    """Adds a customer's keys to an open account: below the line that opens it or, if a plugin opens it without one, below a
    new line of the same day, for `currency` ("": any). Raises OSError, UnicodeDecodeError.
    """
    if opening.source is None:
        return _opened(loading, account, values, currency, opening.day)
    edit = writer.Edit(
        Path(opening.source.file), opening.source.line, *amendment_text.with_key_values(opening.source, values)
    )
    return Changes(edits=(edit,))


def _free(book: Book, account: str, opening: opens.AccountOpening, currency: str) -> None:
    """Raises InvalidRequest if an open account is a customer's, or not for the currency."""
    if main := book.main_accounts.get(account):
        name = book.customers[main].latest.name
        problem = (
            _("already belongs to {name}", name=name)
            if main == account
            else _("is part of {main}, which belongs to {name}", main=main, name=name)
        )
        raise InvalidRequest(
            _(
                "{account} {subject} ({place}): change that customer with customer change, or give another account "
                "with --account",
                account=account,
                subject=problem,
                place=book.customers[main].latest.source,
            )
        )
    if currency and opening.source and currency not in opening.currencies:
        only = (
            _("for {currencies} only", currencies=", ".join(opening.currencies))
            if opening.currencies
            else _("for any currency")
        )
        raise InvalidRequest(
            _(
                "{account} is open {only} ({place}): write {currency} on that line, or leave --currency out",
                account=account,
                only=only,
                place=opening.source,
                currency=currency,
            )
        )


def _unnumbered(loading: Loading, account: str) -> Iterator[str]:
    """The notice about entries on an account that becomes a customer's."""
    booked = legacy_books.balance(loading.entries, account, loading.book.last_date)
    if booked:
        amounts = ", ".join(f"{amount} {currency}" for currency, amount in booked.items())
        yield (
            _(
                "{account}: {amounts} is on it without invoice numbers: init --from {file} takes over what is open",
                account=account,
                amounts=amounts,
                file=loading.book.file,
            )
        )


def check_tax_code(book: Book, values: Values) -> None:
    """Raises InvalidRequest if a tax code is given that the ledger does not have."""
    tax = values.get("tax")
    if tax and tax not in book.taxes:
        raise InvalidRequest(_('there is no tax "{tax}"{hint}', tax=tax, hint=near_name_hint(str(tax), book.taxes)))


def _reached(book: Book, wanted: CustomerRequest, day: date) -> Iterator[str]:
    """Where e-invoices of a seller in France reach a French business without an electronic address in the ledger."""
    identifiers = {key: str(wanted.values.get(key) or "") for key in ("siren", "siret", "endpoint", "buyer")}
    siren = "".join((identifiers["siren"] or identifiers["siret"][:9]).split())
    french = law.law_of(str(wanted.values.get("country") or "")) == "FR" and (
        book.seller is None or law.law_of(book.seller.at(day).address.country) == "FR"
    )
    if french and siren and not identifiers["endpoint"] and identifiers["buyer"] in {"", "business"}:
        yield (
            _(
                "e-invoices reach it at 0225:{siren}, the address of its SIREN in the directory; if it wants another "
                "address, give --endpoint",
                siren=siren,
            )
        )


def _by_duty(book: Book, values: Values, day: date) -> tuple[dict[str, str], tuple[str, ...]]:
    """The channel and the electronic address of a business that by law gets e-invoices through Peppol, where they are not given,
    with the notice that says so; nothing elsewhere.
    """
    given = {
        key: str(values.get(key) or "") for key in ("country", "vat-id", "register-id", "buyer", "channel", "endpoint")
    }
    if book.seller is None or given["channel"] or given["buyer"] not in {"", "business"}:
        return {}, ()
    home = law.law_of(book.seller.at(day).address.country)
    table = law.country_table(home)
    duty = table.duty("business", day) if table else None
    endpoint = given["endpoint"] or peppol_endpoint(home, given["vat-id"], given["register-id"])
    if duty is None or not is_met_by_peppol(duty) or _country(values) != home or not endpoint:
        return {}, ()
    notice = _(
        "e-invoices reach it through {name} at {endpoint}, as the law wants between businesses since {day}: channel e-invoice",
        name=duty.name,
        endpoint=endpoint,
        day=duty.since,
    )
    return {"channel": "e-invoice", "endpoint": endpoint}, (notice,)


_IDENTIFIERS = ("siren", "siret", "vat-id", "email", "endpoint", "register-id")


def _same_name(book: Book, wanted: CustomerRequest) -> str:
    """The message that a customer has, or had, the name already, and what to do; "" if none has."""
    for account, dated in book.customers.items():
        if folded(wanted.name) in {folded(version.name) for _day, version in dated.versions}:
            return _(
                "{account} is a customer of the same name ({place}): write its changes with customer change "
                "{account}; if this is another customer, give --another",
                account=account,
                place=dated.latest.source,
            )
    return ""


def _alike(book: Book, wanted: CustomerRequest, day: date) -> Iterator[str]:
    """The notice if a customer has the same name, or an identifier or address that should be unique."""
    for account, dated in book.customers.items():
        customer = dated.at(day)
        if folded(wanted.name) in {folded(version.name) for _day, version in dated.versions}:
            continue
        for key in _IDENTIFIERS:
            given, own = str(wanted.values.get(key) or ""), str(getattr(customer, key.replace("-", "_")))
            if given and "".join(given.split()).casefold() == "".join(own.split()).casefold():
                yield _(
                    "{account} has the same {key} ({place}): is this another customer?",
                    account=account,
                    key=key,
                    place=customer.source,
                )
                break


def _country(values: Values) -> str:
    """The country of a customer from its data."""
    siren = str(values.get("siren") or values.get("siret") or "")
    return law.country_of(str(values.get("country") or ""), str(values.get("vat-id") or ""), siren)


def _asked_by_public_buyers(values: Values) -> Iterator[str]:
    """What is still missing for a public body that accepts only electronic invoices."""
    source = law.e_invoicing_mandate(_country(values), str(values.get("buyer") or ""))
    if not source:
        return
    channel = str(values.get("channel") or "e-invoice")
    if channel == "e-invoice":
        yield _(
            "a public body takes electronic invoices only ({place}): what you send it goes into the outbox for "
            "your platform",
            place=source,
        )
    else:
        yield _(
            "a public body takes electronic invoices only ({place}), not by {channel}: leave --channel out",
            place=source,
            channel=channel,
        )
    asked = (
        ("service-code", _("the code of the service (code service)")),
        ("purchase-order", _("the commitment number (numéro d’engagement)")),
    )
    for key, meaning in asked:
        if not values.get(key):
            yield _(
                "ask whether it wants {subject} on its invoices: --{key}, or later on each invoice",
                subject=meaning,
                key=key,
            )


def change_customer(file: str | Path, name: str, day: date, values: Values, write_options: WriteOptions) -> Outcome:
    """Changes the data of a customer from `day` on. Raises what `change` raises, InvalidRequest, UnknownCustomer."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        main = find_customer(book, name)
        if not values:
            raise InvalidRequest(_("say what changes for {main}, such as --email", main=main))
        check_tax_code(book, values)
        target = AmendmentTarget("invoice-customer", 0, main, (text.AccountName(main),))
        changes = amendment_changes(loading, target, [(day, values)])
        return changes._replace(
            message=_("Customer: {customer} from {day}", customer=book.customers[main].at(day).name, day=day)
        )

    return amend_ledger(file, make, write_options)


def check_party(values: Sequence[tuple[str, str]], language: str = "") -> None:
    """Raises InvalidRequest if an identifier's check digits are wrong, or terms cannot be read: with samples in `language`."""
    for key, value in values:
        if value and (problem := identifiers.mistake(key, value)):
            raise InvalidRequest(_("{key} {value}: {problem}", key=key, value=value, problem=problem))
        if key == "terms" and value:
            try:
                payment_terms.parse_terms(value, language=language)
            except payment_terms.TermsError as error:
                raise InvalidRequest(str(error)) from None


def account_name(name: str) -> str:
    """A name as the last part of an account: its words joined, without legal forms."""
    words = re.findall(r"[^\W_]+", _FORMS.sub(" ", name)) or re.findall(r"[^\W_]+", name)
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined if joined[:1].isupper() or joined[:1].isdigit() else f"C{joined}"


def account_of(book: Book, name: str, assets: str = "Assets") -> str:
    """A free account for a customer, beside those of the other customers and below none of them; `assets` is the name
    of the root of assets.
    """
    base = _named_after(book, name, assets)
    account, count = base, 2
    while account in book.opened_accounts:
        account, count = f"{base}{count}", count + 1
    return account


def _named_after(book: Book, name: str, assets: str) -> str:
    """The account that a customer's name gives, beside the others' and below no other's; it may be open already."""
    parents = [
        above
        for account in book.customers
        if (above := account.rsplit(":", 1)[0]) != assets and above not in book.main_accounts
    ]
    parent = max(sorted(set(parents)), key=parents.count) if parents else ""
    if parents.count(parent) == 1 and not account_words.of_no_single_customer(
        parent.rsplit(":", 1)[-1]
    ):  # it may be another's
        parent = _of_all(parent, assets) or parent
    return f"{parent or _of_customers(book, assets)}:{account_name(name)}"


def _of_all(account: str, assets: str) -> str:
    """The account above this one that is for customers in general; "" if there is none."""
    while account != assets and not account_words.of_no_single_customer(account.rsplit(":", 1)[-1]):
        account = account.rsplit(":", 1)[0]
    return account if account != assets else ""


def _of_customers(book: Book, assets: str) -> str:
    """The open account that is for customers in general, and belongs to none of them; else its usual name."""
    usual = [f"{assets}:{name}" for name in ("Clients", "Receivable", "Receivables")]
    accounts = [
        account
        for account in book.opened_accounts
        if account.startswith(f"{assets}:")
        and account not in book.main_accounts
        and account_words.of_customers(account)
        and account_words.of_no_single_customer(account.rsplit(":", 1)[-1])
    ]
    if accounts:
        return min(accounts, key=lambda account: (account not in usual, account.count(":"), account))
    return next(
        account for account in (usual[1], usual[0], f"{usual[1]}:Customers") if account not in book.main_accounts
    )


def padded(price: Decimal | None, decimals: int) -> Decimal | None:
    """A price, if there is one, with at least the currency's decimals."""
    return price if price is None or -int(price.as_tuple().exponent) >= decimals else round_to(price, decimals)


def file_of_latest(loading: Loading, sources: Sequence[Source], name: str) -> str:
    """The file of the last of `sources`, else the ledger's file of that name, else its top file."""
    if sources:
        return max(sources).file
    named = [file for file in loading.files if Path(file).stem == name]
    return named[0] if named else loading.book.file
