"""Commands that are killed while they talk to a platform: nothing is handed in twice, and no status is lost.

`PLATFORM_STRIDE=1` kills at every step that touches the disk.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.platform.life_cycle import flow_states
from tests.killing import killed_at_each_step
from tests.platform.connected import COMMUNE, DAY, events, run, sound
from tests.platform.stand_in import StandIn

STRIDE = int(os.environ.get("PLATFORM_STRIDE", "5"))


@pytest.mark.slow
def test_a_killed_send_hands_nothing_in_twice(connected: Path, stand_in: StandIn, tmp_path: Path) -> None:
    fresh = shutil.copytree(connected.parent, tmp_path / "fresh", ignore=shutil.ignore_patterns("*cache"))

    def start_over() -> None:
        shutil.rmtree(connected.parent)
        shutil.copytree(fresh, connected.parent)
        stand_in.flows.clear()

    command = ("-f", str(connected), "send", COMMUNE, *DAY, "--write")
    for _step in killed_at_each_step(command, STRIDE, start_over):
        run(connected, "platform", "fetch", *DAY, "--write")
        waiting = events(connected)[-1:] == ["sending"]
        if waiting:  # the platform does not have it: it was killed before
            assert stand_in.documents == []
            run(connected, "send", COMMUNE, "--retry", *DAY, "--write")
        elif events(connected)[-1:] != ["sent"]:
            run(connected, "send", COMMUNE, *DAY, "--write")
        assert len(stand_in.documents) == 1
        assert events(connected)[-1] == "sent"
        assert sound(connected)


@pytest.mark.slow
def test_a_killed_fetch_loses_no_status(connected: Path, stand_in: StandIn, tmp_path: Path) -> None:
    run(connected, "send", COMMUNE, *DAY, "--write")
    codes = ["200", "203", "207", "666", "205"]
    for code in codes:
        stand_in.tell(COMMUNE, code)
    stand_in.tell("X-1", "200")
    fresh = shutil.copytree(connected.parent, tmp_path / "fresh", ignore=shutil.ignore_patterns("*cache"))

    def start_over() -> None:
        shutil.rmtree(connected.parent)
        shutil.copytree(fresh, connected.parent)

    command = ("-f", str(connected), "platform", "fetch", *DAY, "--write")
    for _step in killed_at_each_step(command, STRIDE, start_over):
        run(connected, "platform", "fetch", *DAY, "--write")
        book = open_ledger(connected).book
        (state,) = flow_states(book.events, COMMUNE)
        assert [event.status for event in state.statuses] == codes
        assert [flow.subject for flow in book.flows] == ["X-1"]
        assert sound(connected)
