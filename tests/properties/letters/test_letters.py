"""Over generated histories: each sentence of each letter about a payment, a level, a date or a sum is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.properties.letters import emails
from tests.properties.letters.verdict import failure
from tests.sizes import seeds


@pytest.mark.parametrize("seed", range(4))
def test_what_letters_say_is_so(seed: int) -> None:
    assert not (text := failure(seed)), text


@pytest.mark.parametrize("seed", range(4))
def test_what_the_emails_with_invoices_say_is_so(seed: int, tmp_path: Path) -> None:
    assert not (text := emails.failure(seed, tmp_path)), text


# more of them: python -m proofs.letters --lives 200 --seed 1000
@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(80))
def test_more_histories(seed: int) -> None:
    assert not (text := failure(seed)), text


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(80))
def test_the_emails_of_more(seed: int, tmp_path: Path) -> None:
    assert not (text := emails.failure(seed, tmp_path)), text
