"""`bean-invoice init`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing import law
from beancount_invoicing.actions import adopt, init
from beancount_invoicing.actions.init import REGIMES, SELLER_KEYS, LedgerSetup
from beancount_invoicing.cli.common import (
    DayParam,
    F,
    Number,
    OneOf,
    Session,
    date_option,
    examples,
    print_notice,
    today,
)
from beancount_invoicing.cli.completion import complete_list, complete_taxes
from beancount_invoicing.cli.echo import echo, prompt
from beancount_invoicing.cli.writing import build_write_options, changing, is_dry_run, print_outcome, writing_options
from beancount_invoicing.messages import _
from beancount_invoicing.rules import identifiers
from beancount_invoicing.rules.duties import is_met_by_peppol, peppol_endpoint


def _party_options(keys: tuple[str, ...], but: tuple[str, ...] = ()) -> Callable[[F], F]:
    """An option for each key of a party; identifiers whose check digits are wrong are refused."""

    def checked(_ctx: click.Context, param: click.Parameter, value: str) -> str:
        if value and (problem := identifiers.mistake(str(param.name).replace("_", "-"), value)):
            raise click.BadParameter(_("{value}: {problem}", value=value, problem=problem), param=param)
        return value

    def decorate(command: F) -> F:
        for key in reversed([key for key in keys if key not in but]):
            command = click.option(
                f"--{key}", default="", callback=checked, help=_HELP[key],
                shell_complete=_COMPLETING.get(key),
            )(command)  # fmt: skip
        return command

    return decorate


_COMPLETING = {
    "tax": complete_taxes,
    "channel": complete_list("email", "post", "e-invoice"),
    "buyer": complete_list("business", "consumer", "public", "hospital", "public-enterprise"),
}
_HELP = {
    "postcode": "Postcode.",
    "city": "City.",
    "contact": "Who is written to there.",
    "phone": "Telephone.",
    "purchase-order": "Their order number, printed on invoices.",
    "service-code": "Code of a public buyer's service.",
    "language": "Language of what is sent, a code of two letters.",
    "tax": "Tax code of what is sold to them, where it is not the items'.",
    "iban": "IBAN of the account to pay to.",
    "bic": "BIC of that account.",
    "address": "Street lines, separated by \\n.",
    "country": "ISO code of two letters.",
    "siren": "SIREN (nine figures).",
    "siret": "SIRET (fourteen figures).",
    "vat-id": "VAT identification number.",
    "endpoint": "Electronic address, scheme:identifier.",
    "terms": 'Payment terms, such as "30 days, end of month" or "14 Tage netto".',
    "buyer": "What they are: business, consumer, public, hospital or public-enterprise.",
    "channel": "How invoices leave: email, post or e-invoice.",
    "register": "Trade register and number.",
    "legal-form": 'Legal form and capital; "EI" for a sole trader in France.',
    "register-id": 'Its number for e-invoices, with the scheme if there is one: "0208:0403019261".',
    "tax-number": "Number from the tax office, if it is not a VAT id.",
    "email": "Where invoices go (customer), or who sends them (seller).",
}


@click.command(
    epilog=examples(
        'init books --name "Atelier Sud" --country FR --regime payments',
        'init --from older.beancount --name "Atelier Sud" --country FR --regime invoices',
    )
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option(
    "--from",
    "older",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An older ledger to take over.",
)
@click.option("--name", default="", help="Legal name of the seller.")
@_party_options(SELLER_KEYS)
@click.option(
    "--regime",
    type=OneOf(sorted(REGIMES)),
    help="When tax is owed: on the invoice, on payment, or never.",
)
@click.option(
    "--rate",
    "rates",
    multiple=True,
    type=Number(),
    help="A rate of tax in percent, the usual one first; may be repeated.",
)
@click.option(
    "--oss",
    is_flag=True,
    help="Goods (or, with --nature electronic, electronic services) for consumers in other states of the "
    "Union are taxed there, through the One Stop Shop.",
)
@click.option(
    "--nature",
    type=OneOf(["goods", "services", "electronic"]),
    help="What you sell, if it is all goods, all services, or all electronic services.",
)
@click.option("--currency", default="", help="The currency of the books. Default: that of the country.")
@click.option("--language", default="", help="Language of the documents. Default: that of the country.")
@click.option(
    "--terms", default="", help='Payment terms, such as "14 Tage netto". Default: 30 days, as the country writes it.'
)
@click.option("--number", default="", help="Pattern of the invoice numbers. Default: as is usual in the country.")
@date_option(
    "The first day on which it applies. Default: the first day of this year.", default=None, also=(), edge="first"
)
@click.option(
    "--as-of", type=DayParam(), default=today, show_default="today", metavar="DATE",
    help="With --from: the day on which the items are open.",
)  # fmt: skip
@writing_options
@click.pass_obj
def init_command(
    session: Session,
    /,
    folder: Path,
    older: Path | None,
    name: str,
    regime: str | None,
    rates: tuple[Decimal, ...],
    oss: bool,
    nature: str | None,
    currency: str,
    language: str,
    terms: str,
    number: str,
    day: date | None,
    as_of: date,
    write: bool,
    into: Path | None,
    commit: bool,
    **seller_values: str,
) -> None:
    """Write a first ledger into FOLDER, asking for what you do not give. Or, with --from an older ledger, show what it
    needs (with --write, add it): the seller, taxes, who the customers are, and the open items.

    A first ledger is written at once, without --write: there is nothing yet that could be changed.
    """
    asked = sys.stdin.isatty()
    if not name:
        if not asked:
            raise click.UsageError(_('say who sells: bean-invoice init --name "…" --country FR --regime payments'))
        name = prompt(_("Legal name of the seller"), err=True)
    keys = _seller_keys(seller_values, asked)
    place = law.place_of_address(keys["country"], keys["postcode"], keys["vat-id"])
    language = language[:2].lower() or init.usual_language(keys["country"])  # of "fr-BE", "fr"
    no_vat = law.no_vat_mention(place, language)
    since = day or as_of.replace(month=1, day=1)
    regime, rates = _regime_and_rates(place, keys["postcode"], no_vat, regime, rates, since, asked, bool(older))
    if oss and (regime == "exempt" or not law.sells_in_union(place, "services" if nature == "electronic" else "goods")):
        raise click.UsageError(_("--oss is for sellers in the European Union whose sales are taxed"))
    start = LedgerSetup(
        name=name,
        seller_values=tuple(keys.items()),
        regime=regime,
        rates=rates,
        currency=currency or init.usual_currency(keys["country"]),
        language=language,
        terms=terms or init.usual_terms(keys["country"], language),
        number_pattern=number or init.usual_number(keys["country"]),
        day=since,
        oss=oss,
        nature=nature or "",
    )
    with changing(session):
        if older:
            way = build_write_options(write, into, commit)
            print_outcome(adopt.adopt(older, start, as_of, way), way)
        else:
            _write_first_ledger(folder, start)


def _write_first_ledger(folder: Path, start: LedgerSetup) -> None:
    dry = is_dry_run()
    for file in init.init(folder, start, dry=dry):
        echo(file)
    print_notice(
        _("Nothing is written with --dry-run.")
        if dry
        else _(
            "Written. Next: bean-invoice -f {folder} customer add NAME --write",
            folder=folder / "main.beancount",
        )
    )


def _regime_and_rates(
    place: str,
    postcode: str,
    no_vat: str,
    regime: str | None,
    rates: tuple[Decimal, ...],
    day: date,
    asked: bool,
    older: bool,
) -> tuple[str, tuple[Decimal, ...]]:
    """When tax is owed, and its rates: as given, else as the user answers (`asked`), or as is usual at a place; `no_vat`: what the
    law says where none is charged. No rates where two taxes are charged on a line of new books. Raises click.UsageError."""
    regime = regime or _usual_regime(place, no_vat, asked)
    if regime != "exempt" and no_vat:
        raise click.UsageError(
            _(
                "in {place} no VAT is charged ({no_vat}): leave --regime {regime} out",
                place=place,
                no_vat=no_vat,
                regime=regime,
            )
        )
    if regime == "exempt" or rates:
        return regime, rates
    if law.combined_taxes(place, postcode, "en") and not older:
        return regime, ()
    return regime, _usual_rates(place, postcode, day, asked)


def _seller_keys(given: Mapping[str, str], asked: bool) -> dict[str, str]:
    """What the ledger says of the seller, by key: as given, else (`asked`) as the user answers what its country needs."""
    keys = {key: given[key.replace("-", "_")] for key in SELLER_KEYS}
    if asked:
        keys["country"] = keys["country"] or _ask("country", "FR")
    keys["country"] = (keys["country"] or "FR").upper()
    if asked:
        for key in _asked_in(keys["country"]):
            keys[key] = keys[key] or _ask(key, "")
    _french(keys)
    _told(keys)
    return keys


def _asked_in(country: str) -> tuple[str, ...]:
    """The keys that a seller of a country is asked for: a SIREN and a legal form in France alone, a VAT number where there is VAT,
    an IBAN where accounts have one."""
    home = law.law_of(country)
    table = law.country_table(home)
    french = home == "FR"
    no_vat_id = table is not None and not table.has_vat_id
    no_iban = table is not None and not {"iban", "qr-bill"} & set(table.payment)
    return (
        "address", "postcode", "city",
        *(("siren",) if french else ()),
        *(() if no_vat_id else ("vat-id",)),
        *(("tax-number",) if table and table.tax_number and not french else ()),
        "email",
        *(() if no_iban else ("iban",)),
        *(("legal-form",) if french else ()),
    )  # fmt: skip


def _told(keys: dict[str, str]) -> None:
    """What the country's law or habits add, and what is not known of it."""
    home = law.law_of(keys["country"])
    table = law.country_table(home) or law.country_table(law.state_of(keys["country"]))
    if table is None:
        print_notice(
            _(
                "nothing is known here of the invoices of {country}: documents are neutral, so check yourself what its "
                "law wants (docs/countries.md)",
                country=keys["country"],
            )
        )
        return
    duty = table.duty("business", today())
    if duty and not is_met_by_peppol(duty):
        print_notice(
            _(
                "in {country}, {name} is compulsory ({source}), and this program does not do it: its PDF is no invoice there. "
                "Use it for what is owed, paid and reminded",
                country=home,
                name=duty.name,
                source=duty.source,
            )
        )
    if not keys["endpoint"] and (endpoint := peppol_endpoint(home, keys["vat-id"], keys["register-id"])):
        keys["endpoint"] = endpoint
        print_notice(_("endpoint {endpoint}: the address of your enterprise number in Peppol", endpoint=endpoint))


