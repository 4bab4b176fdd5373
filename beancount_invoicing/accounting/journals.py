"""Which journal an entry belongs to: what it says itself, the ledger's own rules, or the usual ones.

The usual rules are those of the French chart of accounts (plan comptable général): documents are sales; entries that touch a bank
(51) or cash (53) are of its journal; entries on suppliers (40) are purchases; everything else is miscellaneous.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from beancount_invoicing.model import Source
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
_BY_NUMBER = (("51", BANK), ("53", CASH), ("40", PURCHASES))
"""The usual journals by how an account's number begins, the first that applies."""


def journal_of(entry: LedgerEntry, accounts: Mapping[str, LedgerAccount], journals: Sequence[Journal]) -> Journal:
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
    for beginning, journal in _BY_NUMBER:
        if any(number.startswith(beginning) for number in numbers):
            return journal
    return MISCELLANEOUS


def _touches(entry: LedgerEntry, names: Sequence[str]) -> bool:
    return any(
        posting.account == name or posting.account.startswith(f"{name}:")
        for posting in entry.postings
        for name in names
    )
