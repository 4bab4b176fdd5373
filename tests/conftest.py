"""How far the tests go: HYPOTHESIS_PROFILE is `quick` (the same examples every time) unless it says `proof`
(many, the same every time too, so that a red run is always a change's) or `search` (as many, new ones each time).

`pytest --update` writes the files that snapshot tests compare with, for a person to look through in the diff.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("quick", max_examples=60, derandomize=True, database=None, deadline=None)
settings.register_profile(
    "proof",
    max_examples=1500,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # of ledgers there are large ones
)
settings.register_profile("search", settings.get_profile("proof"), derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--update`."""
    parser.addoption("--update", action="store_true", help="write what snapshot tests expect instead of comparing")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether snapshots are to be written."""
    return bool(request.config.getoption("--update"))
