"""Who sells, who buys, how to pay: the parts that documents and letters share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from os.path import realpath
from pathlib import Path
from typing import Any

from beancount_invoicing import law
from beancount_invoicing.messages import _
from beancount_invoicing.model import Address, Book, Customer, Seller
from beancount_invoicing.receivables.direct_debit import DebitNotice
from beancount_invoicing.rendering.addresses import postal_lines
from beancount_invoicing.rendering.formats import Formats, babel_locale, is_known, regional, speaks
from beancount_invoicing.rendering.view import Pair
from beancount_invoicing.rules.identifiers import numbers_on_page
from beancount_invoicing.rules.payment_links import payment_link
from beancount_invoicing.rules.references import is_creditor_reference, is_qr_iban, reference_on_page

REMITTANCE_LENGTH = 140
"""The number of characters of text that a transfer may carry (EPC069-12)."""


def language_of(book: Book, customer: Customer, day: date, known: tuple[str, ...]) -> str:
    """The language of a customer's documents: the customer's own, else the option's, else French in France, else
    English.
    """
    code = book.language(customer, day)
    return code if code in known else "en"


def locale_of(book: Book, customer: Customer, day: date, known: tuple[str, ...]) -> str:
    """The language of a customer's documents with its region, such as "de-CH": the region written with the language, else the
    seller's country if the language is spoken there. Without one, only the language.
    """
    language = language_of(book, customer, day, known)
    written = customer.language or book.option("language", day)
    region = written[3:].upper() if written[:2].lower() == language else ""
    return regional(language, region or _home_region(book, language, day))


def unknown_region(book: Book, customer: Customer, day: date, locale: str) -> tuple[str, ...]:
    """A notice that there are no formats for the region of a customer's language, if that is so; `locale`: what is used."""
    written = customer.language or book.option("language", day)
    if len(written) < 4 or written[:2].lower() != locale[:2] or is_known(locale[:2], written[3:].upper()):
        return ()
    source = customer.source if customer.language else book.option_source("language")
    return (
        _(
            '{source}: language: no formats are known for "{written}": those of "{locale}" are used',
            source=source,
            written=written,
            locale=locale,
        ),
    )


def books_locale(book: Book, day: date, known: tuple[str, ...]) -> str:
    """The language of the books with its region, for pages that go to no customer."""
    language = book.books_language(day)
    written = book.option("language", day)
    if language not in known:
        language, written = "en", ""
    return regional(language, written[3:].upper() or _home_region(book, language, day))


def _home_region(book: Book, language: str, day: date) -> str:
    """The region whose formats a seller's documents in a language have: by the table of its country, else the country if the
    language is spoken there.
    """
    country = law.law_of(book.seller.at(day).address.country) if book.seller else ""
    if table := law.country_table(country):
        return table.locales.get(language, "")[3:]
    return country if country and speaks(country, language) else ""


def first_person_singular(book: Book, day: date) -> bool:
    """Whether letters and e-mails of a day use "I" instead of "we": option `voice`."""
    return book.option("voice", day) == "I"


def country_name(code: str, language: str) -> str:
    """A country's name in a language; the code itself if it is unknown."""
    return str(babel_locale(language).territories.get(code, code))


def address_lines(address: Address, home: str, language: str) -> tuple[str, ...]:
    """The lines of an address; the country only if it is not the seller's (`home`)."""
    lines = [*postal_lines(address, home)]
    if address.country and address.country != home:
        lines.append(country_name(address.country, language).upper())
    return tuple(lines)


def recipient_lines(customer: Customer, home: str, language: str, words: dict[str, Any]) -> tuple[str, ...]:
    """The customer as shown in the envelope's window."""
    contact = (f"{words['labels']['contact']} {customer.contact}",) if customer.contact else ()
    return (customer.name, *contact, *address_lines(customer.address, home, language))


def return_line(seller: Seller) -> str:
    """The seller's name and address on one line, which the post needs if a letter cannot be delivered."""
    home = seller.address.country
    return " · ".join(part for part in (seller.name, *postal_lines(seller.address, home)) if part)


_SOLE_TRADER = re.compile(r"(EI|entrepreneur individuel|entreprise individuelle)\b", re.IGNORECASE)


def shown_name(seller: Seller) -> str:
    """The seller's name at the head of a page; a sole trader's in France with "EI" right after it (Code de commerce,
    art. R526-27).
    """
    alone = law.law_of(seller.address.country) == "FR" and _SOLE_TRADER.match(seller.legal_form)
    match = re.search(rf"\b{_SOLE_TRADER.pattern}", seller.name, re.IGNORECASE)
    return f"{seller.name} EI" if alone and not match else seller.name


