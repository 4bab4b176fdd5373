"""What is wrong with a ledger is said in the language of Fava's page; what is not translated there is said in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from beancount_invoicing.languages import speaking, translated
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.messages import CONTEXT_END
from tests.ledgers import TESTS
from tests.locale import catalogues
from tests.locale.test_catalogues import agrees, edges, messages

FILES = catalogues.finding_files()
SHARE = 0.4
"""The least share of findings that each language has: a new message does not fail a test, many without a translation do."""


def test_the_languages_of_findings_are_those_of_the_page_without_a_catalogue() -> None:
    assert [file.parents[1].name for file in FILES] == ["de", "es", "it", "nl", "pt"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[1].name)
def test_nearly_all_findings_are_translated(file: Path) -> None:
    missing = catalogues.of_findings() - {_id(message.id, message.context) for message in messages(file)}
    assert len(missing) <= (1 - SHARE) * len(catalogues.of_findings()), sorted(map(str, missing))


def _id(text: catalogues.MessageId | list[str], context: str | None) -> catalogues.MessageId:
    if isinstance(text, str):
        return f"{context}{CONTEXT_END}{text}" if context else text
    return tuple(text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[1].name)
def test_the_files_hold_what_is_translated_and_nothing_else(file: Path) -> None:
    known = catalogues.updated_findings(file.parents[1].name, catalogues.read(file))
    assert file.read_bytes() == catalogues.po_bytes(known), "run `make messages`"
    assert file.with_suffix(".mo").read_bytes() == catalogues.mo_bytes(known), "run `make messages`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[1].name)
def test_translations_have_the_placeholders_and_blanks_of_their_message(file: Path) -> None:
    assert [message.id for message in messages(file) if not agrees(message)] == []
    unlike = [
        message.id
        for message in messages(file)
        for text, said in zip(catalogues.forms(message.id), catalogues.forms(message.string), strict=True)
        if edges(text) != edges(said)
    ]
    assert unlike == []


def test_a_language_can_be_filled_in() -> None:
    """`python -m tests.locale.catalogues de` adds what is missing; without `de`, it is left out again."""
    (german,) = (catalogues.read(file) for file in FILES if file.parents[1].name == "de")
    whole = catalogues.updated_findings("de", german, with_missing=True)
    assert len({message.id for message in whole if message.id}) == len(catalogues.of_findings())
    assert catalogues.po_bytes(catalogues.updated_findings("de", whole)) == catalogues.po_bytes(
        catalogues.updated_findings("de", german)
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Es gibt keine Rechnung „F2026-9999“"),
        ("es", "no hay ninguna factura «F2026-9999»"),
        ("it", "non esiste la fattura «F2026-9999»"),
        ("nl", "er is geen factuur „F2026-9999”"),
        ("pt", "não há fatura «F2026-9999»"),
    ],
)
def test_a_finding_is_in_the_language_of_the_page_and_elsewhere_in_english(
    language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        finding.message
        for finding in open_ledger(TESTS / "golden" / "links.beancount").findings
        if finding.message.startswith("settles: there is no invoice")
    ]
    assert found
    number = found[0].split('"')[1]
    with speaking(language, with_findings=True):
        assert said.replace("F2026-9999", number) in translated(found[0])
    with speaking(language):
        assert translated(found[0]) == found[0]
    monkeypatch.setenv("LANGUAGE", language)
    assert translated(found[0]) == found[0], "a command would speak two languages"
