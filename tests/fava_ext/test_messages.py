"""What the program says on the page, in languages that have no catalogue: the reasons of tasks, and what acts refuse."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from beancount_invoicing.actions.today import tasks
from beancount_invoicing.languages import speaking, translated
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.messages import Message, _, _n
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from tests.ledgers import EXAMPLE, TESTS
from tests.locale.catalogues import PLACEHOLDER, extracted

LANGUAGES = ("de", "es", "it", "nl", "pt")
COVERED = (
    "actions/today.py",
    "cash/next_time.py",
    "cash/forecast.py",
    "cash/to_bill.py",
    "fava_ext/",
    "dunning/pauses.py",
    "receivables/lapsing.py",
)
"""The files all of whose messages the page can show."""
GOLDEN = (
    "limitation",
    "mandates",
    "policies",
    "left-out",
    "contracts",
    "deposit-left",
    "billed-otherwise",
    "hours",
    "tax-on-payment",
    "receivables",
    "platform",
)


def messages(language: str) -> dict[str, str | list[str]]:
    file = BUILT_IN_TEMPLATES / "words" / f"{language}.toml"
    found: dict[str, str | list[str]] = tomllib.loads(file.read_text(encoding="utf-8"))["messages"]
    return found


def first(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_page_says_is_there_in_each_language(language: str) -> None:
    found, said = messages(language), {first(text): text for text in extracted()}
    wanted = {first(text) for text, places in extracted().items() if any(p.startswith(COVERED) for p in places)}
    assert sorted(wanted - {*found}) == [], "add them to [messages]"
    assert sorted({*found} - {*said}) == [], "nobody says that any more"
    assert {*found} == {*messages("de")}, "the same messages in each language"
    for key, text in found.items():
        forms = text if isinstance(text, list) else [text]
        assert len(forms) == (1 if isinstance(said[key], str) else 2), key
        for form in forms:
            assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(key)), key
            assert form[:1].isspace() == key[:1].isspace(), key


def parts(message: object) -> Iterator[Message]:
    """A message, and those in its places."""
    if isinstance(message, Message) and message.template:
        yield message
        for value in message.values.values():
            yield from parts(value)


def ledgers() -> list[Path]:
    return [EXAMPLE, *(TESTS / "golden" / f"{name}.beancount" for name in GOLDEN)]


@pytest.mark.parametrize("ledger", ledgers(), ids=lambda file: file.stem)
def test_no_reason_of_a_task_stays_english(ledger: Path) -> None:
    opened, known = open_ledger(ledger), messages("de")
    for month in (1, 4, 7, 10, 12):
        day = date(2026, month, 28)
        for task in tasks(opened.book, day, opened.allocated_at(day)):
            for part in parts(task.text):
                template = part.template if isinstance(part.template, str) else part.template[0]
                if any(character.isalpha() for character in PLACEHOLDER.sub("", template)):
                    assert template in known, task.text


def test_a_reason_with_words_in_it_and_in_the_plural() -> None:
    reason = _("for {days}: {note}", days=_n(3, "{days} day", "{days} days", days=3), note="Two hours too many")
    with speaking("de", messages("de")):
        assert translated(reason) == "seit 3 Tagen: Two hours too many"
    with speaking("it", messages("it")):
        assert translated(_n(1, "{days} day", "{days} days", days=1)) == "1 giorno"
    with speaking("fr", {"for {days}: {note}": "not this"}):
        assert translated(reason) == "depuis 3 jours\N{NO-BREAK SPACE}: Two hours too many", "the catalogue comes first"


@pytest.mark.parametrize("wrong", ["{no} of it", "}{", ["one", "two"], 5, ""])
def test_one_s_own_words_with_a_mistake_are_passed_over(wrong: object) -> None:
    with speaking("xx", {"for {days}: {note}": wrong}):  # type: ignore[dict-item]
        assert translated(_("for {days}: {note}", days="3 days", note="x")) == "for 3 days: x"
    with speaking("xx", {"{days} day": wrong}):  # type: ignore[dict-item]
        assert translated(_n(2, "{days} day", "{days} days", days=2)) == "2 days"
