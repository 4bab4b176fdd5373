"""What is said of sellers, customers and options: boundaries, and what is no fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from beancount import loader

from beancount_invoicing.checks import payers, reminders, series
from beancount_invoicing.checks.documents import (
    check_document_links,
    check_due_dates,
    check_gross_nets,
    check_lines,
    check_reverse_charge,
    check_sums,
    check_taxes,
)
from beancount_invoicing.checks.documents import check_named_contracts as contracts_named
from beancount_invoicing.checks.interest import check_contract_rates, check_reference_rates
from beancount_invoicing.checks.parties import CHECKS, check_longest_terms
from beancount_invoicing.checks.unbilled import check_shared_time_accounts
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book, Finding
from tests.documents import document
from tests.ledgers import sound_book

SELLER = """
2025-01-01 custom "invoice-seller" "Atelier"
  address: "1 rue du Test"
  country: "FR"
  legal-form: "SARL"
  siren: "732829320"
  register: "RCS Rennes"
  vat-id: "FR44732829320"
"""
ACCOUNTS = """
2025-01-01 custom "invoice-tax" "FR20" "TVA" Liabilities:VAT
  category: "S"
  rate: 20
2025-01-01 open Assets:Bank
2025-01-01 open Assets:Receivable:Acme
  customer: "Acme SAS"
  address: "12 quai"
  country: "FR"
  siren: "123456782"
