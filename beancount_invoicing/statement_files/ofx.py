"""OFX 1 (SGML), OFX 2 (XML) and Quicken's QFX: statements of bank accounts and cards.

Source: Open Financial Exchange, specifications 1.6 and 2.2, chapter 11. The library ofxtools is not used: it does not
give the line of the file for an error, and refuses whole files because of unneeded fields that banks get wrong.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import Source
from beancount_invoicing.statement_files.bank_ids import with_bank_ids
from beancount_invoicing.statement_files.cfonb120 import french_iban
from beancount_invoicing.statement_files.decoding import text_of
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.values import currency_code, iban_in, one_line, plain_amount, real_reference

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9._]*)\s*(?P<empty>/?)>(?P<text>[^<]*)")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_CHARSET = re.compile(rb"^CHARSET:\s*(\d+)", re.MULTILINE)
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_STATEMENTS = {"STMTRS", "CCSTMTRS"}
_DEEPEST = 40


@dataclass(slots=True)
class OfxElement:
    """An aggregate with its elements, or an element with its text."""

    name: str
    line: int
    text: str = ""
    children: list[OfxElement] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[OfxElement]:
        """The elements with some names anywhere in it, in the order of the file; not those inside an element that was
        found.
        """
        for child in self.children:
            if child.name in names:
                yield child
            else:
                yield from child.all(*names)

    def first(self, name: str) -> OfxElement | None:
        """The first element of that name anywhere in it."""
        return next(self.all(name), None)

    def value(self, *path: str) -> str:
        """The text at a path of names on one line; "" if there is none."""
        element: OfxElement | None = self
        for name in path:
            element = next((child for child in element.children if child.name == name), None) if element else None
        return one_line(element.text) if element else ""


def read_ofx(data: bytes, file: str) -> tuple[Statement, ...]:
    """The statements of a file, in the file's order. Raises StatementFileError."""
    root = _tree(data, file)
    statements = tuple(_statement(element, file) for element in root.all(*_STATEMENTS))
    if not statements:
        raise StatementFileError(
            file, 1, _("the file has no statement of an account (STMTRS, CCSTMTRS): ask the bank for one")
        )
    return statements


def _tree(data: bytes, file: str) -> OfxElement:
    """The elements. In SGML an element has no end tag: an end that names none that is open is passed over."""
    charset = _CHARSET.search(data[:2000])
    try:
        data.decode("utf-8-sig")
        encoding = ""
    except UnicodeDecodeError:
        encoding = f"cp{charset[1].decode()}" if charset and charset[1] != b"NONE" else ""
    text = text_of(data, file, encoding)
    start = max(text.upper().find("<OFX>"), 0)
    if text.upper().find("</OFX>", start) < 0:
        raise StatementFileError(
            file,
            text.count("\n") + 1,
            _("the file ends without </OFX>, so it is cut off: download the statement again"),
        )
    text = _CDATA.sub(lambda found: html.escape(found[1], quote=False), text)
    ended = {found["name"].upper() for found in _TAG.finditer(text, start) if found["end"]}
    root = OfxElement("", 1)
    open_elements = [root]
    line, counted = 1 + text.count("\n", 0, start), start
    for found in _TAG.finditer(text, start):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        name = found["name"].upper()
        if found["end"]:
            if any(element.name == name for element in open_elements):
                while open_elements.pop().name != name:
                    pass
            continue
        content = html.unescape(found["text"]).strip()
        element = OfxElement(name, line, content)
        open_elements[-1].children.append(element)
        if not content and not found["empty"] and name in ended:
            if len(open_elements) > _DEEPEST:
                raise StatementFileError(
                    file,
                    line,
                    _("elements are nested more than {deepest} deep: this is not a bank's OFX", deepest=_DEEPEST),
                )
            open_elements.append(element)
    return root


