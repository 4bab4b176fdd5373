"""Our directives: what they make, amended from a day on, and what is said of those that cannot be read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.model import Customer
from tests.ledgers import sound_book

D = Decimal


def told(text: str) -> list[str]:
    return [f"{finding.severity} {finding.rule}: {finding.message}" for finding in sound_book(text).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'custom "invoice-sellr" "A"',
            'error directive: "invoice-sellr" is not a directive of this plugin: did you mean "invoice-seller"?',
        ),
        (
            'custom "invoice-zzz" "A"',
            'error directive: "invoice-zzz" is not a directive of this plugin: it must be one of',
        ),
        ('custom "budget" "A"', ""),
        ('custom "invoice-seller" "A" "B"', 'error directive: too many values: the text "B" has no meaning here'),
        ('custom "invoice-seller" 5', "error directive: the name is the number 5, but must be a text in quotes"),
        ('custom "invoice-tax" "T" 5', "error directive: the label is the number 5, but must be a text in quotes"),
        ('custom "invoice-tax" 5', "error directive: the first value is the number 5, but must be a tax's code"),
        ('custom "invoice-tax" ""', 'error directive: the first value is the text "", but must be a tax\'s code'),
        (
            'custom "invoice-item" TRUE',
            "error directive: the first value is the value TRUE, but must be an item's code",
        ),
        (
            'custom "invoice-tax" "T" "Tax" Liabilities:VAT "more"',
            'error directive: too many values: the text "more" has no meaning',
        ),
        ('custom "invoice-option" "number"', 'error option: an option has two values: "key" and its value'),
        (
            'custom "invoice-option" "number" "F{seq}" "x"',
            'error option: an option has two values: "key" and its value',
        ),
        ('custom "invoice-option" 5 "x"', 'error option: an option has two values: "key" and its value'),
        ('custom "invoice-option" "numbr" "F{seq}"', "error option: "),
        ('custom "invoice-option" "smtp-password" "x"', "error option: "),
        (
            'custom "invoice-milestone" "K"',
            "error directive: a milestone has two values: its contract's code and its name",
        ),
        (
            'custom "invoice-milestone" "K" "A"',
            "error unknown-contract: milestone of contract K, which is not opened by any invoice-contract",
        ),
        (
            'custom "invoice-milestone" "K" "A" "B"',
            "error directive: a milestone has two values: its contract's code and its name",
        ),
        (
            'custom "invoice-milestone" "K" 5',
            "error directive: a milestone has two values: its contract's code and its name",
        ),
        (
            'custom "invoice-contract" "K"',
            "error directive: a contract has three values: the customer's account, its code and its mode",
        ),
        ('custom "invoice-contract" Assets:Receivable:Acme 5', "error directive: a contract has three values"),
        (
            'custom "invoice-contract" Assets:Receivable:Acme "K" "time" "x"',
            "error directive: a contract has three values",
        ),
        (
            'custom "invoice-contract" Assets:Receivable:Acme "K" "weekly"',
            'error contract-mode: the mode of contract K is "weekly", but must',
        ),
        (
            'custom "invoice-contract" Assets:Receivable:Acme "K"',
            "error contract-mode: contract K has no mode: its first directive",
        ),
        ('custom "invoice-contract" Assets:Receivable:Acme "K" "time"', ""),
        ('custom "invoice-index" "I"', "error directive: an index has two values"),
        ('custom "invoice-index" "I" "x"', "error directive: an index has two values"),
        ('custom "invoice-index" "I" 100', ""),
        ('custom "invoice-index" "I" 100 101', "error directive: an index has two values"),
        ('custom "invoice-rate" "ECB"', "error directive: "),
        ('custom "invoice-rate" "ECB" 2.15', ""),
        ('custom "invoice-rate" "ECB" "2.15"', "error directive: "),
        ('custom "invoice-accepted" "K"', ""),
        (
            'custom "invoice-accepted" "K" "x"',
            "error directive: an acceptance of works has one value, its contract's code",
        ),
        ('custom "invoice-accepted" 5', "error directive: an acceptance of works has one value, its contract's code"),
        ('custom "invoice-policy" "soft" "one"', "error directive: "),
        ('custom "invoice-policy" "soft" 1 2', "error directive: "),
        (
            'custom "invoice-policy" "soft" 1\n  fee: 1.00',
            "error policy-days: level 1 of policy soft has no days: give the number of days",
        ),
        ('custom "invoice-policy" 1', "error directive: "),
        (
            'custom "invoice-customer" Assets:Receivable:Nobody',
            "error unknown-account: Assets:Receivable:Nobody is not a customer: open it",
        ),
        (
            'custom "invoice-customer" Assets:Receivable:Acme Assets:Receivable:Kiefer',
            "error key-type: customer: Assets:Receivable:Kiefer is an",
        ),
        (
            'custom "invoice-customer" Assets:Receivable:Acme\n  customer: Assets:Receivable:Kiefer',
            "error key-type: customer: Assets:Receivable:Kiefer is an",
        ),
        ('custom "invoice-customer" Assets:Receivable:Acme "Acme SA"', ""),
        ('custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 0', ""),
        ('custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 100', ""),
        (
            'custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 100.1',
            "error tax-rate: the rate of T is 100.1, but must be from 0 to 100",
        ),
        (
            'custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: -1',
            "error tax-rate: the rate of T is -1, but must be from 0 to 100",
        ),
        (
            'custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 5\n  category: "AE"',
            "error tax-rate: T has category AE, where no tax is due",
        ),
        ('custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 5\n  category: "E"\n  withholding: TRUE', ""),
        (
            'custom "invoice-tax" "T" "Tax"\n  rate: 5',
            "error tax-account: T has a rate of 5 but no account: name it after the label",
        ),
        (
            'custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 5\n  due-on: "payment"',
            "error tax-account: T is due on payment: name the",
        ),
        (
            'custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 5\n  due-on: "payment"\n  pending: '
            "Liabilities:Deposits",
            "",
        ),
        ('custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 5\n  due-on: "invoice"', ""),
        (
            'custom "invoice-tax" "T" "Tax" Liabilities:VAT\n  rate: 5\n  compound: TRUE',
            "error tax-parts: T is compound, but has no parts",
        ),
        (
            'custom "invoice-item" "X" "Thing" Income:Services\n  price: 1.00\n  price-with-tax: 1.20',
            "error item-price: X has a price and a",
        ),
        (
            'open Assets:Receivable:Empty\n  customer: ""',
            "error no-customer: Assets:Receivable:Empty: customer is empty: write customer:",
        ),
        (
            'open Income:Wrong\n  customer: "X"',
            "error key-place: customer cannot be on Income:Wrong: a customer is an account under Assets",
        ),
        (
            "open Assets:Receivable:Alias\n  customer: Assets:Receivable:No",
            "error unknown-account: customer: Assets:Receivable:No is not an account",
        ),
        ("open Assets:Receivable:Alias\n  customer: Assets:Receivable:Acme", ""),
    ],
)
def test_one_directive(text: str, expected: str) -> None:
    found = told(f"2025-06-01 {text}\n")
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


def test_what_is_amended_counts_from_its_day_on() -> None:
    text = """
