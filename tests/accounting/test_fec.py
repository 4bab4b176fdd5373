"""The FEC of a small firm, line by line; and what a ledger must say for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core import convert
from beancount.core.data import filter_txns

from beancount_invoicing.accounting.entries import CannotMakeEntries, accounting_entries
from beancount_invoicing.accounting.fec import COLUMNS, fec_bytes, fec_findings, fec_rows, file_name, seller_siren
from beancount_invoicing.accounting.fec_check import check_fec
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.general_ledger import read_general_ledger
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.model import Source
from beancount_invoicing.model.locks import ClosedBooks, ClosedPeriod, Lock
from tests.accounting.books import entries_of, invoice, payment, read
from tests.ledgers import EXAMPLE, month_ends


def lines(ledger: str, *columns: str, since: str = "2026-01-01", until: str = "2026-12-31") -> list[tuple[str, ...]]:
    """Some columns of each line."""
    places = [COLUMNS.index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in fec_rows(entries_of(ledger, since, until))]


def test_an_invoice_and_its_payment() -> None:
    """LPF, art. A47 A-1, VII: 18 columns, tabs, decimal commas; lettered on the day of the payment."""
    ledger = invoice("2026-02-01", "F1") + payment("2026-03-05", "120.00", "F1")
    text = fec_bytes(fec_rows(entries_of(ledger))).decode("iso-8859-15")
    customer = "411\tClients\tDupont\tDupont SARL"
    tax = "44571\tTVA collectée\t\t"
    sale = "VE\tVentes\t1\t20260201"
    paid = "BQ\tBanque\t2\t20260305"
    invoiced = "F1\t20260201\tDupont - Conseil"
    money = "F1\t20260201\tDupont - Virement"
    assert text.split("\r\n") == [
        "\t".join(COLUMNS),
        f"{sale}\t{customer}\t{invoiced}\t120,00\t0,00\tA\t20260305\t20260201\t\t",
        f"{sale}\t706\tPrestations de services\t\t\t{invoiced}\t0,00\t100,00\t\t\t20260201\t\t",
        f"{sale}\t{tax}\t{invoiced}\t0,00\t20,00\t\t\t20260201\t\t",
        f"{paid}\t512\tBanque\t\t\t{money}\t120,00\t0,00\t\t\t20260305\t\t",
        f"{paid}\t{customer}\t{money}\t0,00\t120,00\tA\t20260305\t20260305\t\t",
        "",
    ]
    assert file_name("123456782", date(2026, 12, 31)) == "123456782FEC20261231.txt"


def test_the_year_opens_with_balances_open_items_and_the_result_of_the_years_before() -> None:
    """Of 2024: a profit of 100; of 2025: of 100 less 40 of rent. F2 is open on 1 January, F1 is not."""
    rent = '\n2025-05-01 * "Loyer"\n  Expenses:Loyer  40.00 EUR\n  Assets:Banque\n'
    ledger = (
        invoice("2025-01-02", "F1")
        + payment("2025-02-01", "120.00", "F1")
        + rent
        + invoice("2026-04-01", "F2", "Martin")
        + payment("2027-01-15", "120.00", "F2", "Martin")
    )
    columns = ("JournalCode", "CompteNum", "CompAuxNum", "PieceRef", "PieceDate", "Debit", "Credit", "EcritureLet")
    assert lines(ledger, *columns, since="2027-01-01", until="2027-12-31") == [
        ("AN", "411", "Martin", "F2", "20260401", "120,00", "0,00", "A"),
        ("AN", "44571", "", "AN-2027", "20270101", "0,00", "40,00", ""),
        ("AN", "512", "", "AN-2027", "20270101", "80,00", "0,00", ""),
        ("AN", "110", "", "AN-2027", "20270101", "0,00", "60,00", ""),
        ("AN", "120", "", "AN-2027", "20270101", "0,00", "100,00", ""),
        ("BQ", "512", "", "F2", "20260401", "120,00", "0,00", ""),
        ("BQ", "411", "Martin", "F2", "20260401", "0,00", "120,00", "A"),
    ]


OWN_RESULTS = """
2025-01-01 open Equity:Resultat
  pcg: "120"
  label: "Résultat"
2025-01-01 open Equity:Reserve
  pcg: "106"
