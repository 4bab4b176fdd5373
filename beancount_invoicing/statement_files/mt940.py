"""SWIFT MT940: customer statements.

Source: SWIFT, Category 9, MT940 Customer Statement Message. The library mt-940 is not used, because it does not give
the line of the file for an error, and our errors name it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import Day, Source
from beancount_invoicing.statement_files.bank_ids import with_bank_ids
from beancount_invoicing.statement_files.decoding import text_of
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.mt940_details import StatementDetails, read_details
from beancount_invoicing.statement_files.values import currency_code, iban_in, one_line, real_reference, six_digit_day

_TAG = re.compile(r":(\d{2}[A-Z]?|NS):")
_STATEMENT_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4}|\s{4})?(?P<reversed>R?)(?P<mark>[CD])(?P<funds>[A-Z])?\s?(?P<amount>\d{1,15},?\d{0,5})"
    r"(?P<type>[A-Z][A-Z0-9 ]{3})?(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_BALANCE = re.compile(r"(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>[\d,]{1,22})", re.ASCII)
_TRANSMISSION_MARKS = b"\x01\x03\x1a\0"
"""What a transfer by SWIFT or from a mainframe leaves at the ends of a file."""
_RETURN_TYPES = frozenset({"NRTI", "SRTI", "FRTI"})
_BUSINESS_RETURNS = frozenset({"108", "109", "159", "184", "185", "196", "197"})
"""German business transaction codes (GVC) of returned debits and transfers: DFÜ-Abkommen, annex 3."""


class Mt940Field(NamedTuple):
    """A field with its tag, such as 61 or 60F, and the lines of its content."""

    line: int
    tag: str
    content: str


def read_mt940(data: bytes, file: str) -> tuple[Statement, ...]:
    """The statements of a file, in the file's order. Pages of one statement are joined. Raises StatementFileError."""
    pages: list[list[Mt940Field]] = []
    for field in _fields(text_of(data.strip(_TRANSMISSION_MARKS), file)):
        if field.tag == "20" or not pages:
            pages.append([])
        pages[-1].append(field)
    if not pages:
        raise StatementFileError(file, 1, _("this file has no field such as :20:, so it is not MT940"))
    statements: list[Statement] = []
    previous_is_open = False
    for page in pages:
        statement, begins, ends = _statement(page, file)
        if not begins and previous_is_open:
            statements[-1] = _joined(statements[-1], statement)
        elif not begins:
            raise StatementFileError(
                file,
                page[0].line,
                _("this page continues a statement (:60M:) whose beginning (:60F:) is missing: add its file"),
            )
        else:
            if previous_is_open:
                raise StatementFileError(
                    file, page[0].line, _("a statement begins, but the one before ends with a page balance (:62M:)")
                )
            statements.append(statement)
        previous_is_open = not ends
    if previous_is_open:
        raise StatementFileError(
            file, pages[-1][-1].line, _("the last page of the statement (:62F:) is missing: the file is cut off")
        )
    return tuple(_with_ids(statement) for statement in statements)


def _with_ids(statement: Statement) -> Statement:
    lines = sorted(statement.lines, key=lambda line: line.date)
    return statement._replace(lines=with_bank_ids(lines, statement.iban or statement.account_name))


def _joined(first: Statement, second: Statement) -> Statement:
    if first.closing != second.opening:
        raise StatementFileError(
            second.source.file,
            second.source.line,
            _(
                "the page begins with {opening} {currency}, but the page before ends with {closing}",
                opening=second.opening,
                currency=second.currency,
                closing=first.closing,
            ),
        )
    return first._replace(lines=first.lines + second.lines, closing=second.closing, until=second.until)


def _fields(text: str) -> list[Mt940Field]:
    """The fields of a text; what is between messages (SWIFT headers in braces, hyphens) belongs to none."""
    fields: list[Mt940Field] = []
    is_open = False
    for number, content in enumerate(text.splitlines(), 1):
        if found := _TAG.match(content):
            fields.append(Mt940Field(number, found[1], content[found.end() :]))
            is_open = True
        elif content.startswith(("{", "-}")) or content.strip() in {"-", "--", "@@", "\x03"}:
            is_open = False
        elif is_open and content.strip():
            last = fields[-1]
            fields[-1] = last._replace(content=f"{last.content}\n{content}")
    return fields


def _statement(page: list[Mt940Field], file: str) -> tuple[Statement, bool, bool]:
    """A page, whether the statement begins with it, and whether it ends with it."""
    opening = next((field for field in page if field.tag in {"60F", "60M"}), None)
    closing = next((field for field in reversed(page) if field.tag in {"62F", "62M"}), None)
    account = next((field.content for field in page if field.tag == "25"), "")
    if opening is None or closing is None:
        missing = _("opening balance (:60F:)") if opening is None else _("closing balance (:62F:)")
        raise StatementFileError(
            file,
            page[0].line,
            _("the statement has no {missing}: the file is cut off, or is not MT940", missing=missing),
        )
    opened, opening_amount, currency = _balance(opening, file)
    closed, closing_amount, closing_currency = _balance(closing, file)
    if currency != closing_currency:
        raise StatementFileError(
            file,
            closing.line,
            _(
                "the closing balance is in {closing_currency}, but the opening balance in {currency}",
                closing_currency=closing_currency,
                currency=currency,
            ),
        )
    lines: list[StatementLine] = []
    for place, field in enumerate(page):
        if field.tag == "61":
            after = page[place + 1] if place + 1 < len(page) else None
            if after and after.tag == "NS" and place + 2 < len(page):
                after = page[place + 2]
            details = after.content if after and after.tag == "86" else ""
            lines.append(_line(field, details, currency, file))
    iban = _account_iban(account)
    statement = Statement(
        source=Source(file, page[0].line),
        currency=currency,
        lines=tuple(lines),
        iban=iban,
        account_name="" if iban else one_line(account),
        number=next((one_line(field.content) for field in page if field.tag in {"28C", "28"}), ""),
        since=min((line.date for line in lines), default=opened),
        until=closed,
        opening=opening_amount,
        closing=closing_amount,
    )
    return statement, opening.tag == "60F", closing.tag == "62F"


