"""A table that no preset knows: the error gives the whole directive, and with it the table is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_files import read_bank_files
from beancount_invoicing.languages import translated
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.statement_files import StatementFileError
from beancount_invoicing.statement_files.table_guess import TableGuess, guessed_table

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-option" "bank-accounts" "Assets:Bank"
2026-01-01 open Assets:Bank
plugin "beancount_invoicing"
"""
FRENCH = (
    "Compte courant;;;\nTitulaire : Exemple;;;\n\nJour;Intitulé de l'opération;Sortie;Entrée;Tiers\n"
    "13/02/2026;VIR F1;;1 234,50;Société Générique\n14/02/2026;LOYER;-700,00;;SCI\n;Fin du relevé;;;\n"
)
SIMPLE = "Jour;Libellé court;Montant EUR\n13/02/2026;VIR F1;1 234,50\n14/02/2026;LOYER;-700,00\n"
GERMAN = (
    '"Umsatzanzeige"\n"Tag";"Wert";"Auftraggeber/Empfänger";"Verwendungszweck";"Betrag in EUR"\n'
    '"13.02.26";"13.02.26";"Müller GmbH";"Rechnung F1\nvielen Dank";"1.234,50"\n'
    '"14.02.26";"14.02.26";"Vermieter";"Miete";"-700,00"\n'
)
BELGIAN = (
    "Uitvoeringsdatum;Rekening;Naam tegenpartij;Mededeling;Bedrag;Munt\n"
    "13/02/2026;BE68539007547034;Voorbeeld BV;F1;1234,50;EUR\n14/02/2026;BE68539007547034;Huur;huur;-700,00;EUR\n"
)
SWISS = (
    "Buchung;Valuta;Buchungstext;Belastung;Gutschrift;Saldo CHF\n"
    "13.02.2026;13.02.2026;F1 Muster AG;;1'234.50;2'234.50\n14.02.2026;14.02.2026;Miete;700.00;;1'534.50\n"
)
BRITISH = "Day,Type,Details,Paid out,Paid in\n13/02/2026,BGC,ACME LTD F1,,1234.50\n14/02/2026,DD,RENT,700.00,\n"
AMERICAN = "Posted;Memo;Amount\n2026-02-13;F1;1,234.50\n2026-02-14;RENT;(700.00)\n"
TABBED = "Jour\tMotif\tMontant\n13/02/2026\tVIR F1\t1234,50\n14/02/2026\tLOYER\t-700,00\n"
UNTITLED = "13/02/2026;VIR F1;1234,50\n14/02/2026;LOYER;-700,00\n"
TWICE = "Date d'op;Montant;Montant;Info+1\n13/02/2026;1234,50;1234,50;VIR F1\n14/02/2026;-700,00;-700,00;LOYER\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(FRENCH, "cp1252", id="french"),
        pytest.param(SIMPLE, "utf-8-sig", id="mark"),
        pytest.param(GERMAN, "cp1252", id="german"),
        pytest.param(BELGIAN, "utf-8", id="belgian"),
        pytest.param(SWISS, "utf-8", id="swiss"),
        pytest.param(BRITISH, "utf-8", id="british"),
        pytest.param(AMERICAN, "utf-8", id="brackets"),
        pytest.param(TABBED, "utf-16", id="tabs"),
        pytest.param(UNTITLED, "utf-8", id="untitled"),
        pytest.param(TWICE, "utf-8", id="twice"),
    ],
)
def test_the_advice_followed_to_the_letter_reads_the_table(text: str, encoding: str, tmp_path: Path) -> None:
    ledger, file = tmp_path / "main.beancount", tmp_path / "bank.csv"
    ledger.write_text(LEDGER, encoding="utf-8")
    file.write_text(text, encoding=encoding)
    with pytest.raises(StatementFileError) as refused:
        read_bank_files(open_ledger(ledger).book, [file])
    _told, _break, directive = translated(str(refused.value)).partition("\n")
    assert directive.startswith('2026-01-01 custom "invoice-bank" Assets:Bank\n  columns: "date = ')
    ledger.write_text(f"{LEDGER}{directive}\n", encoding="utf-8")
    opened = open_ledger(ledger)
    assert opened.errors == ()
    ((statement, account),) = read_bank_files(opened.book, [file])
    assert (account, statement.currency) == ("Assets:Bank", "EUR")
    assert [(line.date, line.amount) for line in statement.lines] == [
        (date(2026, 2, 13), Decimal("1234.50")),
        (date(2026, 2, 14), Decimal(-700)),
    ]
    assert "F1" in statement.lines[0].text


def test_a_payer_and_a_text_are_told_by_their_titles(tmp_path: Path) -> None:
    (tmp_path / "bank.csv").write_text(FRENCH, encoding="utf-8")
    (tmp_path / "main.beancount").write_text(LEDGER, encoding="utf-8")
    with pytest.raises(StatementFileError) as refused:
        read_bank_files(open_ledger(tmp_path / "main.beancount").book, [tmp_path / "bank.csv"])
    said = translated(str(refused.value))
    assert '"Jour", "Intitulé de l\'opération", "Sortie", "Entrée", "Tiers"' in said
    assert "date = Jour; debit = Sortie; credit = Entrée; payer = Tiers; text = Intitulé de l'opération" in said


def test_a_table_without_amounts_is_said_to_have_none(tmp_path: Path) -> None:
    (tmp_path / "bank.csv").write_text("Nom;Ville\nA;B\n", encoding="utf-8")
    (tmp_path / "main.beancount").write_text(LEDGER, encoding="utf-8")
    with pytest.raises(StatementFileError, match="no date or no amount is seen in it"):
        read_bank_files(open_ledger(tmp_path / "main.beancount").book, [tmp_path / "bank.csv"])


def test_the_currency_is_the_accounts_or_is_asked_for(tmp_path: Path) -> None:
    ledger, file = tmp_path / "main.beancount", tmp_path / "bank.csv"
    file.write_text(SIMPLE, encoding="utf-8")
    columns = "date = Jour; amount = Montant EUR; text = Libellé court"
    described = f'2026-01-01 custom "invoice-bank" Assets:Bank\n  columns: "{columns}"\n'
    ledger.write_text(LEDGER.replace("open Assets:Bank", "open Assets:Bank CHF") + described, encoding="utf-8")
    ((statement, _account),) = read_bank_files(open_ledger(ledger).book, [file])
    assert statement.currency == "CHF"
    ledger.write_text(LEDGER.replace('option "operating_currency" "EUR"\n', "") + described, encoding="utf-8")
    with pytest.raises(StatementFileError, match="no column says the currency: write currency"):
        read_bank_files(open_ledger(ledger).book, [file])


def test_a_balance_above_the_titles_is_no_movement() -> None:
    table = "Solde au 31/01;;1 234,50\nJour;Libellé;Montant\n13/02/2026;VIR F1;10,00\n14/02/2026;LOYER;-7,00\n"
    assert guessed_table(table) == TableGuess(
        ("Jour", "Libellé", "Montant"), "date = Jour; amount = Montant; text = Libellé"
    )
