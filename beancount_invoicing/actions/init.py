"""A first ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.actions.customer import check_party
from beancount_invoicing.actions.init_words import DefaultAccounts, comments, default_accounts
from beancount_invoicing.files import put
from beancount_invoicing.ledger import check_loading
from beancount_invoicing.loading.loader import load
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import NO_TAX
from beancount_invoicing.rules import numbering, sepa
from beancount_invoicing.rules.duties import is_met_by_peppol
from beancount_invoicing.rules.references import is_qr_iban
from beancount_invoicing.rules.supply import ELECTRONIC
from beancount_invoicing.writing import text
from beancount_invoicing.writing.new_documents import InvalidRequest

SELLER_KEYS = (
    "legal-form", "address", "postcode", "city", "country", "siren", "siret", "vat-id", "register", "register-id", "tax-number",
    "email", "phone", "iban", "bic", "endpoint",
)  # fmt: skip
"""The keys of the seller, in the order in which they are written."""

EXEMPT_CODE = "EXEMPT"
"""The tax code of a seller who charges no tax, and says why."""
COMBINED_CODE = "TAXES"
"""The tax code that consists of two taxes on a line."""
Regime = str
REGIMES: dict[str, str] = {
    "invoices": _("tax is owed once invoiced (in France: option pour les débits, livraisons de biens)"),
    "payments": _("tax is owed once paid (in France: TVA sur les encaissements)"),
    "exempt": _("small business, no tax on sales (in France: franchise en base, art. 293 B du CGI)"),
}

_TAX = {"fr": "TVA", "de": "USt", "es": "IVA", "it": "IVA", "nl": "Btw", "pt": "IVA"}
"""The name of the tax in a language, in a country without a table; elsewhere VAT."""


class LedgerSetup(NamedTuple):
    """The seller and its way of selling: the settings of a first ledger."""

    name: str
    seller_values: tuple[tuple[str, str], ...]
    """The keys of SELLER_KEYS that are given."""
    regime: Regime
    rates: tuple[Decimal, ...]
    """Rates of tax in percent, the usual one first; none if the seller is exempt."""
    currency: str
    language: str
    terms: str
    number_pattern: str
    day: date
    """The first day: usually the first of a year."""
    oss: bool = False
    """Whether goods, or electronic services, for consumers in other states of the Union are taxed there, through the One Stop
    Shop.
    """
    nature: str = ""
    """What is sold, if it is all goods, all services or all electronic services."""


def init(folder: str | Path, start: LedgerSetup, *, dry: bool = False) -> tuple[Path, ...]:
    """Writes a first ledger into `folder`, which is created: `main.beancount`, the files that it includes, and a
    .gitignore. `main.beancount` is the last file listed; with `dry`, files are only listed. Raises InvalidRequest if
    one of them exists, or a value is wrong; OSError.
    """
    folder = Path(folder)
    texts = first_ledger(start)
    existing = [folder / name for name in texts if (folder / name).exists()]
    if existing:
        raise InvalidRequest(
            _(
                "{there} already exists: choose another folder, or add to a ledger with init --from {other_there}",
                there=existing[0],
                other_there=existing[-1],
            )
            if existing[-1].name == "main.beancount"
            else _(
                "{there} already exists: choose another folder, or add to a ledger with init --from LEDGER",
                there=existing[0],
            )  # main is the last
        )
    files = tuple(folder / name for name in texts)
    git_file = folder / ".gitignore"
    before = git_file.read_bytes() if git_file.exists() else b""
    after = extended_gitignore(before)
    named = (*files[:-1], *([git_file] if after != before else []), files[-1])
    if dry:
        return named
    folder.mkdir(parents=True, exist_ok=True)
    for name, entries in texts.items():  # main.beancount is the last
        put(folder / name, entries.encode(), b"")
    errors = check_loading(load(str(files[-1]), fresh=True)).errors
    if errors:  # nothing that init asks for should lead here
        for file in files:
            file.unlink()
        raise InvalidRequest(_("these answers do not make a valid ledger: {message}", message=errors[0].message))
    if after != before:
        put(git_file, after, before)
    return named


IGNORED = (".*.picklecache", "/outbox/", ".*.waiting", ".*.*-????????", ".bean-invoice-*")
"""What git should ignore beside a ledger: caches, what is to be sent by hand, temporary files, locks."""


def extended_gitignore(content: bytes) -> bytes:
    """A .gitignore with the missing lines of IGNORED at its end; everything in it stays."""
    patterns = {line.strip() for line in content.splitlines()}
    missing = [line for line in IGNORED if line.encode() not in patterns]
    end = b"" if not content or content.endswith(b"\n") else b"\n"
    return content + end + "".join(f"{line}\n" for line in missing).encode() if missing else content


def first_ledger(start: LedgerSetup) -> dict[str, str]:
    """The files of a first ledger by name, the top one last. Raises InvalidRequest if a value is wrong."""
    check_party([*start.seller_values, ("terms", start.terms)], start.language)
    try:
        numbering.parse_pattern(start.number_pattern)
    except numbering.PatternError as error:
        raise InvalidRequest(str(error)) from None
    names, words = accounts_of(start), comments(start.language)
    included = {
        "settings.beancount": f"; {words.settings}\n\n"
        + settings_directives(start, tax_codes_of_setup(start), names)
        + _claims(start, names)
        # nobody has paid yet: without this, no reminder would ask whether the bank is booked
        + text.custom_directive(start.day, "invoice-option", ["bank-accounts", names.bank])
        # new books track what is sent from their first day on
        + text.custom_directive(start.day, "invoice-option", ["send-from", start.day])
        + _references(start),
        "accounts.beancount": f"; {words.accounts}\n\n" + _accounts(start, names),
        "customers.beancount": f"; {words.customers}\n",
    }
    top = [f'option "title" {text.quoted(start.name)}', f'option "operating_currency" "{start.currency}"', ""]
    top += [f'include "{name}"' for name in included]
    top += ["", f"; {words.plugin}", 'plugin "beancount_invoicing"', ""]
    return {**included, "main.beancount": joined("\n", top)}


def _references(start: LedgerSetup) -> str:
    """That payers quote a reference with check digits, where it reaches the seller: by SEPA transfers, which are in euros, and by
    Swiss ones. It is the country's own kind in Belgium, and for a Swiss account with a QR-IBAN.
    """
    values = dict(start.seller_values)
    country, iban = values.get("country", ""), "".join(values.get("iban", "").split()).upper()
    by_sepa = start.currency == "EUR" and (law.in_union(country) or country in sepa.COUNTRIES_OUTSIDE_THE_UNION)
    if not by_sepa and not (start.currency == "CHF" and iban[:2] in {"CH", "LI"}):
        return ""
    kind = "qrr" if is_qr_iban(iban) else "ogm" if country == "BE" else "iso11649"
    written = {"qrr": "QR", "ogm": "+++…+++", "iso11649": "RF…"}[kind]
    because = f"; {comments(start.language).references.format(kind=written)}\n"
    return because + text.custom_directive(start.day, "invoice-option", ["payment-reference", kind])


def seller_place(start: LedgerSetup) -> str:
    """The place where the seller is; "" if it is not given."""
    values = dict(start.seller_values)
    return law.place_of_address(values.get("country", ""), values.get("postcode", ""), values.get("vat-id", ""))


def tax_codes_of_setup(start: LedgerSetup) -> list[tuple[str, Decimal]]:
    """The tax codes of a seller who charges these rates."""
    place = seller_place(start)
    prefix = (place if len(place) == 2 else law.state_of(place)) or "VAT"
    return [(f"{prefix}{rate.normalize():f}".replace(".", ""), rate) for rate in start.rates]


def settings_directives(start: LedgerSetup, codes: Sequence[tuple[str, Decimal]], names: DefaultAccounts) -> str:
    """Seller, taxes and options."""
    values = dict(start.seller_values)
    day = start.day

    def option(key: str, value: text.DirectiveValue) -> str:
        return text.custom_directive(day, "invoice-option", [key, value])

    parts = [
        text.custom_directive(day, "invoice-seller", [start.name], [(key, values.get(key)) for key in SELLER_KEYS])
    ]
    place = seller_place(start)
    table = table_of(start)
    label = tax_label(start)
    if start.regime == "exempt" and _says_nothing(start):
        default = NO_TAX
    elif start.regime == "exempt":
        parts.append(_exempt(start))
        default = EXEMPT_CODE
    elif combined := _combined(start, names):
        parts += combined
        default = COMBINED_CODE
    else:
        default = codes[0][0]
        sources = {rate.rate: rate.source for rate in usual_rates(place, values.get("postcode", ""), day)}
        for code, rate in codes:
            meta: text.MetaItems = [("category", "S" if rate else "Z"), ("rate", rate), ("nature", start.nature)]
            parts.append(
                _by(sources.get(rate, "")) + _charged(start, names, code, f"{label} {_percent(start, rate)}", meta)
            )
        parts += _of_the_state(start, place, label, names)
    parts += _untaxed(start, place)
    parts += _oss(start, place, label, names) if start.oss else ()
    parts += [
        option("number", start.number_pattern),
        option("default-tax", default),
        option("terms", start.terms),
        option("language", start.language),
        option("file", "{year}.beancount"),
        option("deposit-account", text.AccountName(names.deposits)),
    ]
    country = law.law_of(values.get("country", ""))
    if law.late_interest_law(country, "business", day):
        parts.append(option("late-interest", country))
    if table:
        parts += _habits(table, option, day)
    return "".join(parts)


def _habits(table: law.Country, option: Callable[[str, str], str], day: date) -> Iterator[str]:
    """The options by which documents are as the law and the habits of a country have them."""
    if table.series.credit_note:
        yield option("credit-note-number", table.series.credit_note)
    if table.page.window == "left":
        yield option("address-window", "left")
    duty = table.duty("business", day)
    if duty and is_met_by_peppol(duty):
        yield option("e-invoice-form", "peppol")


def usual_rates(place: str, postcode: str, day: date) -> tuple[law.Rate, ...]:
    """The rates of a seller in a place, the usual one first: those of its province, else those of the place."""
    provincial = law.provincial_tax(place, postcode)
    return (law.Rate(provincial.rate, provincial.source),) if provincial else law.usual_rates(place, day)


def usual_language(country: str) -> str:
    """The language of a seller's documents, by its country: English where nothing is known of it."""
    table = law.country_table(law.law_of(country)) or law.country_table(law.state_of(country))
    return table.languages[0] if table else "en"


