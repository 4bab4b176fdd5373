"""What commands answer as JSON: each name of it, also where there is nothing to say."""

from __future__ import annotations

from datetime import date
from typing import Any

from beancount_invoicing.actions.claim_interest import late_claims
from beancount_invoicing.answers.billing import unbilled_json
from beancount_invoicing.answers.contracts import contract_json, customer_json, item_json
from beancount_invoicing.answers.reminders import late_interest_json
from beancount_invoicing.billing import ContractFilter, contract_statuses, unbilled_lines
from beancount_invoicing.receivables import allocate, open_retentions
from tests.documents import document
from tests.ledgers import book_of

DAY = date(2026, 6, 30)
ROOF = """
2025-01-01 open Assets:Receivable:Acme:Kept
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF" "fixed"
  text: "Roof"
  account: Income:Services
  tax: "FR20"
  price: 10000.00
  retention: 5
  retention-account: Assets:Receivable:Acme:Kept
2026-01-31 custom "invoice-milestone" "ROOF" "First"
  cumulative: 50
2026-01-31 * "Acme" "Roof" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme       5700.00 EUR
  Assets:Receivable:Acme:Kept   300.00 EUR
    retained: "ROOF"
  Income:Services             -5000.00 EUR
    tax: "FR20"
    contract: "ROOF"
    milestone: "First"
  Liabilities:VAT             -1000.00 EUR
    tax: "FR20"
"""
CARE = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "CARE" "subscription"
  item: "DEV"
  every: "month"
  until: 2026-12-31
  renews: "year"
  notice: "2 months"
"""


def contracts(text: str) -> dict[str, dict[str, Any]]:
    book = book_of(text)
    kept = {retention.contract: retention for retention in open_retentions(book, allocate(book, DAY))}
    return {
        status.contract.code: contract_json(status, kept.get(status.contract.code))
        for status in contract_statuses(book, DAY, ContractFilter())
    }


def test_a_subscription() -> None:
    assert contracts(CARE)["CARE"] == {
        "code": "CARE",
        "mode": "subscription",
        "customer": "Acme SAS",
        "account": "Assets:Receivable:Acme",
        "text": "Développement",
        "currency": "EUR",
        "price": "100.00",
        "contract_price": None,
        "change_orders": None,
        "quantity": None,
        "every": "month",
        "start": "2026-01-01",
        "ends": "2026-12-31",
        "renews": "year",
        "notice_by": "2026-10-31",
        "paused": False,
        "billed": "0.00",
        "unbilled": "600.00",
        "left": None,
        "next_due": "2026-01-31",
        "prepaid": "0.00",
        "retained": None,
        "accepted": None,
    }


def test_works_with_what_is_kept_back_of_them() -> None:
    names = ("retained", "accepted", "price", "billed", "unbilled", "left", "every", "ends", "next_due")
    assert [contracts(ROOF)["ROOF"][name] for name in names] == [
        "300.00", None, "10000.00", "5000.00", "0.00", "5000.00", None, None, None,
    ]  # fmt: skip
    accepted = '2026-03-15 custom "invoice-accepted" "ROOF"\n'
    assert [contracts(ROOF + accepted)["ROOF"][name] for name in names[:2]] == ["300.00", "2026-03-15"]
    paid = '2026-04-01 * "Paid" ^F2026-0001\n  Assets:Receivable:Acme:Kept  -300.00 EUR\n  Assets:Bank\n'
    assert contracts(ROOF + accepted + paid)["ROOF"]["retained"] is None


def test_what_waits_to_be_billed() -> None:
    book = book_of(CARE + ROOF.partition("2026-01-31 * ")[0])
    day = date(2026, 2, 10)
    period, milestone = (unbilled_json(line, day, book.items) for line in unbilled_lines(book, date(2026, 1, 31))[0])
    assert period == {
        "customer": "Assets:Receivable:Acme",
        "contract": "CARE",
        "what": "period",
        "item": "DEV",
        "text": "Développement",
        "from": "2026-01-01",
        "to": "2026-01-31",
        "since": "2026-01-31",
        "days": 10,
        "quantity": "1",
        "price": "100.00",
        "net": "100.00",
        "currency": "EUR",
    }
    assert [milestone[name] for name in ("what", "item", "from", "to", "net")] == [
        "milestone", None, None, None, "5000.00",
    ]  # fmt: skip
    assert "First" in str(milestone["text"])


def test_late_interest_and_why_there_is_none() -> None:
    book = book_of(
        '2025-01-01 custom "invoice-option" "late-interest" "FR"\n'
        + document("N1", "100.00", day="2026-01-05")
        + document("N2", "100.00", day="2026-06-25")
    )
    late, fresh = (late_interest_json(claim) for claim in late_claims(book, DAY, ["N1", "N2"]))
    assert late == {
        "number": "N1",
        "customer": "Acme SAS",
        "currency": "EUR",
        "principal": "120.00",
        "segments": [
            {"from": "2026-02-05", "to": "2026-06-30", "days": 146, "rate": "12.15", "base": "120.00", "amount": "5.83"}
        ],
        "interest": "5.83",
        "indemnity": "40.00",
        "total": "45.83",
        "law": "FR",
        "notices": [],
    }
    assert fresh == {
        "number": "N2",
        "customer": "Acme SAS",
        "currency": "EUR",
        "principal": None,
        "segments": [],
        "interest": None,
        "indemnity": None,
        "total": None,
        "law": None,
        "notices": ["N2: nothing of it was late by 2026-06-30"],
    }
    explained = [late_interest_json(claim, explain=True)["explain"] for claim in late_claims(book, DAY, ["N1", "N2"])]
    assert [len(one) for one in explained] == [6, 0]


def test_customers_and_items() -> None:
    book = book_of("")
    acme, kiefer = (customer_json(customer.at(DAY)) for customer in book.customers.values())
    assert acme | {"source": ""} == {
        "account": "Assets:Receivable:Acme",
        "name": "Acme SAS",
        "city": "Nantes",
        "country": "FR",
        "buyer": "business",
        "channel": "post",
        "vat_id": "FR11123456782",
        "siren": "123456782",
        "email": None,
        "phone": None,
        "terms": "30 days",
        "tax": None,
        "language": None,
        "purchase_order": None,
        "reminders": None,
        "late_interest": None,
        "inactive": False,
        "source": "",
    }
    assert (kiefer["tax"], kiefer["terms"], kiefer["vat_id"]) == ("REVERSE", None, None)
    item = book.items["DEV"].at(DAY)
    assert item_json(item, date(2025, 1, 1), None) | {"source": ""} == {
        "code": "DEV",
        "name": "Développement",
        "account": "Income:Services",
        "unit": "hour",
        "price": "100.00",
        "price_with_tax": None,
        "since": "2025-01-01",
        "tax": "FR20",
        "nature": None,
        "next_price": None,
        "next_from": None,
        "source": "",
    }
    following = item_json(item, date(2025, 1, 1), (date(2026, 7, 1), item))
    assert (following["next_price"], following["next_from"]) == ("100.00", "2026-07-01")
