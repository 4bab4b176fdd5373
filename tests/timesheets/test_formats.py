"""Time records from the files of other programs, as they write them (tests/timesheets/)."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beancount_invoicing.timesheets import FORMATS, TimeRecord, TimesheetError, detect, parse_timesheet

FILES = {
    path.name: path.read_text(encoding="utf-8")
    for path in Path(__file__).parent.iterdir()
    if path.is_file() and path.suffix != ".py"
}
PARIS = ZoneInfo("Europe/Paris")


def error(text: str, **options: str) -> str:
    with pytest.raises(TimesheetError) as caught:
        parse_timesheet(text, **options)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_file_is_known_by_its_text(name: str) -> None:
    stem, _point, ending = name.partition(".")
    expected = ending if stem == "work" else stem.split("-")[0]
    assert detect(FILES[name]) == expected
    assert expected in FORMATS


# Toggl Track ----------------------------------------------------------------------------------------------------------


def test_toggl() -> None:
    first, second, third = parse_timesheet(FILES["toggl.csv"])
    assert first == TimeRecord(
        date=date(2026, 3, 30),
        start=time(9),
        seconds=8100,
        person="Ada Lind",
        client="Acme Industrie",
        project="Relaunch",
        task="Development",
        description='Login form, "remember me"',
        tags=("web", "login"),
        billable=True,
        line=2,
    )
    assert (second.date, second.seconds, second.billable, second.line) == (date(2026, 3, 30), 1800, False, 3)
    assert second.description == "Call with the client\nabout the delivery"
    assert (third.person, third.line, third.hours()) == ("ben@lumen.example", 5, Decimal("0.01"))


def test_toggl_with_durations_as_the_profile_has_them() -> None:
    assert [record.seconds for record in parse_timesheet(FILES["toggl-minutes.csv"])] == [1105, 45, 5400]


def toggl(*rows: str, columns: str = "Start date,Start time,Duration,Description") -> str:
    return "\n".join((columns, *rows))


def test_columns_may_stand_in_any_order_and_be_missing() -> None:
    text = toggl("Draft;1:30;30.03.2026;x", columns="Description;Duration;Start date;Something else")
    assert parse_timesheet(text) == [TimeRecord(date(2026, 3, 30), None, 5400, description="Draft", line=2)]


def test_of_two_columns_of_one_name_the_first_counts() -> None:
    (record,) = parse_timesheet("Date,Duration,Description,Description\n2026-06-16,1:00,Draft,a field of our own\n")
    assert record.description == "Draft"


def test_without_a_duration_the_end_tells_it() -> None:
    text = toggl("2026-03-30,11:00 PM,2026-03-31,0:30 AM", columns="Start date,Start time,End date,End time")
    assert "0:30 AM" in error(text)
    (record,) = parse_timesheet(text.replace("0:30 AM", "12:30 AM"))
    assert (record.start, record.seconds) == (time(23), 5400)
    assert error(text.replace("2026-03-31,0:30 AM", "2026-03-30,1:00 PM")) == (
        "line 2: no duration, and no start and end to work it out: expected something like 1:30:00"
    )


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0:18:25", 1105), ("18:25 min", 1105), ("90:00 min", 5400), ("45 sec", 45), ("1.5 h", 5400), ("2 h", 7200),
        ("25:00:01", 90001), ("2:27", 8820), ("2h27m", 8820), ("2h 27m 3s", 8823), ("02:30 h", 9000), ("2", 7200),
        ('"1,25"', 4500), ("0.3333", 1200), ("0.00125", 5), ("0.00014", 1),
    ],
)  # fmt: skip
def test_durations(written: str, seconds: int) -> None:
    (record,) = parse_timesheet(toggl(f"2026-03-30,,{written},"))
    assert record.seconds == seconds


@pytest.mark.parametrize(
    "written", ["-1:00", "1:75", "0:60:00 min", "18:60 min", "half", "1e3", "1.5.2", "NaN", "99999999"]
)
def test_what_is_no_duration(written: str) -> None:
    expected = f'line 2: "{written}" is not a duration: expected something like 1:30, 1:30:00, 1.5 or 1,5'
    assert error(toggl(f"2026-03-30,,{written},")) == expected


@pytest.mark.parametrize(
    ("seconds", "hours"), [(17, "0.00"), (18, "0.01"), (1105, "0.31"), (3582, "1.00"), (5400, "1.50")]
)
def test_hours_are_rounded_half_up(seconds: int, hours: str) -> None:
    assert TimeRecord(date(2026, 3, 30), None, seconds).hours() == Decimal(hours)


# dates: ISO, with months last, with months first ----------------------------------------------------------------------


def days(*written: str, **options: str) -> list[str]:
    text = toggl(*(f"{day},,1:00," for day in written))
    return [str(record.date) for record in parse_timesheet(text, **options)]  # type: ignore[arg-type]


def test_dates_tell_their_own_order() -> None:
    assert days("2026-04-03", "2026/4/3") == ["2026-04-03", "2026-04-03"]
    assert days("03/04/2026", "13/04/2026") == ["2026-04-03", "2026-04-13"]
    assert days("03/04/2026", "03/13/2026") == ["2026-03-04", "2026-03-13"]
    assert days("03.04.2026") == ["2026-04-03"]
    assert days("04-04-2026") == ["2026-04-04"]


def test_dates_that_do_not_must_be_told() -> None:
    assert error(toggl("04/04/2026,,1:00,", "03/04/2026,,1:00,")) == (
        'line 3: "03/04/2026" could be two different days, and nothing in the file decides: give '
        "--date-format dmy or mdy"
    )
    assert days("03/04/2026", date_format="dmy") == ["2026-04-03"]
    assert days("03/04/2026", date_format="mdy") == ["2026-03-04"]


def test_dates_are_all_of_one_kind() -> None:
    assert error(toggl("31/12/2026,,1:00,", "12/31/2026,,1:00,")) == (
        'line 3: "12/31/2026" is not a date of this file: expected something like 2026-03-31, 31/03/2026, '
        "31.03.2026, 03/31/2026"
    )
    assert error(toggl("30/03/2026,,1:00,"), date_format="ymd").endswith("expected something like 2026-03-31")
    assert error(toggl("30/13/2026,,1:00,")).endswith(
        "expected something like 2026-03-31, 31/03/2026, 31.03.2026, 03/31/2026"
    )
    assert '"2026-02-29" is not a date of this file' in error(toggl("2026-02-29,,1:00,"))


# what is wrong in a table ---------------------------------------------------------------------------------------------


def test_wrong_cells_are_told() -> None:
    assert error(toggl("2026-03-30,25:00,1:00,")) == (
        'line 2: "25:00" is not a time of day: expected something like 14:05, 14:05:30 or 2:05 PM'
    )
    assert error(toggl("2026-03-30,,1:00,perhaps", columns="Start date,Start time,Duration,Billable")) == (
        'line 2: "perhaps" means neither yes nor no: expected Yes or No under Billable'
    )
    assert (
        error(toggl("2026-03-30,,1:00,one, two")) == "line 2: 5 cells, but the table has 4 columns: is a quote missing?"
    )
    assert error(toggl("2026-03-30,,1:00")) == "line 2: 3 cells, but the table has 4 columns: is a quote missing?"
    assert error(toggl('2026-03-30,,1:00,"never closed', "2026-03-30,,1:00,x")).startswith(
        "line 2: this is not a line of a table"
    )


def test_missing_columns_are_told() -> None:
    assert error("Start date,Description\n2026-03-30,x") == (
        'line 1: the table has no column "End time" or "Duration": export it with the column titles'
    )
    assert error("User,Duration\nAda,1:00", format="toggl") == (
        'line 1: the table has no column "Start date": export it with the column titles'
    )


def test_other_files_are_told() -> None:
    for text in ("", "\n\n", "Account,Amount\nx,1\n", "2026-01-01 open Assets:Bank\n"):
        assert error(text).startswith("line 1: this is not a file of a known time tracker: expected the CSV of")
    assert error(FILES["toggl.csv"], format="punch") == (
        'line 1: "punch" is not a known format: expected one of toggl, clockify, harvest, kimai, watson, '
        "timewarrior, timeclock,"
        " timedot, org"
    )


def test_toggl_with_the_columns_of_today() -> None:
    first, second = parse_timesheet(FILES["toggl-stop.csv"])
    assert (first.date, first.start, first.seconds, first.person) == (date(2026, 3, 30), time(12), 7200, "Ada Lind")
    assert (first.task, first.tags, first.billable) == ("", (), True), "a hyphen says nothing"
    assert (second.project, second.client, second.description, second.tags) == ("", "", "", ("web",))
    assert (second.date, second.seconds) == (date(2026, 3, 30), 1800), "from start and stop"


def test_toggl_starts_and_stops_tell_the_order_of_dates_together() -> None:
    columns = "Start date,Start time,Stop date,Stop time"
    (record,) = parse_timesheet(f"{columns}\n12/03/2026,23:00,13/03/2026,00:30\n")
    assert (record.date, record.seconds) == (date(2026, 3, 12), 5400)


def test_toggl_json() -> None:
    first, second, third, fourth = parse_timesheet(FILES["toggl-api.json"], zone=PARIS)
    assert first == TimeRecord(
        date=date(2026, 3, 31),
        start=time(0, 30),
        seconds=3600,
        client="Acme Industrie",
        project="Relaunch",
        description="Login form",
        tags=("web",),
        billable=True,
        line=2,
    )
    assert (second.project, second.description, second.seconds, second.line) == ("266", "", 30, 7)
    assert [(record.date.day, record.start, record.seconds, record.person) for record in (third, fourth)] == [
        (1, time(9), 600, "Ada Lind"),
        (2, time(9), 300, "Ada Lind"),
    ]
    running = '[{"start": "2026-03-30T09:00:00Z", "duration": -1, "description": null}]'
    assert error(running).endswith("is still running: stop it, or leave running ones out (--skip-open)")
    assert parse_timesheet(running, skip_open=True) == []
    (begun,) = parse_timesheet(running.replace("-1", "0"))
    assert begun.seconds == 0, "what was stopped at once does not run"
    assert "expected a number of seconds" in error(running.replace("-1", '"1:00"'))
    assert "is not a point in time" in error(running.replace("2026-03-30", "0001-03-30"))
    assert "\"tags\" is ['web', 5]: expected a list of texts" in error(
        running.replace("-1", "60").replace("null", 'null, "tags": ["web", 5]')
    )
    assert "is not a point in time: expected something like 2026-03-30T09:00:00" in error(
        running.replace('"2026-03-30T09:00:00Z"', "7")
    )


def test_clockify() -> None:
    first, second = parse_timesheet(FILES["clockify.csv"])
    assert (first.date, first.seconds, first.person, first.tags) == (
        date(2026, 3, 30),
        8120,
        "Ada Lind",
        ("web", "login"),
    )
    assert (second.start, second.seconds, second.billable) == (time(23, 30), 3600, False)


# Harvest --------------------------------------------------------------------------------------------------------------


def test_harvest() -> None:
    first, second, third = parse_timesheet(FILES["harvest.csv"])
    assert first == TimeRecord(
        date=date(2026, 3, 30),
        start=None,
        seconds=8100,
        person="Ada Lind",
        client="Acme Industrie",
        project="Relaunch",
        task="Development",
        description="Login form, again",
        tags=("ACME-DEV",),
        billable=True,
        line=2,
    )
    assert (second.seconds, second.billable) == (1188, False)
    assert (third.seconds, third.billable, third.person) == (28800, False, "Ben Ott"), "invoiced by Harvest"
    assert 'no column "Hours"' in error("Date,Client\n2026-03-30,x\n", format="harvest")


# Watson ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["watson.csv", "watson.json", "watson-frames.json"])
def test_watson(name: str) -> None:
    first = parse_timesheet(FILES[name], zone=PARIS)[0]
    assert first._replace(line=0) == TimeRecord(
        date=date(2026, 3, 30), start=time(9, 15), seconds=1690, project="relaunch", tags=("login", "web")
    )


def test_watson_past_midnight_and_what_is_wrong() -> None:
    _first, evening, night = parse_timesheet(FILES["watson.csv"])
    assert [(record.date.day, record.seconds, record.project, record.client) for record in (evening, night)] == [
        (30, 1800, "acme:support", ""),
        (31, 600, "acme:support", ""),
    ]
    assert (evening.tags, night.tags) == ((), ())
    titles = "start,stop,project\n"
    assert error(titles + "2026-03-30 09:15,soon,x").startswith('line 2: "soon" is not a point in time')
    assert "ends before it starts" in error(titles + "2026-03-30 09:15,2026-03-30 09:00,x")
    assert "is not a frame: expected an entry of `watson log --json`" in error("[[1, 2]]")
    frame = '[[1774854900, 1774856590, "relaunch", "a96f", [], 1774856590]]'
    assert "'soon' is not a point in time: expected seconds since 1970" in error(frame.replace("1774854900", '"soon"'))
    assert '"project" is 7' in error(
        '[{"start": "2026-03-30T09:00:00Z", "stop": "2026-03-30T09:00:00Z", "project": 7}]'
    )


# timedot --------------------------------------------------------------------------------------------------------------


def test_timedot() -> None:
    said = [
        (record.date.day, record.client, record.project, record.task, record.seconds, record.description, record.line)
        for record in parse_timesheet(FILES["work.timedot"])
    ]
    assert said == [
        (30, "acme", "relaunch", "login", 5400, "Sprint 7", 5),
        (30, "", "support", "", 5400, "a call", 6),
        (31, "acme", "relaunch", "", 1200, "", 9),
        (31, "", "admin", "", 900, "", 10),
    ]


@pytest.mark.parametrize(
    ("amount", "seconds"), [(".... .... ..", 9000), ("1,5", 5400), ("90m", 5400), ("30 s", 30), ("1d", 86400), ("0", 0)]
)
def test_quantities_of_timedot(amount: str, seconds: int) -> None:
    (record,) = parse_timesheet(f"2026-03-30\nweb  {amount}\n")
    assert record.seconds == seconds


def test_what_is_wrong_in_timedot() -> None:
    assert error("2026-03-30\nweb  .\nweb  soon\n") == (
        'line 3: "soon" is not a time: expected dots or hours after the two spaces, such as acme:web  .... ..'
    )
    assert '"2026-02-30" is not a day' in error("2026-02-28\nweb  1\n2026-02-30\n")


# Org ------------------------------------------------------------------------------------------------------------------


def test_org() -> None:
    said = [
        (
            record.date.day,
            record.start,
            record.seconds,
            record.project,
            record.task,
            record.description,
            record.tags,
            record.line,
        )
        for record in parse_timesheet(FILES["work.org"])
    ]
    login = ("Relaunch", "Backend", "Login form", ("acme", "web"))
    assert said == [
        (30, time(8), 1200, "Relaunch", "", "", ("acme",), 4),
        (30, time(23, 30), 1800, *login, 8),
        (31, time(0), 2700, *login, 8),
        (30, time(10), 9000, *login, 9),
        (1, time(9), 300, "Other", "", "Estimate", (), 13),
    ]


def test_a_clock_that_runs_is_told_or_left_out() -> None:
    text = "* Web\n** TODO Form\nCLOCK: [2026-03-30 Mon 09:00]\n"
    assert error(text) == (
        'line 3: the clock of "Form" is still running since 2026-03-30 09:00:00: clock out, or leave running '
        "entries out (--skip-open)"
    )
    assert parse_timesheet(text, skip_open=True) == []
    assert "is not a point in time: expected something like [2026-03-30 Mon 09:00]" in error(
        text.replace("09:00", "29:00")
    )
    assert "is not a clock entry: expected something like CLOCK:" in error(text.replace("]\n", "] => 1:00\n"))


# Kimai ----------------------------------------------------------------------------------------------------------------


def test_kimai() -> None:
    first, second = parse_timesheet(FILES["kimai.csv"])
    assert first == TimeRecord(
        date=date(2026, 6, 16),
        start=time(12),
        seconds=396,
        person="Ada Lind",
        client="Acme Industrie",
        project="Relaunch",
        task="Development",
        description="First draft",
        tags=("web", "login"),
        billable=True,
        line=2,
    )
    assert (second.seconds, second.person, second.billable) == (7200, "ben", False)


def test_kimai_1_counts_seconds_and_sums_them_up() -> None:
    records = parse_timesheet(FILES["kimai-1.csv"])
    assert [record.seconds for record in records] == [400, 3600]
    assert [record.billable for record in records] == [None, None]


def test_kimai_in_german() -> None:
    first, second = parse_timesheet(FILES["kimai-de.csv"])
    assert (first.date, first.seconds, first.billable) == (date(2026, 6, 16), 9000, True)
    assert (first.client, first.task, first.description) == ("Kiefer GmbH", "Entwurf", "Grundriss; zweite Fassung")
    assert (second.seconds, second.billable) == (2700, False)


def test_a_whole_number_is_hours_or_seconds() -> None:
    text = "Date,Duration\n2026-06-16,8\n"
    assert error(text) == (
        'line 2: "8" could be hours or seconds, and nothing in the file decides: give --duration-unit hours or seconds'
    )
    assert [record.seconds for record in parse_timesheet(text, duration_unit="seconds")] == [8]
    assert [record.seconds for record in parse_timesheet(text, duration_unit="hours")] == [28800]
    assert [record.seconds for record in parse_timesheet(text + "2026-06-17,0.50\n")] == [28800, 1800]
    timed = "Date,Duration,From,To\n2026-06-16,1,23:30,00:40\n2026-06-16,3600,23:30,00:40\n"
    assert [record.seconds for record in parse_timesheet(timed)] == [3600, 3600]


# Timewarrior ----------------------------------------------------------------------------------------------------------


def test_timewarrior() -> None:
    assert error(FILES["timewarrior.json"]) == (
        "line 4: the interval since 2023-10-02 08:00:00+00:00 has no end yet: stop it (`timew stop`), or "
        "leave running ones"
        " out (--skip-open)"
    )
    assert parse_timesheet(FILES["timewarrior.json"], skip_open=True) == [
        TimeRecord(date(2023, 10, 1), time(9), 3600, description="Morning meeting", tags=("acme", "work"), line=2),
        TimeRecord(date(2023, 10, 1), time(21, 30), 3600, tags=("acme",), line=3),
    ]


def test_timewarrior_has_an_open_interval_among_others() -> None:
    text = '[{"start":"20231001T090000Z"},{"start":"20231002T090000Z","end":"20231002T100000Z"}]'
    assert [record.seconds for record in parse_timesheet(text, skip_open=True)] == [3600]


def test_days_begin_where_the_zone_says() -> None:
    records = parse_timesheet(FILES["timewarrior.csv"], zone=PARIS)
    assert [(str(record.date), str(record.start), record.seconds, record.line) for record in records] == [
        ("2023-10-01", "11:00:00", 3600, 1),
        ("2023-10-01", "23:30:00", 1800, 2),
        ("2023-10-02", "00:00:00", 1800, 2),
    ]


def test_the_hour_when_clocks_change_counts() -> None:
    text = '[{"start":"20231028T213000Z","end":"20231029T030000Z"}]'  # 23:30 to 04:00, with 2:30 twice
    assert [record.seconds for record in parse_timesheet(text, zone=PARIS)] == [1800, 5 * 3600]
    assert [
        record.hours()
        for record in parse_timesheet('[{"start":"20231029T003000Z","end":"20231029T011000Z"}]', zone=PARIS)
    ] == [
        Decimal("0.67")  # from 2:30 to 2:10, the second time
    ]


def test_the_list_of_the_manual_page_has_a_comma_too_many() -> None:
    text = '[\n{"id":1,"start":"20231001T090000Z","end":"20231001T100000Z","tags":["work"],"annotation":"Morning meeting"},\n]'
    assert [record.seconds for record in parse_timesheet(text)] == [3600]


def test_an_annotation_is_not_always_escaped() -> None:
    (record,) = parse_timesheet(
        '[{"start":"20231001T090000Z","end":"20231001T100000Z","annotation":"call\twith Acme"}]'
    )
    assert record.description == "call\twith Acme"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[\n{"end":"20231001T100000Z"}]', "line 2: None is not a point in time: expected something like "
        "20231001T103000Z"),
        ('[{"start":"2023-10-01"}]', "line 1: '2023-10-01' is not a point in time"),
        ('[{"start":"20231001T250000Z"}]', "line 1: '20231001T250000Z' is not a point in time"),
        ('[\n\n7]', 'line 3: 7 is not an interval: expected an object with "start" and "end"'),
        ('{"start":"20231001T100000Z"}', "line 1: this is a single object: expected a list of intervals"),
        ('[{"start":"20231001T100000Z"', "line 1: this is not the JSON of one interval"),
        ("[] []", "line 1: something follows the list"),
        ("[" * 100000, "line 1: this is not the JSON of one interval"),
        ('[{"start":"20231001T100000Z","end":"20231001T090000Z"}]', "line 1: the session from 2023-10-01 "
        "10:00:00+00:00 to"),
        ('[{"start":"20231001T100000Z","tags":"x"}]', 'line 1: expected "tags" as a list of texts'),
        ('[{"start":"00010101T000000Z"}]', "line 1: the interval since 0001-01-01"),
    ],
)  # fmt: skip
def test_wrong_intervals_are_told(text: str, expected: str) -> None:
    assert error(text).startswith(expected)


def test_moments_that_a_zone_does_not_have_are_told() -> None:
    with pytest.raises(TimesheetError, match="is not a point in time"):
        parse_timesheet('[{"start":"99991231T235900Z"}]', zone=PARIS)


# timeclock ------------------------------------------------------------------------------------------------------------


def test_timeclock() -> None:
    records = parse_timesheet(FILES["work.timeclock"])
    assert [(str(r.date), str(r.start), str(r.hours()), r.client, r.project, r.task) for r in records] == [
        ("2015-03-30", "09:00:00", "0.33", "", "some account", ""),
        ("2015-03-31", "22:21:45", "1.64", "another", "account", ""),
        ("2015-04-01", "00:00:00", "2.01", "another", "account", ""),
        ("2015-04-02", "12:00:00", "3.00", "another", "account", ""),
        ("2015-04-02", "13:00:00", "1.00", "", "some account", ""),
        ("2015-04-03", "08:00:00", "2.50", "Acme", "Relaunch", "Development:Login"),
    ]
    gaps = "i 2015-03-30 09:00:00 a  one  two   three\no 2015-03-30 10:00:00\n"
    assert [record.description for record in parse_timesheet(gaps)] == ["one  two   three"]
    assert (records[0].description, records[0].tags) == ("optional description after 2 spaces", ("tags",))
    assert [record.description for record in records[1:]] == ["", "", "", "", "the form is done"]
    assert [record.line for record in records] == [2, 4, 4, 6, 7, 13]


def test_a_session_ends_by_its_name_else_the_last_one_does() -> None:
    begun = "i 2026-03-30 09:00 a\ni 2026-03-30 10:00 b\n"
    named = parse_timesheet(begun + "o 2026-03-30 11:00 a\no 2026-03-30 12:00\n")
    assert [(record.project, record.seconds) for record in named] == [("a", 7200), ("b", 7200)]
    unnamed = parse_timesheet(begun + "o 2026-03-30 11:00\no 2026-03-30 12:00\n")
    assert [(record.project, record.seconds) for record in unnamed] == [("a", 3 * 3600), ("b", 3600)]


def test_what_ends_at_midnight_is_one_day() -> None:
    records = parse_timesheet("i 2026-03-30 22:00 x\no 2026-04-01 00:00\n")
    assert [(record.date.day, record.seconds) for record in records] == [(30, 7200), (31, 24 * 3600)]
    assert [record.seconds for record in parse_timesheet("i 2026-03-30 22:00 x\r\no 2026-03-30 22:00 x\r\n")] == [0]


def test_an_open_session_is_told_or_left_out() -> None:
    text = "i 2026-03-30 09:00 a\no 2026-03-30 10:00\ni 2026-03-30 11:00 b\n"
    assert (
        error(text)
        == 'line 3: the session of "b" has no end: add its `o` line, or leave running ones out (--skip-open)'
    )
    assert [record.project for record in parse_timesheet(text, skip_open=True)] == ["a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("o 2026-03-30 09:00", "line 1: nothing is clocked in: expected an `i` line before"),
        ("i 2026-03-30 09:00 a\ni 2026-03-30 10:00 a", 'line 2: "a" is already clocked in: expected an `o` line '
        'before'),
        ("i 2026-03-30 09:00 a\no 2026-03-30 10:00 b:c", 'line 2: "b:c" is not clocked in: expected the name of an '
        'account that is ("a")'),
        ("i 2026-03-30 09:00 a\ni 2026-03-30 09:30 b\no 2026-03-30 10:00 c", 'line 3: "c" is not clocked in: expected '
        'the name of'),
        ("i 2026-03-30 09:00 a\no 2026-03-30 08:00", "line 2: the session from 2026-03-30 09:00:00 to 2026-03-30 "
        "08:00"),
        ("i 2026-03-30 09:00 a\no 2027-03-30 09:00", "line 2: the session from 2026-03-30 09:00:00 to 2027-03-30 "
        "09:00"),
        ("i 2026-03-01 09:00 a\no 2026-04-01 09:01", "line 2: the session from 2026-03-01 09:00:00 to 2026-04-01 09:01:00 "
        "lasts more than 31 days"),
        ("i 2026-02-30 09:00 a", 'line 1: "2026-02-30 09:00" is not a point in time: expected something like '
        '2026-03-30 09:00:00'),
        ("i 2026-03-30 09:00 a\nworked a lot", 'line 2: "worked a lot" is not a line of a timeclock file: expected'),
        ("i 2026-03-30 9:00 a", 'line 1: "i 2026-03-30 9:00 a" is not a line of a timeclock file'),
    ],
)  # fmt: skip
def test_wrong_lines_are_told(text: str, expected: str) -> None:
    assert error(text).startswith(expected)


# whatever the file ----------------------------------------------------------------------------------------------------


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """One of the files with something put in the place of something."""
    text = draw(st.sampled_from(sorted(FILES.values())))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 12)))
    return (
        text[:start]
        + draw(st.text(alphabet=st.sampled_from('0129:;,."\n\r\t [{]}-/iohZTé\x00'), max_size=6))
        + text[end:]
    )


@given(
    st.text() | damaged(),
    st.sampled_from(("", *FORMATS)),
    st.sampled_from(("", "ymd", "dmy", "mdy")),
    st.sampled_from(("", "hours", "seconds")),
    st.booleans(),
)
@example('[{"start":"20231001T100000Z","id":' + "9" * 5000 + "}]", "", "", "", False)
@example("Date,Duration\n2026-01-01," + "9" * 5000, "", "", "", False)
def test_no_text_brings_it_down(text: str, format_: str, date_format: str, unit: str, skip_open: bool) -> None:
    try:
        records = parse_timesheet(
            text,
            format_,
            date_format=date_format,  # type: ignore[arg-type]
            duration_unit=unit,  # type: ignore[arg-type]
            zone=PARIS,
            skip_open=skip_open,
        )
    except TimesheetError as wrong:
        line, message = wrong.line, str(wrong)
    else:
        assert all(record.seconds >= 0 for record in records)
        return
    assert line >= 1
    assert message.startswith(f"line {line}: ")