def usual_terms(country: str, language: str) -> str:
    """Payment terms as people write them in a country, in a language."""
    table = law.country_table(law.law_of(country))
    return (table.terms.get(language) if table else "") or "30 days"


def usual_currency(country: str) -> str:
    """The currency of a seller's books, by its country: its table's, else the one that it has had longest by CLDR."""
    from babel.numbers import get_territory_currencies

    if table := law.country_table(law.law_of(country)):
        return table.currency
    state = law.state_of(country)
    found = get_territory_currencies(state) if len(state) == 2 else []
    return str(found[0]) if found else "EUR"


def usual_number(country: str) -> str:
    """The pattern of invoice numbers, by the seller's country."""
    table = law.country_table(law.law_of(country))
    return table.series.invoice if table else "F{year}-{seq:04}"


def table_of(start: LedgerSetup) -> law.Country | None:
    """The table of the seller's country; None if it has none."""
    return law.country_table(law.law_of(dict(start.seller_values).get("country", "")))


def tax_label(start: LedgerSetup) -> str:
    """What the tax is called where the seller is, in the language of the books."""
    table = table_of(start)
    values = dict(start.seller_values)
    provincial = law.provincial_tax(values.get("country", ""), values.get("postcode", ""))
    names = provincial.name if provincial else table.tax if table else {}
    own = names.get(start.language, "")
    return law.tax_name(seller_place(start)) or own or _TAX.get(start.language, "VAT")


