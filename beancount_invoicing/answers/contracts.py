"""Contracts, customers and items as data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from beancount_invoicing.model import Customer, Item
from beancount_invoicing.receivables import Retention

if TYPE_CHECKING:
    from beancount_invoicing.billing import ContractStatus

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, number_text, step_json


def contract_json(contract_status: ContractStatus, retained: Retention | None, explain: bool = False) -> Answer:
    """A contract in `contracts`, with what is kept back under it."""
    contract = contract_status.contract
    answer: Answer = {
        "code": contract.code,
        "mode": contract.mode,
        "customer": contract_status.customer,
        "account": contract.customer,
        "text": contract_status.name,
        "currency": contract_status.currency,
        "price": number_text(contract_status.price),
        "contract_price": number_text(
            None
            if contract_status.price is None or contract_status.change_orders_total is None
            else contract_status.price - contract_status.change_orders_total
        ),
        "change_orders": amount_text(contract_status.change_orders_total, contract_status.currency),
        "quantity": number_text(contract.quantity),
        "every": contract.every or None,
        "start": contract.start.isoformat(),
        "ends": day_text(contract_status.ends),
        "renews": contract.renews or None,
        "notice_by": day_text(contract_status.notice_by),
        "paused": contract.paused,
        "billed": amount_text(contract_status.billed, contract_status.currency),
        "unbilled": amount_text(contract_status.unbilled, contract_status.currency),
        "left": amount_text(contract_status.unbilled_price, contract_status.currency),
        "next_due": day_text(contract_status.next_due),
        "prepaid": amount_text(contract_status.prepaid, contract_status.currency),
        "retained": amount_text(retained.open, retained.currency) if retained else None,
        "accepted": day_text(retained.accepted) if retained else None,
    }
    if explain:
        answer["explain"] = [step_json(step) for step in contract_status.steps]
    return answer


def customer_json(customer: Customer) -> Answer:
    """A customer in `customer list`."""
    texts = (
        "vat_id",
        "siren",
        "email",
        "phone",
        "terms",
        "tax",
        "language",
        "purchase_order",
        "reminders",
        "late_interest",
    )
    return {
        "account": customer.account,
        "name": customer.name,
        "city": customer.address.city or None,
        "country": customer.address.country or None,
        "buyer": customer.buyer,
        "channel": customer.channel,
        **{name: getattr(customer, name) or None for name in texts},
        "inactive": customer.inactive,
        "source": str(customer.source),
    }


def item_json(item: Item, since: date, following: tuple[date, Item] | None) -> Answer:
    """An item in `item list`: its values as of a day, and its next price if one is set."""
    return {
        "code": item.code,
        "name": item.name,
        "account": item.account,
        "unit": item.unit or None,
        "price": number_text(item.price),
        "price_with_tax": number_text(item.price_with_tax),
        "since": since.isoformat(),
        "tax": item.tax or None,
        "nature": item.nature,
        "next_price": number_text(item_price(following[1])) if following else None,
        "next_from": day_text(following[0] if following else None),
        "source": str(item.source),
    }


def item_price(item: Item) -> Decimal | None:
    """An item's price, without tax or with it."""
    return item.price if item.price is not None else item.price_with_tax
