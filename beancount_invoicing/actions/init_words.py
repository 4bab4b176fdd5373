"""What a first ledger is written in: names of accounts and comments, by language."""

from __future__ import annotations

from typing import NamedTuple


class DefaultAccounts(NamedTuple):
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
    time_worked: str


DEFAULT_ACCOUNTS = {
    "fr": DefaultAccounts(
        "Assets:Banque", "Assets:Clients", "Income:Prestations", "Liabilities:TVA", "Liabilities:TVA:EnAttente",
        "Liabilities:Acomptes", "Income:PenalitesDeRetard", "Expenses:CreancesIrrecouvrables", "Equity:Ouverture", "Assets:Temps",
        "Equity:Temps",
    ),
    "en": DefaultAccounts(
        "Assets:Bank", "Assets:Receivable", "Income:Services", "Liabilities:VAT", "Liabilities:VAT:Pending",
        "Liabilities:Deposits", "Income:LateInterest", "Expenses:BadDebts", "Equity:Opening-Balances", "Assets:Time", "Equity:Time",
    ),
    "de": DefaultAccounts(
        "Assets:Bank", "Assets:Forderungen", "Income:Leistungen", "Liabilities:Umsatzsteuer",
        "Liabilities:Umsatzsteuer:NichtFällig", "Liabilities:Anzahlungen", "Income:Verzugszinsen",
        "Expenses:Forderungsverluste", "Equity:Eröffnung",
        "Assets:Zeit", "Equity:Zeit",
    ),
    "es": DefaultAccounts(
        "Assets:Banco", "Assets:Clientes", "Income:Servicios", "Liabilities:IVA", "Liabilities:IVA:Pendiente",
        "Liabilities:Anticipos", "Income:InteresesDeDemora", "Expenses:CréditosIncobrables", "Equity:Apertura", "Assets:Tiempo",
        "Equity:Tiempo",
    ),
    "it": DefaultAccounts(
        "Assets:Banca", "Assets:Clienti", "Income:Servizi", "Liabilities:IVA", "Liabilities:IVA:Sospesa",
        "Liabilities:Acconti", "Income:InteressiDiMora", "Expenses:PerditeSuCrediti", "Equity:Apertura", "Assets:Tempo",
        "Equity:Tempo",
    ),
    "nl": DefaultAccounts(
        "Assets:Bank", "Assets:Debiteuren", "Income:Diensten", "Liabilities:Btw", "Liabilities:Btw:Uitgesteld",
        "Liabilities:Vooruitbetalingen", "Income:Vertragingsrente", "Expenses:OninbareVorderingen", "Equity:Beginbalans",
        "Assets:Uren", "Equity:Uren",
    ),
    "pt": DefaultAccounts(
        "Assets:Banco", "Assets:Clientes", "Income:Serviços", "Liabilities:IVA", "Liabilities:IVA:Pendente",
        "Liabilities:Adiantamentos", "Income:JurosDeMora", "Expenses:Incobráveis", "Equity:Abertura", "Assets:Tempo",
        "Equity:Tempo",
    ),
}  # fmt: skip


def default_accounts(language: str) -> DefaultAccounts:
    """The names of accounts in a language; in English if it has none."""
    return DEFAULT_ACCOUNTS.get(language, DEFAULT_ACCOUNTS["en"])


class Comments(NamedTuple):
    """The comments of a first ledger, in a language."""

    settings: str
    accounts: str
    customers: str
    plugin: str
    references: str
    """With {kind}: how the reference looks."""


_COMMENTS = {
    "fr": Comments(
        "Qui facture, avec quelles taxes, et ce qui se vend (bean-invoice item add).",
        "Le plan de comptes.",
        "Les clients (bean-invoice customer add).",
        "En dernier : le greffon vérifie tout ce qui précède.",
        "Le payeur rappelle une référence à clé ({kind}), que le relevé de la banque porte : `bank import` la reconnaît.",
    ),
    "en": Comments(
        "Who sells, with which taxes, and what is sold (bean-invoice item add).",
        "The chart of accounts.",
        "The customers (bean-invoice customer add).",
        "Last: the plugin checks all that comes before.",
        "Payers quote a reference with check digits ({kind}), by which `bank import` knows what they paid.",
    ),
    "de": Comments(
        "Wer verkauft, mit welchen Steuern, und was (bean-invoice item add).",
        "Der Kontenplan.",
        "Die Kunden (bean-invoice customer add).",
        "Zuletzt: Das Plugin prüft alles, was davor steht.",
        "Zahler geben eine Referenz mit Prüfziffern an ({kind}); daran erkennt `bank import`, was bezahlt wurde.",
    ),
    "es": Comments(
        "Quién factura, con qué impuestos, y qué se vende (bean-invoice item add).",
        "El plan de cuentas.",
        "Los clientes (bean-invoice customer add).",
        "Al final: el plugin comprueba todo lo anterior.",
        "Quien paga indica una referencia con dígitos de control ({kind}), por la que `bank import` sabe qué se ha pagado.",
    ),
    "it": Comments(
        "Chi fattura, con quali imposte, e che cosa vende (bean-invoice item add).",
        "Il piano dei conti.",
        "I clienti (bean-invoice customer add).",
        "Per ultimo: il plugin controlla tutto ciò che precede.",
        "Chi paga indica un riferimento con cifre di controllo ({kind}), da cui `bank import` riconosce che cosa è stato pagato.",
    ),
    "nl": Comments(
        "Wie verkoopt, met welke belastingen, en wat (bean-invoice item add).",
        "Het rekeningschema.",
        "De klanten (bean-invoice customer add).",
        "Als laatste: de plugin controleert alles wat hiervoor staat.",
        "Wie betaalt, vermeldt een kenmerk met controlecijfers ({kind}); daaraan herkent `bank import` wat betaald is.",
    ),
    "pt": Comments(
        "Quem fatura, com que impostos, e o que se vende (bean-invoice item add).",
        "O plano de contas.",
        "Os clientes (bean-invoice customer add).",
        "Por fim: o plugin verifica tudo o que está antes.",
        "Quem paga indica uma referência com dígitos de controlo ({kind}), pela qual `bank import` sabe o que foi pago.",
    ),
}


def comments(language: str) -> Comments:
    """The comments in a language; in English if it has none."""
    return _COMMENTS.get(language, _COMMENTS["en"])
