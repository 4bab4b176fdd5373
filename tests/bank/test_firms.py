"""Firms drawn by chance: whatever is booked without asking is right, and most of what one could tell is."""

from __future__ import annotations

from tests.bank.referee import added, verdict


def test_what_is_booked_without_asking_is_right() -> None:
    total = added(verdict(seed) for seed in range(60))
    assert not total.wrong, "\n".join(total.wrong[:5])
    for clue, count in total.could_be_told.items():
        assert total.told[clue] >= 0.9 * count, (clue, total.told[clue], count)
