"""A FEC that is written as a Beancount ledger again has the trial balance of the ledger from which it was made.

The example, the golden ledgers, and generated lives of a business, at every month end. The expected balances are Beancount's own
weights, by account number and customer; income and expenses count from the beginning of the year, earlier ones as results.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import convert
from beancount.core.data import Transaction, filter_txns

from beancount_invoicing.accounting.entries import CannotMakeEntries, accounting_entries
from beancount_invoicing.accounting.fec import COLUMNS, fec_bytes, fec_rows
from beancount_invoicing.accounting.fec_check import check_fec
from beancount_invoicing.accounting.lettering import lettering, lettering_on
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.general_ledger import read_general_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import allocate
from tests.ledgers import EXAMPLE, TESTS, month_ends
from tests.properties.lives.acts import acts, lived
from tests.sizes import seeds

Balances = dict[str, Decimal]
RESULTS = "110", "119", "120", "129", "000"
"""Where results of earlier years are opened; "000" is the account without a number, in books that are not French."""
CLASSES = {"Assets": "5", "Liabilities": "4", "Equity": "10", "Income": "7", "Expenses": "6"}
CENT = Decimal("0.01")


def numbered(general_ledger: GeneralLedger, book: Book) -> GeneralLedger:
    """With a number for each account that has none: of its own, or 411 for customers."""
    accounts = {
        name: account
        if account.number
        else account._replace(
            number="411" if name in book.main_accounts else f"{CLASSES.get(name.split(':')[0], '8')}{place:04}"
        )
        for place, (name, account) in enumerate(sorted(general_ledger.accounts.items()))
    }
    return general_ledger._replace(accounts=accounts)


def rebuilt(content: bytes) -> Balances:
    """The trial balance, by Beancount, of a ledger that is written from the lines of a FEC."""
    rows = [line.split("\t") for line in content.decode("iso-8859-15").split("\r\n")[1:-1]]
    transactions: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    accounts: dict[str, str] = {}
    for row in rows:
        fields = dict(zip(COLUMNS, row, strict=True))
        key = f"{fields['CompteNum']} {fields['CompAuxNum']}".strip()
        account = accounts.setdefault(key, f"Assets:A{len(accounts)}")
        amount = Decimal(fields["Debit"].replace(",", ".")) - Decimal(fields["Credit"].replace(",", "."))
        day = f"{fields['EcritureDate'][:4]}-{fields['EcritureDate'][4:6]}-{fields['EcritureDate'][6:]}"
        transactions[fields["EcritureNum"], day].append(f"  {account}  {amount} EUR\n")
    text = "".join(f"1900-01-01 open {account} EUR\n" for account in accounts.values())
    text += "".join(f'{day} * "{number}"\n{"".join(lines)}\n' for (number, day), lines in transactions.items())
    entries, errors, _options = loader.load_string(text)
    assert errors == []
    keys = {account: key for key, account in accounts.items()}
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    for transaction in filter_txns(entries):
        for posting in transaction.postings:
            balances[keys[posting.account]] += convert.get_weight(posting).number
    return balances


def expected(
    transactions: list[Transaction], general_ledger: GeneralLedger, book: Book, day: date
) -> tuple[Balances, dict[str, Decimal]]:
    """What Beancount's postings are worth at the end of a day, by account number and customer; how much roundings may change it."""
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    roundings: defaultdict[str, Decimal] = defaultdict(Decimal)
    for transaction in transactions:
        for posting in transaction.postings if transaction.date <= day else ():
            weight = convert.get_weight(posting)
            of_result = posting.account.split(":")[0] in general_ledger.result_roots
            number = general_ledger.accounts[posting.account].number.ljust(3, "0")
            customer = book.main_accounts.get(posting.account, "").rpartition(":")[2]
            key = "results" if of_result and transaction.date.year < day.year else f"{number} {customer}".strip()
            balances[key] += weight.number
            roundings[key] += CENT if weight.number % CENT else 0
    return balances, roundings


