"""CFONB 120: French banks' statements in records of 120 characters.

Source: CFONB, Relevé de compte sur support informatique (July 2004), and its additions for credit transfers (August 2007) and SEPA
(March 2010). Records: 01 former balance, 04 movement, 05 more about the movement, 07 new balance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import Day, Source
from beancount_invoicing.statement_files.bank_ids import with_bank_ids
from beancount_invoicing.statement_files.decoding import text_of
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.values import (
    compact,
    currency_code,
    iban_in,
    one_line,
    real_reference,
    six_digit_day,
)

LENGTH = 120
_LAST_DIGITS = {
    **{sign: (digit, 1) for digit, sign in enumerate("{ABCDEFGHI")},
    **{sign: (digit, -1) for digit, sign in enumerate("}JKLMNOPQR")},
}
"""The last digit of an amount and its sign in one character."""
_RETURN_OPERATIONS = frozenset({"03", "10", "12", "26", "27", "33", "38"})
"""The interbank operation codes of what is returned or unpaid: cheques, direct debits, transfers, bills, card payments."""
_WITHOUT_BALANCE = 48
_WITH_AMOUNT = 104
"""How long a record is at least, its trailing spaces cut: 05, and 01, 04 and 07, which have an amount."""


class CfonbAccount(NamedTuple):
    """The data that all records of an account repeat: bank code, branch code, number, currency, decimals of its
    amounts.
    """

    bank: str
    branch: str
    number: str
    currency: str
    decimals: int


class CfonbMovement(NamedTuple):
    """A record 04 with the texts of its records 05 by qualifier, in the file's order."""

    line: int
    record: str
    details: Mapping[str, list[str]]


class _OpenStatement(NamedTuple):
    line: int
    account: CfonbAccount
    opened: date | None
    opening: Decimal
    movements: list[CfonbMovement]


def read_cfonb120(data: bytes, file: str) -> tuple[Statement, ...]:
    """The statements of a file, in the file's order. Raises StatementFileError."""
    statements: list[Statement] = []
    current: _OpenStatement | None = None
    for line, record in _records(text_of(data, file), file):
        kind = record[:2]
        if kind == "01":
            if current:
                raise StatementFileError(
                    file,
                    line,
                    _("a statement begins, but that of line {line} has no new balance (07)", line=current.line),
                )
            account = _account(record, file, line)
            opened = six_digit_day(record[34:40], "dmy", file, line) if record[34:40].strip() else None
            current = _OpenStatement(line, account, opened, _amount(record[90:104], account.decimals, file, line), [])
            continue
        if current is None:
            raise StatementFileError(
                file,
                line,
                _("record {kind} belongs to no statement: there is no former balance (01) before it", kind=kind),
            )
        if kind == "04":
            current.movements.append(CfonbMovement(line, record, defaultdict(list)))
        elif kind == "05":
            if not current.movements:
                raise StatementFileError(
                    file, line, _("record 05 belongs to no movement: there is no record 04 before it")
                )
            current.movements[-1].details[record[45:48].strip()].append(record[48:118].strip())
        elif kind == "07":
            statements.append(_statement(current, record, file, line))
            current = None
        else:
            raise StatementFileError(
                file, line, _('"{kind}" is not a CFONB 120 record: expected 01, 04, 05 or 07', kind=kind)
            )
    if current:
        raise StatementFileError(
            file, current.line, _("this statement has no new balance (07): the file is cut off, download it again")
        )
    return tuple(statements)


def _records(text: str, file: str) -> list[tuple[int, str]]:
    """The records with their numbers: one a line, or one after the other without any line end. Ends may be trimmed."""
    lines = text.splitlines()
    if len(lines) == 1 and len(text.rstrip()) > LENGTH:
        lines = [text[start : start + LENGTH] for start in range(0, len(text.rstrip()), LENGTH)]
    records = []
    for number, content in enumerate(lines, 1):
        if not content.strip():
            continue
        if len(content.rstrip()) > LENGTH:
            raise StatementFileError(
                file,
                number,
                _("the record has {count} characters: expected {length}", count=len(content), length=LENGTH),
            )
        if len(content.rstrip()) < (_WITHOUT_BALANCE if content.startswith("05") else _WITH_AMOUNT):
            if content.startswith("05") and not content[34:].strip()[6:]:
                continue  # nothing is said
            raise StatementFileError(
                file, number, _("the record has only {count} characters: it is cut off", count=len(content.rstrip()))
            )
        records.append((number, content.rstrip().ljust(LENGTH)))
    return records


def _account(record: str, file: str, line: int) -> CfonbAccount:
    decimals = record[19]
    return CfonbAccount(
        bank=record[2:7].strip(),
        branch=record[11:16].strip(),
        number=record[21:32].strip(),
        currency=currency_code(record[16:19].strip() or "EUR", file, line),
        decimals=int(decimals) if decimals in "0123456789" and decimals else 2,
    )


def _amount(text: str, decimals: int, file: str, line: int) -> Decimal:
    digits, last = text[:-1].replace(" ", "0"), text[-1:]
    if last not in _LAST_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise StatementFileError(
            file,
            line,
            _(
                '"{text}" is not an amount: expected 13 digits and one of {{ A to I (positive), }} J to R (negative)',
                text=text,
            ),
        )
    digit, sign = _LAST_DIGITS[last]
    return Decimal(sign * int(f"{digits}{digit}")).scaleb(-decimals)


