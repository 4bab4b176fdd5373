"""Customers and items, added to a ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount_invoicing import law
from beancount_invoicing.actions.amending import Thing, amendments, changed
from beancount_invoicing.actions.billing import CannotBill, sales_accounts
from beancount_invoicing.actions.naming import customer, folded, near
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, as_it_is, change
from beancount_invoicing.entries import Loading, account_words, amending, older, opens, text, writer
from beancount_invoicing.entries.amending import Values
from beancount_invoicing.model import Book, Source
from beancount_invoicing.rules import currencies, identifiers, terms
from beancount_invoicing.rules.steps import round_to

_FORMS = re.compile(
    r"\b(SAS|SASU|SARL|EURL|SA|SCI|SCIC|SNC|GAEC|EARL|GmbH|AG|UG|KG|OHG|BV|NV|SRL|SPRL|Ltd|Limited|Inc|LLC|PLC|SpA|SL|Lda)\b\.?"
)


@dataclass(frozen=True, slots=True)
class CustomerWanted:
    """A customer to be opened; `said` has the keys that are said of it."""

    name: str
    said: Values
    account: str = ""
    """Its account; made of its name beside the other customers', if not said."""
    currency: str = ""
    another: bool = False
    """It is another customer than one of the same name that is there."""


def add_customer(file: str | Path, wanted: CustomerWanted, day: date, how: How) -> Outcome:
    """A customer's account is opened; one that is open already and nobody's gets what is said of the customer where it is opened.

    Raises what `change` raises, CannotBill (an identifier is wrong, the account is a customer's, a customer has that name).
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        if not wanted.name.strip():
            raise CannotBill("a customer has a name: say it")
        assets = str(loading.options["name_assets"])
        account = wanted.account or account_of(book, wanted.name, assets)
        known_tax(book, wanted.said)
        if not wanted.another and (there_is := _same_name(book, wanted)):
            raise CannotBill(there_is)
        notices = (
            *_alike(book, wanted, day),
            *_asked_by_public_buyers(wanted.said),
            *_reached(book, wanted, day),
        )
        named = _named_after(book, wanted.name, assets)
        if not wanted.account and account != named and named not in book.accounts:
            notices += (f"{named} is open, and no customer's: --account {named} makes it this one's",)
        said: Values = {"customer": wanted.name, **wanted.said}
        there = opens.opening(loading.entries, account)
        if there is None:
            changes = _opened(loading, account, said, wanted.currency or book.currency, day)
        else:
            _free(book, account, there, wanted.currency)
            changes = say_customer(loading, account, said, there, wanted.currency)
            notices += tuple(_unnumbered(loading, account))
        return replace(changes, message=f"Customer: {wanted.name}", notices=notices)

    return change(file, make, how)


def _opened(loading: Loading, account: str, said: Values, currency: str, day: date) -> Changes:
    entry = text.opened(day, account, currency, list(said.items()))
    place = beside(loading, [dated.versions[0][1].source for dated in loading.book.customers.values()], "customers")
    return Changes((New(day, as_it_is(entry), place),))


def say_customer(loading: Loading, account: str, said: Values, there: opens.Opening, currency: str = "") -> Changes:
    """What is said of a customer, on an account that is open: below the line that opens it, or where a plugin opens it without
    one, by a line of the day on which it does, for `currency` ("": any). Raises OSError, UnicodeDecodeError."""
    if there.source is None:
        return _opened(loading, account, said, currency, there.day)
    edit = writer.Edit(Path(there.source.file), there.source.line, *amending.with_values(there.source, said))
    return Changes(edits=(edit,))


def _free(book: Book, account: str, there: opens.Opening, currency: str) -> None:
    """Raises CannotBill where an open account is a customer's, or not for the currency."""
    if main := book.accounts.get(account):
        name = book.customers[main].as_last_said.name
        what = f"is {name}'s already" if main == account else f"is a part of {main}, {name}'s"
        raise CannotBill(
            f"{account} {what} ({book.customers[main].as_last_said.source}): change that customer with customer change, or say"
            " another account with --account"
        )
    if currency and there.source and currency not in there.currencies:
        only = f"for {', '.join(there.currencies)} only" if there.currencies else "for any currency"
        raise CannotBill(
            f"{account} is open {only} ({there.source}): write {currency} on that line, or leave --currency out"
        )


def _unnumbered(loading: Loading, account: str) -> Iterator[str]:
    """What to say of what is booked already on an account that becomes a customer's."""
    booked = older.balance(loading.entries, account, loading.book.last_date)
    if booked:
        amounts = ", ".join(f"{amount} {currency}" for currency, amount in booked.items())
        yield (
            f"{account}: {amounts} stand there without the numbers of invoices: init --from {loading.book.file} takes over"
            " what is open"
        )


def known_tax(book: Book, said: Values) -> None:
    """Raises CannotBill where a tax code is said that the ledger does not have."""
    tax = said.get("tax")
    if tax and tax not in book.taxes:
        raise CannotBill(f'there is no tax "{tax}"{near(str(tax), book.taxes)}')


