"""One word for one thing in all commands: days, short options, what is said of a word that there is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from beancount_invoicing.cli import common, main
from beancount_invoicing.cli.common import AliasOption, DayParam, OneOf
from beancount_invoicing.cli.suggestions import close_matches
from tests.cli.test_commands import call


def commands(group: click.Group = main, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Each command with its name: `time add`."""
    for name in group.list_commands(click.Context(group)):
        one = group.get_command(click.Context(group), name)
        assert one is not None
        if isinstance(one, click.Group):
            yield from commands(one, *path, name)
        else:
            yield " ".join((*path, name)), one


COMMANDS = dict(commands())
each_command = pytest.mark.parametrize("name", COMMANDS)


def spelled(command: click.Command) -> dict[str, click.Parameter]:
    """Each name by which an option is understood."""
    return {
        name: one
        for one in command.params
        for name in (*one.opts, *(one.also if isinstance(one, AliasOption) else ()))
        if name.startswith("-")
    }


@each_command
def test_a_day_has_one_word_and_the_other_is_taken_for_it(name: str) -> None:
    names = spelled(COMMANDS[name])
    if name == "accounting close":  # its entries have the day that is closed: --date would be taken for another
        names.pop("--as-of")
    assert ("--date" in names) == ("--as-of" in names)


@each_command
def test_short_options_are_the_same_everywhere(name: str) -> None:
    names = spelled(COMMANDS[name])
    for short, long in (
        ("-w", "--write"),
        ("-n", "--dry-run"),
        ("-c", "--customer"),
        ("-u", "--until"),
        ("-o", "--output"),
    ):
        assert names.get(short) is names.get(long), f"{short} is {long}"


@each_command
def test_whatever_has_a_day_takes_words_for_it(name: str) -> None:
    for one in COMMANDS[name].params:
        if any(text in one.opts for text in ("--since", "--from")) and isinstance(one.type, DayParam):
            assert one.type.edge == "first"
        assert not isinstance(one.type, click.DateTime)
        assert not isinstance(one.type, click.Choice) or isinstance(one.type, OneOf)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("list --date 2026-06-30", "list --as-of 2026-06-30"),
        ("remind --date 2026-06-30", "remind --as-of 2026-06-30"),
        ("bill --as-of 2026-12-31", "bill --until 2026-12-31"),
        ("bill -u 2026-12-31", "bill --until 2026-12-31"),
        ("unbilled --until 2027-01-31", "unbilled --as-of 2027-01-31"),
        ("statement Halles --until 2026-11-30", "statement Halles --as-of 2026-11-30"),
        ("seal F2026-0064 --as-of 2026-12-01", "seal F2026-0064 --date 2026-12-01"),
        ("list --since 2026-10 --until 2026-10", "list --since 2026-10-01 --until 2026-10-31"),
    ],
)
def test_the_one_is_the_other(said: str, means: str) -> None:
    assert call(*said.split()).output == call(*means.split()).output


def test_where_both_make_sense_they_stay_two() -> None:
    names = spelled(COMMANDS["interest"])
    assert names["--date"] is not names["--as-of"]
    assert names["--date"] is not spelled(COMMANDS["bill"])["--as-of"]


def test_a_day_in_words_is_counted_from_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "today", lambda: date(2026, 12, 5))
    assert "as of 2026-11-30" in call("list", "--as-of", "end of last month").output
    assert "as of 2026-12-04" in call("list", "--as-of", "hier").output


def test_aliases_are_not_shown() -> None:
    text = call("list", "--help").output
    assert "--date" not in text
    assert "--as-of" in text


def test_a_dry_run_writes_nothing_and_says_no_to_both() -> None:
    assert "nothing is written without --write" in call("bill", "--until", "2026-12-31", "-n").output
    assert "--write and --dry-run exclude each other" in call("bill", "-w", "-n", code=2).output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lst", "No such command 'lst'. Did you mean list?"),
        ("bills", "No such command 'bills'. Did you mean bill?"),
        ("stat", "No such command 'stat'. Did you mean statement?"),
        ("invoice", "No such command 'invoice'. Did you mean new or bill?"),
        ("time ad", "No such command 'ad'. Did you mean add?"),
        ("time lst", "No such command 'lst'. Did you mean list?"),
        ("import", "No such command 'import'. Did you mean time import?"),
        ("qqq", "No such command 'qqq'."),
        ("list --statu x", "No such option '--statu'. Did you mean --status?"),
        ("list --client x", "No such option '--client'. Did you mean --customer?"),
        ("remind --dat x", "No such option '--dat'. Did you mean --date?"),
        ("show --deduct x", "No such option '--deduct'."),
        ("list --status overdu", "Did you mean overdue?"),
        ("aging --basis invoic", "Did you mean invoice?"),
    ],
)
def test_what_there_is_not_names_what_may_be_meant(line: str, said: str) -> None:
    assert call(*line.split(), code=2).output.splitlines()[-1].endswith(said)


def test_what_begins_so_is_named_in_the_order_of_the_alphabet() -> None:
    assert close_matches("re", ["render", "remind", "receipt", "rest"]) == ["receipt", "remind", "render"]


def test_a_wrong_day_says_what_is_taken() -> None:
    assert "monday, -3d, month-end or last-month" in call("list", "--as-of", "someday", code=2).output


def test_new_books_are_written_at_once_and_say_so(tmp_path: Path) -> None:
    folder = tmp_path / "books"
    seller = ("--name", "Lumen", "--country", "FR", "--regime", "payments")
    result = call("init", folder, *seller, "--dry-run", ledger=None)
    assert "Nothing is written with --dry-run." in result.stderr
    assert not folder.exists()
    result = call("init", folder, *seller, ledger=None)
    assert f"Written. Next: bean-invoice -f {folder}/main.beancount customer add NAME --write" in result.stderr
    assert (folder / "main.beancount").is_file()


def test_the_one_income_account_of_new_books_is_not_asked_for(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    call("init", tmp_path, "--name", "Lumen", "--country", "FR", "--regime", "payments", ledger=None)
    assert (
        '"DEV" "Développement" Income:Prestations' in call("item", "add", "DEV", "Développement", ledger=ledger).output
    )
    accounts = tmp_path / "accounts.beancount"
    accounts.write_text(accounts.read_text(encoding="utf-8") + "2026-01-01 open Income:Ventes\n", encoding="utf-8")
    text = call("item", "add", "DEV", "Développement", ledger=ledger, code=1).stderr
    assert "give the income account it is booked on: --account Income:Prestations or Income:Ventes" in text


def test_list_shows_all_or_what_is_open() -> None:
    everything, unsettled = (call("list", "--as-of", "2026-11-30", *more).output for more in ((), ("--open",)))
    assert "settled\n" in everything
    assert {line.split()[-1] for line in unsettled.splitlines()[4:-1]} <= {"open", "partly-paid", "draft", "d"}
    assert "draft-kerbrat-2026-11" in unsettled
    assert "either --open or --status" in call("list", "--open", "--status", "void", code=2).output