def _account_iban(account: str) -> str:
    """The IBAN in field 25, which some banks write with a BIC before it or a currency behind it."""
    for part in (account, *re.split(r"[/ ]", account)):
        if iban := iban_in(re.sub(r"[A-Z]{3}$", "", "".join(part.split()))) or iban_in(part):
            return iban
    return ""


def _balance(field: Mt940Field, file: str) -> tuple[date, Decimal, str]:
    content = field.content.split("\n")[0].strip()
    if not (found := _BALANCE.fullmatch(content)):
        raise StatementFileError(
            file,
            field.line,
            _(
                '":{field}:{content}" is not a balance: expected something like C261005EUR1234,56',
                field=field.tag,
                content=content[:40],
            ),
        )
    amount = _amount(found["amount"], file, field.line)
    day = six_digit_day(found["day"], "ymd", file, field.line)
    return day, -amount if found["mark"] == "D" else amount, currency_code(found["currency"], file, field.line)


def _amount(text: str, file: str, line: int) -> Decimal:
    whole, _sep, decimals = text.partition(",")
    if not whole.isdigit() or (decimals and not decimals.isdigit()):
        raise StatementFileError(
            file, line, _('"{text}" is not an amount: expected something like 1234,56', text=text[:40])
        )
    return Decimal(f"{whole}.{decimals or 0}") if decimals else Decimal(whole)


def _line(field: Mt940Field, details_text: str, currency: str, file: str) -> StatementLine:
    """The movement of a field 61 with what field 86 says of it.

    `D` is money that left; `RC` gives back what had come, `RD` what had left. The customer's reference ends at `//`, where the
    bank's own begins; a second line holds more words.
    """
    found = _STATEMENT_LINE.fullmatch(field.content)
    if not found:
        raise StatementFileError(
            file,
            field.line,
            _(
                '":61:{content}" is not a movement: expected something like 2610051005C100,00NTRFNONREF',
                content=field.content[:40],
            ),
        )
    amount = _amount(found["amount"], file, field.line)
    if (found["mark"] == "D") != bool(found["reversed"]):
        amount = -amount
    value = six_digit_day(found["value"], "ymd", file, field.line)
    first, _sep, supplement = found["rest"].partition("\n")
    customer_reference, _sep, bank_reference = first.partition("//")
    details = read_details(details_text)
    account_as_reference = iban_in(customer_reference)  # as Dutch banks write who paid
    kind = found["type"] or ""
    is_return = bool(found["reversed"]) or kind in _RETURN_TYPES or bool(details.return_reason)
    return StatementLine(
        bank_id=real_reference(bank_reference),
        date=_entry_day(value, (found["entry"] or "").strip(), file, field.line),
        amount=amount,
        currency=currency,
        source=Source(file, field.line),
        value_date=value,
        payer=details.name,
        payer_iban=details.iban or account_as_reference,
        text=details.text or one_line(supplement),
        references=details.references,
        end_to_end_id=details.end_to_end_id or ("" if account_as_reference else _own_reference(customer_reference)),
        mandate=details.mandate,
        return_reason=details.return_reason,
        is_return=is_return or details.business_code in _BUSINESS_RETURNS,
        fee=_charges(details, currency, file, field.line),
        ordered_amount=None if details.ordered is None else _signed_ordered(details, amount, file, field.line),
        ordered_currency=details.ordered[1] if details.ordered and details.ordered[1] != currency else "",
        ultimate_payer=details.ultimate,
    )


def _own_reference(customer_reference: str) -> str:
    """The reference of who ordered the movement; what only points at field 86 (KREF+, EREF+) is none."""
    reference = real_reference(customer_reference)
    return "" if reference.endswith("+") or reference in {"EREF", "KREF", "PREF", "MARF"} else reference


def _charges(details: StatementDetails, currency: str, file: str, line: int) -> Decimal:
    if details.charges and details.charges[1] == currency:
        return _amount(details.charges[0], file, line)
    return Decimal(0)


def _signed_ordered(details: StatementDetails, amount: Decimal, file: str, line: int) -> Decimal | None:
    assert details.ordered is not None
    ordered = _amount(details.ordered[0], file, line)
    return ordered.copy_sign(amount)


def _entry_day(value: Day, entry: str, file: str, line: int) -> Day:
    """The day of booking: its month and day are given, and its year is the one in which it is nearest to the value date."""
    if not entry:
        return value
    days = []
    for year in (value.year - 1, value.year, value.year + 1):
        try:
            days.append(Day(year, int(entry[:2]), int(entry[2:])))
        except ValueError:
            continue
    if not days:
        raise StatementFileError(
            file, line, _('"{entry}" is not a day: expected month and day, such as 1005', entry=entry)
        )
    return min(days, key=lambda day: abs((day - value).days))