def seller_lines(seller: Seller, language: str, words: dict[str, Any]) -> tuple[str, ...]:
    """The seller's address and contact details."""
    phone = f"{words['labels']['phone']} {seller.phone}" if seller.phone else ""
    lines = (*address_lines(seller.address, seller.address.country, language), phone, seller.email, seller.website)
    return tuple(line for line in lines if line)


def legal_lines(seller: Seller, words: dict[str, Any]) -> tuple[str, ...]:
    """The foot of every page: what the law requires of the seller (Code de commerce, art. R123-237), and the seller's
    own mentions.
    """
    labels = words["labels"]
    parts = [" – ".join(part for part in (seller.name, seller.legal_form) if part)]
    if seller.register:
        parts.append(seller.register)
    if seller.siret:
        parts.append(f"{labels['siret']} {seller.siret}")
    elif seller.siren:
        parts.append(f"{labels['siren']} {seller.siren}")
    if seller.register_id and not (seller.register or seller.siren or seller.siret):
        parts.append(re.sub(r"\A\d{4}:", "", seller.register_id))
    language, country = words["text"]["terms"], law.law_of(seller.address.country)
    if seller.vat_id:
        parts.append(f"{number_label(country, language, 'vat-id', labels)} {vat_id_on_page(seller.vat_id)}")
    parts += [f"{label} {number}" for label, number in tax_number_rows(seller, language, "tax-number", labels)]
    lines = [" · ".join(parts)]
    if seller.insurance:
        lines.append(f"{labels['insurance']} : {seller.insurance}" if labels["page"] == "Page" and labels["of"] == "sur"
                     else f"{labels['insurance']}: {seller.insurance}")  # fmt: skip
    lines += [line.strip() for line in seller.mention.split("\n") if line.strip()]
    return tuple(lines)


def number_label(country: str, language: str, key: str, labels: Mapping[str, str]) -> str:
    """What a number ("vat-id", "your-tax-number" …) is called: the words of its own country, in the document's language or else in
    the country's first; the document's words if the country has none.
    """
    table = law.country_table(country)
    if table is None:
        return labels[key]
    spoken = (language,) if "vat-id" in key else (language, table.languages[0])
    words = (table.words.get(name, {}).get("labels", {}).get(key, "") for name in spoken)
    return next((word for word in words if word), labels.get(key, ""))


