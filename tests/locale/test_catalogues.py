"""Every message has its French: the catalogues hold what the code says, and their translations can be filled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tests.locale import catalogues

FILES = catalogues.files()


def test_french_has_a_catalogue() -> None:
    assert [file.parents[1].name for file in FILES] == ["fr"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[1].name)
def test_the_catalogue_holds_the_messages_of_the_code(file: Path) -> None:
    expected = catalogues.po_bytes(catalogues.updated(file.parents[1].name, catalogues.read(file)))
    assert file.read_bytes() == expected, "run `make messages`, and translate what is new"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[1].name)
def test_the_compiled_catalogue_says_the_same(file: Path) -> None:
    compiled = catalogues.mo_bytes(catalogues.updated(file.parents[1].name, catalogues.read(file)))
    assert file.with_suffix(".mo").read_bytes() == compiled, "run `make messages`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[1].name)
def test_no_message_lacks_its_translation(file: Path) -> None:
    assert [message.id for message in messages(file) if not all(catalogues.forms(message.string))] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[1].name)
def test_translations_have_the_placeholders_of_their_message(file: Path) -> None:
    assert [message.id for message in messages(file) if not agrees(message)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[1].name)
def test_translations_begin_and_end_as_their_message(file: Path) -> None:
    """Pieces are put together as they stand: their blanks and line breaks are part of them."""
    unlike = [
        message.id
        for message in messages(file)
        for text, said in zip(catalogues.forms(message.id), catalogues.forms(message.string), strict=True)
        if edges(text) != edges(said)
    ]
    assert unlike == []


def test_french_marks_have_a_no_break_space() -> None:
    """So that no line begins with a colon."""
    (file,) = (file for file in FILES if file.parents[1].name == "fr")
    loose = [
        text for message in messages(file) for text in catalogues.forms(message.string)
        if re.search(r" [:;?»](\s|$)|« ", text)
    ]  # fmt: skip
    assert loose == []


def test_singular_and_plural_are_no_messages_of_their_own() -> None:
    """gettext looks plurals up by the singular: the same text alone would take its place."""
    said = catalogues.extracted()
    assert [text for text in said if not isinstance(text, str) and text[0] in said] == []


def messages(file: Path) -> list[Message]:
    return [message for message in catalogues.read(file) if message.id]


def agrees(message: Message) -> bool:
    """Whether a translation has the message's placeholders; where there is a form for one, that form may name no number."""
    asked = [_placeholders(text) for text in catalogues.forms(message.id)]
    given = [_placeholders(text) for text in catalogues.forms(message.string)]
    if len(asked) == 1:
        return given == asked
    return given[-1] == asked[-1] and all(names <= asked[0] | asked[-1] for names in given)


def _placeholders(text: str) -> set[str]:
    return {match.group() for match in catalogues.PLACEHOLDER.finditer(text)}


def edges(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"([ \n]*)(.*?)([ \n]*)", text, re.DOTALL)
    assert match
    return match[1], match[3]
