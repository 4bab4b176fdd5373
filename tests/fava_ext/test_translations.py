"""Every page and every form in each language: no English is left but names and what stands in the ledger."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient

from beancount_invoicing.fava_ext import as_of
from beancount_invoicing.fava_ext.acts.table import ACTS
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from tests.fava_ext.test_receivables import client, home
from tests.ledgers import EXAMPLE

OTHERS = ("de", "es", "fr", "it", "nl", "pt")
SPOKEN = OTHERS
"""The languages, besides English, of messages: reasons of tasks, errors and warnings."""
PAGES = ("?page=today", "tasks?kind=", "?page=owing", "?page=documents", "?page=contracts", "?page=findings",
         "?page=cash", "cash?page=cash", "cash?page=cash&figure=due&begins=2026-10-01&currency=EUR",
         "cash?page=cash&figure=expected&begins=2026-12-01&currency=EUR", "cash?page=cash&account=Assets:Nobody",
         "paying?page=customer&customer=Assets:Clients:Fournil",
         "?page=customer&customer=Assets:Clients:Fournil", "?page=customer&customer=Assets:Nobody", "?time=2027-01-15",
         "?page=documents&search=nowhere", "?account=Assets:Clients:Halles&filter=%23x&time=2026")  # fmt: skip
NAMES = frozenset({"pdf", "xml", "csv", "xlsx", "siren", "post", "peppol", "factur-x"})
ATTRIBUTES = ("aria-label", "placeholder", "title", "data-label", "data-title", "data-written")


@pytest.fixture(scope="module")
def example() -> FlaskClient:
    return client(EXAMPLE)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_of, "today", lambda: date(2026, 11, 30))


@cache
def written(language: str) -> frozenset[str]:
    """The words that the language has of its own; those that it lacks are English on the page."""
    tables = tomllib.loads((BUILT_IN_TEMPLATES / "words" / f"{language}.toml").read_text(encoding="utf-8"))
    return frozenset(value for table in tables.values() for value in table.values() if isinstance(value, str))


@cache
def in_the_ledger() -> frozenset[str]:
    """Every word of the example's files, and of their names."""
    files = [file for file in EXAMPLE.parent.rglob("*.beancount") if file.is_file()]
    texts = "\n".join(f"{file.name} {file.read_text(encoding='utf-8')}" for file in files)
    return frozenset(re.findall(r"[^\W\d_]+", texts.casefold()))


def texts(html: Any, *, messages: bool) -> Iterator[str]:
    """What is read or read aloud of a page; commands are the same in every language."""
    for element in html.iter():
        if not isinstance(element.tag, str) or element.tag in {"style", "script"}:
            continue
        said = [element.get(name) for name in ATTRIBUTES]
        inside = [element, *element.iterancestors()]
        is_message = any("message" in (part.get("class") or "") for part in inside)
        if element.tag != "code" and (messages or not is_message):
            said.append(element.text)
        if messages or not any("message" in (part.get("class") or "") for part in inside[1:]):
            said.append(element.tail)
        yield from (" ".join(text.split()) for text in said if text and text.strip())


def is_left_in_english(text: str, language: str) -> bool:
    """Whether a text that the English page has too is neither a name, nor the same word in the other language."""
    if text in written(language):
        return False
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return any(word not in in_the_ledger() and word not in NAMES for word in words)


def page(browser: FlaskClient, query: str, language: str) -> Any:
    answer = browser.get(f"{home(browser)}extension/Receivables/{query}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    root = lxml.html.fromstring(f"<div>{answer.text}</div>")
    found = root.find_class("receivables")
    return found[0] if found else root


@pytest.mark.parametrize("query", PAGES)
@pytest.mark.parametrize("language", OTHERS)
def test_no_page_is_left_in_english(example: FlaskClient, language: str, query: str) -> None:
    messages = language in SPOKEN
    english = set(texts(page(example, query, "en"), messages=messages))
    same = english.intersection(texts(page(example, query, language), messages=messages))
    assert sorted(text for text in same if is_left_in_english(text, language)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_form_is_left_in_english(example: FlaskClient, language: str) -> None:
    def form(act: str, speaks: str) -> set[str]:
        address = f"{home(example)}extension/Receivables/act_form?act={act}"
        data = example.get(address, headers={"Accept-Language": speaks}).get_json()
        labels = {field["label"] for field in data["fields"]}
        return {data["title"], *labels, *(label for field in data["fields"] for _value, label in field["choices"])}

    for act in ACTS:
        same = form(act, "en") & form(act, language)
        assert sorted(text for text in same if is_left_in_english(text, language)) == [], act


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_the_same_word_in_both_is_a_word_not_a_sentence(language: str) -> None:
    """A sentence of English in the file of another language was copied, and never translated."""
    same = written("en") & written(language)
    assert sorted(text for text in same if len(re.findall(r"[^\W\d_]{3,}", re.sub(r"\{.*?\}", "", text))) > 2) == []


def test_the_language_of_the_page_is_said_to_those_who_hear_it(example: FlaskClient) -> None:
    for language in ("en", *OTHERS):
        assert page(example, "?page=owing", language).get("lang") == language
    assert page(example, "?page=owing", "pl").get("lang") == "en", "of which there are no words"