def _usual_regime(place: str, no_vat: str, asked: bool) -> str:
    """When tax is owed, where the user does not say so: never where no VAT is charged."""
    if no_vat:
        print_notice(_("In {place} no VAT is charged: {no_vat}", place=place, no_vat=no_vat))
        return "exempt"
    return _ask_regime() if asked else "invoices"


def _usual_rates(place: str, postcode: str, day: date, asked: bool) -> tuple[Decimal, ...]:
    """The rates of a place, where the user does not say them. Raises click.UsageError if none is known."""
    rates = tuple(rate.rate for rate in init.usual_rates(place, postcode, day))
    if rates:
        return rates
    if asked:
        return (prompt(_("Usual rate of tax in percent"), type=Number(), err=True),)
    raise click.UsageError(
        _("give the rates of tax in {place}, the usual one first: --rate NUMBER, once for each", place=place)
    )


def _french(keys: dict[str, str]) -> None:
    """What is proposed, or said to be missing, where the seller is in France."""
    if law.law_of(keys["country"]) != "FR":
        return
    if not keys["legal-form"]:
        print_notice(
            _(
                'French invoices must show the legal form: add legal-form: to the seller, such as "EI" for a sole '
                'trader, or "SARL au capital de 5 000 €"'
            )
        )
    siren = keys["siren"] or keys["siret"][:9]
    if siren and not keys["endpoint"]:
        keys["endpoint"] = f"0225:{''.join(siren.split())}"
        print_notice(
            _(
                "endpoint {endpoint}: the electronic address that the directory gives to this SIREN; write another "
                "one if you registered another",
                endpoint=keys["endpoint"],
            )
        )


_QUESTIONS = {
    "address": _("Address"),
    "postcode": _("Postcode"),
    "city": _("City"),
    "country": _("Country, as a code of two letters"),
    "siren": _("SIREN"),
    "vat-id": _("VAT number"),
    "tax-number": _("Number from the tax office, if you have no VAT number"),
    "email": _("E-mail"),
    "iban": _("IBAN"),
    "legal-form": _('Legal form ("EI" for a sole trader)'),
}


def _ask(key: str, default: str) -> str:
    while True:
        value = str(prompt(_QUESTIONS[key], default=default, show_default=bool(default), err=True)).strip()
        problem = identifiers.mistake(key, value) if value else None
        if key == "country" and len(value) != 2:
            problem = _('write its two-letter code, such as "FR"')
        if problem is None:
            return value
        echo(_("{key} {value}: {problem}", key=key, value=value, problem=problem), err=True)


def _ask_regime() -> str:
    for regime, meaning in REGIMES.items():
        echo(_("  {regime} {meaning}", regime=f"{regime:<9}", meaning=meaning), err=True)
    return str(prompt(_("When does tax become due"), type=OneOf(list(REGIMES)), default="invoices", err=True))
