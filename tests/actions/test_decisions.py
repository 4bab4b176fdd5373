"""What commands decide of themselves: names, rates, the end of a contract, who is told what. Each by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.adopt import _name, _Waiting
from beancount_invoicing.actions.bill import _next
from beancount_invoicing.actions.contract import stop_contract
from beancount_invoicing.actions.customer import CustomerRequest, _country, _reached
from beancount_invoicing.actions.seal import _by_terms, _unsealed
from beancount_invoicing.actions.take_back import _dependents
from beancount_invoicing.actions.time import UnknownProjects, import_time
from beancount_invoicing.billing import ContractFilter, contract_statuses, unbilled_lines
from beancount_invoicing.entries.legacy_books import LegacyCustomerAccount, LegacyPendingTax
from beancount_invoicing.loading.loader import load
from beancount_invoicing.timesheets import TimeRecord
from beancount_invoicing.writing.changes import WriteOptions
from tests.documents import document
from tests.ledgers import PRELUDE, book_of, sound_book

DAY = date(2026, 1, 31)
ACME = "Assets:Receivable:Acme"
ORME = "Assets:Receivable:Orme"


def on_disk(folder: Path, text: str) -> Path:
    file = folder / "main.beancount"
    file.write_text(PRELUDE + text, encoding="utf-8")
    return file


# older books ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("debited", "payers", "name"),
    [
        ({"Orme SA": 1, "ORME SA": 2}, [], "ORME SA"),  # two ways to write one name: the usual one
        ({"Orme SA": 1, "ORME SA": 1}, [], "Orme SA"),  # as usual as the other: the later in the alphabet
        ({"": 3}, ["Bank", "Orme SARL"], "Orme SARL"),  # no claim says who: a payer whose name resembles the account's
        ({"Orme SA": 1, "Lenz": 1}, ["ORME", "Orme SARL", "ORME"], "ORME"),
        ({}, ["Bank"], "Orme"),
    ],
)
def test_a_customer_is_named_by_claims_or_payers_or_the_account(
    tmp_path: Path, debited: dict[str, int], payers: list[str], name: str
) -> None:
    text = f"2025-01-01 open {ORME}\n" + "".join(
        f'2026-01-{10 + n} * "{payer}" "Paid"\n  Assets:Bank  5.00 EUR\n  {ORME}\n' for n, payer in enumerate(payers)
    )
    loading = load(str(on_disk(tmp_path, text)))
    (opened,) = [entry for entry in loading.entries if getattr(entry, "account", "") == ORME]
    account = LegacyCustomerAccount(ORME, opened, Counter(debited), has_children=False)
    assert _name(loading.entries, account) == name


@pytest.mark.parametrize(
    ("tax", "bases", "code"),
    [
        ("20.00", ["100.00"], "A"),
        ("19.90", ["100.00"], "B"),  # 20 % would be 20.00, 19.8 % is 19.80: both are off by 0.10, and B is first
        ("19.80", ["100.00"], "B"),
        ("10.00", ["400.00", "100.00"], "C"),  # 10 % of one of the bases
        ("0.00", ["0.00"], "B"),  # any rate gives it: the first
    ],
)
def test_a_pending_tax_is_of_the_rate_that_gives_it(tax: str, bases: list[str], code: str) -> None:
    codes = (("B", Decimal("19.8")), ("A", Decimal(20)), ("C", Decimal(10)))
    pending = LegacyPendingTax(Decimal(tax), "EUR", tuple(map(Decimal, bases)))
    assert _Waiting("Liabilities:Pending", codes).code(pending) == code


# contracts and time -----------------------------------------------------------------------------------------------------

HOSTING = """
{start} custom "invoice-contract" Assets:Receivable:Acme "{code}" "subscription"
  text: "Hosting"
  account: Income:Services
  price: 100.00
  every: "month"
  tax: "FR20"