def tax_number_rows(
    party: Seller | Customer, language: str, key: str, labels: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The numbers from a party's tax office, each with what it is called."""
    country = law.law_of(party.address.country)
    for number, purpose in numbers_on_page(party.tax_number, country) if party.tax_number else ():
        special = number_label(country, language, f"tax-number-{purpose}", labels) if purpose else ""
        yield special or number_label(country, language, key, labels), number


def vat_id_on_page(vat_id: str) -> str:
    """A VAT id as it is printed: CHE-116.281.710 MWST."""
    match = re.fullmatch(r"CHE-?(\d{3})\.?(\d{3})\.?(\d{3})(MWST|TVA|IVA|TPV)", vat_id)
    return f"CHE-{match[1]}.{match[2]}.{match[3]} {match[4]}" if match else vat_id


LONGEST_IBAN, LONGEST_BIC = 34, 11
"""ISO 13616 and ISO 9362; the code of a transfer has no room for more."""


def iban_groups(iban: str) -> str:
    """An IBAN in groups of four, as ISO 13616 prints it."""
    return " ".join(re.findall(".{1,4}", iban))


def payment_rows(
    seller: Seller,
    customer: Customer,
    reference: str,
    amount: Decimal,
    currency: str,
    formats: Formats,
    words: dict[str, Any],
) -> tuple[tuple[Pair, ...], str]:
    """How to pay `amount`, and the content of the EPC QR code ("" unless the currency is the euro, the amount positive
    and an IBAN known). No reference if `reference` is "".

    The QR code follows EPC069-12: amounts from 0.01 to 999 999 999.99 €.
    """
    labels = words["labels"]
    iban, bic = (customer.iban, customer.bic) if customer.iban else (seller.iban, seller.bic)
    local = account_rows(seller, iban, currency, labels) if not customer.iban or iban[:2] == "GB" else ()
    if not (iban or local):
        return (), ""
    pairs = [Pair(labels["account-holder"], seller.name), *local]
    if iban:
        pairs.append(Pair(labels["iban"], iban_groups(iban)))
    if bic:
        pairs.append(Pair(labels["bic"], bic))
    if reference:
        pairs.append(Pair(labels["reference"], reference_on_page(reference)))
    if currency != "EUR" or not Decimal("0.01") <= amount <= Decimal("999999999.99"):
        return tuple(pairs), ""
    if len(iban) > LONGEST_IBAN or len(bic) > LONGEST_BIC or is_qr_iban(iban):  # `check` says that it is none
        return tuple(pairs), ""
    del formats
    return tuple(pairs), _epc(seller.name, iban, bic, amount, reference)


def account_rows(seller: Seller, iban: str, currency: str, labels: Mapping[str, str]) -> tuple[Pair, ...]:
    """How the seller's account is written at home, for payments in the currency of that country: sort code and account number of a
    British IBAN; else the seller's `account-number` with the code of its bank.
    """
    if iban[:2] == "GB" and len(iban) == 22:
        code = "-".join(re.findall("..", iban[8:14]))
        return (Pair(labels["sort-code"], code), Pair(labels["account-number"], iban[14:])) if currency == "GBP" else ()
    table = law.country_table(law.law_of(seller.address.country))
    if table and table.currency != currency:
        return ()
    kind = table.payment[0] if table and table.payment[0] in labels else "bank-code"
    rows = (
        (labels["account-bank"], seller.account_bank),
        (labels[kind], seller.bank_code),
        (labels["wire"], seller.wire_code),
        (labels["account-number"], seller.account_number),
        (labels["check"], ", ".join((seller.name, *seller.check_to.split("\n"))) if seller.check_to else ""),
    )
    return tuple(Pair(label, value) for label, value in rows if value)


def payment_link_rows(
    book: Book, day: date, number: str, amount: Decimal, currency: str, labels: Mapping[str, str]
) -> tuple[Pair, ...]:
    """The link to pay `amount` of a document at a provider, by option `payment-link` on `day`; none if nothing is asked
    for, or no link can be made.
    """
    template = book.option("payment-link", day)
    if not template or amount <= 0:
        return ()
    link = payment_link(template, book.option("payment-reference", day), number, amount, currency)
    return (Pair(labels["pay-online"], link, link=link),) if link else ()


def debit_rows(notice: DebitNotice, formats: Formats, labels: Mapping[str, str]) -> tuple[Pair, ...]:
    """When a document is debited, from which account and under which mandate (pre-notification, SDD rulebooks 4.3.2).

    Only the two ends of the account number are shown.
    """
    iban = notice.iban
    return (
        *(Pair(labels["debited-on"], formats.day(day)) for day in notice.days),
        Pair(labels["debited-account"], f"{iban[:4]} … {iban[-4:]}"),
        Pair(labels["mandate"], notice.mandate),
        Pair(labels["creditor-id"], notice.creditor_id),
    )


def remittance_reference(numbers: Sequence[str]) -> str:
    """The document numbers for a transfer: as many as fit into 140 characters, and "…" if more follow."""
    text = ", ".join(numbers)
    if len(text) <= REMITTANCE_LENGTH:
        return text
    shortened = text[: REMITTANCE_LENGTH - 3].rpartition(", ")[0]
    return f"{shortened} …" if shortened else text[:REMITTANCE_LENGTH]


def _epc(name: str, iban: str, bic: str, amount: Decimal, reference: str) -> str:
    """The content of an EPC QR code, version 2, in UTF-8: a creditor reference (ISO 11649) in its line for structured ones, which
    banks check and carry as such, anything else in the line for text; never both (EPC069-12, elements 10 and 11).

    segno.helpers.make_epc_qr draws the same, as a test shows, but tries eight masks for it: three times as long.
    """
    structured = is_creditor_reference(reference)
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        bic,
        _short(name, 70),
        iban,
        f"EUR{amount:.2f}",
        "",
        reference if structured else "",
        "" if structured else _short(reference, REMITTANCE_LENGTH),
        "",
    )
    return "\n".join(lines).rstrip("\n")


def _short(text: str, length: int) -> str:
    return " ".join(text.split())[:length].strip()


def logo_file(book: Book, seller: Seller, day: date) -> tuple[str, tuple[str, ...]]:
    """The logo's path, and a notice if the file is missing, cannot be used as an image, or is outside the ledger's
    folder.

    The option `logo` may name a file anywhere, because whoever sets options may read the disk; whoever writes entries
    need not.
    """
    text = book.option("logo", day)
    home = Path(book.file).parent
    if not text and not seller.logo:
        return "", ()
    file = home / text if text else Path(seller.logo)
    if "\0" in str(file):
        return "", (f"{seller.source}: logo: its name has a NUL character, which no file's name can hold: take it out",)
    # realpath: Path.resolve raises where links lead round in a circle
    if not text and not Path(realpath(file)).is_relative_to(realpath(home)):
        return "", (
            f"{seller.source}: logo: {file} is outside the ledger's folder: move it there, or name it by custom"
            ' "invoice-option" "logo"',
        )
    if not file.is_file():
        return "", (f"{seller.source}: logo: there is no file {file}",)
    if file.suffix.lower() not in {".svg", ".png", ".jpg", ".jpeg"}:
        return "", (f"{seller.source}: logo: {file.name} must be svg, png or jpg",)
    return str(file), ()