2026-01-01 custom "invoice-customer" Assets:Receivable:Acme "Acme SA"
  city: "Brest"
  terms:
  delivery-city: "Lorient"
  email: "a@acme.example"
2026-03-01 custom "invoice-customer" Assets:Receivable:Acme
  channel: "post"
"""
    dated = sound_book(text).customers["Assets:Receivable:Acme"]
    before, first, last = (dated.at(date(year, month, 1)) for year, month in ((2025, 12), (2026, 1), (2026, 3)))
    assert (before.name, before.address.city, before.terms, before.delivery) == ("Acme SAS", "Nantes", "30 days", None)
    assert (first.name, first.address.city, first.address.street, first.terms) == (
        "Acme SA",
        "Brest",
        ("12 quai de la Loire",),
        "",
    )
    assert first.delivery is not None
    assert (first.delivery.city, first.channel, last.channel, before.channel) == ("Lorient", "email", "post", "post")
    assert dated.at(date(2025, 12, 31)) == before


def test_one_key_twice_on_a_day_is_an_error_where_it_differs() -> None:
    text = '2026-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  city: "{}"\n'
    assert told(text.format("Brest") * 2) == []
    (found,) = told(text.format("Brest") + text.format("Rennes"))
    assert found == (
        "error amended-twice: customer Assets:Receivable:Acme: city is set twice on 2026-01-01, to the text "
        '"Brest" (line 51) and'
        ' to the text "Rennes": keep one of them'
    )
    for what, value, other in (("index", "100", "101"), ("rate", "2.15", "2.40")):
        name = "I" if what == "index" else "ECB"
        directive = f'2026-01-01 custom "invoice-{what}" "{name}" '
        assert told(directive + f"{value}\n" + directive + f"{value}\n") == []
        (found,) = told(directive + f"{other}\n" + directive + f"{value}\n")
        assert found.startswith(f"error amended-twice: {what} {name} is {value} (line 52) and {other}")


def test_what_a_policy_says_and_what_it_leaves_to_be() -> None:
    text = """