2025-01-01 open Equity:Report
  pcg: "110"
"""


def opened(ledger: str, year: int) -> list[tuple[str, ...]]:
    """What a calendar year opens on the accounts of equity."""
    columns = ("JournalCode", "CompteNum", "CompteLib", "Debit", "Credit")
    made = lines(OWN_RESULTS + ledger, *columns, since=f"{year}-01-01", until=f"{year}-12-31")
    return [line[1:] for line in made if line[0] == "AN" and line[1][0] == "1"]


def test_the_result_of_a_long_first_year_is_one_result() -> None:
    """Founded in 2025, closed for the first time at the end of 2026: 100 of either calendar year are one result of 200."""
    sales = invoice("2025-11-02", "F1") + invoice("2026-02-01", "F2")
    long_year = '\n2025-01-01 custom "invoice-option" "financial-year-end" "2026-12-31"\n'
    assert opened(sales + long_year, 2027) == [("120", "Résultat", "0,00", "200,00")]
    assert opened(sales, 2027) == [("110", "Report", "0,00", "100,00"), ("120", "Résultat", "0,00", "100,00")]


def test_a_result_that_the_ledger_appropriates_is_opened_where_it_was_put() -> None:
    """The partners put 60 of the profit of 2025 into the reserve, and carry 40 forward."""
    appropriation = """
2026-06-30 * "Affectation"
  Equity:Resultat  100.00 EUR
  Equity:Reserve  -60.00 EUR
  Equity:Report  -40.00 EUR
"""
    ledger = invoice("2025-02-01", "F1") + appropriation
    assert opened(ledger, 2026) == [("120", "Résultat", "0,00", "100,00")]
    assert opened(ledger, 2027) == [("106", "Reserve", "0,00", "60,00"), ("110", "Report", "0,00", "40,00")]
    of_half_a_year = lines(OWN_RESULTS + ledger, "CompteNum", "Credit", since="2026-07-01")
    assert [line for line in of_half_a_year if line[0][0] == "1"] == [("106", "60,00"), ("110", "40,00")]


def test_a_loss_after_the_profit_that_other_books_left_is_no_appropriation_of_it() -> None:
    """Taken over at the start of 2025: a profit of 80 that nobody has appropriated. 2025 itself loses 40."""
    taken_over = '\n2025-01-01 * "Reprise"\n  Assets:Banque  80.00 EUR\n  Equity:Resultat  -80.00 EUR\n'
    rent = '\n2025-05-01 * "Loyer"\n  Expenses:Loyer  40.00 EUR\n  Assets:Banque\n'
    assert opened(taken_over + rent, 2026) == [
        ("120", "Résultat", "0,00", "80,00"),
        ("129", "Résultat de l'exercice précédent (perte)", "40,00", "0,00"),
    ]


@pytest.mark.parametrize("day", ["2026-12-31", "2027-01-01"])
def test_entries_that_close_income_into_the_result_are_in_no_fec_and_change_none(day: str) -> None:
    """On the last day of the year or the first one after: sales and result are as without them."""
    closing = f'\n{day} * "Clôture"\n  Income:Conseil  100.00 EUR\n  Equity:Resultat\n'
    ledger = OWN_RESULTS + invoice("2026-02-01", "F1") + invoice("2027-02-01", "F2")
    for year in (2026, 2027, 2028):
        period = {"since": f"{year}-01-01", "until": f"{year}-12-31"}
        columns = ("EcritureDate", "CompteNum", "Debit", "Credit")
        assert lines(ledger + closing, *columns, **period) == lines(ledger, *columns, **period)
        named = entries_of(ledger + closing, **period).closing
        assert len(named) == (day[:4] == str(year))


def test_a_payment_has_the_date_of_the_document_to_which_it_refers_or_else_its_own() -> None:
    ledger = invoice("2026-02-01", "F1") + payment("2026-03-05", "20.00", "F1") + payment("2026-04-05", "20.00", "V17")
    assert lines(ledger, "EcritureDate", "PieceRef", "PieceDate")[3:] == [
        ("20260305", "F1", "20260201"), ("20260305", "F1", "20260201"),
        ("20260405", "V17", "20260405"), ("20260405", "V17", "20260405"),
    ]  # fmt: skip


def test_a_claim_in_dollars_is_worth_its_price_and_says_its_dollars() -> None:
    ledger = """
