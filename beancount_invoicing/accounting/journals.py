"""Which journal an entry belongs to: what it says itself, the ledger's own rules, or the usual ones.

The usual rules: documents are sales; entries that touch a bank or cash are of its journal; entries on suppliers are purchases;
everything else is miscellaneous. Banks, cash and suppliers are known by the numbers of the country's chart of accounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from beancount_invoicing.law.places import state_of
from beancount_invoicing.model import Book, Source
from beancount_invoicing.model.general_ledger import Journal, LedgerAccount, LedgerEntry

_NOWHERE = Source("", 0)
OPENING = Journal("AN", "À nouveaux", _NOWHERE)
SALES = Journal("VE", "Ventes", _NOWHERE, documents=True)
BANK = Journal("BQ", "Banque", _NOWHERE)
CASH = Journal("CA", "Caisse", _NOWHERE)
PURCHASES = Journal("AC", "Achats", _NOWHERE)
MISCELLANEOUS = Journal("OD", "Opérations diverses", _NOWHERE)
CUSTOMERS = "Clients"
"""What the accounts of customers are called together (account 411)."""
CARRIED_FORWARD = ("110", "Report à nouveau (solde créditeur)"), ("119", "Report à nouveau (solde débiteur)")
LAST_RESULT = (
    ("120", "Résultat de l’exercice précédent (bénéfice)"),
    ("129", "Résultat de l’exercice précédent (perte)"),
)
"""The accounts of profits and of losses of earlier years: carried forward, and still to be appropriated."""
_FRENCH = "FR"
_BANK_CASH_SUPPLIERS = {
    "FR": ("51", "53", "40"),  # plan comptable général
    "BE": ("55", "57", "44"),  # plan comptable minimum normalisé (arrêté royal du 21 octobre 2018)
    "LU": ("513", "516", "441"),  # plan comptable normalisé (règlement grand-ducal du 12 septembre 2019)
    "ES": ("572", "570", "40"),  # Plan General de Contabilidad (Real Decreto 1514/2007)
    "skr03": ("12", "10", "16"),  # DATEV
    "skr04": ("18", "16", "33"),
}
"""How the numbers of banks, cash and suppliers begin, by the key that numbers the accounts, or by country."""


class UsualJournals(NamedTuple):
    """The usual journals of a ledger: each with how the numbers of the accounts begin that lead to it."""

    by_number: tuple[tuple[str, Journal], ...]
    has_french_chart: bool


def usual_journals(book: Book, day: date) -> UsualJournals:
    """The usual journals of a ledger on a day: by the key of its account numbers (`account-number-key`) if that names a chart,
    else by the seller's country. A ledger without a seller has the French chart; a country without a usual one has no number.
    """
    key = str(book.option("account-number-key", day, "")).lower()
    country = state_of(book.seller.at(day).address.country) if book.seller else ""
    chart = _FRENCH if key == "pcg" or not country else key if key in _BANK_CASH_SUPPLIERS else country
    numbers = _BANK_CASH_SUPPLIERS.get(chart, ())
    return UsualJournals(tuple(zip(numbers, (BANK, CASH, PURCHASES), strict=False)), chart == _FRENCH)


def journal_of(
    entry: LedgerEntry, accounts: Mapping[str, LedgerAccount], journals: Sequence[Journal], usual: UsualJournals
) -> Journal:
    """The journal of an entry: the one that it names, else the first of the ledger's `journals` that takes it, else a usual one.

    A code that it names and that no directive explains is a journal of that name.
    """
    if entry.journal:
        known = (*journals, SALES, BANK, CASH, PURCHASES, MISCELLANEOUS, OPENING)
        return next(
            (journal for journal in known if journal.code == entry.journal),
            Journal(entry.journal, entry.journal, entry.source),
        )
    for journal in journals:
        if (journal.documents and entry.is_document) or _touches(entry, journal.accounts):
            return journal
    if entry.is_opening:
        return OPENING
    if entry.is_document:
        return SALES
    numbers = [accounts[posting.account].number for posting in entry.postings if posting.account in accounts]
    for beginning, journal in usual.by_number:
        if any(number.startswith(beginning) for number in numbers):
            return journal
    return MISCELLANEOUS


def _touches(entry: LedgerEntry, names: Sequence[str]) -> bool:
    return any(
        posting.account == name or posting.account.startswith(f"{name}:")
        for posting in entry.postings
        for name in names
    )
