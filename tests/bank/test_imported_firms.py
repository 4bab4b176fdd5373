"""Statements of firms drawn by chance, imported from files of every format: what must hold after each import holds."""

from __future__ import annotations

from pathlib import Path

from tests.bank.imported_firms import added, imported_firm
from tests.bank.statement_writers import WRITERS


def test_what_must_hold_after_each_import_holds(tmp_path: Path) -> None:
    total = added(imported_firm(seed, tmp_path / str(seed)) for seed in range(12))
    assert not total.wrong, "\n".join(total.wrong[:5])
    assert set(total.lines) == set(total.booked) == set(WRITERS)
