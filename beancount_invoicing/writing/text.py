"""Directives as ledger text, aligned as bean-format and Fava align it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing import Draft, DraftLine, ExchangeRate
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to, share_out
from beancount_invoicing.rules.tax import line_amount

COLUMN = 61
"""The column in which Fava starts a currency by default."""

_AMOUNT = re.compile(r"(\s+[^\W\d_][\w-]*(?::[\w-]+)+)\s+([-+]?[\d,]+(?:\.\d*)?) ([A-Z][A-Z0-9'._-]*)\b")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class AccountName(str):
    """An account as a value: written without quotes."""

    __slots__ = ()


DirectiveValue = str | Decimal | date | bool | int
MetaItems = Sequence[tuple[str, DirectiveValue | None]]
"""Keys and values in the order in which they are written; keys without a value are left out."""


class NewPosting(NamedTuple):
    """A posting to be written; `price` is (rate, currency), or with `in_all` the value of the whole amount."""

    account: str
    number: Decimal | None
    currency: str = ""
    meta: MetaItems = ()
    price: tuple[Decimal, str] | None = None
    price_is_total: bool = False


def without_controls(text: str) -> str:
    """A text in the form in which it will be read again: control characters other than line breaks become spaces."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n"))


def quoted(text: str) -> str:
    """A text in quotes on one line: line breaks become \\n, other control characters spaces."""
    escaped = without_controls(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n") + '"'


def value_text(value: DirectiveValue) -> str:
    """The text of a value of metadata or of a custom directive."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, AccountName):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    return (
        value.isoformat()
        if isinstance(value, date)
        else format(value, "f")
        if isinstance(value, Decimal)
        else str(value)
    )


def _meta(meta: MetaItems, indent: str) -> list[str]:
    return [f"{indent}{key}: {value_text(value)}" for key, value in meta if value is not None and value != ""]


def column_of(text: str) -> int:
    """The column (from 1) in which most currencies of a file start; Fava's default if the file has none."""
    columns: dict[int, int] = {}
    for match in map(_AMOUNT.match, text.splitlines()):
        if match:
            at = match.start(3) + 1
            columns[at] = columns.get(at, 0) + 1
    return max(columns, key=lambda at: (columns[at], at)) if columns else COLUMN


def transaction(
    day: date,
    flag: str,
    payee: str,
    narration: str,
    legs: Iterable[NewPosting],
    *,
    links: Iterable[str] = (),
    tags: Iterable[str] = (),
    meta: MetaItems = (),
    column: int = COLUMN,
) -> str:
    """The text of a transaction, with a line break at its end."""
    head = f"{day.isoformat()} {flag} " + (f"{quoted(payee)} " if payee else "") + quoted(narration)
    head += "".join(f" #{tag}" for tag in tags) + "".join(f" ^{link}" for link in links)
    lines = [head, *_meta(meta, "  ")]
    legs = list(legs)
    widths = [len(leg.account) + len(format(leg.number, "f")) + 6 for leg in legs if leg.number is not None]
    column = max([column, *widths])
    return "\n".join([*lines, *(line for leg in legs for line in posting(leg, column))]) + "\n"


def posting(leg: NewPosting, column: int = COLUMN) -> list[str]:
    """The lines of a posting, without line breaks."""
    start = f"  {leg.account}"
    if leg.number is not None:
        number = format(leg.number, "f")
        space = max(column - len(start) - len(number) - 4, 0)
        start += " " * space + f"  {number} {leg.currency}"
        if leg.price:
            start += f" {'@@' if leg.price_is_total else '@'} {leg.price[0]:f} {leg.price[1]}"
    return [start, *_meta(leg.meta, "    ")]


def custom_directive(day: date, kind: str, values: Iterable[DirectiveValue], meta: MetaItems = ()) -> str:
    """The text of a custom directive."""
    head = f"{day.isoformat()} custom {quoted(kind)} " + " ".join(map(value_text, values))
    return "\n".join([head, *_meta(meta, "  ")]) + "\n"


def open_directive(day: date, account: str, currencies: str = "", meta: MetaItems = ()) -> str:
    """The text of an open directive."""
    head = f"{day.isoformat()} open {account}" + (f" {currencies}" if currencies else "")
    return "\n".join([head, *_meta(meta, "  ")]) + "\n"


def balance_directive(day: date, account: str, number: Decimal, currency: str, column: int = COLUMN) -> str:
    """The text of a balance assertion for the beginning of a day, with its currency in a column (from 1)."""
    head, figure = f"{day.isoformat()} balance {account}", format(number, "f")
    return f"{head}{' ' * max(column - len(head) - len(figure) - 4, 0)}  {figure} {currency}\n"


def document_directive(day: date, account: str, file: str, links: Iterable[str], meta: MetaItems = ()) -> str:
    """The text of a document directive; `file` is relative to the ledger file that contains it."""
    head = f"{day.isoformat()} document {account} {quoted(file)}" + "".join(f" ^{link}" for link in links)
    return "\n".join([head, *_meta(meta, "  ")]) + "\n"


def note_directive(day: date, account: str, comment: str, links: Iterable[str], meta: MetaItems = ()) -> str:
    """The text of a note directive."""
    head = f"{day.isoformat()} note {account} {quoted(comment)}" + "".join(f" ^{link}" for link in links)
    return "\n".join([head, *_meta(meta, "  ")]) + "\n"


class DocumentPostings(NamedTuple):
    """The postings of a document, in the order of the draft's parts."""

    receivables: list[NewPosting]
    lines: list[NewPosting]
    taxes: list[NewPosting]
    deductions: list[NewPosting]
    rounding: list[NewPosting]
    time: list[NewPosting]
    """The postings that take time off its accounts, each before its counter-posting."""


def document_postings(draft: Draft) -> DocumentPostings:
    """The postings of a document, with their metadata and prices."""
    booked = _booked(draft)
    exchange = draft.exchange
    own = (exchange.rate, exchange.currency) if exchange and not exchange.price_on_lines else None

    def leg(account: str, foreign: Decimal, amount: Decimal, meta: MetaItems) -> NewPosting:
        """A posting of `foreign` in the document's currency, which is `amount` in the currency of the books."""
        if exchange is None or account in exchange.in_document_currency:
            return NewPosting(account, foreign, draft.currency, meta, own)
        whole = (abs(foreign), draft.currency) if exchange.price_on_lines else None
        return NewPosting(account, amount, booked.currency, meta, whole, exchange.price_on_lines)

    def abroad(account: str, amount: Decimal) -> Decimal | None:
        """What is said of an amount that is booked in another currency."""
        return abs(amount) if exchange and account not in exchange.in_document_currency else None

    result = DocumentPostings([], [], [], [], [], [])
    for receivable in draft.receivables:
        meta: MetaItems = [("due", receivable.due), ("retained", receivable.retained)]
        result.receivables.append(NewPosting(receivable.account, receivable.amount, draft.currency, meta, own))
    for line, amount in zip(draft.lines, booked.lines, strict=True):
        told = draft.corrects and exchange and _untold(line, amount, draft.currency, exchange)
        abroad_amount = abroad(line.account, line.net) if told else None
        result.lines.append(leg(line.account, -line.net, -amount, [*_line(line), ("amount", abroad_amount)]))
    for tax, amount in zip(draft.taxes, booked.taxes, strict=True):
        meta = [("tax", tax.code), ("amount", abroad(tax.account, tax.amount))]
        result.taxes.append(leg(tax.account, -tax.amount, -amount, meta))
    for deduction, amount in zip(draft.deductions, booked.deductions, strict=True):
        meta = [
            ("deposit", deduction.number),
            ("tax", deduction.tax),
            ("amount", abroad(deduction.account, deduction.amount)),
        ]
        result.deductions.append(leg(deduction.account, deduction.amount, amount, meta))
    if draft.rounding:
        meta = [("rounding", True), ("amount", abroad(draft.rounding_account, draft.rounding))]
        result.rounding.append(leg(draft.rounding_account, -draft.rounding, -booked.rounding, meta))
    for line in draft.lines:
        for out in line.time_releases:
            meta = [
                ("item", out.item),
                ("from", out.worked_on),
                ("person", out.person),
                ("task", out.task),
                ("non-billable", None if out.billable else True),
            ]
            result.time.append(NewPosting(out.account, -out.quantity, out.commodity, meta))
            result.time.append(NewPosting(out.counter, out.quantity, out.commodity))
    return result


def document_transaction(draft: Draft, column: int = COLUMN) -> str:
    """The text of a document's transaction; a draft (recognised by its name) has the flag `!`."""
    return transaction(
        draft.date,
        "!" if draft.number.startswith("draft-") else "*",
        draft.payee,
        draft.narration,
        [leg for postings in document_postings(draft) for leg in postings],
        links=[
            numbering.link(name)
            for name in (draft.number, *draft.corrects.split(), draft.replaces, draft.claims)
            if name
        ],
        meta=[
            ("invoice", draft.number),
            ("kind", draft.kind if draft.kind in {"deposit", "corrective", "cancellation", "claim"} else None),
            ("corrects", draft.corrects),
            ("replaces", draft.replaces),
            ("claims", draft.claims),
            ("purchase-order", draft.purchase_order),
            ("terms", draft.terms),
            ("due", draft.due),
            ("delivered", draft.delivered),
            ("note", draft.note),
            ("to-send", draft.to_send or None),
            *draft.metadata,
        ],
        column=column,
    )


def _untold(line: DraftLine, booked: Decimal, currency: str, exchange: ExchangeRate) -> bool:
    """Whether quantity, price and what is booked do not tell the net: of the rest of a line that is credited in parts."""
    if line.quantity is None or line.price is None:
        return True
    natural = line_amount(line.quantity, line.price, line.discount, currency_decimals(currency))
    return line.net != natural or abs(booked - line.net * exchange.rate) >= Decimal(1).scaleb(-exchange.decimals)


def _line(line: DraftLine) -> MetaItems:
    if line.allowance_or_charge:
        return [(line.allowance_or_charge, line.text), ("tax", line.tax), ("delivered", line.delivered)]
    return [
        ("item", line.item),
        ("text", line.text),
        ("quantity", line.quantity),
        ("unit", line.unit),
        ("price", line.price),
        ("price-with-tax", line.price_with_tax),
        ("discount", line.discount),
        ("tax", line.tax),
        ("nature", line.nature),
        ("contract", line.contract),
        ("milestone", line.milestone),
        ("from", line.start),
        ("to", line.end),
        ("expense", line.expense),
        ("cost", line.cost),
        ("delivered", line.delivered),
        ("line", line.corrected_line),
        ("adjusts", " ".join(line.adjusts)),
    ]


class _Booked(NamedTuple):
    """What each posting of a document is booked with, in the currency of the books."""

    currency: str
    lines: list[Decimal]
    taxes: list[Decimal]
    deductions: list[Decimal]
    rounding: Decimal


def _booked(draft: Draft) -> _Booked:
    """All at the rate, to the cent; what the roundings leave goes to the largest lines, a cent each."""
    exchange = draft.exchange
    if exchange is None:
        return _Booked(
            draft.currency,
            [line.net for line in draft.lines],
            [tax.amount for tax in draft.taxes],
            [deduction.amount for deduction in draft.deductions],
            draft.rounding,
        )

    def at_rate(account: str, amount: Decimal) -> Decimal:
        value = amount * exchange.rate
        return value if account in exchange.in_document_currency else round_to(value, exchange.decimals)

    lines = [at_rate(line.account, line.net) for line in draft.lines]
    taxes = [at_rate(tax.account, tax.amount) if tax.booked is None else tax.booked for tax in draft.taxes]
    deductions = [at_rate(deduction.account, deduction.amount) for deduction in draft.deductions]
    rounding = at_rate(draft.rounding_account, draft.rounding)
    in_ledger_currency = [
        place for place, line in enumerate(draft.lines) if line.account not in exchange.in_document_currency
    ]
    if in_ledger_currency and not exchange.price_on_lines:
        rest = draft.payable * exchange.rate - sum(lines) - sum(taxes) + sum(deductions) - rounding
        rest = round_to(rest, exchange.decimals)
        shared = share_out([lines[place] for place in in_ledger_currency], rest, exchange.decimals)
        for place, amount in zip(in_ledger_currency, shared, strict=True):
            lines[place] = amount
    return _Booked(exchange.currency, lines, taxes, deductions, rounding)
