"""A business lives: at every date the reports say what a simple model of money and documents says."""

from __future__ import annotations

import pytest

from tests.properties.lives.verdict import failure
from tests.sizes import seeds


@pytest.mark.parametrize("seed", range(12))
def test_a_business_lives(seed: int) -> None:
    assert not (text := failure(seed)), text


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(300))
def test_more_live(seed: int) -> None:
    assert not (text := failure(seed)), text
