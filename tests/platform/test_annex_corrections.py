"""Use cases of XP Z12-014, annex B, that need a correction, step by step: refused, rejected as a duplicate, disputed.

Each runs against the platform of `stand_in`, and reads like the annex: who says what, and what stands in the books afterwards.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beancount_invoicing.einvoice.lifecycle import LifecycleStatus, read_statuses
from beancount_invoicing.einvoice.pdf import extract
from beancount_invoicing.einvoice.syntax import read_e_invoice
from beancount_invoicing.ledger import open_ledger
from tests.platform.connected import COMMUNE, option, run, sound
from tests.platform.stand_in import StandIn

NOVEMBER, DECEMBER = ("--date", "2026-11-30"), ("--date", "2026-12-05")
AS_OF = ("--as-of", "2026-12-31")


@pytest.fixture
def deposited(connected: Path, stand_in: StandIn) -> Path:
    """The invoice of 30 November is handed in, and deposited (200)."""
    run(connected, "send", COMMUNE, *NOVEMBER, "--write")
    stand_in.tell(COMMUNE, "200")
    fetch(connected)
    return connected


def fetch(ledger: Path) -> None:
    run(ledger, "platform", "fetch", *DECEMBER, "--write")


def answer(ledger: Path, *arguments: str) -> Any:
    return json.loads(run(ledger, *arguments, "--format", "json"))


def still_open(ledger: Path, number: str) -> str:
    return str(answer(ledger, "show", number, *AS_OF)["open"])


def kinds(ledger: Path) -> dict[str, str]:
    """What came after the invoice, by number."""
    return {
        invoice.number: invoice.kind
        for invoice in open_ledger(ledger).book.invoices
        if COMMUNE in {*invoice.corrects, invoice.replaces}
    }


def terms_of(ledger: Path, content: bytes) -> tuple[str, list[str]]:
    """Type (BT-3) and preceding invoices (BT-25) of what was handed in, which keeps the schema and the official rules at hand."""
    file = ledger.parent / "handed-in.pdf"
    file.write_bytes(content)
    run(ledger, "validate", str(file))
    terms = read_e_invoice(extract(content))
    return terms.type_code, [before.number for before in terms.preceding]


def statuses_told(ledger: Path) -> list[LifecycleStatus]:
    """The statuses that lie in the outbox for the platform."""
    return [
        status
        for file in sorted((ledger.parent / "outbox").glob("*.cdar.xml"))
        for status in read_statuses(file.read_bytes())
    ]


def test_use_case_2_rejected_as_a_duplicate(deposited: Path, stand_in: StandIn) -> None:
    # the seller hands the same invoice in once more; the platform rejects the second deposit
    run(deposited, "send", "--again", COMMUNE, *DECEMBER, "--write")
    stand_in.tell(COMMUNE, "213", "DOUBLON")
    before = still_open(deposited, COMMUNE)
    fetch(deposited)
    # the first one stays valid: nothing is proposed, and nothing is reversed
    assert not [task for task in answer(deposited, "today", *AS_OF) if task["kind"] == "platform"]
    refused = run(deposited, "correct", COMMUNE, "--because", "refused", *DECEMBER, "--write", code=1)
    assert "the first deposit is valid, and nothing is to be done" in refused
    assert (still_open(deposited, COMMUNE), kinds(deposited)) == (before, {})


def test_use_case_3_refused_because_of_the_vat(deposited: Path, stand_in: StandIn) -> None:
    # the buyer refuses the rate of VAT
    stand_in.tell(COMMUNE, "210", "TX_TVA_ERR")
    fetch(deposited)
    (task,) = [task for task in answer(deposited, "today", *AS_OF) if task["kind"] == "platform"]
    assert f"issue it anew: bean-invoice correct {COMMUNE}" in task["text"]
    # no credit note: it was never valid
    assert "gets no credit note" in run(deposited, "credit", COMMUNE, *DECEMBER, "--write", code=1)
    # the seller reverses it in the books, and issues it anew with the right rate, in one write
    run(deposited, "correct", COMMUNE, "--because", "refused", "--tax", "FR10E", *DECEMBER, "--write")
    assert kinds(deposited) == {f"{COMMUNE}-cancelled": "cancellation", "F2026-0079": "invoice"}
    assert still_open(deposited, COMMUNE) == "0.00"
    # the new invoice, type 380, names the refused one; it is handed in and deposited
    run(deposited, "send", "F2026-0079", *DECEMBER, "--write")
    first, new = stand_in.documents
    assert terms_of(deposited, first.content) == ("380", [])
    assert terms_of(deposited, new.content) == ("380", [COMMUNE])
    stand_in.tell("F2026-0079", "200")
    fetch(deposited)
    assert statuses_told(deposited) == []
    assert sound(deposited)


def test_use_case_4_disputed_and_corrected(deposited: Path, stand_in: StandIn) -> None:
    # the buyer disputes a quantity: the invoice stays valid, and reminders wait
    stand_in.tell(COMMUNE, "207", "QTE_ERR", words="less was delivered")
    fetch(deposited)
    assert answer(deposited, "show", COMMUNE, *AS_OF)["disputed"] == still_open(deposited, COMMUNE)
    assert "is disputed, not refused" in run(
        deposited, "correct", COMMUNE, "--because", "refused", *DECEMBER, "--write", code=1
    )
    # the seller agrees: a corrective invoice (384), and the status 220 for the first one
    run(deposited, "correct", COMMUNE, "As agreed", "--because", "wrong-price", "--line", "1", "--discount", "10",
        *DECEMBER, "--write")  # fmt: skip
    assert kinds(deposited) == {f"{COMMUNE}-cancelled": "cancellation", "F2026-0079": "corrective"}
    (told,) = statuses_told(deposited)
    assert (told.code, told.number, told.type_code, told.issuer_role) == ("220", COMMUNE, "380", "SE")
    run(deposited, "send", "F2026-0079", *DECEMBER, "--write")
    assert terms_of(deposited, stand_in.documents[-1].content) == ("384", [COMMUNE])
    # the receivable is there once, and the platform's own 220 changes nothing
    assert still_open(deposited, COMMUNE) == "0.00"
    owed = still_open(deposited, "F2026-0079")
    stand_in.tell(COMMUNE, "220")
    fetch(deposited)
    assert (still_open(deposited, COMMUNE), still_open(deposited, "F2026-0079")) == ("0.00", owed)
    assert sound(deposited)


def test_use_case_5_disputed_and_credited_with_a_negative_212(deposited: Path, stand_in: StandIn) -> None:
    option(deposited, e_reporting_from="2026-11-01")
    whole = still_open(deposited, COMMUNE)
    # the buyer pays, and then disputes what it has paid
    run(deposited, "pay", COMMUNE, *DECEMBER, "--write")
    stand_in.tell(COMMUNE, "207", "QTE_ERR")
    fetch(deposited)
    # the seller credits a part (381), hands that in, and pays it back
    run(deposited, "credit", COMMUNE, "Less was delivered", "--amount", "100", "--date", "2026-12-06", "--write")
    ((number, kind),) = kinds(deposited).items()
    assert kind == "credit-note"
    run(deposited, "send", number, "--date", "2026-12-06", "--write")
    assert terms_of(deposited, stand_in.documents[-1].content) == ("381", [COMMUNE])
    run(deposited, "pay", number, "--date", "2026-12-07", "--write")
    assert (still_open(deposited, COMMUNE), still_open(deposited, number)) == ("0.00", "0.00")
    # 212: what was received on the invoice, and, negative, what was paid back on the credit note
    run(deposited, "platform", "report", "--as-of", "2026-12-31", "--write")
    told = {
        status.number: sum(amount.amount for amount in status.amounts)
        for status in statuses_told(deposited)
        if status.number in {COMMUNE, number}
    }
    assert {name: str(amount) for name, amount in told.items()} == {COMMUNE: whole, number: "-120.00"}
    assert sound(deposited)