def differences(entries: list[Any], options: dict[str, Any], day: date) -> dict[str, Decimal]:
    """By account: what the rebuilt ledger has more, beyond the cents to which amounts of other currencies are rounded."""
    book = read_book(entries, options)
    documents = {document.source: document.number for document in book.invoices}
    general_ledger = numbered(read_general_ledger(entries, options, "pcg", documents), book)
    transactions = list(filter_txns(entries))
    made = accounting_entries(general_ledger, book, date(day.year, 1, 1), day)
    content = fec_bytes(fec_rows(made))
    if made.entries:
        assert [finding for finding in check_fec(content).findings if finding.severity == "error"] == []
    ours = rebuilt(content)
    for number in RESULTS:
        ours["results"] += ours.pop(number, Decimal(0))
    theirs, roundings = expected(transactions, general_ledger, book, day)
    for number in RESULTS:
        theirs["results"] += theirs.pop(number, Decimal(0))
    return {
        key: ours[key] - theirs[key]
        for key in ours.keys() | theirs.keys()
        if abs(ours[key] - theirs[key]) > roundings.get(key, 0)
    }


@pytest.mark.parametrize("day", ["2025-12-31", "2026-06-30", "2026-11-30"])
def test_the_example_rebuilt_has_its_trial_balance(day: str) -> None:
    entries, _errors, options = loader.load_file(str(EXAMPLE))
    assert differences(entries, options, date.fromisoformat(day)) == {}


GOLDEN = sorted(file for file in (TESTS / "golden").glob("*.beancount"))
NOT_IN_EUROS = frozenset(
    ("accounting", "amended-twice", "amendments", "bank-accounts", "billed-twice", "credit-limit", "customers", "deposit",
     "directives", "exchange", "hours", "identifiers", "left-out", "links", "no-creditor", "payer", "percent",
     "plugin-order", "policies", "prelude", "qr-iban", "tax-currency", "untaxed", "usage", "withheld-lines")
)  # fmt: skip
"""Golden ledgers without a transaction, or whose entries are in other currencies too: those have no weight to compare with."""


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_golden_ledger_rebuilt_has_its_trial_balance(file: Path) -> None:
    """At the end of its last year, and in the middle of it: those whose entries have all a value in euros."""
    entries, _errors, options = loader.load_file(str(file))
    transactions = list(filter_txns(entries))
    weights = {convert.get_weight(posting).currency for entry in transactions for posting in entry.postings}
    assert (weights == {"EUR"}) == (file.stem not in NOT_IN_EUROS)
    if file.stem in NOT_IN_EUROS:
        return
    last = transactions[-1].date
    for day in (date(last.year, 6, 30), date(last.year, 12, 31)):
        with suppress(CannotMakeEntries):  # of an entry that Beancount tolerates and that does not add up
            assert differences(entries, options, day) == {}


def of_a_life(seed: int) -> None:
    entries, _errors, options = loader.load_string(lived(acts(seed)).text)
    transactions = list(filter_txns(entries))
    if not transactions:
        return
    days = list(month_ends(transactions[0].date, transactions[-1].date))
    for day in days[::3] + days[-1:]:
        assert differences(entries, options, day) == {}
    book = read_book(entries, options)
    documents = {document.source: document.number for document in book.invoices}
    general_ledger = read_general_ledger(entries, options, "pcg", documents)
    in_one_go = lettering_on(general_ledger, book, allocate(book, transactions[-1].date), days)
    for day, letters in zip(days, in_one_go, strict=False):
        assert letters == lettering(general_ledger, book, allocate(book, day)), "nothing later changes a letter"


@pytest.mark.parametrize("seed", range(6))
def test_a_life_of_a_business_rebuilt_has_its_trial_balance(seed: int) -> None:
    of_a_life(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(200))
def test_more_lives_rebuilt_have_their_trial_balances(seed: int) -> None:
    of_a_life(seed)