2026-02-01 * "Client" "Acompte"
  Assets:Clients:Dupont  100.00 USD @ 0.9233 EUR
  Income:Conseil  -92.33 EUR
"""
    assert lines(ledger, "Debit", "Credit", "Montantdevise", "Idevise") == [
        ("92,33", "0,00", "100,00", "USD"),
        ("0,00", "92,33", "", ""),
    ]


def test_an_entry_in_dollars_alone_is_converted_at_the_ledger_s_latest_price() -> None:
    """0.90 of 10 January, not 0.95 of later: 33.33 dollars are 30.00 euros (29.997)."""
    ledger = """
2026-01-10 price USD 0.90 EUR
2026-02-01 * "Frais"
  Expenses:Loyer  33.33 USD
  Assets:Banque  -33.33 USD
2026-02-02 price USD 0.95 EUR
"""
    assert lines(ledger, "CompteNum", "Debit", "Credit") == [("613", "30,00", "0,00"), ("512", "0,00", "30,00")]


def test_the_cents_that_roundings_leave_go_where_most_was_rounded() -> None:
    """Three times 33.335 at the price of 1 are 100.005: one of them is 33.33, so that the entry adds up."""
    ledger = """
2026-02-01 * "Trois"
  Assets:Clients:Dupont  1.0000 USD @ 33.335 EUR
  Assets:Clients:Dupont  1.0000 USD @ 33.335 EUR
  Assets:Clients:Dupont  1.0000 USD @ 33.335 EUR
  Income:Conseil
"""
    amounts = lines(ledger, "Debit", "Credit")
    assert sorted(amounts) == [("0,00", "100,01"), ("33,33", "0,00"), ("33,34", "0,00"), ("33,34", "0,00")]


def test_what_has_no_price_in_the_books_currency_is_an_error_with_the_price_to_write() -> None:
    ledger = '\n2026-02-01 * "Frais"\n  Expenses:Loyer  10.00 USD\n  Assets:Banque\n'
    with pytest.raises(CannotMakeEntries) as caught:
        entries_of(ledger)
    (finding,) = caught.value.findings
    assert "2026-02-01 price USD … EUR" in finding.message
    assert "10.00 USD on Expenses:Loyer" in finding.message


def test_an_entry_that_beancount_tolerates_and_that_does_not_add_up_is_an_error() -> None:
    ledger = '\n2026-02-01 * "Presque"\n  Expenses:Loyer  10.004 EUR\n  Assets:Banque  -10.00 EUR\n'
    assert lines(ledger, "Debit", "Credit") == [("10,00", "0,00"), ("0,00", "10,00")]
    off = '\n2026-02-01 * "Faux"\n  Expenses:Loyer  10.01 EUR\n  Assets:Banque  -10.005 EUR\n  Income:Conseil  -0.00 EUR\n'
    amounts = [
        (Decimal(debit.replace(",", ".")), Decimal(credit.replace(",", ".")))
        for debit, credit in lines(off, "Debit", "Credit")
    ]
    assert sum(debit - credit for debit, credit in amounts) == 0


def test_hours_are_no_money_and_are_named_as_left_out() -> None:
    ledger = """
2026-01-01 open Assets:Temps
2026-02-01 * "Travail"
  Assets:Temps  3 HOUR
  Assets:Temps  -3 HOUR
"""
    entries = entries_of(ledger)
    assert entries.entries == ()
    assert len(entries.moneyless) == 1


def test_an_account_without_a_number_is_named_once_with_what_to_write() -> None:
    ledger = """
2026-01-01 open Assets:Caisse
2026-02-01 * "Retrait"
  Assets:Caisse  10.00 EUR
  Assets:Banque
2026-02-02 * "Retrait"
  Assets:Caisse  10.00 EUR
  Assets:Banque
"""
    (finding,) = fec_findings(entries_of(ledger))
    assert finding.message == (
        "Assets:Caisse has no number of the chart of accounts, and is in 2 lines: write it below its `open`, such as "
        'pcg: "512"'
    )


def test_journals_follow_the_ledger_s_rules_and_an_entry_s_own_word() -> None:
    rules = """
