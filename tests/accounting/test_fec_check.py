"""What is wrong in a FEC: each rule of art. A47 A-1 (LPF) with the change that breaks it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        (2, "CompAuxLib", "", [(2, "warning", "together")]),
        (2, "DateLet", "", [(2, "warning", "together")]),
        (3, "JournalLib", "Vente", [(3, "warning", "journal-name")]),
        (2, "Idevise", "USD", [(2, "warning", "together")]),
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
    assert found(GOOD, "123456789FEC20261231.txt") == [(0, "warning", "siren")]
    assert found(GOOD, "") == []


def test_numbers_without_a_gap_in_the_file_or_in_each_journal() -> None:
    assert found(GOOD.replace("BQ\tBanque\t3\t", "BQ\tBanque\t4\t")) == [(7, "warning", "gap")]
    by_journal = GOOD.replace("BQ\tBanque\t2\t", "BQ\tBanque\tBQ001\t").replace(
        "BQ\tBanque\t3\t", "BQ\tBanque\tBQ002\t"
    )
    assert found(by_journal) == []


def test_a_number_of_any_length_is_read() -> None:
    assert {rule for _line, _severity, rule in found(with_cell(2, "Debit", "9" * 100))} >= {"amount"}
    assert {
        rule for _line, _severity, rule in found(GOOD.replace("BQ\tBanque\t3\t", "BQ\tBanque\t" + "9" * 5000 + "\t"))
    } == {"gap"}


def test_other_forms_that_the_article_allows() -> None:
    assert found(GOOD.replace("\t", "|")) == []
    assert found(GOOD.replace("\r\n", "\n")) == []
    assert found(GOOD.replace("JournalCode", "journalcode")) == []
    assert found(GOOD.replace("\r\n", "\r")) == []
    assert found(GOOD.replace("CompAuxNum", "CompteAuxNum").replace("CompAuxLib", "CompteAuxLib")) == []
    assert found(GOOD.replace("120,00", "120,00+")) == []
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
    paid = [wider[0], *(f"{row}\t20260301\tCB\t\t" for row in rows[1:-1]), ""]
    assert found("\r\n".join(paid)) == []
    assert {rule for _line, _severity, rule in found("\r\n".join(paid).replace("20260301\tCB", "01/03/2026\tCB"))} == {
        "date"
    }
    unused = [row.replace("VE\tVentes", "\t") for row in paid]
    assert found("\r\n".join(unused)) == [], "a cash accounting need not use journals"


def test_a_currency_that_is_none_is_told() -> None:
    rows = [row.split("\t") for row in GOOD.split("\r\n")]
    rows[1][16:18] = ["130,00", "$"]
    assert found("\r\n".join("\t".join(row) for row in rows)) == [(2, "warning", "currency")]


@pytest.mark.parametrize("code", ["cp500", "cp1140", "cp273"])
@pytest.mark.parametrize("separator", ["\t", "|"])
def test_ebcdic_is_read(code: str, separator: str) -> None:
    """III, 1°. Its lines may end with NEL."""
    text = GOOD.replace("€", "EUR").replace("\t", separator).replace("\r\n", "\x85")
    summary = check_fec(text.encode(code), NAME)
    assert (summary.findings, summary.lines, str(summary.debit)) == ((), 7, "280.00")


def as_xml(closing: str = "2026-12-31") -> str:
    """The good file in the form of formatA47A-I-VII-1.xsd."""
    titles, *rows = [row.split("\t") for row in GOOD.split("\r\n")[:-1]]
    journals: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in rows:
        fields = dict(zip(titles, row, strict=True))
        journals.setdefault(fields["JournalCode"], {}).setdefault(fields["EcritureNum"], []).append(fields)

    def element(title: str, text: str) -> str:
        is_day = title.endswith(("Date", "DateLet"))
        return f"<{title}>{f'{text[:4]}-{text[4:6]}-{text[6:]}' if is_day else text}</{title}>\n" if text else ""

    parts = [f"<comptabilite>\n<exercice>\n<DateCloture>{closing}</DateCloture>\n"]
    for entries in journals.values():
        first = next(iter(entries.values()))[0]
        parts.append("<journal>\n" + "".join(element(title, first[title]) for title in titles[:2]))
        for lines in entries.values():
            heads = (
                "EcritureNum",
                "EcritureDate",
                "EcritureLib",
                "PieceRef",
                "PieceDate",
                "EcritureLet",
                "DateLet",
                "ValidDate",
            )
            parts.append("<ecriture>\n" + "".join(element(title, lines[0][title]) for title in heads))
            for fields in lines:
                side = "Debit" if fields["Debit"] != "0,00" else "Credit"
                accounts = "".join(element(title, fields[title]) for title in titles[4:8])
                parts.append(f"<ligne>\n{accounts}<{side}>{fields[side].replace(',', '.')}</{side}>\n</ligne>\n")
            parts.append("</ecriture>\n")
        parts.append("</journal>\n")
    return "".join([*parts, "</exercice>\n</comptabilite>\n"])


def test_xml_is_read_and_its_sums_are_those_of_the_flat_file() -> None:
    summary = check_fec(as_xml().encode(), NAME)
    assert summary.findings == ()
    assert (summary.lines, summary.entries, str(summary.debit), str(summary.credit)) == (7, 3, "280.00", "280.00")
    assert (str(summary.first), str(summary.last)) == ("2026-02-01", "2026-04-01")


@pytest.mark.parametrize(
    ("text", "instead", "rules"),
    [
        ("<comptabilite>", "<!DOCTYPE x><comptabilite>", {"structure"}),
        ("</comptabilite>", "", {"structure"}),
        ("<DateCloture>2026-12-31</DateCloture>\n", "", {"structure"}),
        ("</exercice>", "</exercice>\n<exercice></exercice>", {"structure"}),
        ("2026-12-31", "2026-11-30", {"year"}),
        ("2026-12-31", "2026-02-30", {"date"}),
        ("<EcritureDate>2026-04-01", "<EcritureDate>01/04/2026", {"date", "empty"}),
        ("<EcritureLib>Loyer</EcritureLib>\n", "", {"structure", "empty"}),
        ("<Debit>40.00</Debit>", "<Debit>40,00</Debit>", {"amount", "balance", "no-amount"}),
        ("<Debit>40.00</Debit>", "<Debit>4e1</Debit>", set()),
        ("<Debit>40.00</Debit>", "<Montant>40.00</Montant><Sens>d</Sens>", set()),
        ("<Debit>40.00</Debit>", "<Montant>40.00</Montant><Sens>x</Sens>", {"side"}),
        ("<Debit>40.00</Debit>", "<Montant>40.00</Montant><Sens>C</Sens>", {"balance"}),
        ("<Credit>40.00</Credit>", "<Montant>40.00</Montant><Sens>-1</Sens>", set()),
        ("<JournalCode>VE</JournalCode>\n", "<JournalCode>VE</JournalCode><note/>\n", {"structure"}),
        ("<Debit>40.00</Debit>", "<Debit>40.00</Debit><Credit>0</Credit>", {"structure"}),
        ("<CompteNum>613</CompteNum>", "<CompteNum>6A</CompteNum>", {"account"}),
        ("<EcritureLet>A</EcritureLet>\n", "", {"together"}),
        ("<ligne>", "<ligne>x", {"structure"}),
        ("<ligne>", "<note/><ligne>", {"structure"}),
        ("<ligne>", "<PieceRef>F1</PieceRef><ligne>", {"structure"}),
        ("<EcritureNum>3</EcritureNum>\n<EcritureDate>2026-04-01</EcritureDate>",
         "<EcritureDate>2026-04-01</EcritureDate>\n<EcritureNum>3</EcritureNum>", {"structure"}),
    ],
)  # fmt: skip
def test_what_is_wrong_in_xml_is_found(text: str, instead: str, rules: set[str]) -> None:
    content = as_xml()
    assert text in content
    assert {finding.rule for finding in check_fec(content.replace(text, instead, 1).encode(), NAME).findings} == rules


def test_another_xml_is_no_fec() -> None:
    (finding,) = check_fec(b"<?xml version='1.0'?>\n<Document><Stmt/></Document>", NAME).findings
    assert (finding.rule, "the root is Document" in finding.message) == ("structure", True)


@given(xml=st.booleans(), place=st.integers(0, 3000), bytes_instead=st.binary(max_size=6), length=st.integers(0, 400))
def test_spoilt_files_never_break_the_check(xml: bool, place: int, bytes_instead: bytes, length: int) -> None:
    content = (as_xml() if xml else GOOD).encode("iso-8859-15")
    place %= len(content)
    check_fec(content[:place] + bytes_instead + content[place + length :], NAME)


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        (b"", {"titles"}),
        (b"\x00\xff\xfe", {"titles"}),
        (GOOD.split("\r\n")[0].encode(), {"no-entries"}),
        (GOOD.split("\r\n", 1)[1].encode(), {"encoding", "titles"}),
        (GOOD.replace("\t", ";").encode("iso-8859-15"), {"separator"}),
        (GOOD.replace("Idevise", "Devise", 1).encode("iso-8859-15"), {"columns"}),
        (GOOD.replace("CompteLib", "CompteNum", 1).encode("iso-8859-15"), {"columns"}),
        (GOOD.encode("utf-16"), {"encoding"}),
        (GOOD.replace("Conseil", "l’étude").encode("cp1252"), {"encoding"}),
        ("\r\n".join('"' + line.replace("\t", '"\t"') + '"' for line in GOOD.split("\r\n")[:-1]).encode("iso-8859-15"), {"quotes"}),
        (b"JournalCode\tJournalLib\r\n", {"columns"}),
        (GOOD.replace("JournalCode\tJournalLib", "JournalLib\tJournalCode").encode("iso-8859-15"), {"column-order"}),
        (GOOD.encode("utf-8"), {"encoding"}),
        (GOOD.replace("\tVE", "VE").replace("\t613\t", "\t613").encode("iso-8859-15"), {"fields", "balance"}),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_told_and_never_breaks_the_check(content: bytes, rules: set[str]) -> None:
    assert {finding.rule for finding in check_fec(content).findings} == rules
