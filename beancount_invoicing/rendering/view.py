"""The view model: one page of already formatted texts, from which HTML, PDF and plain text are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date

from beancount_invoicing.rendering.theme import DEFAULT_THEME, Theme


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value; `strong` if it is what the reader looks for."""

    label: str
    value: str
    strong: bool = False
    link: str = ""
    """The address behind a click on the value; "" for none."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table; `details` are shown below its first cell."""

    cells: tuple[str, ...]
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `numeric` says for each column whether it holds figures."""

    caption: str
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[TableRow, ...]
    wide: int = 0
    """The column that takes the remaining width, if the table is as wide as the page."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document under its own title: a table and its totals."""

    title: str
    table: Table
    totals: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class QrBill:
    """The receipt and the payment part of a Swiss QR-bill, in the words and the order that the style guide prescribes."""

    code: str
    """The content of the Swiss QR Code."""
    receipt: tuple[Pair, ...]
    """Headings and their values, whose lines are separated by line breaks; a value is "" where the payer writes it by hand."""
    payment: tuple[Pair, ...]
    receipt_title: str
    payment_title: str
    currency: Pair
    amount: Pair
    acceptance_point: str
    separate: str
    """What stands above the line where the page is cut."""


@dataclass(frozen=True, slots=True)
class View:
    """A document or letter, ready for layout. Every text in it is shown, except `technical` fields."""

    language: str
    """Two letters."""
    locale: str
    """The language with its region, such as "de-CH"; the language alone if it has none."""
    day: date
    """Its date, also the time stamp of the PDF."""
    seller: str
    footer: tuple[str, ...]
    page: str
    page_of: str
    seller_lines: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    return_line: str = ""
    """The seller's address on one line above the recipient's, for the envelope's window; "" for none."""
    delivery: tuple[str, ...] = ()
    title: str = ""
    number: str = ""
    mark: str = ""
    """A word across the page, such as "Draft"; otherwise ""."""
    facts: tuple[Pair, ...] = ()
    stamp: str = ""
    """A statement that must not be overlooked, such as "paid"; otherwise ""."""
    opening: tuple[str, ...] = ()
    """Paragraphs before the table."""
    table: Table | None = None
    """None if the sections contain everything."""
    totals: tuple[Pair, ...] = ()
    taxes: Table | None = None
    instalments: Table | None = None
    sections: tuple[Section, ...] = ()
    """The parts below the table and its totals, each under a title."""
    payment_title: str = ""
    payment: tuple[Pair, ...] = ()
    qr: str = ""
    """The content of the QR code (EPC); "" for none."""
    qr_text: str = ""
    """The purpose of the QR code, in words."""
    qr_bill: QrBill | None = None
    """What stands at the foot of the last page, instead of the payment's account and QR code."""
    closing: tuple[str, ...] = ()
    """Paragraphs after the totals."""
    mentions: tuple[str, ...] = ()
    logo: str = ""
    """Path of the logo; "" for none."""
    logo_text: str = ""
    alone: bool = False
    """Whether it says "I" instead of "we"."""
    theme: Theme = DEFAULT_THEME
    notices: tuple[str, ...] = ()
    """Notices for the sender; not shown on the document."""


TECHNICAL = frozenset(
    {
        "theme",
        "language",
        "locale",
        "day",
        "qr",
        "logo",
        "notices",
        "numeric",
        "strong",
        "link",
        "caption",
        "wide",
        "alone",
        "code",
    }
)
"""Fields of a view that are not text on the page (captions are only read by screen readers)."""


def view_texts(view: object) -> Iterator[str]:
    """Every text of a view that is shown on the page."""
    if isinstance(view, str):
        if view.strip():
            yield view
    elif isinstance(view, tuple):
        for part in view:
            yield from view_texts(part)
    elif is_dataclass(view):
        for field in fields(view):
            if field.name == "qr_text" and not (getattr(view, "qr", "") or getattr(view, "qr_bill", None)):
                continue
            if field.name == "logo_text" and not getattr(view, "logo", ""):
                continue
            if field.name not in TECHNICAL:
                yield from view_texts(getattr(view, field.name))
