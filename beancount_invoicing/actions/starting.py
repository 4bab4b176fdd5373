"""A first ledger, and what an older one needs to become an invoicing ledger."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.adding import account_name, check_party, say_customer
from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.ledger import checked
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, as_it_is, change
from beancount_invoicing.entries import Loading, load, older, opens, text
from beancount_invoicing.files import put
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules import numbering, terms

SELLER_KEYS = (
    "legal-form", "address", "postcode", "city", "country", "siren", "siret", "vat-id", "register", "email", "phone", "iban",
    "bic", "endpoint",
)  # fmt: skip
"""What may be said about the seller, in the order in which it is written."""

Regime = str
REGIMES: dict[str, str] = {
    "invoices": "tax is owed once invoiced (en France: option pour les débits, livraisons de biens)",
    "payments": "tax is owed once paid (en France: TVA sur les encaissements)",
    "exempt": "small business, no tax on sales (en France: franchise en base, art. 293 B du CGI)",
}

LANGUAGES = {"FR": "fr", "DE": "de", "AT": "de", "ES": "es", "IT": "it", "NL": "nl", "PT": "pt"}
"""The language of a seller's documents by its country, where it is one that the package speaks and not English."""
_TAX = {"fr": "TVA", "de": "USt", "es": "IVA", "it": "IVA", "nl": "Btw", "pt": "IVA"}
"""What the tax is called in a language; elsewhere VAT."""
_EXEMPT = {
    "FR": "TVA non applicable, art. 293 B du CGI",
    "DE": "Steuerfrei nach § 19 UStG (Kleinunternehmer)",  # as UStDV § 34a asks for
}
"""Why a small business has no tax on sales, by its country."""


class Names(NamedTuple):
    """The names of accounts, in a language."""

    bank: str
    customers: str
    sales: str
    tax: str
    pending: str
    deposits: str
    late_interest: str
    bad_debts: str
    opening: str
    time: str
    worked: str