"""


def test_where_nothing_is_to_be_billed_the_next_day_and_its_contract_are_named() -> None:
    both = HOSTING.format(start="2026-03-01", code="Z") + HOSTING.format(start="2026-04-01", code="A")
    assert "2026-03-31 (Z)" in _next(sound_book(both), DAY, ContractFilter())
    assert _next(sound_book(""), DAY, ContractFilter()) == ""


ON_JUNE_1 = '2026-06-01 custom "invoice-contract" Assets:Receivable:Acme "K"\n'


@pytest.mark.parametrize(
    ("renews", "amended", "emptied"),
    [
        ("", "", 0),
        ("12 months", "", 1),
        # an amendment that is there already says otherwise from its day on
        ("12 months", f"{ON_JUNE_1}  renews:\n", 1),
        ("", f'{ON_JUNE_1}  renews: "12 months"\n', 1),
        ("12 months", f'{ON_JUNE_1}  renews: "6 months"\n', 2),
        ("", f"{ON_JUNE_1}  until: 2027-12-31\n", 0),
        ("", f'{ON_JUNE_1}  until: 2027-12-31\n{ON_JUNE_1}  renews: "12 months"\n  price: 110.00\n', 1),
    ],
)
def test_what_ends_renews_no_more_whatever_is_written_for_later_days(
    tmp_path: Path, renews: str, amended: str, emptied: int
) -> None:
    contract = HOSTING.format(start="2026-01-01", code="K") + "  until: 2026-12-31\n"
    contract += f'  renews: "{renews}"\n' if renews else ""
    file, last = on_disk(tmp_path, contract + amended), date(2026, 9, 30)
    shown = stop_contract(file, "K", last, date(2026, 3, 1), WriteOptions())
    assert shown.text.count('  renews: ""') == emptied
    (status,) = contract_statuses(shown.book, date(2027, 6, 30), ContractFilter())
    assert (status.contract.until, status.contract.renews) == (last, "")
    days = {waiting.line.end for waiting in unbilled_lines(shown.book, date(2027, 6, 30))[0]}
    assert max(day for day in days if day) == last


def test_all_projects_that_belong_to_no_contract_are_named_at_once(tmp_path: Path) -> None:
    records = [TimeRecord(DAY, None, 3600, project=project) for project in ("One", "Two", "One")]
    with pytest.raises(UnknownProjects, match=r'^no contract is known for One, Two: give --map "One=CODE" or'):
        import_time(on_disk(tmp_path, ""), records, "", {}, "", WriteOptions())


# customers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "reached"),
    [
        ({"country": "FR", "siren": "123 456 782"}, "0225:123456782"),
        ({"country": "FR", "siret": "12345678200010"}, "0225:123456782"),  # its first nine digits
        ({"country": "FR", "siren": "123456782", "buyer": "business"}, "0225:123456782"),
        ({"country": "FR", "siren": "123456782", "buyer": "public"}, ""),
        ({"country": "FR", "siren": "123456782", "endpoint": "0225:123456782_A"}, ""),
        ({"country": "FR"}, ""),
        ({"country": "DE", "siren": "123456782"}, ""),
    ],
)
def test_where_a_french_business_is_reached(values: dict[str, str], reached: str) -> None:
    book = sound_book("")
    said = " ".join(_reached(book, CustomerRequest("New", values), DAY))
    assert reached in said
    assert bool(said) == bool(reached)
    assert [*_reached(replace(book, seller=None), CustomerRequest("New", values), DAY)] == ([said] if said else [])
    abroad = book_of('2026-01-01 custom "invoice-seller" "Exemple Ltd"\n  country: "IE"\n')
    assert [*_reached(abroad, CustomerRequest("New", values), DAY)] == []


@pytest.mark.parametrize(
    ("values", "country"),
    [
        ({"siren": "123456782"}, "FR"),
        ({"siret": "12345678200010"}, "FR"),
        ({"vat-id": "DE123456789"}, "DE"),
        ({"country": "IT", "vat-id": "DE123456789"}, "IT"),
        ({}, ""),
    ],
)
def test_the_country_of_a_customer_follows_from_its_numbers(values: dict[str, str], country: str) -> None:
    assert _country(values) == country


# documents --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "by_terms"),
    [
        ("terms: 30 days", True),
        ("due: 2026-03-15", False),
    ],
)
def test_whether_a_due_date_follows_from_terms(keys: str, by_terms: bool) -> None:
    (invoice,) = sound_book(document("N1", "100.00", keys=keys.replace(": 30 days", ': "30 days"'))).invoices
    assert _by_terms(invoice) == by_terms


def test_one_due_date_by_terms_is_enough() -> None:
    text = document("N1", "100.00", keys='terms: "30 days"')
    text = text.replace(f"{ACME}  120.00 EUR", f"{ACME}  90.00 EUR\n  {ACME}:Doubtful  30.00 EUR\n    due: 2027-01-01")
    (invoice,) = sound_book(text).invoices
    assert [bool(instalment.steps) for instalment in invoice.instalments] == [True, True]
    assert _by_terms(invoice)


def test_money_that_nothing_takes_any_more_depends_on_what_is_taken_back() -> None:
    """N2 was paid by what lay on the account; without N2's allocation it would lie there again."""
    start = document("N1", "100.00", day="2026-01-05") + document("N2", "50.00", day="2026-01-06")
    paid = '2026-01-10 * "Acme" "Both" ^N1 ^N2\n  Assets:Bank  180.00 EUR\n  Assets:Receivable:Acme\n'
    book, after = sound_book(start + paid), sound_book(document("N1", "100.00", day="2026-01-05") + paid)
    assert [*_dependents(book, after, [])] != []
    assert [*_dependents(book, book, [])] == []


def test_what_was_paid_back_depends_on_the_money_that_lay_there() -> None:
    came = f'2026-01-10 * "Acme" "On account"\n  Assets:Bank  100.00 EUR\n  {ACME}\n'
    back = f'2026-01-20 * "Acme" "Paid back"\n  Assets:Bank  -100.00 EUR\n  {ACME}\n'
    book, after = sound_book(came + back), sound_book(back)
    assert [source.line for source in _dependents(book, after, [])] == [after.payments[0].source.line]
    assert [*_dependents(book, book, [])] == []


def test_a_file_that_no_seal_names_is_told_once(tmp_path: Path) -> None:
    """A text beside its PDF is told with it; alone it is told itself."""
    folder = tmp_path / "documents" / "2026"
    folder.mkdir(parents=True)
    book = replace(sound_book(document("N1", "100.00")), file=str(tmp_path / "main.beancount"))
    for name in ("N1.txt", "N1.pdf", "other.pdf"):
        (folder / name).write_bytes(b"x")
    assert [Path(found.file).name for found in _unsealed(book, ())] == ["N1.pdf"]
    (folder / "N1.pdf").unlink()
    assert [Path(found.file).name for found in _unsealed(book, ["N1"])] == ["N1.txt"]
    assert [*_unsealed(book, ["N2"])] == []
