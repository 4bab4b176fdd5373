"""Tables of banks: known ones, described ones, and providers of payments with gross, fee and net."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.bank.statement_checks import adds_up
from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.model import ZERO
from beancount_invoicing.model.banks import CsvTable, TableDateOrder
from beancount_invoicing.statement_files import StatementFileError, read_statements
from beancount_invoicing.statement_files.columns import parse_columns
from beancount_invoicing.statement_files.presets import FIELDS, presets

BPCE = (
    "Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;Informations "
    "complementaires;Type operation;Categorie;"
    "Sous categorie;Debit;Credit;Date operation;Date de valeur;Pointage operation\n"
)
CREDIT_MUTUEL = "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n"
STRIPE = (
    "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,description\n"
    "txn_1,2026-10-05 09:12:00,2026-10-07 00:00:00,eur,186.00,2.90,183.10,charge,F2026-0062\n"
    "txn_2,2026-10-07 00:00:00,2026-10-07 00:00:00,eur,-183.10,0.00,-183.10,payout,STRIPE PAYOUT\n"
)


def read(text: str, table: CsvTable | None = None, encoding: str = "utf-8") -> Statement:
    (statement,) = read_statements(text.encode(encoding), "bank.csv", table)
    return statement


def described(
    columns: str = "date = Jour; amount = Montant; text = Libellé + Détail",
    date_order: TableDateOrder = "",
    **said: str,
) -> CsvTable:
    return CsvTable(columns=parse_columns(columns), currency="EUR", date_order=date_order, **said)


def test_a_known_table_is_known_by_its_titles() -> None:
    statement = read(
        BPCE + "29/10/2026;KERBRAT;VIR SEPA KERBRAT F2026-0062;K117;;Virement recu;;;;+186,00;29/10/2026;30/10/2026;0\n"
        "05/10/2026;SCI DU MAIL;PRLV LOYER;L10;;Prelevement;;;-540,00;;05/10/2026;05/10/2026;0\n",
        encoding="cp1252",
    )
    assert [(line.date, line.amount, line.payer) for line in statement.lines] == [
        (date(2026, 10, 5), Decimal("-540.00"), "SCI DU MAIL"),
        (date(2026, 10, 29), Decimal("186.00"), "KERBRAT"),
    ]
    assert statement.lines[1].text == "VIR SEPA KERBRAT F2026-0062 K117"
    assert (statement.lines[1].source.line, statement.lines[1].value_date) == (2, date(2026, 10, 30))
    assert (statement.opening, statement.closing) == (None, None)


@pytest.mark.parametrize("debit", ["-45,67", "45,67"])
def test_balances_of_rows_newest_first(debit: str) -> None:
    statement = read(
        CREDIT_MUTUEL + "09/10/2026;09/10/2026;;2 500,00;VIR;4 688,89\n"
        f"09/10/2026;09/10/2026;{debit};;PRLV EDF;2 188,89\n08/10/2026;08/10/2026;;1 000,00;VIR;2 234,56\n"
    )
    assert (statement.opening, statement.closing, adds_up(statement)) == (Decimal("1234.56"), Decimal("4688.89"), True)


def test_a_missing_row_does_not_add_up() -> None:
    statement = read(
        CREDIT_MUTUEL + "09/10/2026;09/10/2026;;10,00;VIR;110,00\n10/10/2026;10/10/2026;;10,00;VIR;130,00\n"
    )
    assert adds_up(statement) is False


def test_what_a_provider_keeps_is_the_fee() -> None:
    statement = read(STRIPE)
    charge, payout = statement.lines
    assert (charge.amount, charge.fee, charge.currency) == (Decimal("183.10"), Decimal("2.90"), "EUR")
    assert (payout.amount, payout.fee, payout.text) == (Decimal("-183.10"), ZERO, "STRIPE PAYOUT")
    assert charge.bank_id.startswith("txn_1~")


def test_paypal_reads_what_is_completed_by_currency() -> None:
    text = (
        '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","Transaction ID","Balance"\n'
        '"25/10/2026","10:00","CET","Claire '
        'Lemaître","Payment","Completed","EUR","199.40","-6.98","192.42","P1","192.42"\n'
        '"26/10/2026","10:00","CET","Ocean Ltd","Payment","Completed","GBP","50.00","-2.00","48.00","P2","48.00"\n'
        '"27/10/2026","10:00","CET","Claire Lemaître","Payment","Pending","EUR","10.00","0","10.00","P3","202.42"\n'
    )
    euro, pounds = read_statements(text.encode(), "bank.csv")
    assert [(line.amount, line.fee, line.payer) for line in euro.lines] == [
        (Decimal("192.42"), Decimal("6.98"), "Claire Lemaître")
    ]
    assert (pounds.currency, pounds.opening, pounds.closing) == ("GBP", Decimal("0.00"), Decimal("48.00"))


def test_sumup_reads_what_is_paid_out_and_needs_the_currency() -> None:
    text = (
        "Email,Date,Transaction ID,Transaction type,Status,Total,Fee,Payout,Payout date,Payout ID,Reference\n"
        "a@b.example,2026-10-05,T1,Sale,Successful,100.00,0,0,,,F2026-0062\n"
        "a@b.example,2026-10-05,T1,Payout,Paid,100.00,1.75,98.25,2026-10-07,P9,F2026-0062\n"
    )
    (line,) = read(text, CsvTable(preset="sumup", currency="EUR")).lines
    assert (line.date, line.amount, line.fee, line.text) == (
        date(2026, 10, 7),
        Decimal("98.25"),
        Decimal("1.75"),
        "F2026-0062",
    )
    with pytest.raises(StatementFileError, match="3: no column says the currency"):
        read(text)


def test_a_described_table() -> None:
    statement = read(
        "Compte courant\n\nJour;Libellé;Détail;Montant\n5/10/26;VIR;F2026-0062;1 234,50 €\n",
        described(date_order="dmy"),
    )
    (line,) = statement.lines
    assert (line.date, line.amount, line.text) == (date(2026, 10, 5), Decimal("1234.50"), "VIR F2026-0062")


@pytest.mark.parametrize("delimiter", [",", "", "\t"])
def test_a_table_without_titles_has_numbers(delimiter: str) -> None:
    table = described("date = 1; text = 2; amount = 3", delimiter=delimiter, decimal=".")
    row = "2026-10-05,VIR F2026-0062,-12.00\n".replace(",", delimiter or ",")
    (line,) = read(row, table).lines
    assert (line.amount, line.text) == (Decimal("-12.00"), "VIR F2026-0062")


def test_rows_without_date_and_amount_are_headings() -> None:
    (line,) = read("Jour;Libellé;Détail;Montant\n;Octobre;;\n2026-10-05;VIR;;12,00\n", described()).lines
    assert line.source.line == 3


def test_who_was_paid_stands_in_a_column_of_its_own() -> None:
    table = described("date = Jour; amount = Montant; payer = De; payee = À")
    came, left = read("Jour;De;À;Montant\n2026-10-05;Kerbrat;Nous;12,00\n2026-10-06;Nous;EDF;-8,00\n", table).lines
    assert (came.payer, left.payer) == ("Kerbrat", "EDF")


@pytest.mark.parametrize(("cell", "ordered"), [("-617,50", Decimal("617.50")), ("", None)])
def test_what_was_ordered_in_another_currency(cell: str, ordered: Decimal | None) -> None:
    table = described("date = Jour; amount = Montant; ordered-amount = Origine; ordered-currency = Devise")
    rows = f"2026-10-05;706,42;{cell};gbp\n2026-10-06;10,00;10,00;EUR\n2026-10-07;10,00;10,00;\n"
    foreign, *own = read(f"Jour;Montant;Origine;Devise\n{rows}", table).lines
    assert (foreign.ordered_amount, foreign.ordered_currency) == (ordered, "GBP")
    assert {(line.ordered_amount, line.ordered_currency) for line in own} == {(None, "")}


def test_utf_16_is_known_by_its_mark() -> None:
    (line,) = read(CREDIT_MUTUEL + "09/10/2026;09/10/2026;;10,00;Payé;110,00\n", encoding="utf-16").lines
    assert line.text == "Payé"


def test_what_the_ledger_says_wins_over_the_preset() -> None:
    text = (
        STRIPE.replace("description\n", "description,order\n")
        .replace("F2026-0062\n", "Order,F2026-0062\n")
        .replace("PAYOUT\n", "PAYOUT,\n")
    )
    charge, _payout = read(text, CsvTable(preset="stripe", columns=(("text", ("order",)),))).lines
    assert charge.text == "F2026-0062"


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1 234,50", "", "1234.50"),
        ("1.234,50", "", "1234.50"),
        ("1,234.50", "", "1234.50"),
        ("1'234.50", "", "1234.50"),
        ("-12,00 EUR", "", "-12.00"),
        ("−12,00", "", "-12.00"),
        ("12,00-", "", "-12.00"),
        ("(12.00)", "", "-12.00"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("12", "", "12"),
    ],
)
def test_amounts_as_banks_write_them(cell: str, decimal: str, value: str) -> None:
    (line,) = read(f'Jour;Libellé;Détail;Montant\n2026-10-05;;;"{cell}"\n', described(decimal=decimal)).lines
    assert line.amount == Decimal(value)


@pytest.mark.parametrize(
    ("rows", "table", "told"),
    [
        ("2026-10-05;;;1.234", described(), r'2: "1\.234" could be two different amounts'),
        (
            "2026-10-05;;;1,50\n2026-10-05;;;1.50",
            described(),
            r'3: "1\.50" has another decimal separator than "1,50" in line 2',
        ),
        ("2026-10-05;;;12,3,4", described(), '2: "12,3,4" is not an amount'),
        ("2026-10-05;;;1.23,50", described(), r'2: "1\.23,50" is not an amount'),
        ("03/04/2026;;;1,50", described(), '2: "03/04/2026" could be two different days'),
        ("31/04/2026;;;1,50", described(), '2: "31/04/2026" is not a date'),
        ("2026-10-05;;;1,50", described("date = Jour; amount = Somme"), '1: the table has no column "somme"'),
        ("2026-10-05;;;1,50", described("date = Jour; text = Libellé"), "1: no column is the amount"),
        ("2026-10-05;;;1,50", described("text = Libellé; amount = Montant"), "1: no column is the date"),
        (
            "2026-10-05;1,50;;2,50",
            described("date = Jour; debit = Libellé; credit = Montant"),
            "2: the row has both a debit of 1.50 and a credit of 2.50",
        ),
        ("2026-10-05;;;1,50", described(encoding="klingon"), '"klingon" is not an encoding'),
        ('2026-10-05;;;"1,50', described(), "2: this is not a row of a table"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(rows: str, table: CsvTable, told: str) -> None:
    with pytest.raises(StatementFileError, match=rf"^bank\.csv:?\s?{told}"):
        read(f"Jour;Libellé;Détail;Montant\n{rows}\n", table)


def test_every_preset_knows_its_fields_and_reads_its_own_titles() -> None:
    assert len(presets()) >= 18
    for preset in presets().values():
        assert {field for field, _titles in preset.table.columns} <= set(FIELDS)
        titles = [*dict(preset.table.columns), *preset.needed]
        titles = list(dict.fromkeys(title for _field, names in preset.table.columns for title in names))
        assert preset.needed <= {" ".join(title.split()).casefold() for title in titles} | preset.needed
        rest = [title for title in preset.needed if title not in {title.casefold() for title in titles}]
        header = ";".join(f'"{title}"' for title in (*titles, *rest))
        assert read_statements(f"{header}\n".encode(), "bank.csv") == ()
