"""Commands that are killed while they talk to a platform: nothing is handed in twice, and no status is lost.

All steps before and after a request are tried; of those that touch the disk, each fifth, or with FULL=1 each.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.platform.life_cycle import flow_states
from beancount_invoicing.platform.reports import hand_ins
from tests.killing import killed_at_each_step
from tests.platform.connected import COMMUNE, DAY, events, run, sound
from tests.platform.stand_in import StandIn
from tests.sizes import FULL

WAYS = pytest.mark.parametrize(("on_the_way", "stride"), [(True, 1), (False, 1 if FULL else 5)], ids=["network", "all"])


@pytest.mark.slow
@WAYS
def test_a_killed_send_hands_nothing_in_twice(
    connected: Path, stand_in: StandIn, tmp_path: Path, on_the_way: bool, stride: int
) -> None:
    fresh = shutil.copytree(connected.parent, tmp_path / "fresh", ignore=shutil.ignore_patterns("*cache"))

    def start_over() -> None:
        shutil.rmtree(connected.parent)
        shutil.copytree(fresh, connected.parent)
        stand_in.flows.clear()

    command = ("-f", str(connected), "send", COMMUNE, *DAY, "--write")
    for _step in killed_at_each_step(command, stride, start_over, on_the_way=on_the_way):
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
@WAYS
def test_a_killed_fetch_loses_no_status(
    connected: Path, stand_in: StandIn, tmp_path: Path, on_the_way: bool, stride: int
) -> None:
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
    for _step in killed_at_each_step(command, stride, start_over, on_the_way=on_the_way):
        run(connected, "platform", "fetch", *DAY, "--write")
        book = open_ledger(connected).book
        (state,) = flow_states(book.events, COMMUNE)
        assert [event.status for event in state.statuses] == codes
        assert [flow.subject for flow in book.flows] == ["X-1"]
        assert sound(connected)


@pytest.mark.slow
@WAYS
def test_a_killed_send_hands_no_report_in_twice(
    prepared: Path, stand_in: StandIn, tmp_path: Path, on_the_way: bool, stride: int
) -> None:
    fresh = shutil.copytree(prepared.parent, tmp_path / "fresh", ignore=shutil.ignore_patterns("*cache"))
    names = [item.identifier for item in hand_ins(open_ledger(prepared).book.flows)][:3]

    def start_over() -> None:
        shutil.rmtree(prepared.parent)
        shutil.copytree(fresh, prepared.parent)
        stand_in.flows.clear()

    day = ("--date", "2027-10-12")
    command = ("-f", str(prepared), "send", *names, *day, "--write")
    for _step in killed_at_each_step(command, stride, start_over, on_the_way=on_the_way):
        run(prepared, "platform", "fetch", *day, "--write")
        doubts = [item.identifier for item in hand_ins(open_ledger(prepared).book.flows) if item.state == "in-doubt"]
        assert not set(doubts) & {flow.info["trackingId"] for flow in stand_in.documents}
        if doubts:
            run(prepared, "send", *doubts, "--retry", *day, "--write")
        run(prepared, "send", *names, *day, "--write")
        assert sorted(flow.info["trackingId"] for flow in stand_in.documents) == sorted(names)
        found = hand_ins(open_ledger(prepared).book.flows)
        assert [item.state for item in found if item.identifier in names] == ["sent"] * len(names)
