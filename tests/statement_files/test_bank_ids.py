"""The same movement has the same identifier, whichever file it comes in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import Source
from beancount_invoicing.statement_files import read_statements
from beancount_invoicing.statement_files.bank_ids import with_bank_ids
from tests.statement_files.camt_samples import entry, message, statement


def line(day: int, amount: str, text: str = "VIR", reference: str = "", at: int = 1) -> StatementLine:
    return StatementLine(reference, date(2026, 10, day), Decimal(amount), "EUR", Source("bank", at), text=text)


LINES = st.lists(
    st.builds(
        line,
        st.integers(1, 4),
        st.sampled_from(["1.00", "2.00"]),
        st.sampled_from(["A", "B"]),
        st.sampled_from(["", "R"]),
    ),
    max_size=12,
)


def identifiers(lines: list[StatementLine]) -> list[str]:
    return [found.bank_id for found in with_bank_ids(sorted(lines, key=lambda one: one.date), "FR76")]


@given(LINES)
def test_no_two_lines_of_a_file_share_one(lines: list[StatementLine]) -> None:
    assert len(set(identifiers(lines))) == len(lines)


@given(LINES, st.integers(1, 4), st.integers(1, 4))
def test_files_that_overlap_by_whole_days_agree(lines: list[StatementLine], first: int, last: int) -> None:
    whole = with_bank_ids(sorted(lines, key=lambda one: one.date), "FR76")
    part = identifiers([one for one in lines if first <= one.date.day <= last])
    assert part == [one.bank_id for one in whole if first <= one.date.day <= last]


def test_spaces_and_capitals_of_the_text_do_not_matter_but_accounts_do() -> None:
    (first,) = with_bank_ids([line(1, "1.00", "Vir  Kerbrat")], "FR76")
    (second,) = with_bank_ids([line(1, "1.0", "VIR KERBRAT")], "FR76")
    (other,) = with_bank_ids([line(1, "1.00", "VIR KERBRAT")], "DE89")
    assert first.bank_id == second.bank_id != other.bank_id


def test_camt_and_mt940_agree_where_the_bank_gives_its_reference() -> None:
    camt = message(statement(entry("186.00", "2026-10-05", reference="BQ261005001"), closing="1186.00"))
    mt940 = (
        ":20:X\n:25:FR7630006000011234567890189\n:28C:1\n:60F:C260930EUR1000,00\n"
        ":61:2610051005C186,00NTRFNONREF//BQ261005001\n:86:VIR\n:62F:C261031EUR1186,00\n"
    )
    (first,), (second,) = (read_statements(data, "bank")[0].lines for data in (camt, mt940.encode()))
    assert first.bank_id == second.bank_id