def _reached(book: Book, wanted: CustomerWanted, day: date) -> Iterator[str]:
    """Where e-invoices of a seller in France reach a French business that names no electronic address."""
    said = {key: str(wanted.said.get(key) or "") for key in ("siren", "siret", "endpoint", "buyer")}
    siren = "".join((said["siren"] or said["siret"][:9]).split())
    french = law.law_of(str(wanted.said.get("country") or "")) == "FR" and (
        book.seller is None or law.law_of(book.seller.at(day).address.country) == "FR"
    )
    if french and siren and not said["endpoint"] and said["buyer"] in {"", "business"}:
        yield (
            f"e-invoices reach it at 0225:{siren}, the address of its SIREN in the directory; where it wants another one, say"
            " --endpoint"
        )


_IDENTIFIERS = ("siren", "siret", "vat-id", "email", "endpoint", "register-id")


def _same_name(book: Book, wanted: CustomerWanted) -> str:
    """That a customer has, or had, the name already, and what to do; "" where none has."""
    for account, dated in book.customers.items():
        if folded(wanted.name) in {folded(version.name) for _day, version in dated.versions}:
            return (
                f"{account} is a customer of the same name ({dated.as_last_said.source}): what changes of it is written by customer"
                f" change {account}; where this is another one, say --another"
            )
    return ""


def _alike(book: Book, wanted: CustomerWanted, day: date) -> Iterator[str]:
    """What to say where a customer has the same name, or an identifier or address that should be one's own."""
    for account, dated in book.customers.items():
        there = dated.at(day)
        if folded(wanted.name) in {folded(version.name) for _day, version in dated.versions}:
            continue
        for key in _IDENTIFIERS:
            said, own = str(wanted.said.get(key) or ""), str(getattr(there, key.replace("-", "_")))
            if said and "".join(said.split()).casefold() == "".join(own.split()).casefold():
                yield f"{account} has the same {key} ({there.source}): is it another customer?"
                break


def _country(said: Values) -> str:
    """The country of a customer by what is said of it."""
    siren = str(said.get("siren") or said.get("siret") or "")
    return law.country_of(str(said.get("country") or ""), str(said.get("vat-id") or ""), siren)


def _asked_by_public_buyers(said: Values) -> Iterator[str]:
    """What a public body that takes electronic invoices only needs said."""
    source = law.electronic_only(_country(said), str(said.get("buyer") or ""))
    if not source:
        return
    channel = str(said.get("channel") or "e-invoice")
    if channel == "e-invoice":
        yield f"a public body takes electronic invoices only ({source}): what it is sent goes into the outbox for your platform"
    else:
        yield f"a public body takes electronic invoices only ({source}), not by {channel}: leave --channel out"
    asked = (
        ("service-code", "the code of the service (code service)"),
        ("purchase-order", "the commitment number (numéro d’engagement)"),
    )
    for key, what in asked:
        if not said.get(key):
            yield f"ask it whether it wants {what} on its invoices: --{key}, or later on each invoice"


def change_customer(file: str | Path, name: str, day: date, said: Values, how: How) -> Outcome:
    """What holds of a customer from `day` on. Raises what `changed` raises, CannotBill, UnknownCustomer."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        main = customer(book, name)
        if not said:
            raise CannotBill(f"say what changes of {main}, such as --email")
        known_tax(book, said)
        thing = Thing("invoice-customer", 0, main, (text.AccountName(main),))
        changes = amendments(loading, thing, [(day, said)])
        return replace(changes, message=f"Customer: {book.customers[main].at(day).name} from {day}")

    return changed(file, make, how)


def check_party(said: Sequence[tuple[str, str]]) -> None:
    """Raises CannotBill where an identifier's check digits are wrong, or terms cannot be read."""
    for key, value in said:
        if value and (problem := identifiers.problem(key, value)):
            raise CannotBill(f"{key} {value}: {problem}")
        if key == "terms" and value:
            try:
                terms.parse(value)
            except terms.TermsError as error:
                raise CannotBill(str(error)) from None


def account_name(name: str) -> str:
    """A name as the last part of an account: its words joined, legal forms left out."""
    words = re.findall(r"[^\W_]+", _FORMS.sub(" ", name)) or re.findall(r"[^\W_]+", name)
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined if joined[:1].isupper() or joined[:1].isdigit() else f"C{joined}"


def account_of(book: Book, name: str, assets: str = "Assets") -> str:
    """A free account for a customer, beside the others', and below no other's; `assets` is how accounts of assets begin."""
    base = _named_after(book, name, assets)
    account, count = base, 2
    while account in book.opened:
        account, count = f"{base}{count}", count + 1
    return account


def _named_after(book: Book, name: str, assets: str) -> str:
    """The account that a customer's name gives, beside the others' and below no other's; it may be open."""
    parents = [
        above
        for account in book.customers
        if (above := account.rsplit(":", 1)[0]) != assets and above not in book.accounts
    ]
    parent = max(sorted(set(parents)), key=parents.count) if parents else ""
    if parents.count(parent) == 1 and not account_words.of_nobody(parent.rsplit(":", 1)[-1]):  # it may be another's
        parent = _of_all(parent, assets) or parent
    return f"{parent or _of_customers(book, assets)}:{account_name(name)}"