2026-01-01 custom "invoice-journal" "V1" "Ventes France"
  documents: TRUE
2026-01-01 custom "invoice-journal" "BP" "Banque Populaire"
  accounts: "Assets:Banque"
"""
    other = '\n2026-04-01 * "Clôture"\n  journal: "OD"\n  Expenses:Loyer  5.00 EUR\n  Assets:Banque\n'
    ledger = rules + invoice("2026-02-01", "F1") + payment("2026-03-05", "120.00", "F1") + other
    assert list(dict.fromkeys(lines(ledger, "JournalCode", "JournalLib"))) == [
        ("V1", "Ventes France"), ("BP", "Banque Populaire"), ("OD", "Opérations diverses"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("country", "key", "bank", "cash", "supplier"),
    [
        ("FR", "pcg", "512", "531", "401"), ("BE", "pcmn", "550000", "570000", "440000"), ("DE", "skr03", "1200", "1000", "1600"),
        ("DE", "skr04", "1800", "1600", "3300"), ("LU", "pcn", "513100", "516100", "44111"), ("ES", "pgc", "5720", "5700", "4000"),
    ],
)  # fmt: skip
def test_the_usual_journals_follow_the_numbers_of_the_country(
    country: str, key: str, bank: str, cash: str, supplier: str
) -> None:
    ledger = f"""
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Essai"
  country: "{country}"
2026-01-01 custom "invoice-option" "account-number-key" "{key}"
2026-01-01 open Assets:A
  {key}: "{bank}"
2026-01-01 open Assets:B
  {key}: "{cash}"
2026-01-01 open Liabilities:C
  {key}: "{supplier}"
2026-01-01 open Income:D
2026-02-01 * "a"
  Assets:A  3.00 EUR
  Income:D
2026-02-02 * "b"
  Assets:B  2.00 EUR
  Income:D
2026-02-03 * "c"
  Liabilities:C  -1.00 EUR
  Income:D
"""
    entries, _errors, options = loader.load_string(ledger)
    general_ledger, book = read_general_ledger(entries, options, key, {}), read_book(entries, options)
    made = accounting_entries(general_ledger, book, date(2026, 1, 1), date(2026, 12, 31)).entries
    assert [entry.journal.code for entry in made] == ["BQ", "CA", "AC"]
    (opening,) = accounting_entries(general_ledger, book, date(2027, 1, 1), date(2027, 1, 1)).entries
    assert ("120" in {line.number for line in opening.lines}) is (country == "FR")


def test_texts_are_written_in_latin_letters_without_tabs() -> None:
    ledger = '\n2026-02-01 * "Łódź\tspółka" "1 000 € – l’été…"\n  Expenses:Loyer  5.00 EUR\n  Assets:Banque\n'
    content = fec_bytes(fec_rows(entries_of(ledger)))
    assert "Lódz spólka - 1 000 € - l'été..." in content.decode("iso-8859-15")
    assert check_fec(content).is_valid


def test_in_the_example_each_account_ends_with_the_ledger_s_balance() -> None:
    """At every month end of two years: the weights of all postings, by account number, are the sums of the FEC's lines."""
    entries, _errors, _options = loader.load_file(str(EXAMPLE))
    books = accounting_books(LedgerLoader(EXAMPLE))
    numbers = {name: account.number for name, account in books.general_ledger.accounts.items()}
    for day in month_ends(date(2025, 1, 1), date(2026, 11, 30)):
        made = accounting_entries(books.general_ledger, books.ledger.book, date(day.year, 1, 1), day)
        ours: defaultdict[str, Decimal] = defaultdict(Decimal)
        for entry in made.entries:
            assert sum(line.amount for line in entry.lines) == 0
            for line in entry.lines:
                ours[line.number] += line.amount
        theirs: defaultdict[str, Decimal] = defaultdict(Decimal)
        for transaction in filter_txns(entries):
            for posting in transaction.postings if transaction.date <= day else ():
                weight = convert.get_weight(posting)
                of_result = posting.account.split(":")[0] in {"Income", "Expenses"}
                number = "120" if of_result and transaction.date.year < day.year else numbers[posting.account]
                theirs[number] += weight.number if weight.currency == "EUR" else 0
        for number in (
            ours.keys() | theirs.keys()
        ):  # one invoice in pounds is worth half a cent more than the books' cents
            assert abs(ours[number] - theirs[number]) <= Decimal("0.005")


