"""What is wrong in a FEC: each rule of art. A47 A-1 (LPF) with the change that breaks it."""

from __future__ import annotations

import pytest

from beancount_invoicing.accounting.fec import COLUMNS, fec_bytes, fec_rows
from beancount_invoicing.accounting.fec_check import check_fec
from tests.accounting.books import entries_of, invoice, payment

NAME = "123456782FEC20261231.txt"
GOOD = fec_bytes(
    fec_rows(
        entries_of(
            invoice("2026-02-01", "F1")
            + payment("2026-03-05", "120.00", "F1")
            + '\n2026-04-01 * "Loyer"\n  Expenses:Loyer  40.00 EUR\n  Assets:Banque\n'
        )
    )
).decode("iso-8859-15")


def found(text: str, name: str = NAME) -> list[tuple[int, str, str]]:
    return [
        (finding.line, finding.severity, finding.rule)
        for finding in check_fec(text.encode("iso-8859-15"), name).findings
    ]


def with_cell(line: int, column: str, cell: str) -> str:
    """The good file with another cell; lines from 1, the titles."""
    rows = [row.split("\t") for row in GOOD.split("\r\n")]
    rows[line - 1][COLUMNS.index(column)] = cell
    return "\r\n".join("\t".join(row) for row in rows)


def test_the_file_is_right_and_its_sums_are_told() -> None:
    summary = check_fec(GOOD.encode("iso-8859-15"), NAME)
    assert summary.findings == ()
    assert (summary.lines, summary.entries, str(summary.debit), str(summary.credit)) == (7, 3, "280.00", "280.00")
    assert (str(summary.first), str(summary.last)) == ("2026-02-01", "2026-04-01")


@pytest.mark.parametrize(
    ("line", "column", "cell", "expected"),
    [
        (2, "JournalCode", "", [(2, "error", "balance"), (2, "error", "empty"), (3, "error", "balance")]),
        (2, "EcritureLib", "", [(2, "error", "empty")]),
        (2, "PieceRef", "", [(2, "error", "empty")]),
        (2, "PieceDate", "2026-02-01", [(2, "error", "date")]),
        (2, "PieceDate", "20260230", [(2, "error", "date")]),
        (
            2,
            "CompteNum",
            "41",
            [(2, "error", "account"), (6, "warning", "letter-balance"), (2, "warning", "letter-balance")],
        ),
        (2, "CompAuxLib", "", [(2, "error", "together")]),
        (2, "DateLet", "", [(2, "error", "together")]),
        (2, "Idevise", "USD", [(2, "error", "together")]),
        (2, "Debit", "120.00", [(2, "error", "amount")]),
        (2, "Debit", "1 120,00", [(2, "error", "amount"), (2, "error", "balance"), (2, "warning", "letter-balance")]),
        (2, "Debit", "119,99", [(2, "error", "balance"), (2, "warning", "letter-balance")]),
        (3, "Debit", "5,00", [(2, "error", "balance"), (3, "error", "both-sides")]),
        (7, "EcritureDate", "20260402", [(7, "error", "entry-date"), (7, "warning", "valid-date")]),
        (7, "ValidDate", "20260301", [(7, "warning", "order"), (7, "warning", "valid-date")]),
        (8, "CompteLib", "Crédit Local", [(8, "warning", "label")]),
    ],
)
def test_a_wrong_cell_is_found_at_its_line(
    line: int, column: str, cell: str, expected: list[tuple[int, str, str]]
) -> None:
    assert sorted(found(with_cell(line, column, cell))) == sorted(expected)


def test_an_entry_of_another_year_than_the_file_s_name_says() -> None:
    assert {rule for _line, _severity, rule in found(GOOD, "123456782FEC20251231.txt")} == {"year"}
    assert found(GOOD, "journal.txt") == [(0, "error", "name")]
    assert found(GOOD, "123456782FEC20261331.txt") == [(0, "error", "name")]
    assert found(GOOD, "") == []


def test_numbers_without_a_gap_in_the_file_or_in_each_journal() -> None:
    assert found(GOOD.replace("BQ\tBanque\t3\t", "BQ\tBanque\t4\t")) == [(7, "warning", "gap")]
    by_journal = GOOD.replace("BQ\tBanque\t2\t", "BQ\tBanque\tBQ001\t").replace(
        "BQ\tBanque\t3\t", "BQ\tBanque\tBQ002\t"
    )
    assert found(by_journal) == []


def test_a_number_of_any_length_is_read() -> None:
    assert {
        rule for _line, _severity, rule in found(GOOD.replace("BQ\tBanque\t3\t", "BQ\tBanque\t" + "9" * 5000 + "\t"))
    } == {"gap"}


def test_other_forms_that_the_article_allows() -> None:
    assert found(GOOD.replace("\t", "|")) == []
    assert found(GOOD.replace("\r\n", "\n")) == []
    assert found(GOOD.replace("JournalCode", "journalcode")) == []
    sides = GOOD.replace("\tDebit\tCredit\t", "\tMontant\tSens\t")
    rows = [row.split("\t") for row in sides.split("\r\n")]
    for row in rows[1:-1]:
        row[11:13] = [row[11], "D"] if row[11] != "0,00" else [row[12], "C"]
    as_sides = "\r\n".join("\t".join(row) for row in rows)
    assert found(as_sides) == []
    assert {rule for _line, _severity, rule in found(as_sides.replace("\tD\t", "\tX\t", 1))} == {"side"}


def test_a_cash_accounting_has_four_columns_more() -> None:
    rows = GOOD.split("\r\n")
    wider = [rows[0] + "\tDateRglt\tModeRglt\tNatOp\tIdClient", *(f"{row}\t\t\t\t" for row in rows[1:-1]), ""]
    assert found("\r\n".join(wider)) == []


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        (b"", {"columns"}),
        (b"\x00\xff\xfe", {"columns"}),
        (b"JournalCode\tJournalLib\r\n", {"columns"}),
        (GOOD.replace("JournalCode\tJournalLib", "JournalLib\tJournalCode").encode("iso-8859-15"), {"column-order"}),
        (GOOD.encode("utf-8"), {"encoding"}),
        (GOOD.replace("\tVE", "VE").replace("\t613\t", "\t613").encode("iso-8859-15"), {"fields", "balance"}),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_told_and_never_breaks_the_check(content: bytes, rules: set[str]) -> None:
    assert {finding.rule for finding in check_fec(content).findings} == rules
