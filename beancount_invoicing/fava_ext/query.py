"""What an address asks for: a page, a customer, a choice of rows and their order; and the addresses of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote_plus, urlencode

T = TypeVar("T")
PAGES = ("today", "owing", "customer", "documents", "contracts", "cash", "findings")
FILTERS = ("time", "account", "filter", "conversion", "interval", "charts")
"""What Fava adds to every address."""
_TEXTS = ("customer", "status", "kind", "search", "sort", "rows", "currency", "figure", "begins")
FIGURES = ("due", "invoiced", "received", "expected")
"""The figures about cash of which the documents can be shown."""
ROWS = 100
"""The number of rows shown at a time."""


class Query(NamedTuple):
    """What is asked for; the default of each field asks for everything, in the page's own order."""

    page: str = "today"
    customer: str = ""
    """The main account of a customer."""
    status: str = ""
    kind: str = ""
    """The kind of tasks of which all are shown."""
    search: str = ""
    sort: str = ""
    """The name of a column; with a "-" before it, the largest first."""
    start: int = 0
    """How many rows are passed over."""
    rows: str = ""
    """"all" for every row."""
    currency: str = ""
    figure: str = ""
    """The figure about cash of which all documents are shown."""
    begins: str = ""
    """The first day of the period of that figure; "" for what is due on no day."""

    @property
    def column(self) -> str:
        """The column to sort by; "" for the page's own order."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")

    def sorted_by(self, column: str) -> str:
        """What `sort` becomes by a click on a column: ascending, then descending."""
        return f"-{column}" if self.sort == column else column


def read_query(arguments: Mapping[str, str]) -> Query:
    """What the arguments of an address ask for; what has no meaning is passed over."""
    page, start = arguments.get("page", ""), arguments.get("start", "")
    texts = {name: arguments.get(name, "") for name in _TEXTS}
    if texts["figure"] not in FIGURES or not _is_day_or_nothing(texts["begins"]):
        texts |= {"figure": "", "begins": ""}
    return Query(
        page=page if page in PAGES else "today",
        start=int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 0,
        **texts,
    )


def _is_day_or_nothing(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


class Addresses:
    """The addresses that a page links to: below `home`, with Fava's own filters. A page has hundreds of them, so what they share
    is written once.
    """

    def __init__(self, home: str, filters: Mapping[str, str]) -> None:
        self.home = home
        self._filters = urlencode({name: filters[name] for name in FILTERS if filters.get(name)})

    def of_query(self, query: Query, endpoint: str = "", **more: str) -> str:
        """The address of what is asked for."""
        defaults = Query._field_defaults
        asked = {name: value for name, value in zip(Query._fields, query, strict=True) if value != defaults[name]}
        return self.of_file(endpoint, **asked, **more)

    def of_file(self, endpoint: str, **arguments: object) -> str:
        """The address of what an endpoint gives for its arguments."""
        asked = "&".join(f"{name}={quote_plus(str(value))}" for name, value in arguments.items())
        both = f"{self._filters}&{asked}" if self._filters and asked else self._filters or asked
        return f"{self.home}extension/Receivables/{endpoint}{'?' if both else ''}{both}"


class Rows(NamedTuple):
    """The rows that are shown of those that were found."""

    shown: tuple[Any, ...]
    found: int
    start: int

    @property
    def end(self) -> int:
        """The number of the last row shown."""
        return self.start + len(self.shown)

    @property
    def before(self) -> int:
        """How many rows the part before these passes over."""
        return max(self.start - ROWS, 0)


def chosen_rows(rows: Iterable[T], query: Query, columns: Mapping[str, Callable[[T], Any]]) -> Rows:
    """The part of `rows` that the query asks for, sorted by one of the `columns`, which give the value of a row.

    Rows without a value (None) come last, in either order. Equal rows stay in the order in which they are given.
    """
    found = list(rows)
    if value := columns.get(query.column):
        without = [row for row in found if value(row) is None]
        found = [row for row in found if value(row) is not None]
        found.sort(key=value, reverse=query.descending)
        found += without
    start = query.start if query.start < len(found) else 0
    shown = found if query.rows == "all" else found[start : start + ROWS]
    return Rows(tuple(shown), len(found), 0 if query.rows == "all" else start)