2025-01-01 open Income:Services
2025-01-01 open Liabilities:VAT
"""


def rules(text: str, *checks: Callable[[Book], Iterator[Finding]]) -> list[str]:
    entries, errors, options = loader.load_string(text)
    assert errors == []
    book = read_book(entries, options)
    return [finding.rule for check in checks or CHECKS for finding in check(book)]


def messages(text: str, *checks: Callable[[Book], Iterator[Finding]]) -> list[str]:
    book = sound_book(text)
    return [f"{finding.severity} {finding.message}" for check in checks or CHECKS for finding in check(book)]


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("", "", []),
        ('  address: "1 rue du Test"\n', "", ["mention-seller-address"]),
        ('  address: "1 rue du Test"\n', '  city: "Rennes"\n', []),
        ('  siren: "732829320"\n', "", ["mention-seller-siren"]),
        ('  siren: "732829320"\n', '  siret: "73282932000074"\n', []),
        ('  legal-form: "SARL"\n', "", ["mention-seller-legal-form"]),
        ('  legal-form: "SARL"\n', '  legal-form: "EI"\n', []),
        (
            '  legal-form: "SARL"\n  siren: "732829320"\n  register: "RCS Rennes"\n',
            '  siren: "732829320"\n',
            ["mention-seller-legal-form", "mention-seller-register"],
        ),
        ('"Atelier"', '"Jo Roy EI"', []),
        ('  register: "RCS Rennes"\n', "", ["mention-seller-register"]),
        ('  vat-id: "FR44732829320"\n', "", ["mention-seller-vat-id"]),
        ('country: "FR"\n  legal', 'country: "BE"\n  legal', []),
        ('  address: "12 quai"\n', "", ["mention-customer-address"]),
        ('  address: "12 quai"\n', '  city: "Nantes"\n', []),
        ('  siren: "123456782"\n', "", ["mention-customer-siren"]),
        ('  siren: "123456782"\n', '  siret: "12345678200002"\n', []),
        ('  siren: "123456782"\n', '  buyer: "consumer"\n', []),
        ('country: "FR"\n  siren: "123456782"\n', 'country: "DE"\n', []),
    ],
)
def test_what_the_law_asks_a_document_to_say(was: str, now: str, expected: list[str]) -> None:
    text = SELLER + ACCOUNTS
    assert was in text
    assert rules(text.replace(was, now) + document("N1", "100.00")) == expected


def test_nothing_is_asked_before_the_first_invoice() -> None:
    bare = ACCOUNTS.replace('  siren: "123456782"\n', "")
    assert rules(bare) == []
    void = '2026-01-05 * "gone"\n  invoice: "N0"\n  kind: "void"\n'
    assert rules(bare + void) == []
    assert rules(bare + void + document("N1", "100.00")) == ["mention-seller"]
    opening = (
        '2025-06-01 open Equity:Opening\n2026-01-01 * "Taken over" ^N0\n  invoice: "N0"\n  kind: "opening"\n'
        "  Assets:Receivable:Acme  120.00 EUR\n  Equity:Opening\n"
    )
    assert rules(SELLER + bare + opening) == []
    assert rules(SELLER.replace('  register: "RCS Rennes"\n', "") + bare + opening) == []


def test_a_seller_without_tax_needs_no_number() -> None:
    free = SELLER.replace('  vat-id: "FR44732829320"\n', "") + ACCOUNTS.replace("rate: 20", "rate: 0").replace(
        '"S"', '"E"'
    )
    other = '2025-01-01 custom "invoice-tax" "FR10" "TVA" Liabilities:VAT\n  category: "S"\n  rate: 10\n'
    text = (
        '2026-01-05 * "Acme" "Work" ^N1\n  invoice: "N1"\n  Assets:Receivable:Acme  100.00 EUR\n'
        '  Income:Services  -100.00 EUR\n    tax: "FR20"\n'
    )
    assert rules(free + text) == []
    assert rules(free + other + text) == ["mention-seller-vat-id"]


CONTRACT = (
    '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "time"\n  item: "DEV"\n  time: Assets:Bank\n'
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONTRACT, []),
        (
            CONTRACT + "  account: Income:Nowhere\n",
            ["error contract K: Income:Nowhere is not open: open it, or correct its name"],
        ),
        (
            CONTRACT + "  deposit-account: Liabilities:No\n",
            ["error contract K: Liabilities:No is not open: open it, or correct its name"],
        ),
        (
            CONTRACT + "  retention-account: Assets:No\n",
            ["error contract K: Assets:No is not open: open it, or correct its name"],
        ),
        (
            CONTRACT + "  expense-account: Income:No\n",
            ["error contract K: Income:No is not open: open it, or correct its name"],
        ),
        (
            CONTRACT.replace("time: Assets:Bank", "time: Assets:No"),
            ["error contract K: Assets:No is not open: open it, or correct its name"],
        ),
        (CONTRACT.replace("Receivable:Acme", "Cash"), ["error contract K: Assets:Cash is not a customer's account"]),
        (
            CONTRACT.replace("Receivable:Acme", "No"),
            ["error contract K: Assets:No is not open: open it, or correct its name"],
        ),
        (CONTRACT.replace('"DEV"', '"DEVV"'), ['error contract K: item "DEVV" is not known']),
        (
            '2025-01-01 custom "invoice-tax" "X" "Tax" Liabilities:No\n  rate: 5\n',
            ["error tax X: Liabilities:No is not open: open it, or correct its name"],
        ),
        (
            '2025-01-01 custom "invoice-item" "X" "Thing" Income:No\n',
            ["error item X: Income:No is not open: open it, or correct its name"],
        ),
        ('2025-01-01 custom "invoice-item" "X" "Thing"\n  tax: "NO"\n', ['error item X: tax "NO" is not known']),
        (
            '2025-01-01 custom "invoice-option" "default-tax" "NO"\n',
            ['error option default-tax: tax "NO" is not known'],
        ),
        ('2025-01-01 custom "invoice-option" "default-tax" "FR20"\n', []),
        ('2025-01-01 custom "invoice-option" "terms" "soon or later"\n', ["error option terms: "]),
        ('2025-01-01 custom "invoice-option" "terms" "30 days"\n', []),
        ('2025-01-01 custom "invoice-option" "file" "docs/{year}/{month}.beancount"\n', []),
        (
            '2025-01-01 custom "invoice-option" "file" "docs/{day}.beancount"\n',
            [
                'error option file is "docs/{day}.beancount", but {day} has no meaning there: known are {year} and '
                "{month}"
            ],
        ),
        (
            '2025-01-01 custom "invoice-option" "documents" "docs/{month}"\n',
            ['error option documents is "docs/{month}", but {month} has no meaning there: known are {year}'],
        ),
        (
            '2025-01-01 custom "invoice-option" "sent-file" "docs/{year"\n',
            ['error option sent-file is "docs/{year", but {year has no meaning there'],
        ),
        ('2025-01-01 custom "invoice-option" "accent" "#1f4e5f"\n', []),
        (
            '2025-01-01 custom "invoice-option" "accent" "#1f4e5"\n',
            ['error option accent is "#1f4e5", but must be a colour'],
        ),
        (
            '2025-01-01 custom "invoice-option" "paper" "a5"\n',
            ['error option paper is "a5", but must be "a4" or "letter"'],
        ),
        ('2025-01-01 custom "invoice-option" "business-days" "FR"\n', []),
        (
            '2025-01-01 custom "invoice-option" "business-days" "XX"\n',
            ['error option business-days is "XX", but must be a country'],
        ),
        ('2025-01-01 custom "invoice-option" "late-interest" "XX"\n', ["error option late-interest: "]),
        ('2025-01-01 custom "invoice-option" "smtp" "smtp://mail"\n', ['error option smtp is "smtp://mail": ']),
    ],
)
def test_what_is_named_is_there(text: str, expected: list[str]) -> None:
    found = messages(text)
    assert len(found) == len(expected), found
    for one, part in zip(found, expected, strict=True):
        assert one.startswith(part)


def test_a_long_number_is_shown_by_its_beginning() -> None:
    account = '2025-01-01 open Assets:Receivable:Long\n  customer: "Long SA"\n  iban: "{}"\n'
    (found,) = messages(account.format("F" * 60))
    assert f"iban {'F' * 60} of Long SA" in found
    (found,) = messages(account.format("F" * 61))
    assert f"iban {'F' * 60} … of Long SA" in found


@pytest.mark.parametrize(
    ("day", "due", "buyer", "expected"),
    [
        ("2026-01-31", "2026-04-01", "business", 0),  # 60 days
        ("2026-01-31", "2026-04-02", "business", 1),
        ("2026-01-31", "2030-04-02", "consumer", 0),
        ("2026-01-31", "2026-03-02", "public", 0),  # 30 days
        ("2026-01-31", "2026-03-03", "public", 1),
        ("2026-01-31", "2026-03-22", "hospital", 0),  # 50 days
        ("2026-01-31", "2026-03-23", "hospital", 1),
    ],
)
def test_the_longest_terms_are_counted_in_days(day: str, due: str, buyer: str, expected: int) -> None:
    keys = f'due: {due} | buyer: "{buyer}"'
    assert len(messages(document("N1", "100.00", day=day, keys=keys))) == expected


def test_terms_too_long_are_said_once_for_each_customer_and_terms() -> None:
    terms = [document(f"N{number}", "100.00", keys='terms: "90 days"') for number in (1, 2)]
    other = document("N3", "100.00", keys='terms: "91 days"')
    kiefer = document("N4", "100.00", keys='terms: "90 days"', customer="Kiefer")
    assert len(messages("".join(terms))) == 1
    (found,) = messages(terms[0])
    assert found.startswith(
        "warning N1 is due on 2026-05-01, 90 days after its date (90 days): for a business at most 60 days,"
    )
    assert len(messages(terms[0] + other + kiefer)) == 3
    note = document("G1", "-100.00", keys='terms: "90 days" | corrects: "N0"')
    assert messages(note) == []
    at_end = document("N5", "100.00", day="2026-01-15", keys='terms: "45 days, end of month"')
    assert messages(at_end) == []
    assert len(messages(document("N5", "100.00", day="2026-01-15", keys='terms: "80 days, end of month"'))) == 1
    # one by one: the later of two
    parts = document("N6", "100.00", keys='terms: "50% 30 days; 50% 70 days"')
    (found,) = messages(parts)
    assert "70 days after its date" in found


@pytest.mark.parametrize(
    ("payer", "own", "expected"),
    [
        ('siren: "123456782"', 'siren: "123456782"', ""),
        ('siren: "123 456 782"', 'siret: "12345678200002"', ""),
        ('vat-id: "fr11123456782"', 'vat-id: "FR11123456782"', ""),
        ('siren: "123456782"', 'siren: "732829320"', "P SA and O SA are not the same firm by SIREN or VAT number"),
        ("", "", "P SA and O SA are not the same firm by SIREN or VAT number"),
        ('buyer: "consumer"', 'buyer: "consumer"', ""),
        ('buyer: "consumer"', "", "P SA and O SA are not the same firm"),
        (
            'siren: "123456782"|buyer: "public"',
            'siren: "123456782"',
            "P SA and O SA: a public buyer must be invoiced itself",
        ),
        (
            'siren: "123456782"',
            'siren: "123456782"|buyer: "hospital"',
            "P SA and O SA: a public buyer must be invoiced itself",
        ),
        ('siren: "123456782"|tax: "FR10"', 'siren: "123456782"', "P SA and O SA are taxed differently"),
        (
            'siren: "123456782"|country: "FR"',
            'siren: "123456782"|country: "BE"',
            "P SA and O SA are taxed differently",
        ),
    ],
)
def test_who_may_pay_for_another(payer: str, own: str, expected: str) -> None:
    text = ""
    for name, keys in (("P", payer), ("O", own)):
        text += f'2025-01-01 open Assets:Receivable:{name}\n  customer: "{name} SA"\n'
        text += "".join(f"  {key}\n" for key in keys.split("|") if key)
    text += (
        '2026-01-01 custom "invoice-contract" Assets:Receivable:O "K" "subscription"\n  text: "Care"\n  price: 1.00\n'
        '  every: "month"\n  account: Income:Services\n  payer: Assets:Receivable:P\n'
    )
    found = messages(text, payers.check_payers)
    assert len(found) == bool(expected)
    assert "".join(found).startswith(f"error contract K: {expected}" if expected else "")


def test_a_payer_that_is_the_customer_itself_or_nobody_is_no_payer() -> None:
    contract = CONTRACT.replace('"time"', '"time"\n  payer: {}')
    assert messages(contract.format("Assets:Receivable:Acme"), payers.check_payers) == []
    assert messages(contract.format("Assets:Bank"), payers.check_payers) == []
    nobody = contract.replace("Assets:Receivable:Acme", "Assets:Cash")
    assert messages(nobody.format("Assets:Receivable:Acme"), payers.check_payers) == [
        "error contract K: Assets:Cash is not a customer's account"
    ]


POLICY = '2025-01-01 custom "invoice-policy" "soft" {}\n  days: {}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (POLICY.format(1, 1) + POLICY.format(2, 2), ""),
        (
            POLICY.format(1, 5) + POLICY.format(2, 5),
            "error policy soft: level 2 is due at 5 days late, level 1 at 5: a higher level",
        ),
        (
            POLICY.format(1, 5) + POLICY.format(2, 4),
            "error policy soft: level 2 is due at 4 days late, level 1 at 5: a higher level",
        ),
        (
            POLICY.format(1, 0),
            "error policy soft: level 1 comes after the due date, but its days are 0: a notice before",
        ),
        (POLICY.format(0, -3), ""),
        (POLICY.format(0, 0), ""),
        (
            POLICY.format(0, 1),
            "error policy soft: level 0 is the notice before the due date, but its days are 1: write days: -1",
        ),
        (POLICY.format(0, -3) + "  fee: 5.00\n", "error policy soft: level 0 leaves before anything is late"),
        (POLICY.format(0, -3) + "  interest: TRUE\n", "error policy soft: level 0 leaves before anything is late"),
        (POLICY.format(1, 3) + "  interest: TRUE\n  fee: 5.00\n", ""),
        (POLICY.format(1, 3) + "  fee: 0.00\n", ""),
        (POLICY.format(1, 3) + "  fee: -0.01\n", "error policy soft: the fee of level 1 is -0.01, which is below 0"),
        ('2025-01-01 custom "invoice-option" "reminders" "standard"\n', ""),
        ('2025-01-01 custom "invoice-option" "reminders" "none"\n', ""),
        (
            '2025-01-01 custom "invoice-option" "reminders" "standart"\n',
            'error option reminders: there is no reminder policy "standart": did you mean "standard"?',
        ),
        (
            '2025-01-01 custom "invoice-option" "reminders" "qqq"\n',
            'error option reminders: there is no reminder policy "qqq": write custom "invoice-policy" "qqq" 1 …',
        ),
        (document("N1", "100.00", keys='reminders: "qqq"'), 'error N1: there is no reminder policy "qqq"'),
        ('2025-01-01 custom "invoice-option" "run" "bill, send remind"\n', ""),
        (
            '2025-01-01 custom "invoice-option" "run" "bill shout"\n',
            'error option run: "shout" is not a step: write some of "bill send collect remind"',
        ),
        ('2025-01-01 custom "invoice-option" "bank-accounts" "Assets:Bank Assets:Cash"\n', ""),
        (
            '2025-01-01 custom "invoice-option" "bank-accounts" "Assets:Bank,Assets:Cash"\n',
            "error option bank-accounts: Assets:Bank,Assets:Cash is not opened",
        ),
    ],
)
def test_reminders(text: str, expected: str) -> None:
    found = messages(text, *reminders.CHECKS)
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


RATE = '{} custom "invoice-rate" "{}" {}\n'


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (RATE.format("2031-01-01", "ECB", "2.15"), ""),
        (RATE.format("2031-01-01", "ECB", "100"), ""),
        (RATE.format("2031-01-01", "ECB", "100.01"), "but must be between -10 and 100 percent"),
        (RATE.format("2031-01-01", "ECB", "-10"), ""),
        (RATE.format("2031-01-01", "ECB", "-10.01"), "but must be between -10 and 100 percent"),
        (RATE.format("2031-01-01", "ECB", "0.0215"), "is 0.0215 percent; if you mean 2.1500 percent, write 2.15"),
        (RATE.format("2031-01-01", "ECB", "-0.5"), "is -0.5 percent; if you mean -50.0 percent, write -50"),
        (RATE.format("2031-01-01", "ECB", "1"), ""),
        (RATE.format("2031-01-01", "ECB", "0"), ""),
        (RATE.format("2026-01-01", "ECB", "2.15"), ""),
        (RATE.format("2026-01-01", "ECB", "0.15"), "is 0.15 here, but the known rate is 2.15: the one here counts"),
        (RATE.format("2026-01-01", "EZB", "2.15"), '"EZB" is not a reference rate that a law uses'),
        (RATE.format("2026-01-01", "ECC", "2.15"), 'did you mean "ECB"?'),
    ],
)
def test_reference_rates(rate: str, expected: str) -> None:
    found = messages(rate, check_reference_rates)
    assert len(found) == bool(expected), found
    assert expected in "".join(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('2026-01-01 custom "invoice-option" "late-interest" "7.86"\n', 0),  # three times 2.62
        ('2026-01-01 custom "invoice-option" "late-interest" "7.85"\n', 1),
        ('2026-01-01 custom "invoice-option" "late-interest" "FR"\n', 0),
        ('2026-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  late-interest: "7.85"\n', 1),
        (
            '2026-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  late-interest: "7.85"\n  buyer: '
            '"consumer"\n',
            0,
        ),
        ('2026-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  late-interest: "much"\n', 0),
    ],
)
def test_a_contracts_own_rate_is_not_below_the_laws(text: str, expected: int) -> None:
    assert len(messages(text, check_contract_rates)) == expected


def test_a_time_account_is_of_one_contract_at_a_time() -> None:
    def found(first: str, second: str) -> list[str]:
        one = CONTRACT + f"  {first}\n"
        other = CONTRACT.replace('"K"', '"L"').replace("2026-01-01", second)
        return messages(one + other, check_shared_time_accounts)

    assert found("until: 2026-03-31", "2026-04-01") == []
    (text,) = found("until: 2026-04-01", "2026-04-01")
    assert "Assets:Bank is also the time account of K" in text
    assert "from 2026-04-01 on" in text
    assert text.startswith("error contract L: ")
    assert len(found('lines: "day"', "2026-04-01")) == 1
    again = '2026-05-01 custom "invoice-contract" Assets:Receivable:Acme "L"\n  lines: "day"\n'
    assert len(messages(CONTRACT + CONTRACT.replace('"K"', '"L"') + again, check_shared_time_accounts)) == 1
    assert messages(CONTRACT + again.replace('"L"', '"K"'), check_shared_time_accounts) == []
    other = CONTRACT.replace('"K"', '"L"').replace("Assets:Bank", "Assets:Cash")
    assert messages(CONTRACT + other, check_shared_time_accounts) == []


def number(text: str, day: str = "2026-01-31", **said: str) -> str:
    return document(text, "100.00", day=day, **said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number("F2026-0001") + number("F2026-0002"), []),
        (number("F2026-0007"), []),  # where a series begins is nobody's business
        (
            number("F2026-0001") + number("F2026-0003"),
            ["error F2026-0003 follows F2026-0001: F2026-0002 is missing; if an invoice had"],
        ),
        (
            number("F2026-0001") + number("F2026-0004"),
            ["error F2026-0004 follows F2026-0001: 2 numbers are missing, F2026-0002 to F2026-0003; if"],
        ),
        (
            number("F2026-0001") + number("F2026-0002", "2026-01-30"),
            ["error F2026-0002 is dated 2026-01-30, but F2026-0001 before it 2026-01-31: dates never run"],
        ),
        (number("F2026-0001") + number("X1"), ["warning X1 is not in the series F{year}-{seq:04}"]),
        (number("F2026-0001") + number("F2027-0001", "2027-01-01"), []),
        (
            '2026-01-01 custom "invoice-option" "checked-from" 2026-02-01\n'
            + number("F2026-0001")
            + number("F2026-0003"),
            ["warning F2026-0003 follows F2026-0001"],
        ),
        (
            '2026-01-01 custom "invoice-option" "checked-from" 2026-01-31\n'
            + number("F2026-0001")
            + number("F2026-0003"),
            ["error F2026-0003 follows F2026-0001"],
        ),
        (number("F2026-0001") + number("F2026-0001"), ["error F2026-0001 is used twice: also <string>:"]),
        ('2026-01-01 custom "invoice-option" "number" "F{year}"\n', ["error option number: "]),
    ],
)
def test_series(text: str, expected: list[str]) -> None:
    found = messages(text, *series.CHECKS)
    assert len(found) == len(expected), found
    for one, part in zip(found, expected, strict=True):
        assert one.startswith(part)


@pytest.mark.parametrize("missing", [1, 3])
def test_a_gap_is_filled_as_its_message_says(missing: int) -> None:
    text = number("F2026-0001") + number(f"F2026-{missing + 2:04}", "2026-03-01")
    (found,) = messages(text, series.check_series)
    day, first = re.findall(r'dated ([-0-9]+) without postings, .*with invoice: "([^"]+)" and kind: "void"', found)[0]
    assert (day, first) == ("2026-01-31", "F2026-0002")
    numbers = [f"F2026-{place:04}" for place in range(2, missing + 2)]
    filled = "".join(f'{day} * "never used"\n  invoice: "{name}"\n  kind: "void"\n' for name in numbers)
    assert messages(text + filled, *series.CHECKS) == []


def test_of_two_with_one_number_the_one_that_was_sent_keeps_it() -> None:
    one, other = number("F2026-0001"), number("F2026-0001", "2026-02-01", customer="Kiefer")
    third = number("F2026-0002", "2026-02-02")
    sent = '2026-02-{} note Assets:Receivable:{} "Sent" ^F2026-0001\n  event: "sent"\n'
    (found,) = messages(one + other + third, series.check_duplicates)
    assert found.endswith(
        "dated 2026-01-31; give the one that has not been sent the number F2026-0003 (and its link) and the "
        "date 2026-02-02"
    )
    (found,) = messages(one + other + third + sent.format("03", "Kiefer"), series.check_duplicates)
    assert (
        "dated 2026-02-01, sent on 2026-02-03; give this one, which has not been sent, the number F2026-0003" in found
    )
    both = sent.format("03", "Kiefer") + sent.format("04", "Acme")
    (found,) = messages(one + other + third + both, series.check_duplicates)
    assert found.endswith("saying that it was sent, and send it again: it replaces what was sent as F2026-0001")
    (found,) = messages(number("X1") + number("X1"), series.check_duplicates)
    assert found.endswith("give the one that has not been sent another number (and its link)")


def test_a_document_says_where_it_belongs() -> None:
    assert (
        messages(number("N1"), check_due_dates, check_document_links, contracts_named, check_reverse_charge, check_sums)
        == []
    )
    assert messages(number("N1", keys="due: 2026-01-31"), check_due_dates) == []
    assert len(messages(number("N1", keys="due: 2026-01-30"), check_due_dates)) == 1
    loose = number("N1").replace('" ^N1', '" ^other')
    assert messages(loose, check_document_links) == [
        'warning N1 has no link: end its first line with … "Work" ^N1 ^other'
    ]
    line = '100.00 | text: "Care" | from: {} | to: 2026-01-31 | contract: "K"'
    plan = CONTRACT + '2026-01-01 custom "invoice-milestone" "K" "A"\n  price: 100.00\n'
    assert messages(plan + document("N1", line.format("2026-01-31")), contracts_named) == []
    assert len(messages(plan + document("N1", line.format("2026-02-01")), contracts_named)) == 1
    assert messages(document("N1", line.format("2026-01-01")), contracts_named) == [
        'error N1: contract "K" is not known: correct it, or add its invoice-contract'
    ]
    assert messages(plan + document("N1", line.format("2026-01-01") + ' | milestone: "A"'), contracts_named) == []
    assert messages(plan + document("N1", line.format("2026-01-01") + ' | milestone: "B"'), contracts_named) == [
        'error N1: contract K has no milestone "B"'
    ]


def test_what_is_to_be_paid_is_what_the_lines_and_taxes_make() -> None:
    sound = number("N1")
    for was, now, words in (("120.00", "120.01", "0.01 EUR too much"), ("120.00", "119.99", "0.01 EUR missing")):
        other = f"  Equity:Opening  {-1 if now > was else 1}E-2 EUR\n".replace("1E-2", "0.01")
        (found,) = messages(sound.replace(f"  {was} EUR", f"  {now} EUR") + other, check_sums)
        assert found == (
            f"error N1: the amount payable is {now} EUR, but lines 100.00 EUR, taxes 20.00 EUR make 120.00 EUR: {words}: correct"
            " what is booked on the customer's account, or the lines and taxes"
        )


@pytest.mark.parametrize(
    ("net", "expected"),
    [("100.00", 0), ("100.01", 0), ("99.99", 0), ("100.02", 1), ("99.98", 1)],
)
def test_a_line_whose_price_includes_tax_may_be_a_cent_off(net: str, expected: int) -> None:
    text = document("N1", f"{net} | quantity: 1 | price-with-tax: 120.00")
    assert len(messages(text, check_lines)) == expected
    assert len(messages(text, check_gross_nets)) == (net != "100.00")
    plain = document("N1", f"{net} | quantity: 1 | price: 100.00")
    assert len(messages(plain, check_lines)) == (net != "100.00")


@pytest.mark.parametrize(("booked", "expected"), [("-20.00", 0), ("-20.01", 1), ("-19.99", 1)])
def test_the_tax_is_that_of_its_lines_to_the_cent(booked: str, expected: int) -> None:
    text = document("N1", "100.00").replace("-20.00", booked) + f"  Equity:Opening  {-20 - float(booked):.2f} EUR\n"
    found = messages(text, check_taxes)
    assert len(found) == expected
    assert (
        f"N1: the tax FR20 is {booked[1:]} EUR, but 20 % of 100.00 EUR is 20.00 EUR: correct the posting"
        in "".join(found)
        or not expected
    )


def test_a_tax_that_nobody_booked_says_where_it_goes() -> None:
    text = (
        document("N1", "100.00")
        .replace('  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n', "")
        .replace("120.00", "100.00")
    )
    assert messages(text, check_taxes) == [
        "error N1: the tax FR20 is 0.00 EUR, but 20 % of 100.00 EUR is 20.00 EUR: book it on "
        'Liabilities:VAT, with tax: "FR20"'
    ]


def test_a_tax_at_the_rate_of_another_day_is_told_how_to_say_that_day() -> None:
    raised = '2026-02-01 custom "invoice-tax" "FR20" "TVA 22 %" Liabilities:VAT\n  rate: 22\n'
    late = document("N1", "100.00", day="2026-02-10")
    (found,) = messages(raised + late, check_taxes)
    assert found.endswith("correct the posting, or write on the line the day of supply, delivered: …")
    again = raised.replace("2026-02-01", "2026-03-01").replace("22", "23")
    (found,) = messages(raised + again + late.replace("2026-02-10", "2026-03-10"), check_taxes)
    assert found.endswith("delivered: …")
    other = late.replace("120.00", "121.00").replace("-20.00", "-21.00")
    (found,) = messages(raised + other, check_taxes)
    assert found.endswith("correct the posting, or the lines that this tax is due on")


@pytest.mark.parametrize(
    ("terms", "calendar", "expected"),
    [
        ("60 days", "FR", []),  # a Saturday: what moves it to the Monday is no longer term
        ("60 days", "", []),
        ("61 days", "FR", ["terms-too-long"]),
        ("62 days", "", ["terms-too-long"]),
    ],
)
def test_the_longest_terms_are_those_before_weekends(terms: str, calendar: str, expected: list[str]) -> None:
    moved = f'2025-01-01 custom "invoice-option" "business-days" "{calendar}"\n' if calendar else ""
    given = document("F1", "100.00", day="2026-01-06", keys=f'terms: "{terms}"')
    assert rules(SELLER + ACCOUNTS + moved + given, check_longest_terms) == expected
