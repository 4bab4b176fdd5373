"""Whatever is changed of a draft, line by line: the ledger stays sound, and each hour is billed, waits or was written down."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from beancount_invoicing import billing
from beancount_invoicing.actions import bill, draft
from beancount_invoicing.actions.draft import DraftEdit, LineEdit
from beancount_invoicing.billing.redrafting import CannotRedraft
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating
from tests.ledgers import PRELUDE

D = Decimal
LEDGER = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 custom "invoice-item" "BOX" "Box" Income:Services
  price-with-tax: 9.99
2025-01-01 custom "invoice-item" "DRIVE" "Journey" Income:Services
  price: 40.00
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOURS" "time"
  item: "DEV"
  time: Assets:Time
2026-01-05 * "Acme" "Plan" #time
  Assets:Time   7.25 HOUR
  Equity:Time  -7.25 HOUR
2026-01-06 * "Acme" "Plan" #time
  Assets:Time   3.3333 HOUR
    item: "DRIVE"
  Equity:Time  -3.3333 HOUR
"""
WORKED = D("10.5833")
QUANTITIES = st.decimals("0.25", "4", places=2)
PRICES = st.none() | st.decimals("0.01", "300", places=2)
STEPS = st.one_of(
    st.tuples(st.just("edit"), st.integers(1, 4), QUANTITIES, PRICES, st.booleans()),
    st.tuples(st.just("add"), st.sampled_from(["2 BOX", "1 Visit @ 33.33 [FR10]", "3 BOX @ 7.77 -10%"])),
    st.tuples(st.just("drop"), st.integers(1, 4)),
)


def edit_of(step: tuple[object, ...]) -> DraftEdit:
    """What a step changes of the draft."""
    name = "draft-2026-01-31-1"
    if step[0] == "edit":
        _what, index, quantity, price, given_away = step
        return DraftEdit(name, lines=(LineEdit(index, quantity, price),), write_off_time=bool(given_away))  # type: ignore[arg-type]
    if step[0] == "add":
        return DraftEdit(name, new_lines=(str(step[1]),))
    return DraftEdit(name, dropped=(int(str(step[1])),))


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=5))
def test_an_edited_draft_is_sound_and_no_hour_is_lost(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder:
        ledger = Path(folder) / "main.beancount"
        ledger.write_text(f'{PRELUDE}{LEDGER}\nplugin "beancount_invoicing"\n', encoding="utf-8")
        day = open_ledger(ledger).book.last_date.replace(month=1, day=31)
        bill.bill(ledger, day, DocumentDating(day, as_drafts=True), WriteOptions(write=True))
        for step in steps:
            try:
                draft.draft_edit(ledger, edit_of(step), WriteOptions(write=True))
            except CannotRedraft:  # no such line, no line left, or more hours than there are
                continue
        found = open_ledger(ledger)
        assert [str(error) for error in found.errors] == []
        book = found.book
        gone = -sum((work.quantity for work in book.work if work.document), D(0))
        waits = sum((work.quantity for work in billing.unbilled_work(book, day)), D(0))
        assert gone + waits == WORKED
