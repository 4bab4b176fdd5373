"""What follows from statuses: what `today` proposes, which letters wait, and how a refused invoice leaves the books."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beancount_invoicing.ledger import open_ledger
from tests.platform.connected import COMMUNE, run, sound

DAY = ("--date", "2026-12-05")
SENT = """
2026-11-21 note Assets:Clients:SaintEvran "To the platform" ^F2026-0076
  event: "sent"
  channel: "e-invoice"
  flow: "f-1"
"""


def say(ledger: Path, *statuses: tuple[str, str, str]) -> None:
    """What the platform says, each with its flow and reason."""
    text = SENT + "".join(
        f'2026-11-22 note Assets:Clients:SaintEvran "Status" ^F2026-0076\n  event: "status"\n  status: "{code}"\n'
        f'  flow: "{flow}"\n  status-flow: "lc-{place}"\n  updated: "2026-11-22T0{place}:00:00Z"\n'
        + (f'  reason: "{reason}"\n' if reason else "")
        for place, (code, flow, reason) in enumerate(statuses)
    )
    with (ledger.parent / "2026" / "follow-up.beancount").open("a", encoding="utf-8") as file:
        file.write(text)


def tasks(ledger: Path) -> list[str]:
    rows = json.loads(run(ledger, "today", "--as-of", "2026-12-05", "--format", "json"))
    return [row["text"] for row in rows if row["kind"] == "platform"]


def open_amount(ledger: Path) -> str:
    return str(json.loads(run(ledger, "show", COMMUNE, "--format", "json", "--as-of", "2026-12-31"))["open"])


@pytest.mark.parametrize(
    ("statuses", "advice"),
    [
        ([], "handed in 14 days ago"),
        ([("200", "f-1", "")], ""),
        ([("210", "f-1", "TX_TVA_ERR")], "210 refused by the customer (TX_TVA_ERR): take it out of the books"),
        ([("213", "f-1", "X")], "213 rejected by a platform (X): take it out"),
        ([("213", "f-1", "DOUBLON")], ""),
        ([("501", "f-1", "")], "501 inadmissible: put right what is wrong, then bean-invoice send F2026-0076 --again"),
        ([("ack-error", "f-1", "InvalidSchema")], "not taken by the platform (InvalidSchema): put right"),
        ([("221", "f-1", "")], "check the customer's endpoint"),
    ],
)
def test_today_says_what_to_do(ledger: Path, statuses: list[tuple[str, str, str]], advice: str) -> None:
    say(ledger, *statuses)
    assert sound(ledger)
    found = tasks(ledger)
    assert bool(found) == bool(advice)
    assert all(advice in text for text in found)


def test_show_tells_statuses_in_words(ledger: Path) -> None:
    say(ledger, ("207", "f-1", "QTE_ERR: two hours too many"))
    assert "207 in dispute (QTE_ERR: two hours too many)" in run(ledger, "show", COMMUNE, "--as-of", "2026-12-05")


def test_a_refused_invoice_is_reversed_once_and_without_a_credit_note(ledger: Path) -> None:
    say(ledger, ("200", "f-1", ""), ("210", "f-1", "TX_TVA_ERR"))
    before = open_amount(ledger)
    assert before != "0.00"
    assert "gets no credit note" in run(ledger, "credit", COMMUNE, *DAY, "--write", code=1)
    run(ledger, "platform", "reverse", COMMUNE, *DAY)
    assert open_amount(ledger) == before
    run(ledger, "platform", "reverse", COMMUNE, *DAY, "--write")
    assert open_amount(ledger) == "0.00"
    assert sound(ledger)
    assert tasks(ledger) == []
    kinds = [invoice.kind for invoice in open_ledger(ledger).book.corrections[COMMUNE]]
    assert kinds == ["cancellation"]
    assert "is cancelled already" in run(ledger, "platform", "reverse", COMMUNE, *DAY, "--write", code=1)


@pytest.mark.parametrize(
    "statuses", [[], [("207", "f-1", "")], [("213", "f-1", "DOUBLON")], [("200", "f-1", ""), ("213", "f-2", "X")]]
)
def test_what_was_not_refused_is_not_reversed(ledger: Path, statuses: list[tuple[str, str, str]]) -> None:
    say(ledger, *statuses)
    assert "neither refused (210) nor rejected" in run(ledger, "platform", "reverse", COMMUNE, *DAY, "--write", code=1)
