"""Statements of account, receipts and bad debts as data."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, step_json, sums_json
from beancount_invoicing.receivables import BadDebt, Receipt, Statement, StatementInCurrency


def statement_json(statement: Statement, language: str, explain: bool = False) -> Answer:
    """A customer's account in `statement`."""
    return {
        "customer": statement.customer.name,
        "account": statement.customer.account,
        "language": language,
        "since": day_text(statement.since),
        "as_of": statement.as_of.isoformat(),
        "bounds": list(statement.bounds),
        "currencies": [_in_currency(currency, explain) for currency in statement.currencies],
    }


def _in_currency(statement_in_currency: StatementInCurrency, explain: bool) -> Answer:
    currency = statement_in_currency.currency
    ages = sums_json(statement_in_currency.aging)
    answer: Answer = {
        "currency": currency,
        "opening": amount_text(statement_in_currency.opening, currency),
        "movements": [
            {
                "date": entry.date.isoformat(),
                "what": entry.kind,
                "number": entry.number or None,
                "settles": list(entry.settles),
                "other": entry.other_customer or None,
                "account": entry.account,
                "debit": amount_text(entry.debit, currency),
                "credit": amount_text(entry.credit, currency),
                "balance": amount_text(entry.balance, currency),
                "text": entry.text,
                "source": str(entry.source),
            }
            for entry in statement_in_currency.entries
        ],
        "closing": amount_text(statement_in_currency.closing, currency),
        "overdue": amount_text(statement_in_currency.overdue, currency),
        "open": [
            {
                "what": item.kind,
                "number": item.number or None,
                "date": item.date.isoformat(),
                "due": day_text(item.due),
                "amount": amount_text(item.amount, currency),
                "open": amount_text(item.open, currency),
                "disputed": amount_text(item.disputed, currency),
                "days_overdue": item.days_late,
            }
            for item in statement_in_currency.open
        ],
        "aging": {key: ages[key] for key in ("not_due", "buckets", "unallocated", "total", "disputed")},
        "drafts": amount_text(statement_in_currency.drafts, currency),
        "ledger": [
            {"account": balance.account, "balance": amount_text(balance.balance, currency)}
            for balance in statement_in_currency.ledger
        ],
    }
    if explain:
        answer["explain"] = [step_json(step) for step in statement_in_currency.steps]
    return answer


def bad_debt_json(bad_debt: BadDebt, explain: bool = False) -> Answer:
    """The amount written off on a document, in `bad-debts`."""
    position, currency = bad_debt.position, bad_debt.position.invoice.currency
    answer: Answer = {
        "number": position.invoice.number,
        "date": position.invoice.date.isoformat(),
        "customer": position.debtor.name if position.debtor else None,
        "written_off": bad_debt.date.isoformat(),
        "net": amount_text(bad_debt.net, currency),
        "tax": amount_text(bad_debt.tax, currency),
        "amount": amount_text(bad_debt.amount, currency),
        "currency": currency,
    }
    if explain:
        answer["explain"] = [step_json(step) for step in bad_debt.steps]
    return answer


def receipt_json(receipt: Receipt, explain: bool = False) -> Answer:
    """What was received on a document in `receipt`."""
    position = receipt.position
    invoice, currency = position.invoice, position.invoice.currency
    answer: Answer = {
        "number": invoice.number,
        "customer": position.debtor.name if position.debtor else None,
        "date": invoice.date.isoformat(),
        "as_of": receipt.as_of.isoformat(),
        "currency": currency,
        "payable": amount_text(position.payable, currency),
        "entries": [
            {
                "date": entry.date.isoformat(),
                "what": entry.kind,
                "document": entry.number or None,
                "amount": amount_text(entry.amount, currency),
            }
            for entry in receipt.entries
        ],
        "received": amount_text(receipt.received, currency),
        "credited": amount_text(receipt.credited, currency),
        "adjusted": amount_text(receipt.reduced_without_money, currency),
        "discounted": amount_text(receipt.discounted, currency),
        "set_off": amount_text(receipt.set_off, currency),
        "written_off": amount_text(receipt.written_off, currency),
        "open": amount_text(position.open, currency),
    }
    if explain:
        answer["explain"] = [step_json(step) for step in receipt.steps]
    return answer
