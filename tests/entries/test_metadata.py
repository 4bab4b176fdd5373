"""Values of our keys: what is read, and what is said of what cannot be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core.amount import Amount

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.metadata import (
    FindingCollector,
    at_key,
    describe_value,
    forget_files,
    read_metadata,
    read_value,
    source_of,
)
from beancount_invoicing.model import Source

D = Decimal
NOWHERE = Source("nowhere.beancount", 7)


def value(key: str, said: object, currency: str | None = None) -> tuple[object, list[str]]:
    """What is read, and the messages with their rules."""
    findings = FindingCollector()
    result = read_value(keys.KEYS[key], said, NOWHERE, findings, currency)
    return result, [f"{finding.rule}: {finding.message}" for finding in findings.found]


@pytest.mark.parametrize(
    ("key", "said", "expected"),
    [
        ("text", " Care ", "Care"),
        ("quantity", D("1.5"), D("1.5")),
        ("quantity", 3, D(3)),
        ("price", Amount(D("5"), "EUR"), D("5")),
        ("instalment", D(1), 1),
        ("instalment", D(9999), 9999),
        ("level", D(0), 0),
        ("level", D(9999), 9999),
        ("days", D(-999), -999),
        ("days", D(9999), 9999),
        ("due", date(2026, 1, 31), date(2026, 1, 31)),
        ("due", "2026-01-31", date(2026, 1, 31)),
        ("rounding", True, True),
        ("pending", "Liabilities:Tax", "Liabilities:Tax"),
        ("terms", D("30"), "30"),
        ("late-interest", D("10.00"), "10"),
        ("country", "fr", "fr"),
        ("country", "", ""),
        ("language", "fr", "fr"),
        ("language", "pt-BR", "pt-BR"),
        ("language", "", ""),
        ("rate", D("1"), D("1")),
        ("rate", D("0"), D("0")),
        ("rate", D("-0.5"), D("-0.5")),
        ("buyer", "consumer", "consumer"),
    ],
)
def test_what_is_right_is_read(key: str, said: object, expected: object) -> None:
    assert value(key, said, "EUR") == (expected, [])


@pytest.mark.parametrize(
    ("key", "said", "expected"),
    [
        ("text", D("5"), "key-type: text is the number 5, but must be a text: write it in quotes"),
        (
            "quantity",
            "5",
            'key-type: quantity is the text "5", but must be a number: write it bare, without quotes or currency:'
            " write quantity: 5",
        ),
        (
            "quantity",
            "1 200,50 EUR",
            'key-type: quantity is the text "1 200,50 EUR", but must be a number: write it bare, without quotes '
            "or currency: write quantity: 1200.50",
        ),
        (
            "quantity",
            "many",
            'key-type: quantity is the text "many", but must be a number: write it bare, without quotes or currency',
        ),
        (
            "quantity",
            True,
            "key-type: quantity is the value TRUE, but must be a number: write it bare, without quotes or currency",
        ),
        ("quantity", D("NaN"), "key-type: quantity is not a finite number"),
        (
            "price",
            Amount(D("5"), "USD"),
            "key-type: price is in USD, but the document is in EUR: write the price in EUR",
        ),
        ("instalment", D(0), "key-type: instalment is 0, but must be a whole number from 1"),
        ("instalment", D(10000), "key-type: instalment is 10000, but must be a whole number from 1"),
        ("instalment", D("1.5"), "key-type: instalment is 1.5, but must be a whole number from 1"),
        ("level", D(-1), "key-type: level is -1, but must be a whole number from 0"),
        ("level", D("0.5"), "key-type: level is 0.5, but must be a whole number from 0"),
        ("days", D(-1000), "key-type: days is -1000, but must be a whole number of days"),
        ("days", D("1.5"), "key-type: days is 1.5, but must be a whole number of days"),
        ("due", "2026-02-30", "key-type: due is 2026-02-30, which is not a day of the calendar"),
        ("due", "soon", 'key-type: due is the text "soon", but must be a date such as 2026-01-31'),
        ("due", D(2026), "key-type: due is the number 2026, but must be a date such as 2026-01-31"),
        (
            "rounding",
            "true",
            'key-type: rounding is the text "true", but must be TRUE or FALSE, without quotes: write rounding: TRUE',
        ),
        ("rounding", "yes", 'key-type: rounding is the text "yes", but must be TRUE or FALSE, without quotes'),
        ("rounding", D(1), "key-type: rounding is the number 1, but must be TRUE or FALSE, without quotes"),
        (
            "pending",
            "Later",
            'key-type: pending is the text "Later", but must be an account such as Income:Services',
        ),
        ("terms", True, "key-type: terms is the value TRUE, but must be a text: write it in quotes"),
        ("country", "uk", 'key-type: country is "uk", but the ISO 3166 code is "GB"'),
        (
            "country",
            "France",
            'key-type: country is "France", but must be a two-letter ISO 3166 code, such as "FR"',
        ),
        ("language", "french", 'key-type: language is "french", but must be a two-letter code, such as "fr"'),
        (
            "buyer",
            "consumers",
            'key-value: buyer is "consumers", but must be one of "business", "consumer", "public", "hospital",'
            ' "public-enterprise": did you mean "consumer"?',
        ),
        (
            "tone",
            "friendl",
            'key-value: tone is "friendl", but must be one of "courtesy", "friendly", "firm", "final": did you mean "friendly"?',
        ),
        (
            "buyer",
            "xyz",
            'key-value: buyer is "xyz", but must be one of "business", "consumer", "public", "hospital", '
            '"public-enterprise"',
        ),
    ],
)
def test_what_is_wrong_says_what_to_write(key: str, said: object, expected: str) -> None:
    assert value(key, said, "EUR") == (None, [expected])


def test_a_percentage_below_one_is_read_and_doubted() -> None:
    assert value("rate", D("0.2")) == (
        D("0.2"),
        ["percent: rate: 0.2 means 0.2 percent; if you mean 20.0 percent, write rate: 20"],
    )


def test_where_a_key_is_written(tmp_path: Path) -> None:
    file = tmp_path / "a.beancount"
    file.write_text(
        '2026-01-31 * "x"\n  due:   soon  ; a guess\n  note: 5\n2026-02-01 * "y"\n  terms: "3"\n', encoding="utf-8"
    )
    forget_files()
    source = Source(str(file), 1)
    assert at_key(source, "due").line == 2
    assert at_key(source, "note").line == 3
    assert at_key(source, "terms").line == 1  # of the next entry
    assert at_key(NOWHERE, "due") == NOWHERE
    findings = FindingCollector()
    read_value(keys.KEYS["note"], D(5), source, findings)
    assert [(finding.message, finding.source.line) for finding in findings.found] == [
        ('note is the number 5, but a text belongs here: write note: "5"', 3)
    ]


def said(meta: dict[str, object], place: str) -> tuple[dict[str, object], list[str]]:
    findings = FindingCollector()
    result = read_metadata({"filename": "a", "lineno": 1, **meta}, place, NOWHERE, findings)
    return result, [f"{finding.rule}: {finding.message}" for finding in findings.found]


def test_keys_by_their_places() -> None:
    assert said({}, keys.LINE) == ({}, [])
    assert read_metadata(None, keys.LINE, NOWHERE, FindingCollector()) == {}
    assert said({"text": " A ", "mine": "x", "__hidden__": 1, "quantity": D(2)}, keys.LINE) == (
        {"text": "A", "quantity": D(2)},
        [],
    )
    assert said({"text": None}, keys.LINE) == ({"text": None}, [])
    assert said({"quantitty": D(2)}, keys.LINE) == (
        {},
        ["misspelt-key: quantitty is not a key of this plugin: did you mean quantity? Write quantity:"],
    )
    assert said({"price": D("Infinity")}, keys.LINE) == ({}, ["key-type: price is not a finite number"])
    assert said({"deposit": True}, keys.MILESTONE) == ({"deposit": True}, [])
    assert said({"deposit": "N1"}, keys.DEDUCTION) == ({"deposit": "N1"}, [])
    assert said({"terms": "3 days"}, keys.LINE) == (
        {},
        [
            "key-place: terms cannot be on a line: it would be lost here: write terms: … above the first "
            "posting, right below"
            " the transaction's first line"
        ],
    )
    assert said({"percent": D(3)}, keys.DOCUMENT) == (
        {},
        ["key-place: percent cannot be on an invoice: it belongs on a milestone"],
    )
    assert said({"enclose": "timesheet"}, keys.COUNTER) == ({}, [])  # a bank's own word
    assert said({"iban": "FR76"}, keys.PAYMENT_POSTING) == ({}, [])
    assert said({"quantity": D(1)}, keys.PAYMENT_POSTING)[1][0].startswith(
        "key-place: quantity cannot be on a posting on a customer's"
    )
    assert said({"quantity": D(1)}, keys.COUNTER)[1][0].startswith(
        "key-place: quantity cannot be on another posting of a payment"
    )


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (True, "the value TRUE"),
        (False, "the value FALSE"),
        ("a", 'the text "a"'),
        (date(2026, 1, 2), "the date 2026-01-02"),
        (Amount(D(5), "EUR"), "the amount 5 EUR"),
        (D("2.50"), "the number 2.50"),
        (3, "the number 3"),
        (None, "None"),
    ],
)
def test_what_a_value_is_in_words(thing: object, words: str) -> None:
    assert describe_value(thing) == words


def test_where_something_stands() -> None:
    assert source_of(None) == Source("<unknown>", 0)
    assert source_of({}) == Source("<unknown>", 0)
    assert source_of({"filename": "a", "lineno": 3}) == Source("a", 3)
    assert source_of({"filename": Path("a"), "lineno": None}) == Source("a", 0)
    assert source_of({"filename": "a", "lineno": D(3)}) == Source("a", 3)