NAMES = {
    "fr": Names(
        "Assets:Banque", "Assets:Clients", "Income:Prestations", "Liabilities:TVA", "Liabilities:TVA:EnAttente",
        "Liabilities:Acomptes", "Income:PenalitesDeRetard", "Expenses:CreancesIrrecouvrables", "Equity:Ouverture", "Assets:Temps",
        "Equity:Temps",
    ),
    "en": Names(
        "Assets:Bank", "Assets:Receivable", "Income:Services", "Liabilities:VAT", "Liabilities:VAT:Pending",
        "Liabilities:Deposits", "Income:LateInterest", "Expenses:BadDebts", "Equity:Opening-Balances", "Assets:Time", "Equity:Time",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """Who sells, and how: what a first ledger is made of."""

    name: str
    said: tuple[tuple[str, str], ...]
    """The keys of SELLER_KEYS that are given."""
    regime: Regime
    rates: tuple[Decimal, ...]
    """Rates of tax in percent, the usual one first; none where the seller is exempt."""
    currency: str
    language: str
    terms: str
    number: str
    day: date
    """From when on: usually the first of a year."""


def init(folder: str | Path, start: Start, *, dry: bool = False) -> tuple[Path, ...]:
    """Writes a first ledger into `folder`, which gets made: `main.beancount` and the files that it includes; `dry`: only says
    which.

    Raises CannotBill where one of them is there, or something said is wrong; OSError.
    """
    folder = Path(folder)
    texts = first_ledger(start)
    there = [folder / name for name in texts if (folder / name).exists()]
    if there:
        raise CannotBill(
            f"{there[0]} is there already: take another folder, or add to a ledger with init --from {there[0]}"
        )
    if dry:
        return tuple(folder / name for name in texts)
    folder.mkdir(parents=True, exist_ok=True)
    for name, entries in texts.items():  # main.beancount is the last
        put(folder / name, entries.encode(), b"")
    files = tuple(folder / name for name in texts)
    errors = checked(load(str(files[-1]), fresh=True)).errors
    if errors:  # nothing that init asks for should lead here
        for file in files:
            file.unlink()
        raise CannotBill(f"what was said makes no sound ledger: {errors[0].message}")
    return files


def first_ledger(start: Start) -> dict[str, str]:
    """The files of a first ledger by name, the top one last. Raises CannotBill where something said is wrong."""
    check_party([*start.said, ("terms", start.terms)])
    try:
        numbering.parse(start.number)
    except numbering.PatternError as error:
        raise CannotBill(str(error)) from None
    french = start.language == "fr"
    names = NAMES["fr" if french else "en"]
    included = {
        "settings.beancount": (
            "; Qui facture, avec quelles taxes, et ce qui se vend (bean-invoice item add).\n\n"
            if french
            else "; Who sells, with which taxes, and what is sold (bean-invoice item add).\n\n"
        )
        + _settings(start, _codes(start), names)
        + _claims(start, names)
        # nobody has paid yet: without this, no reminder would ask whether the bank is booked
        + text.custom(start.day, "invoice-option", ["bank-accounts", names.bank])
        # new books follow what is sent from their first day on
        + text.custom(start.day, "invoice-option", ["send-from", start.day]),
        "accounts.beancount": ("; Le plan de comptes.\n\n" if french else "; The chart of accounts.\n\n")
        + _accounts(start, names),
        "customers.beancount": f"; {'Les clients' if french else 'The customers'} (bean-invoice customer add).\n",
    }
    top = [f'option "title" {text.quoted(start.name)}', f'option "operating_currency" "{start.currency}"', ""]
    top += [f'include "{name}"' for name in included]
    top += [
        "",
        "; En dernier : le greffon vérifie tout ce qui précède."
        if french
        else "; Last: the plugin checks all that comes before.",
        'plugin "beancount_invoicing"',
        "",
    ]
    return {**included, "main.beancount": "\n".join(top)}


def _codes(start: Start) -> list[tuple[str, Decimal]]:
    country = dict(start.said).get("country") or "VAT"
    return [(f"{country}{rate.normalize():f}".replace(".", ""), rate) for rate in start.rates]


def _settings(start: Start, codes: Sequence[tuple[str, Decimal]], names: Names) -> str:
    said = dict(start.said)
    day = start.day

    def option(key: str, value: text.Value) -> str:
        return text.custom(day, "invoice-option", [key, value])

    parts = [text.custom(day, "invoice-seller", [start.name], [(key, said.get(key)) for key in SELLER_KEYS])]
    label = _TAX.get(start.language, "VAT")
    if start.regime == "exempt":
        reason = _EXEMPT.get(said.get("country", ""), "Exempt: small business")
        parts.append(
            text.custom(
                day, "invoice-tax", ["EXEMPT", reason], [("category", "E"), ("rate", Decimal(0)), ("reason", reason)]
            )
        )
        default = "EXEMPT"
    else:
        default = codes[0][0]
        for code, rate in codes:
            meta: text.Meta = [("category", "S"), ("rate", rate)]
            if start.regime == "payments":
                meta = [*meta, ("due-on", "payment"), ("pending", text.AccountName(names.pending))]
            shown = f"{rate.normalize():f}".replace(".", "," if start.language in _TAX else ".")
            parts.append(
                text.custom(day, "invoice-tax", [code, f"{label} {shown} %", text.AccountName(names.tax)], meta)
            )
    parts += [
        option("number", start.number),
        option("default-tax", default),
        option("terms", start.terms),
        option("language", start.language),
        option("file", "{year}.beancount"),
        option("deposit-account", text.AccountName(names.deposits)),
    ]
    if said.get("country") in {"FR", "DE"}:
        parts.append(option("late-interest", said["country"]))
    return "".join(parts)


CLAIM_NUMBER = "P{year}-{seq:04}"


def _claims(start: Start, names: Names) -> str:
    """Where claims for late interest are booked, and their numbers: a series of their own, unless the invoices' is the same."""
    parts = [text.custom(start.day, "invoice-option", ["claim-account", text.AccountName(names.late_interest)])]
    if numbering.parse(CLAIM_NUMBER).series(start.day) != numbering.parse(start.number).series(start.day):
        parts.append(text.custom(start.day, "invoice-option", ["claim-number", CLAIM_NUMBER]))
    return "".join(parts)


def _accounts(start: Start, names: Names) -> str:
    accounts = [
        names.bank, names.customers, names.sales, names.late_interest, names.tax, names.deposits, names.bad_debts, names.opening,
    ]  # fmt: skip
    if start.regime == "payments":
        accounts.append(names.pending)
    money = [
        text.opened(start.day, account, "" if account == names.customers else start.currency)
        for account in sorted(accounts)
    ]
    return "".join([*money, text.opened(start.day, names.worked, "HOUR")])


# an older ledger ------------------------------------------------------------------------------------------------------


def adopt(file: str | Path, start: Start, as_of: date, how: How) -> Outcome:
    """What an older ledger needs: the seller, taxes and options, `customer` on the accounts of customers, and its open items.

    Customers are the accounts below Assets that are named so (receivable, clients, 411 …) and have no sub-accounts. Open items are
    what their debits leave once each credit has settled the oldest; one transaction says them, another takes the same sums out of
    what has no number, so no balance changes. Raises what `change` raises, CannotBill.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        check_party([*start.said, ("terms", start.terms)])
        entries = loading.entries
        accounts = older.customer_accounts(entries, book.accounts, str(loading.options["name_assets"]))
        if not accounts and not book.customers:
            raise CannotBill(
                "no account of customers is found (receivable, clients, 411 … below"
                f" {loading.options['name_assets']}): open one, and say customer: on it"
            )
        named = [_named_customer(loading, account) for account in accounts]
        waiting = _waiting(loading, start)
        items = older.open_items(entries, accounts, as_of, {use.number for use in book.numbers}, waiting.account)
        left = older.balance(entries, waiting.account, as_of) if waiting.account else {}
        new = [New(start.day, as_it_is(_missing(loading, start)))] if book.seller is None else []
        new += [one for changes in named for one in changes.new]
        edits = [edit for changes in named for edit in changes.edits]
        if items:
            equity = _equity(loading)
            if equity not in book.opened:
                opening = min(start.day, as_of)
                new.append(New(opening, as_it_is(text.opened(opening, equity))))
            new.append(New(as_of, partial(_takeover, items, waiting, left, as_of, start, equity)))
        if not loading.checked:
            new.append(New(start.day, as_it_is('plugin "beancount_invoicing"\n')))
        notices = [
            f"{item.account}: {item.number} of {item.date}, {item.amount} {item.currency} is open ({item.source})"
            for item in items
        ]
        for currency, amount in left.items():
            unknown = -amount - sum(
                (tax.amount for item in items for tax in item.taxes if tax.currency == currency), ZERO
            )
            if unknown and items:
                notices.append(
                    f"{waiting.account}: of {unknown} {currency} that wait there it cannot be told of which open item they are: say"
                    " so in the transaction of the open items, with tax: and settles:"
                )
        return Changes(tuple(new), tuple(edits), "Invoicing: what the ledger needs", tuple(notices))

    return change(file, make, how)


class _Waiting(NamedTuple):
    """Where tax waits until it is paid, "" where it does not, and the codes and rates that wait there."""

    account: str
    codes: tuple[tuple[str, Decimal], ...]

    def code(self, tax: older.WaitingTax) -> str:
        """The code whose rate makes a tax of one of its bases; else the first."""

        def off(rate: Decimal) -> Decimal:
            return min(abs(base * rate / 100 - tax.amount) for base in tax.bases)

        return min(self.codes, key=lambda one: (off(one[1]), self.codes.index(one)))[0]


def _waiting(loading: Loading, start: Start) -> _Waiting:
    """What the ledger says already, else what `start` will make it say."""
    if loading.book.seller is None:
        if start.regime != "payments":
            return _Waiting("", ())
        return _Waiting(_names(loading, start).pending, tuple(one for one in _codes(start) if one[1]))
    taxes = [tax for dated in loading.book.taxes.values() if (tax := dated.as_last_said).on_payment and tax.pending]
    first = next((tax.pending for tax in taxes if tax.pending), "")
    return _Waiting(first, tuple((tax.code, tax.rate) for tax in taxes if tax.pending == first))


def _names(loading: Loading, start: Start) -> Names:
    """The accounts of the older ledger where they can be found, else those of a new one."""
    opened = loading.book.opened
    names = Names(*(_rooted(loading, account) for account in NAMES["fr" if start.language == "fr" else "en"]))
    debts = re.escape(_rooted(loading, "Liabilities"))
    pending = _found(opened, debts + r":.*(pending|attente|4458)")
    others = opened - {pending}
    tax = _found(others, debts + r":.*(vat|tva|mwst|ust|umsatzsteuer|iva|btw|4457)") or names.tax
    deposits = _found(opened, debts + r":.*(deposit|acompte|anzahlung|4191)") or names.deposits
    return names._replace(tax=tax, deposits=deposits, pending=pending or f"{tax}:Pending")


def _missing(loading: Loading, start: Start) -> str:
    """Seller, taxes and options, with the accounts of the older ledger where they can be found."""
    opened = loading.book.opened
    names = _names(loading, start)
    wanted = [names.deposits] if start.regime == "exempt" else [names.tax, names.deposits]
    if start.regime == "payments":
        wanted.append(names.pending)
    lines = [text.opened(start.day, account) for account in wanted if account not in opened]
    said = text.custom(start.day, "invoice-option", ["checked-from", start.day])
    return _settings(start, _codes(start), names) + said + "".join(lines)


def _found(opened: frozenset[str], pattern: str) -> str:
    fits = [account for account in sorted(opened) if re.match(pattern, account, re.IGNORECASE)]
    return fits[0] if fits else ""


def _rooted(loading: Loading, account: str) -> str:
    """An account as the ledger has it, whose options may say that accounts begin otherwise than with Assets, Liabilities …"""
    root, colon, rest = account.partition(":")
    return f"{loading.options[f'name_{root.lower()}']}{colon}{rest}"


def _equity(loading: Loading) -> str:
    opened, root = loading.book.opened, _rooted(loading, "Equity")
    return (
        _found(opened, re.escape(root) + r":.*(opening|ouverture|report|eröffnung)")
        or _found(opened, re.escape(root) + ":")
        or f"{root}:Opening-Balances"
    )


def _named_customer(loading: Loading, account: str) -> Changes:
    """`customer:` where the account is opened: who the account's payees say it is, else its own last part in words."""
    payees = older.payees(loading.entries, account)
    last = account.rsplit(":", 1)[-1]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last.replace("-", " "))
    alike = [name for name in payees if account_name(name).casefold()[:4] == last.casefold()[:4]]
    name = max(alike, key=lambda one: (payees[one], one)) if alike else words
    there = opens.opening(loading.entries, account)
    return say_customer(loading, account, {"customer": name}, there) if there else Changes()


def _takeover(
    items: Sequence[older.OpenItem],
    waiting: _Waiting,
    left: Mapping[str, Decimal],
    day: date,
    start: Start,
    equity: str,
    column: int,
) -> str:
    """One transaction that says the open items, with the tax that waits of each, and one that takes the same sums out of what has
    no number: so no balance changes.

    `left`: what stands on the account where tax waits; what is of no item is taken over too, without saying whose it is.
    """
    legs = []
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    taxes: list[text.Leg] = []
    unknown = defaultdict(lambda: ZERO, left)
    for item in items:
        try:
            due = terms.schedule(terms.parse(start.terms, item.date), item.date, item.amount, 2)[-1].date
        except terms.TermsError as error:
            raise CannotBill(str(error)) from None
        legs.append(
            text.Leg(
                item.account, item.amount, item.currency, [("invoice", item.number), ("date", item.date), ("due", due)]
            )
        )
        sums[item.account, item.currency] += item.amount
        for tax in item.taxes:
            meta: text.Meta = [("tax", waiting.code(tax)), ("settles", item.number)]
            taxes.append(text.Leg(waiting.account, -tax.amount, tax.currency, meta))
            unknown[tax.currency] += tax.amount
    taxes += [text.Leg(waiting.account, amount, currency) for currency, amount in sorted(unknown.items()) if amount]
    for currency, amount in left.items():
        sums[waiting.account, currency] += amount
    by_currency: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for (_account, currency), amount in sums.items():
        by_currency[currency] += amount
    back = [text.Leg(account, -amount, currency) for (account, currency), amount in sums.items()]
    said = text.transaction(
        day,
        "*",
        "",
        "Open items taken over",
        [*legs, *taxes, *(text.Leg(equity, -amount, currency) for currency, amount in by_currency.items() if amount)],
        meta=[("kind", "opening")],
        column=column,
    )
    taken_out = text.transaction(
        day,
        "*",
        "",
        "Open items taken over: the same sums, out of what has no number",
        [*back, *(text.Leg(equity, amount, currency) for currency, amount in by_currency.items() if amount)],
        column=column,
    )
    return f"{said}\n{taken_out}"