def _of_all(account: str, assets: str) -> str:
    """The account above this one that is of customers in general; "" where none is."""
    while account != assets and not account_words.of_nobody(account.rsplit(":", 1)[-1]):
        account = account.rsplit(":", 1)[0]
    return account if account != assets else ""


def _of_customers(book: Book, assets: str) -> str:
    """The open account that is of customers in general, and of none of them; else what it is usually called."""
    usual = [f"{assets}:{name}" for name in ("Clients", "Receivable", "Receivables")]
    those = [
        account
        for account in book.opened
        if account.startswith(f"{assets}:")
        and account not in book.accounts
        and account_words.of_customers(account)
        and account_words.of_nobody(account.rsplit(":", 1)[-1])
    ]
    if those:
        return min(those, key=lambda one: (one not in usual, one.count(":"), one))
    return next(one for one in (usual[1], usual[0], f"{usual[1]}:Customers") if one not in book.accounts)


@dataclass(frozen=True, slots=True)
class ItemWanted:
    """An item to be added. What is not said is "" or None."""

    code: str
    name: str
    account: str
    price: Decimal | None = None
    price_with_tax: Decimal | None = None
    unit: str = ""
    tax: str = ""
    nature: str = ""


def add_item(file: str | Path, wanted: ItemWanted, day: date, how: How) -> Outcome:
    """An item is added. Raises what `change` raises, CannotBill."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        if wanted.code in book.items:
            there = book.items[wanted.code].versions[0][1]
            raise CannotBill(
                f"{wanted.code} is there already, {there.name} ({there.source}): item price {wanted.code} gives it another price,"
                " or take another code"
            )
        if wanted.tax and wanted.tax not in book.taxes:
            raise CannotBill(f'there is no tax "{wanted.tax}"{near(wanted.tax, book.taxes)}')
        account = wanted.account or income_account(book, str(loading.options["name_income"]))
        if account not in book.opened:
            raise CannotBill(f"{account} is not open{near(account, book.opened)}")
        known = [dated.versions[0][1].source for dated in book.items.values()]
        place = beside(loading, known or [dated.versions[0][1].source for dated in book.taxes.values()], "settings")
        decimals = currencies.decimals(book.currency or "EUR")
        entry = text.custom(
            day,
            "invoice-item",
            [wanted.code, wanted.name, text.AccountName(account)],
            [
                ("nature", wanted.nature),
                ("unit", wanted.unit),
                ("price", padded(wanted.price, decimals)),
                ("price-with-tax", padded(wanted.price_with_tax, decimals)),
                ("tax", wanted.tax),
            ],
        )
        return Changes((New(day, as_it_is(entry), place),), message=f"Item: {wanted.code}")

    return change(file, make, how)


def price_item(file: str | Path, code: str, price: Decimal, with_tax: bool | None, day: date, how: How) -> Outcome:
    """An item's price from `day` on; with or without tax as it was before (None). Raises what `changed` raises, CannotBill."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        if code not in book.items:
            raise CannotBill(f'there is no item "{code}"{near(code, book.items)}')
        there = book.items[code].at(day)
        included = there.price_with_tax is not None if with_tax is None else with_tax
        key, other = ("price-with-tax", "price") if included else ("price", "price-with-tax")
        had = there.price if included else there.price_with_tax
        said: dict[str, text.Value | None] = {key: padded(price, currencies.decimals(book.currency or "EUR"))}
        if had is not None:
            said[other] = None
        changes = amendments(loading, Thing("invoice-item", 0, code, (code,)), [(day, said)])
        own = [
            f"{one.code} has a price of its own from {day} on, {one.price} ({one.source}): it stays as it is"
            for one in (dated.at(day) for dated in book.contracts.values())
            if one.item == code and one.price is not None and not (one.until and not one.renews and one.until < day)
        ]
        return replace(changes, message=f"Item: {code} {price} from {day}", notices=(*changes.notices, *own))

    return changed(file, make, how)


def income_account(book: Book, root: str) -> str:
    """The account of most items; where there are none yet, the one income account that is open, beside that of claims.

    Raises CannotBill where there are several, or none.
    """
    items = [dated.as_last_said.account for dated in book.items.values()]
    if items:
        return max(sorted(set(items)), key=items.count)
    opened = sales_accounts(book, root)
    if len(opened) == 1:
        return opened[0]
    raise CannotBill(f"say which income account it is booked on: --account {' or '.join(opened) or f'{root}:…'}")


def padded(price: Decimal | None, decimals: int) -> Decimal | None:
    """A price, if there is one, with at least the currency's decimals."""
    return price if price is None or -int(price.as_tuple().exponent) >= decimals else round_to(price, decimals)


def beside(loading: Loading, sources: Sequence[Source], name: str) -> str:
    """The file where the last of `sources` stands, else the ledger's file of that name, else its top file."""
    if sources:
        return max(sources).file
    named = [file for file in loading.files if Path(file).stem == name]
    return named[0] if named else loading.book.file