2025-06-01 custom "invoice-policy" "soft"
  interval: 5
  minimum: 10.00
2025-06-01 custom "invoice-policy" "soft" 0
  days: -3
2025-06-01 custom "invoice-policy" "soft" 1
  days: 3
2025-06-01 custom "invoice-policy" "soft" 2
  days: 13
  deadline: 8
2025-06-01 custom "invoice-policy" "soft" 3
  days: 30
  tone: "final"
2026-01-01 custom "invoice-policy" "soft" 2
  days:
"""
    dated = sound_book(text).policies["soft"]
    first, last = dated.at(date(2025, 6, 1)), dated.at(date(2026, 1, 1))
    assert [(level.level, level.days, level.tone) for level in first.levels] == [
        (0, -3, "courtesy"), (1, 3, "friendly"), (2, 13, "firm"), (3, 30, "final"),
    ]  # fmt: skip
    assert (first.interval, first.minimum, first.levels[2].deadline) == (5, D("10.00"), 8)
    assert [level.level for level in last.levels] == [0, 1, 3]


def test_a_document_says_over_its_customer() -> None:
    head = '2026-01-31 * "Acme" "x" ^N1\n  invoice: "N1"\n'
    rest = '  Assets:Receivable:Acme  100.00 EUR\n  Income:Services  -100.00 EUR\n    tax: "REVERSE"\n'

    def buyer(*lines: str) -> Customer:
        (invoice,) = sound_book(head + "".join(f"  {line}\n" for line in lines) + rest).invoices
        assert invoice.customer is not None
        return invoice.customer

    plain = buyer()
    assert buyer('siren: "123 456 782"').siren == "123456782"
    moved = buyer('city: "Brest"', 'country: "be"')
    assert (moved.address.city, moved.address.country, moved.address.street) == ("Brest", "BE", plain.address.street)
    assert moved.delivery is None
    sent = buyer('delivery-city: "Brest"')
    assert sent.delivery is not None
    assert (sent.delivery.city, sent.address) == ("Brest", plain.address)
    assert (plain.channel, buyer('email: "a@b.example"').channel) == ("post", "email")
    assert buyer('email: "a@b.example"', 'channel: "e-invoice"').channel == "e-invoice"
    assert buyer("terms:").terms == "30 days"
    lines = buyer('address: "One\\\\nTwo\\\\n \\\\n"').address.street
    assert lines == ("One", "Two")
