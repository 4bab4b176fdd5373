"""Statements of banks as data."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text
from beancount_invoicing.bank.statement_checks import adds_up
from beancount_invoicing.bank.statements import Statement, StatementLine


def bank_statement_json(statement: Statement, account: str) -> Answer:
    """A statement in `bank show`; `account`: the ledger's account, "" if unknown."""
    return {
        "source": str(statement.source),
        "account": account or None,
        "iban": statement.iban or None,
        "account_name": statement.account_name or None,
        "number": statement.number or None,
        "currency": statement.currency,
        "since": day_text(statement.since),
        "until": day_text(statement.until),
        "opening": amount_text(statement.opening, statement.currency),
        "closing": amount_text(statement.closing, statement.currency),
        "adds_up": adds_up(statement),
        "lines": [statement_line_json(line) for line in statement.lines],
    }


def statement_line_json(line: StatementLine) -> Answer:
    """A line of a statement."""
    return {
        "bank_id": line.bank_id,
        "date": line.date.isoformat(),
        "value_date": day_text(line.value_date),
        "amount": amount_text(line.amount, line.currency),
        "currency": line.currency,
        "payer": line.payer or None,
        "payer_iban": line.payer_iban or None,
        "ultimate_payer": line.ultimate_payer or None,
        "text": line.text,
        "references": list(line.references),
        "end_to_end_id": line.end_to_end_id or None,
        "mandate": line.mandate or None,
        "batch": line.batch or None,
        "is_return": line.is_return,
        "return_reason": line.return_reason or None,
        "fee": amount_text(line.fee, line.currency),
        "ordered_amount": amount_text(line.ordered_amount, line.ordered_currency) if line.ordered_currency else None,
        "ordered_currency": line.ordered_currency or None,
        "source": str(line.source),
    }
