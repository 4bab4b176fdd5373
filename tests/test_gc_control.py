"""The first ledger that a process loads is set aside from Python's collector; a process that loads again collects as ever."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from beancount_invoicing.gc_control import _Aside, no_collections_then_freeze


@pytest.fixture(autouse=True)
def first_in_its_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a process that has loaded nothing yet."""
    gc.unfreeze()
    monkeypatch.setattr(_Aside, "state", "never")
    yield
    gc.unfreeze()


def load() -> list[list[int]]:
    """Makes something that lasts, as a ledger does."""
    with no_collections_then_freeze():
        return [[number] for number in range(1000)]


def test_what_stands_after_the_first_load_is_walked_by_no_collection() -> None:
    ledger = load()
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(ledger)


def test_from_the_second_load_on_nothing_is_kept_from_the_collector() -> None:
    for _ in range(3):
        ledger = load()
        cycle: list[object] = [ledger]
        cycle.append(cycle)
    assert gc.get_freeze_count() == 0
    del cycle
    assert gc.collect() >= 1


def test_what_somebody_else_has_frozen_stays_so() -> None:
    gc.freeze()
    load()
    load()
    assert gc.get_freeze_count() > 0
    assert _Aside.state == "never"


def test_where_the_collector_is_off_it_is_left_alone() -> None:
    gc.disable()
    try:
        load()
        assert not gc.isenabled()
        assert gc.get_freeze_count() == 0
    finally:
        gc.enable()