def _statement(open_: _OpenStatement, record: str, file: str, line: int) -> Statement:
    account = open_.account
    closed = _account(record, file, line)
    if (closed.number, closed.currency) != (account.number, account.currency):
        raise StatementFileError(
            file,
            line,
            _(
                "the new balance is of account {number} in {currency}, but the statement of line {line} is of "
                "{account_number} in {account_currency}",
                number=closed.number,
                currency=closed.currency,
                line=open_.line,
                account_number=account.number,
                account_currency=account.currency,
            ),
        )
    name = f"{account.bank} {account.branch} {account.number}"
    lines = [_line(movement, account, file) for movement in open_.movements]
    days = [movement.date for movement in lines]
    return Statement(
        source=Source(file, open_.line),
        currency=account.currency,
        lines=with_bank_ids(sorted(lines, key=lambda movement: movement.date), name),
        iban=french_iban(account.bank, account.branch, account.number),
        account_name=name,
        since=min(days, default=None),
        until=six_digit_day(record[34:40], "dmy", file, line) if record[34:40].strip() else max(days, default=None),
        opening=open_.opening,
        closing=_amount(record[90:104], account.decimals, file, line),
    )


def _line(movement: CfonbMovement, account: CfonbAccount, file: str) -> StatementLine:
    record, line = movement.record, movement.line
    details = movement.details
    owner = _account(record, file, line)
    if (owner.number, owner.currency) != (account.number, account.currency):
        raise StatementFileError(
            file,
            line,
            _(
                "the movement is of account {number} in {currency}, but its statement is of {account_number}",
                number=owner.number,
                currency=owner.currency,
                account_number=account.number,
            ),
        )
    amount = _amount(record[90:104], account.decimals, file, line)
    payer, payer_account, ultimate = ("NPY", "CPY", "NPO") if amount > 0 else ("NBE", "CBE", "NBU")
    if not details.get(payer):  # of direct debits and returns, banks name the other side under either
        payer, payer_account, ultimate = ("NBE", "CBE", "NBU") if amount > 0 else ("NPY", "CPY", "NPO")
    rejected = record[40:42].strip()
    ordered, ordered_currency = _foreign(details, "MMO", file, line)
    fee, fee_currency = _foreign(details, "FEE", file, line)
    return StatementLine(
        bank_id="",
        date=six_digit_day(record[34:40], "dmy", file, line),
        amount=amount,
        currency=account.currency,
        source=Source(file, line),
        value_date=_value_date(record, file, line),
        payer=one_line(*details.get(payer, ())),
        payer_iban=next(filter(None, (iban_in(text[:35]) for text in details.get(payer_account, ()))), ""),
        text=_wording(record, details),
        references=tuple(compact(text[:35]) for text in details.get("LCS", ()) if text.strip()),
        end_to_end_id=real_reference("".join(text[:35] for text in details.get("RCN", ())[:1])),
        mandate=real_reference("".join(text[:35] for text in details.get("RUM", ())[:1])),
        is_return=bool(rejected.strip("0")) or record[32:34] in _RETURN_OPERATIONS,
        fee=fee if fee and fee_currency == account.currency else Decimal(0),
        ordered_amount=None if ordered is None else ordered.copy_sign(amount),
        ordered_currency=ordered_currency,
        ultimate_payer=one_line(*details.get(ultimate, ())),
    )


def _value_date(record: str, file: str, line: int) -> Day | None:
    text = record[42:48].strip()
    return six_digit_day(text, "dmy", file, line) if text.strip("0") else None


def _wording(record: str, details: Mapping[str, list[str]]) -> str:
    """What was written: the free remittance text, or the label of the movement with the other labels and references."""
    remittance = one_line(*details.get("LCC", ()), *details.get("LC2", ()))
    if remittance:
        return remittance
    client_reference = [real_reference(text[:35]) for text in details.get("RCN", ())]
    return one_line(record[48:79], *details.get("LIB", ()), *client_reference, record[104:120])


def _foreign(details: Mapping[str, list[str]], qualifier: str, file: str, line: int) -> tuple[Decimal | None, str]:
    """The amount and currency of a detail MMO (ordered) or FEE: currency 3, decimals 1, digits 14."""
    for text in details.get(qualifier, ()):
        digits = text[4:18].strip()
        if not digits:
            continue
        if not (text[3:4].isdigit() and digits.isascii() and digits.isdigit()):
            raise StatementFileError(
                file,
                line,
                _(
                    '"{text}" is not an amount of {qualifier}: expected something like EUR200000000001250',
                    text=text[:18],
                    qualifier=qualifier,
                ),
            )
        return Decimal(int(digits)).scaleb(-int(text[3])), currency_code(text[:3], file, line)
    return None, ""


_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def french_iban(bank: str, branch: str, number: str) -> str:
    """The IBAN of a French account, from bank code (5), branch code (5) and number (11); "" if one of them is
    incomplete.

    Source: the RIB key, 97 - (89 bank + 15 branch + 3 number) mod 97, letters as digits; the check digits by ISO 13616.
    """
    parts = (bank, branch, number.upper())
    digits = [part.translate(_LETTERS) for part in parts]
    if [len(part) for part in parts] != [5, 5, 11] or not all(part.isascii() and part.isdigit() for part in digits):
        return ""
    key = 97 - (89 * int(digits[0]) + 15 * int(digits[1]) + 3 * int(digits[2])) % 97
    account = f"{''.join(parts)}{key:02}"
    as_number = "".join(str(int(sign, 36)) for sign in f"{account}FR00")
    return f"FR{98 - int(as_number) % 97:02}{account}"