def accounts_of(start: LedgerSetup) -> DefaultAccounts:
    """The names of the accounts of a first ledger, that of the tax as the country calls it."""
    names, table = default_accounts(start.language), table_of(start)
    tax = table.tax_accounts.get(start.language, "") if table else ""
    return names._replace(tax=tax, pending=f"{tax}:{names.pending.rpartition(':')[2]}") if tax else names


def _says_nothing(start: LedgerSetup) -> bool:
    """Whether who is not registered for the tax does not mention it: outside the Union (MWSTG, Art. 27 (1), in Switzerland)."""
    home = law.inland_territory(seller_place(start), "services")
    return not law.in_union(home) and not law.no_vat_mention(seller_place(start), start.language)


def _combined(start: LedgerSetup, names: DefaultAccounts) -> list[str]:
    """The codes of a province with two taxes on a line, such as Quebec, and the one that consists of both; none elsewhere, or if
    rates are given.
    """
    values = dict(start.seller_values)
    parts = law.combined_taxes(values.get("country", ""), values.get("postcode", ""), start.language)
    if not parts or start.rates:
        return []
    result = []
    for tax in parts:
        account = text.AccountName(f"{names.tax}:{tax.code}")
        meta: text.MetaItems = [("rate", tax.rate)]
        result.append(
            _by(tax.source) + text.custom_directive(start.day, "invoice-tax", [tax.code, tax.code, account], meta)
        )
    both = " ".join(tax.code for tax in parts)
    label = " + ".join(tax.code for tax in parts)
    return [*result, text.custom_directive(start.day, "invoice-tax", [COMBINED_CODE, label], [("parts", both)])]


