"""The tables of the countries are complete, dated, and each fact of law has a source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from babel import Locale

from beancount_invoicing import law
from beancount_invoicing.law.country import countries, country_data, country_table
from beancount_invoicing.rules import numbering

_LAW = ("small-business", "duties", "untaxed")
_LANGUAGES = frozenset({"fr", "en", "de", "es", "it", "nl", "pt"})


def _dated(value: object) -> Iterator[dict[str, Any]]:
    """The rows that begin on a day, wherever a table has them."""
    if isinstance(value, dict):
        if "from" in value:
            yield value
        for part in value.values():
            yield from _dated(part)
    elif isinstance(value, list):
        for part in value:
            yield from _dated(part)


def _rows(code: str) -> Iterator[dict[str, Any]]:
    for name in _LAW:
        found = country_data(code).get(name, [])
        yield from [found] if isinstance(found, dict) else found


def test_the_countries_with_a_table() -> None:
    assert set(countries()) >= {
        "FR", "BE", "CH", "LU", "CA", "DE", "AT", "NL", "GB", "ES", "US", "AU", "IT", "PT", "IE", "PL",
    }  # fmt: skip
    assert country_table("ZZ") is None


@pytest.mark.parametrize("code", countries())
def test_each_fact_of_law_is_dated_and_has_a_source_that_was_opened_or_says_that_it_was_not(code: str) -> None:
    for row in _rows(code):
        assert row["source"]
        assert row.get("address", "").startswith("http") or row.get("not-verified"), row
        if "silent" not in row:
            assert isinstance(row["from"], date)


@pytest.mark.parametrize("code", countries())
def test_each_dated_row_and_each_rate_names_its_source(code: str) -> None:
    data = country_data(code)
    for row in [*_dated(data), *data.get("tax-codes", {}).get("rates", [])]:
        assert row["source"], row


@pytest.mark.parametrize("code", countries())
def test_a_table_has_all_that_documents_need_in_each_of_its_languages(code: str) -> None:
    table = country_table(code)
    assert table is not None
    assert table.languages and set(table.languages) <= _LANGUAGES
    for texts in (table.tax, table.terms, table.locales):
        assert set(texts) == set(table.languages)
    for locale in table.locales.values():
        Locale.parse(locale)
    assert set(table.words) <= set(table.languages)
    for pattern in (table.series.invoice, table.series.credit_note):
        assert not pattern or numbering.parse_pattern(pattern)
    assert table.page.window in {"left", "right"}
    assert table.payment and table.checked


@pytest.mark.parametrize("code", countries())
def test_a_small_business_has_its_sentence_or_says_nothing(code: str) -> None:
    """Outside the Union nothing is said of the tax; in it, the country's words, else the directive's article."""
    table = country_table(code)
    assert table is not None
    for language in table.languages:
        sentence = law.small_business(code, language)
        assert bool(sentence) != (table.silent_untaxed or code in {"FR", "ES"}), code


def test_a_duty_holds_from_its_day_on_for_its_buyers() -> None:
    belgium = country_table("BE")
    assert belgium is not None
    assert belgium.duty("business", date(2025, 12, 31)) is None
    duty = belgium.duty("business", date(2026, 1, 1))
    assert duty is not None and duty.form == "peppol"
    assert belgium.duty("consumer", date(2026, 1, 1)) is None
