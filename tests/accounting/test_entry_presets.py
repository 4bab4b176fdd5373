"""The entries in the formats of French accounting programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.accounting.entry_presets import PRESETS, preset_bytes, preset_findings
from beancount_invoicing.cli import main
from tests.accounting.books import ACCOUNTS, entries_of, invoice


def lines(name: str) -> list[str]:
    preset = PRESETS[name]
    return preset_bytes(entries_of(invoice("2026-02-01", "F2026-0001")), preset).decode(preset.encoding).split("\r\n")


def test_quadra_has_each_field_at_its_position() -> None:
    first, _income, tax, end = lines("quadra")
    assert end == ""
    assert {len(first), len(tax)} == {231}
    positions = {2: "Dupont  ", 10: "VE", 15: "010226", 22: "Dupont – Conseil ", 42: "D", 43: "+000000012000", 75: "-0001",
                 100: "026-0001",
                 108: "EUR", 117: "Dupont – Conseil ", 149: "F2026-0001"}  # fmt: skip
    for position, text in positions.items():
        assert first[position - 1 :].startswith(text), position
    assert tax[1:9] == "44571   "
    assert tax[41:55] == "C+00000000" + "2000"


@pytest.mark.parametrize("name", ["ciel", "sage50"])
def test_ximport_has_the_lengths_of_version_2003(name: str) -> None:
    first, _income, tax, _end = lines(name)
    assert first == (
        "    1VE20260201        F2026-0001  Dupont     Dupont - Conseil                120.00D" + " " * 18
        + "Dupont SARL".ljust(34) + "O2003"
    )  # fmt: skip
    assert tax[35:46] == "44571      "
    assert "TVA collectée" in tax


def test_ebp_is_separated_by_commas() -> None:
    assert lines("ebp")[:2] == [
        '1,01022026,VE,Dupont,,"Dupont - Conseil","F2026-0001",120.00,D,01022026,',
        '1,01022026,VE,706,,"Dupont - Conseil","F2026-0001",100.00,C,01022026,',
    ]


def test_a_code_that_is_too_long_is_told_once_and_nothing_is_cut() -> None:
    ledger = invoice("2026-02-01", "F1") + invoice("2026-02-02", "F2")
    longer = ledger.replace("Clients:Dupont", "Clients:Dupontissime")
    opened = '\n2025-01-01 open Assets:Clients:Dupontissime\n  customer: "Dupontissime"\n  pcg: "411"\n'
    found = list(preset_findings(entries_of(opened + longer), PRESETS["quadra"]))
    assert ["Dupontissime has 12 characters, and this format takes 8" in finding.message for finding in found] == [True]


def test_the_command_takes_a_preset_or_a_description(tmp_path: Path) -> None:
    ledger, file = tmp_path / "main.beancount", tmp_path / "out.txt"
    ledger.write_text(ACCOUNTS + invoice("2026-02-01", "F1") + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    call = ["-f", str(ledger), "accounting", "table", "2026", "-o", str(file)]
    assert "add either --columns FILE" in CliRunner().invoke(main, call).output
    result = CliRunner().invoke(main, [*call, "--preset", "ebp"])
    assert result.exit_code == 0, result.output
    assert file.read_bytes().startswith(b"1,01022026,VE,Dupont")