def _charged(start: LedgerSetup, names: DefaultAccounts, code: str, label: str, meta: text.MetaItems) -> str:
    """A tax code with its keys, and when its tax is due."""
    values: list[text.DirectiveValue] = [code, label]
    if dict(meta)["rate"]:
        values.append(text.AccountName(names.tax))
        if start.regime == "payments":
            meta = [*meta, ("due-on", "payment"), ("pending", text.AccountName(names.pending))]
    return text.custom_directive(start.day, "invoice-tax", values, meta)


def _of_the_state(start: LedgerSetup, place: str, label: str, names: DefaultAccounts) -> list[str]:
    """The usual rate of the state, which applies to services for its businesses, if the place of the seller has rates of its
    own.
    """
    state = law.state_of(place)
    rates = law.usual_rates(state, start.day)
    own = law.usual_rates(place, start.day)
    if law.whereabouts(place, state, "services") != "home" or rates[:1] == own[:1]:
        return []
    rate = rates[0].rate
    meta: text.MetaItems = [("rate", rate), ("nature", "services"), ("sold-to", f"{state} business")]
    return [_by(rates[0].source) + _charged(start, names, f"{state}{rate:f}", f"{label} {_percent(start, rate)}", meta)]


def _by(source: str) -> str:
    """The comment above a tax code with its law; none if it is unknown."""
    return f"; {source}\n" if source else ""


def _percent(start: LedgerSetup, rate: Decimal) -> str:
    """A rate as the country writes it in the language of the books, by CLDR: 20 %, 8.1%."""
    from babel import Locale
    from babel.numbers import format_decimal

    table = table_of(start)
    locale = Locale.parse((table.locales.get(start.language) if table else "") or start.language)
    blank = "" if locale.percent_formats[None].pattern.endswith("0%") else " "
    return f"{format_decimal(rate, format='0.###', locale=locale)}{blank}%"


def _untaxed(start: LedgerSetup, place: str) -> list[str]:
    """The codes without tax that a seller of the place needs.

    A small firm needs fewer, and none outside the Union: whoever is not registered for a tax may not mention it (MWSTG, Art. 27
    (1), in Switzerland).
    """
    if start.regime == "exempt" and not law.in_union(law.inland_territory(place, "services")):
        return []
    return [
        text.custom_directive(
            start.day,
            "invoice-tax",
            [untaxed.code, untaxed.label],
            [
                ("category", untaxed.category),
                ("reason", untaxed.reason),
                ("nature", untaxed.nature),
                ("sold-to", untaxed.sold_to),
            ],
        )
        for untaxed in law.untaxed(place, start.language)
        if (start.regime != "exempt" or untaxed.kind in law.SMALL_BUSINESS_CODES)
        and untaxed.nature in {"goods", "services", start.nature}  # electronic services, where that is what is sold
    ]