def _statement(element: OfxElement, file: str) -> Statement:
    account = element.first("BANKACCTFROM") or element.first("CCACCTFROM")
    if account is None:
        raise StatementFileError(file, element.line, _("the statement names no account (BANKACCTFROM)"))
    currency = currency_code(element.value("CURDEF"), file, element.line)
    parts = (account.value("BANKID"), account.value("BRANCHID"), account.value("ACCTID"))
    iban = iban_in(parts[2]) or french_iban(parts[0], parts[1], parts[2][:11] if len(parts[2]) in {11, 13} else "")
    transactions = element.first("BANKTRANLIST")
    lines = [_line(transaction, currency, file) for transaction in transactions.all("STMTTRN")] if transactions else []
    days = [line.date for line in lines]
    balance = element.first("LEDGERBAL")
    closing, until = None, None
    if balance:
        closing = _amount(balance.value("BALAMT"), file, balance.line)
        until = _day(balance.value("DTASOF"), file, balance.line) if balance.value("DTASOF") else None
    since = transactions.value("DTSTART") if transactions else ""
    last = transactions.value("DTEND") if transactions else ""
    name = one_line(*parts)
    return Statement(
        source=Source(file, element.line),
        currency=currency,
        lines=with_bank_ids(sorted(lines, key=lambda line: line.date), iban or name),
        iban=iban,
        account_name="" if iban_in(parts[2]) else name,
        since=_day(since, file, transactions.line) if since and transactions else min(days, default=None),
        until=until or (_day(last, file, transactions.line) if last and transactions else max(days, default=None)),
        closing=closing,
    )


def _line(transaction: OfxElement, currency: str, file: str) -> StatementLine:
    line = transaction.line
    if inner := transaction.first("STMTTRN"):
        raise StatementFileError(
            file,
            inner.line,
            _(
                "a movement begins before that of line {line} has ended (</STMTTRN>): download the statement again",
                line=line,
            ),
        )
    amount = _amount(transaction.value("TRNAMT"), file, line)
    posted = transaction.value("DTPOSTED")
    payee = transaction.value("PAYEE", "NAME") or transaction.value("NAME")
    extended = transaction.value("EXTDNAME")
    account = next((transaction.value(name, "ACCTID") for name in ("BANKACCTTO", "BANKACCTFROM", "CCACCTTO")
                    if transaction.value(name, "ACCTID")), "")  # fmt: skip
    ordered, ordered_currency = None, transaction.value("ORIGCURRENCY", "CURSYM")
    if ordered_currency and ordered_currency != currency and (rate := transaction.value("ORIGCURRENCY", "CURRATE")):
        exchange_rate = _amount(rate, file, line)
        if exchange_rate > 0:
            ordered = (amount / exchange_rate).quantize(Decimal("0.01"))
    value = transaction.value("DTAVAIL")
    kind = transaction.value("TRNTYPE")
    return StatementLine(
        bank_id=real_reference(transaction.value("FITID")),
        date=_day(posted, file, line),
        amount=amount,
        currency=currency,
        source=Source(file, line),
        value_date=_day(value, file, line) if value else None,
        payer=extended or payee,
        payer_iban=iban_in(account),
        text=transaction.value("MEMO") or payee,
        end_to_end_id=real_reference(transaction.value("REFNUM")),
        is_return=kind == "REVERSAL" or bool(transaction.value("CORRECTFITID")),
        ordered_amount=ordered,
        ordered_currency=ordered_currency if ordered is not None else "",
    )


def _amount(text: str, file: str, line: int) -> Decimal:
    """An amount, whose decimals some banks write after a comma."""
    return plain_amount(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text, file, line)


def _day(text: str, file: str, line: int) -> date:
    """The day of a moment 20261005120000.000[+2:CET], as it is written: no zone is applied."""
    found = _MOMENT.match(text)
    try:
        if found is None:
            raise ValueError
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise StatementFileError(
            file, line, _('"{text}" is not a date: expected something like 20261005', text=text[:40])
        ) from None
