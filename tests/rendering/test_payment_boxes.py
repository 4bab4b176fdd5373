"""How to pay, by country and currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beancount_invoicing.model import Address, Customer, Seller, Source
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES, word_table
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.parties import payment_rows

NOWHERE = Source("", 0)
CUSTOMER = Customer("Assets:AR:Bay", "Bay", NOWHERE)
GB = Seller("Bob", NOWHERE, Address(country="GB"), iban="GB29NWBK60161331926819")
US = Seller(
    "Bay Inc.", NOWHERE, Address(country="US"), account_number="000123456789", bank_code="111000025", wire_code="111000012",
    account_bank="First Bank", bic="FBOBUS66", check_to="PO Box 1200\nSan Francisco, CA 94105",
)  # fmt: skip


def box(seller: Seller, currency: str, customer: Customer = CUSTOMER) -> dict[str, str]:
    words = word_table((BUILT_IN_TEMPLATES,), "en")
    rows, code = payment_rows(seller, customer, "N1", Decimal(10), currency, Formats("en"), words)
    assert not code or currency == "EUR"
    return {row.label: row.value for row in rows}


def test_pounds_go_by_sort_code_and_account_number_which_the_iban_contains() -> None:
    iban = {"Account holder": "Bob", "IBAN": "GB29 NWBK 6016 1331 9268 19", "Reference to quote": "N1"}
    assert box(GB, "GBP") == iban | {"Sort code": "60-16-13", "Account number": "31926819"}
    assert box(GB, "EUR") == iban
    other = CUSTOMER._replace(iban="DE89370400440532013000")
    assert "Sort code" not in box(GB, "GBP", other), "who pays to another account pays only there"


def test_an_account_without_an_iban_is_for_the_currency_of_its_country() -> None:
    assert box(US, "USD") == {
        "Account holder": "Bay Inc.",
        "Bank": "First Bank",
        "Routing number (ACH)": "111000025",
        "Routing number (wire)": "111000012",
        "Account number": "000123456789",
        "Check payable to": "Bay Inc., PO Box 1200, San Francisco, CA 94105",
        "BIC": "FBOBUS66",
        "Reference to quote": "N1",
    }
    assert box(US, "CAD") == {}, "an account in dollars of another country is none for these"
    abroad = box(US._replace(iban="DE89370400440532013000"), "EUR")
    assert list(abroad) == ["Account holder", "IBAN", "BIC", "Reference to quote"]


@pytest.mark.parametrize(
    ("country", "currency", "label"),
    [("CA", "CAD", "Transit and institution no."), ("AU", "AUD", "BSB"), ("SG", "SGD", "Bank code")],
)
def test_the_code_of_the_bank_is_called_what_its_country_calls_it(country: str, currency: str, label: str) -> None:
    seller = Seller("Ann", NOWHERE, Address(country=country), account_number="1234", bank_code="062-000")
    assert box(seller, currency) == {
        "Account holder": "Ann",
        label: "062-000",
        "Account number": "1234",
        "Reference to quote": "N1",
    }