def oss_account(names: DefaultAccounts) -> str:
    """The account of the taxes of other states, which the One Stop Shop collects."""
    return f"{names.tax}:OSS"


def _oss(start: LedgerSetup, place: str, label: str, names: DefaultAccounts) -> list[str]:
    """A code for the goods, or the electronic services, sold to consumers in each other state of the Union, and in its places
    with rates of their own, at the standard rate and those known to follow.
    """
    nature = ELECTRONIC if start.nature == ELECTRONIC else "goods"
    parts = [f"; {law.distance_sales().source}\n"]
    for state in (*law.members(), *law.places_with_rates()):
        rates = [rate for rate in law.standard_rates(state) if rate[0] > start.day]
        now = law.standard_rate(state, start.day)
        if law.state_of(state) == law.state_of(place) or now is None:
            continue
        code = f"OSS-{state}"
        meta: text.MetaItems = [("rate", now), ("nature", nature), ("sold-to", f"{state} consumer")]
        values: list[text.DirectiveValue] = [code, f"{label} ({state})", text.AccountName(oss_account(names))]
        parts.append(text.custom_directive(start.day, "invoice-tax", values, meta))
        parts += [text.custom_directive(since, "invoice-tax", [code], [("rate", rate)]) for since, rate in rates]
    return parts


def _exempt(start: LedgerSetup) -> str:
    """The tax code of a seller who charges no tax: in France with the VATEX code, whose sentence each document prints as it
    reads on its day; in its departments without VAT, and elsewhere in the Union, with the wording of that place.
    """
    place = seller_place(start)
    category, label = "E", law.small_business(law.inland_territory(place, "services"), start.language)
    reason = label
    if no_vat := law.no_vat_mention(place, start.language):
        category, label, reason = "O", no_vat, no_vat
    elif law.law_of(place) == "FR":  # no article: it changes, as the sentence of the code does
        label = "Franchise en base de TVA" if start.language == "fr" else "VAT not applicable (franchise en base)"
        reason = "VATEX-FR-FRANCHISE"
    elif not reason:
        category = "O"
    meta: text.MetaItems = [("category", category), ("rate", Decimal(0)), ("reason", reason), ("nature", start.nature)]
    return text.custom_directive(start.day, "invoice-tax", [EXEMPT_CODE, label], meta)


CLAIM_NUMBER = "P{year}-{seq:04}"


def _claims(start: LedgerSetup, names: DefaultAccounts) -> str:
    """Where claims for late interest are booked, and their numbers: a series of their own, unless it is the same as the
    invoices'.
    """
    parts = [
        text.custom_directive(start.day, "invoice-option", ["claim-account", text.AccountName(names.late_interest)])
    ]
    if numbering.parse_pattern(CLAIM_NUMBER).series(start.day) != numbering.parse_pattern(start.number_pattern).series(
        start.day
    ):
        parts.append(text.custom_directive(start.day, "invoice-option", ["claim-number", CLAIM_NUMBER]))
    return "".join(parts)


def _accounts(start: LedgerSetup, names: DefaultAccounts) -> str:
    accounts = [
        names.bank, names.customers, names.sales, names.late_interest, names.tax, names.deposits, names.bad_debts, names.opening,
    ]  # fmt: skip
    if start.regime == "payments":
        accounts.append(names.pending)
    if start.oss:
        accounts.append(oss_account(names))
    values = dict(start.seller_values)
    if start.regime != "exempt" and not start.rates:
        parts = law.combined_taxes(values.get("country", ""), values.get("postcode", ""), start.language)
        accounts += [f"{names.tax}:{tax.code}" for tax in parts]
    money = [
        text.open_directive(start.day, account, "" if account == names.customers else start.currency)
        for account in sorted(accounts)
    ]
    return "".join([*money, text.open_directive(start.day, names.time_worked, "HOUR")])
