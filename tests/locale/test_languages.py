"""Who reads is told things in their language: the environment's, as gettext reads it; programs always get the English."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.parser import printer
from click.testing import CliRunner

from beancount_invoicing.cli.main import main
from beancount_invoicing.languages import speaking, translated
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.messages import Message, _, _n, _p, joined
from tests.ledgers import EXAMPLE, PRELUDE

PLUGIN = 'plugin "beancount_invoicing"\n'
VOID = _("{number} is void: there is nothing to settle", number="F2026-0001")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(
        PRELUDE + '2026-01-01 custom "invoice-item" "A" "Texts" Income:Services\n  unit: 7\n' + PLUGIN, encoding="utf-8"
    )
    return file


@pytest.mark.parametrize(
    ("environment", "french"),
    [
        ({"LANGUAGE": "fr"}, True),
        ({"LANGUAGE": "de:fr"}, True),
        ({"LANGUAGE": "en:fr"}, False),
        ({"LC_ALL": "fr_FR.UTF-8", "LANG": "en_GB.UTF-8"}, True),
        ({"LC_MESSAGES": "fr_CA.UTF-8"}, True),
        ({"LANG": "fr_BE.UTF-8@euro"}, True),
        ({"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({}, False),
    ],
)
def test_the_environment_names_the_language(
    environment: dict[str, str], french: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (translated(VOID) != str(VOID)) is french
    said = CliRunner().invoke(main, ["--help"]).output
    assert ("Utilisation" in said, "Usage" in said) == (french, not french)


def test_a_message_within_a_message_is_translated_too() -> None:
    whole = joined("; ", [_("{subject}; nothing is written without --write.", subject=VOID), "as it is"])
    with speaking("fr"):
        said = translated(whole)
    assert whole == "F2026-0001 is void: there is nothing to settle; nothing is written without --write.; as it is"
    assert "nothing" not in said
    assert said.endswith("; as it is")


def test_plurals_are_those_of_the_language() -> None:
    said = [_n(count, "{count} error", "{count} errors", count=count) for count in (0, 1, 2)]
    assert said == ["0 errors", "1 error", "2 errors"]
    with speaking("fr"):
        assert [translated(text) for text in said] == ["0 erreur", "1 erreur", "2 erreurs"]


def test_a_context_tells_two_meanings_of_one_english_text_apart() -> None:
    day, tax = _("due"), _p("tax", "due")
    assert day == tax == "due"
    assert pickle.loads(pickle.dumps(tax)) == "due"  # noqa: S301 - made here
    with speaking("fr"):
        assert (translated(day), translated(tax)) == ("échéance", "exigible")
    with speaking("de"):
        assert translated(tax) == "due"


def test_caches_keep_no_language() -> None:
    text = _("{amount} is paid ({reason})", amount=Decimal("1.00"), reason=VOID)
    with speaking("fr"):
        kept = pickle.dumps(text)
    again = pickle.loads(kept)  # noqa: S301 - made in the line before
    assert (again, again.template) == (text, "{amount} is paid ({reason})")
    assert isinstance(again.values["reason"], Message)


def test_an_error_s_own_text_stays_a_message() -> None:
    error = ValueError(VOID)
    text = _("{name}: {error}", name="A", error=error)
    assert isinstance(str(error), Message)
    with speaking("fr"):
        assert translated(text) == f"A\N{NO-BREAK SPACE}: {translated(VOID)}"


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("command", ["check", "today", "list", "remind", "contracts", "show F2026-0067 --explain"])
def test_programs_get_the_same_bytes_in_every_language(
    command: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if command.startswith("show") and form == "csv":
        return
    arguments = ["-f", str(EXAMPLE), *command.split(), "--format", form]
    english = CliRunner().invoke(main, arguments)
    monkeypatch.setenv("LANGUAGE", "fr")
    french = CliRunner().invoke(main, arguments)
    assert english.stdout == french.stdout
    if form == "json":
        json.loads(english.stdout)


def test_errors_of_a_ledger_are_said_in_french(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (english,) = (error.message for error in open_ledger(wrong).errors)
    monkeypatch.setenv("LANGUAGE", "fr")
    said = CliRunner().invoke(main, ["-f", str(wrong), "check"]).output
    assert english not in said
    assert "unit" in said


def test_bean_check_prints_them_in_french(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _entries, errors, _options = loader.load_file(str(wrong))
    english = printer.format_error(errors[0])
    monkeypatch.setenv("LANGUAGE", "fr")
    assert errors[0].message in english
    assert errors[0].message not in printer.format_error(errors[0])


def test_a_mistyped_command_is_answered_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    said = CliRunner().invoke(main, ["lst"]).output
    assert "No such command" not in said
    assert "Erreur" in said
    assert "list" in said
