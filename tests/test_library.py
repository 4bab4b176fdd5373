"""What another program calls: paths as text, days that are none, exact answers to what it does wrong; and what there is."""

from __future__ import annotations

import builtins
import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from beancount_invoicing import billing, dunning, receivables, rules
from beancount_invoicing.actions import new, today
from beancount_invoicing.actions.new import InvoiceRequest
from beancount_invoicing.documents import render, search
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.sending import invoice_dispatches, send
from beancount_invoicing.sending.send import SendOptions
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating
from tests.ledgers import EXAMPLE, PRELUDE

NOON: Any = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def book() -> Book:
    return open_ledger(EXAMPLE).book


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    return str(file)


def test_files_and_folders_may_be_texts(ledger: str, tmp_path: Path) -> None:
    wanted = InvoiceRequest("Acme", ("2 DEV",))
    how = WriteOptions(write=True, into=str(tmp_path / "2026.beancount"))
    made = new.new_invoice(ledger, wanted, DocumentDating(DAY), how)
    assert made.files[-1] == tmp_path / "2026.beancount"
    book = open_ledger(ledger).book
    assert book == open_ledger(Path(ledger), fresh=True).book
    ((written,),) = render.render(book, book.invoices, str(tmp_path), ["text"], pytest.fail)
    assert written.file == tmp_path / "F2026-0001.txt"
    way = SendOptions(DAY, lambda: NOON, folder=str(tmp_path / "by hand"))
    sent = send.send(
        ledger,
        lambda opened: list(invoice_dispatches.dispatches_of_invoices(opened, ["F2026-0001"], DAY, "post")),
        way,
        how,
    )
    assert [result.state for result in sent.results] == ["prepared"]
    assert list((tmp_path / "by hand").iterdir())


ASKED: dict[str, Callable[[Book, Any], object]] = {
    "aging": receivables.aging,
    "allocate": receivables.allocate,
    "positions": receivables.positions,
    "statements": receivables.statements,
    "tax_due": receivables.tax_due,
    "propose": dunning.propose,
    "bank_accounts": dunning.bank_accounts,
    "cut_off": billing.book_at_cutoff,
    "find": lambda book, day: search.find_documents(book, day, ["F2026-0064"]),
    "tasks": lambda book, day: today.tasks(book, day, receivables.allocate(book, DAY)),
    "Dating": lambda _book, day: DocumentDating(day),
    "interest_on": lambda book, day: dunning.interest_on(book, receivables.positions(book, DAY)[-1], day),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_time_or_a_text_is_no_day(name: str, book: Book) -> None:
    ASKED[name](book, DAY)
    with pytest.raises(
        TypeError, match=r"a day is wanted, not the time datetime.datetime\(2026, .*: give its date, .date\(\)"
    ):
        ASKED[name](book, NOON)
    with pytest.raises(TypeError, match=r"a day is wanted, a datetime\.date, not '2026-11-30'"):
        ASKED[name](book, "2026-11-30")


def test_one_document_by_its_number_or_the_end_of_it(book: Book) -> None:
    assert render.render_one(book, "F2026-0064", "text") == render.render_one(book, "2026-0064", "text")
    with pytest.raises(UnknownNumber, match="F2026-0640"):
        render.render_one(book, "F2026-0640", "text")


def test_amounts_are_exact(book: Book) -> None:
    (position,) = search.find_documents(book, DAY, ["F2026-0064"])
    assert isinstance(position.open, Decimal)
    assert position.open == Decimal("468.00")


# what its page says -----------------------------------------------------------------------------------------------------

PAGE = (EXAMPLE.parent.parent / "docs" / "library.md").read_text(encoding="utf-8")
ROOMS = [
    "billing", "checks", "delivery", "dunning", "einvoice", "entries", "law", "model", "receivables", "rendering",
    *(f"rules.{name}" for name in rules.__all__),
]  # fmt: skip
MODULES = [
    "actions.new",
    "actions.run",
    "actions.claim_interest",
    "customer_search",
    "documents.search",
    "documents.written_files",
    "ledger",
    "sending.invoice_dispatches",
    "sending.send",
    "writing.changes",
    "writing.new_documents",
]
CALLS = re.findall(r"^\|[^|]*\|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("call", re.findall(r"`(\w+(?:\.\w+)+\([^)]*\))`", "\n".join(CALLS)))
def test_the_page_names_what_there_is_with_all_its_arguments(call: str) -> None:
    name, _bracket, text = call.removesuffix(")").partition("(")
    room, _dot, function = name.rpartition(".")
    module = import_module(f"beancount_invoicing.{room}")
    assert function in getattr(module, "__all__", [function])
    assert text.split(", ") == [*inspect.signature(getattr(module, function)).parameters]


@pytest.mark.parametrize("room", ROOMS)
def test_each_public_name_is_there_and_says_what_it_is(room: str) -> None:
    module = import_module(f"beancount_invoicing.{room}")
    for name in module.__all__:
        there = getattr(module, name)
        if inspect.isfunction(there) or (inspect.isclass(there) and there.__module__.startswith("beancount_invoicing")):
            assert inspect.getdoc(there), f"{room}.{name} has no docstring"


def test_the_errors_on_the_page_are_there() -> None:
    for room, name in re.findall(
        r"`(?:(writing\.writer|writing\.git|files|billing|rendering)\.)?([A-Z]+[a-z]\w+)`", PAGE
    ):
        known = [room] if room else [*ROOMS, *MODULES]
        found = any(hasattr(import_module(f"beancount_invoicing.{each}"), name) for each in known)
        assert found or hasattr(builtins, name) or name in {"Decimal", "Path"}, name
