"""What is not sent, and what is said of it; nothing of it is written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from beancount_invoicing.delivery import Attachment, Dispatch
from beancount_invoicing.sending.send import SendOptions, SendResult, send
from beancount_invoicing.writing.changes import WriteOptions
from tests.documents import document
from tests.ledgers import PRELUDE

DAY = date(2026, 2, 10)
NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
PAGE = Attachment("F-1.pdf", "application/pdf", b"%PDF-1.7 invoice")
INVOICE = Dispatch(
    kind="sent",
    day=DAY,
    account="Assets:Receivable:Acme",
    customer="Acme SAS",
    numbers=("F-1",),
    title="Invoice F-1",
    channel="post",
    language="en",
    attachments=(PAGE,),
    address=("Acme SAS", "44000 Nantes"),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(
        f'{PRELUDE}{document("F-1", "100.00", day="2026-02-01")}plugin "beancount_invoicing"\n', encoding="utf-8"
    )
    return file


def one(ledger: Path, dispatch: Dispatch, *, write: bool = False) -> SendResult:
    (result,) = send(
        ledger, lambda _ledger: [dispatch], SendOptions(DAY, lambda: NOON), WriteOptions(write=write)
    ).results
    return result


def test_a_letter_would_be_prepared(ledger: Path) -> None:
    assert one(ledger, INVOICE).state == "would-prepare"


@pytest.mark.parametrize(
    ("dispatch", "reason"),
    [
        (INVOICE._replace(attachments=()), "has no document"),
        (INVOICE._replace(attachments=(Attachment("F-1.xml", "application/xml", b"<x/>"),)), "has no PDF to print"),
        (
            INVOICE._replace(kind="statement", channel="e-invoice"),
            "platforms carry invoices only: send it with --channel email or post",
        ),
    ],
)
def test_what_cannot_go_that_way_is_held(ledger: Path, dispatch: Dispatch, reason: str) -> None:
    before = ledger.read_bytes()
    result = one(ledger, dispatch, write=True)
    assert (result.state, result.reason) == ("held", reason)
    assert ledger.read_bytes() == before


def test_no_other_document_is_written_over(ledger: Path) -> None:
    other = ledger.parent / "documents" / "2026" / PAGE.name
    other.parent.mkdir(parents=True)
    other.write_bytes(b"something else")
    result = one(ledger, INVOICE, write=True)
    assert (result.state, result.reason) == (
        "held",
        f"{other} already exists, and is another document: move it away",
    )
    assert other.read_bytes() == b"something else"
