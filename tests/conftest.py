"""How far the tests go: HYPOTHESIS_PROFILE is `quick` (the same examples every time) unless it says `ci` (six times as many),
`proof` (twenty times as many, the same every time too, so that a red run is always a change's) or `search` (most, new ones each
time); `mutants` is `quick` without looking for a smaller example.

`pytest --update` writes the files that snapshot tests compare with, for a person to look through in the diff.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

os.environ.pop("COLUMNS", None)  # tables are as wide in every terminal
os.environ["LANGUAGE"] = "en"  # messages are English on every machine
settings.register_profile("quick", max_examples=25, derandomize=True, database=None, deadline=None)
settings.register_profile(
    "proof",
    max_examples=500,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # of ledgers there are large ones
)
settings.register_profile("ci", settings.get_profile("proof"), max_examples=150)
settings.register_profile(
    "search", settings.get_profile("proof"), max_examples=5000, derandomize=False, print_blob=True
)
settings.register_profile(  # whether one fails, not which is the smallest that does
    "mutants", settings.get_profile("quick"), phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture
def rates_until_june_2026(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No reference rate is known after 30 June 2026: what a test says of a missing one stays so when the next is published."""
    from beancount_invoicing.law import interest

    cut = {
        code: (name, {half: rate for half, rate in halves.items() if half < date(2026, 7, 1)})
        for code, (name, halves) in interest.reference_rates().items()
    }
    cached = (interest.late_interest_law, interest.contract_cap)
    monkeypatch.setattr(interest, "reference_rates", lambda: cut)
    for each in cached:
        each.cache_clear()
    yield
    monkeypatch.undo()
    for each in cached:
        each.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def a_day_after_those_of_the_tests() -> Iterator[None]:
    """Today, as commands know it, is later than all that tests write: nothing of it is dated far ahead."""
    from beancount_invoicing.cli import common

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common, "_calendar", lambda: date(2032, 1, 1))
        yield


@pytest.fixture(scope="session", autouse=True)
def the_same_ledger_is_loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The ledgers of the repository, and those in `same_folder`, are not loaded again in a process that has loaded the same
    files with the same content: hundreds of tests open the example. Ledgers in any other folder are loaded each time; that is
    where the tests of loading and caches have theirs."""
    from beancount_invoicing.loading import loader
    from tests.loaded_once import LoadedOnce

    once = LoadedOnce(loader.load, (Path(__file__).parent.parent, _same_folder(tmp_path_factory)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "load", once.load)
        yield


@pytest.fixture
def same_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder, the same in each test of a process: what is written there as in an earlier test is loaded once."""
    folder = _same_folder(tmp_path_factory)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _same_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp().resolve() / "same"


_TYPESET: dict[tuple[bytes, str], bytes] = {}


@pytest.fixture
def typeset_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that was typeset in another test, of the same view and layout, is not typeset again: for tests of what is done with
    documents. That the same view gives the same bytes is tested where documents are."""
    from beancount_invoicing.rendering import output
    from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
    from beancount_invoicing.rendering.typesetting import typeset

    def once(layout: Path, text: bytes, arguments: dict[str, Any]) -> bytes:
        if layout.parent != BUILT_IN_TEMPLATES:
            return typeset(layout, text, arguments)
        key = (text, repr(arguments))
        if key not in _TYPESET:
            _TYPESET[key] = typeset(layout, text, arguments)
        return _TYPESET[key]

    monkeypatch.setattr(output, "typeset", once)


def pytest_collection_finish() -> None:
    """What was imported and collected stays until the end: it is not looked through again and again for what is garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--update`."""
    parser.addoption("--update", action="store_true", help="write what snapshot tests expect instead of comparing")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether snapshots are to be written."""
    return bool(request.config.getoption("--update"))
