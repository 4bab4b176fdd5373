"""Time is marked as non-billable, or billable again, in its own lines; and what is written down leaves the rest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from beancount_invoicing.actions.write_off_time import TimeFilter, _edit, mark_time
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Source
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest
from tests.ledgers import PRELUDE

UNTIL = date(2026, 1, 31)
CONTRACT = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "time"
  item: "DEV"
  time: Assets:Time:Acme
2026-01-01 open Assets:Time:Acme HOUR
2026-01-01 open Equity:Time HOUR
"""
STUDY = """2026-01-08 * "Acme" "Study" #time
  Assets:Time:Acme  3 HOUR ; at home
    person: "Anna"
    ; nobody asked for it: "non-billable:" then
{}    task: "non-billable: no"
  Equity:Time  -3 HOUR
"""
MARK = "    non-billable: TRUE\n"
VISIT = """2026-01-12 * "Acme" "Visit" #time
  Assets:Time:Acme  4 HOUR
    person: "Bruno"
  Equity:Time  -4 HOUR
"""


def marked(folder: Path, text: str, time_filter: TimeFilter, *, billable: bool, until: date = UNTIL) -> str:
    """The ledger's time once some of it is marked."""
    file = folder / "main.beancount"
    start = PRELUDE + CONTRACT + "\n"
    file.write_text(start + text + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    mark_time(file, time_filter, until, billable, WriteOptions(write=True))
    assert open_ledger(file).errors == ()
    return file.read_text(encoding="utf-8").removeprefix(start).removesuffix('\nplugin "beancount_invoicing"\n')


def test_a_mark_stands_right_below_its_time_and_all_else_stays(tmp_path: Path) -> None:
    new = marked(tmp_path, STUDY.format(""), TimeFilter("K"), billable=False)
    assert new == STUDY.format("").replace("at home\n", f"at home\n{MARK}")


@pytest.mark.parametrize("mark", [MARK, MARK.replace(" TRUE", "  TRUE ; a gift")])
def test_it_is_taken_away_wherever_it_stands_among_the_keys(tmp_path: Path, mark: str) -> None:
    assert marked(tmp_path, STUDY.format(mark), TimeFilter("K"), billable=True) == STUDY.format("")


def test_of_several_the_one_that_is_meant(tmp_path: Path) -> None:
    both = STUDY.format("") + "\n" + VISIT
    other = VISIT.replace("HOUR\n    person", f"HOUR\n{MARK}    person")
    of_visit = f"{STUDY.format('')}\n{other}"
    meant = (
        TimeFilter("K", day=date(2026, 1, 12)),
        TimeFilter("K", person="bruno"),
        TimeFilter("K", text_contains="visit"),
    )
    for time_filter in meant:
        assert marked(tmp_path, both, time_filter, billable=False) == of_visit
    with pytest.raises(InvalidRequest, match=r"^2 entries match: say which"):
        marked(tmp_path, both, TimeFilter("K"), billable=False)
    assert marked(tmp_path, both, TimeFilter("K", all_matching=True), billable=False).count(MARK) == 2


def test_time_of_the_last_day_is_meant_and_of_the_day_after_it_is_not(tmp_path: Path) -> None:
    assert MARK in marked(tmp_path, VISIT, TimeFilter("K"), billable=False, until=date(2026, 1, 12))
    with pytest.raises(InvalidRequest, match=r"^no billable time of K matches"):
        marked(tmp_path, VISIT, TimeFilter("K"), billable=False, until=date(2026, 1, 11))


def test_time_that_a_plugin_makes_is_marked_where_it_is_made(tmp_path: Path) -> None:
    file = tmp_path / "time.beancount"
    file.write_text(VISIT, encoding="utf-8")
    place = Source(str(file), 1)
    assert _edit(place, [Source(str(file), 2)], billable=False).new.split("\n")[2] == MARK.rstrip("\n")
    for elsewhere in (Source("<plugin>", 2), Source(str(file), 1), Source(str(file), 5)):
        with pytest.raises(InvalidRequest, match="a plugin produces it"):
            _edit(place, [elsewhere], billable=False)