def test_an_entry_that_moves_nothing_takes_no_number() -> None:
    nothing = '\n2026-02-15 * "Rien"\n  Assets:Banque  0.00 EUR\n  Expenses:Loyer  0.00 EUR\n'
    ledger = invoice("2026-02-01", "F1") + nothing + payment("2026-03-05", "120.00", "F1")
    assert list(dict.fromkeys(lines(ledger, "EcritureNum"))) == [("1",), ("2",)]


def test_shares_are_in_no_currency() -> None:
    ledger = """
2026-01-01 open Assets:Titres
  pcg: "503"
2026-02-01 * "Achat"
  Assets:Titres  10 AAPL {10.00 EUR}
  Assets:Banque
"""
    assert lines(ledger, "Debit", "Montantdevise", "Idevise")[0] == ("100,00", "", "")


def test_a_label_below_a_customer_s_open_wins() -> None:
    doubtful = """2026-01-01 open Assets:Clients:Martin:Douteux
  customer: "Assets:Clients:Martin"
  pcg: "416"
  label: "Clients douteux"
"""
    moved = (
        '2026-03-01 * "Douteux"\n  Assets:Clients:Martin:Douteux  120.00 EUR\n  Assets:Clients:Martin  -120.00 EUR\n'
    )
    ledger = doubtful + invoice("2026-02-01", "F1", "Martin") + moved
    assert lines(ledger, "CompteNum", "CompteLib", "CompAuxNum")[-2:] == [
        ("416", "Clients douteux", "Martin"), ("411", "Clients", "Martin"),
    ]  # fmt: skip


def test_a_set_with_an_exchange_difference_that_is_not_booked_has_no_letter() -> None:
    """100 dollars at 0.90, paid at 0.93: 3 euros are still to be booked."""
    ledger = """
2026-02-01 * "Audit" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  120.00 USD @ 0.90 EUR
  Income:Conseil  -90.00 EUR
    text: "Audit"
    quantity: 1
    price: 100.00
    tax: "N20"
  Liabilities:TVA  -18.00 EUR
    tax: "N20"
    amount: 20.00

2026-03-01 * "Virement" ^F1
  Assets:Banque  111.60 EUR
  Assets:Clients:Dupont  -120.00 USD @ {rate} EUR{rest}
"""
    assert {letter for (letter,) in lines(ledger.format(rate="0.93", rest=""), "EcritureLet")} == {""}
    booked = ledger.format(rate="0.90", rest="\n  Expenses:Change  -3.60 EUR")
    assert {letter for (letter,) in lines(booked, "EcritureLet")} == {"", "A"}


def test_the_siren_is_the_beginning_of_the_siret() -> None:
    _general_ledger, book = read('2026-01-01 custom "invoice-seller" "A"\n  siren: ""\n  siret: "123 456 782 00010"\n')
    assert seller_siren(book, date(2025, 12, 31)) == seller_siren(book, date(2026, 1, 1)) == "123456782"
    assert seller_siren(replace(book, seller=None), date(2026, 1, 1)) == ""


def test_an_entry_is_validated_on_the_day_on_which_the_books_were_closed() -> None:
    """BOI-BIC-DECLA-30-10-20-40; what no lock covers has its own date, and is counted in a notice."""
    entries = entries_of(invoice("2026-01-05", "F1") + invoice("2026-02-05", "F2") + invoice("2026-03-05", "F3"))
    place, digest = COLUMNS.index("ValidDate"), "0" * 64
    locks = [
        Lock(date(2026, 2, 10), date(2026, 1, 31), None, digest, "", "1.txt", Source("x", 1)),
        Lock(date(2026, 3, 12), date(2026, 2, 28), date(2026, 2, 1), digest, digest, "2.txt", Source("x", 2)),
    ]
    closed = ClosedBooks(tuple(locks), (), tuple(ClosedPeriod(lock, digest, True, ()) for lock in locks))
    days = {row[COLUMNS.index("PieceRef")]: row[place] for row in fec_rows(entries, closed)}
    assert days == {"F1": "20260210", "F2": "20260312", "F3": "20260305"}
