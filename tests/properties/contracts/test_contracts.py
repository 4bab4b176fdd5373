"""Contracts live: whatever is amended and whenever it is billed, each day and hour is billed as a model says that asks each."""

from __future__ import annotations

import pytest

from tests.properties.contracts.verdict import failure
from tests.sizes import seeds


@pytest.mark.parametrize("seed", range(3))
def test_contracts_live(seed: int) -> None:
    assert not (text := failure(seed)), text


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(100))
def test_more_contracts_live(seed: int) -> None:
    assert not (text := failure(seed)), text
