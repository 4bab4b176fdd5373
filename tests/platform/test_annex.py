"""Use cases of XP Z12-014 that need no correction, step by step: nominal, a public buyer, a deposit and its final invoice.

Each runs against the platform of `stand_in`, and reads like the annex: who says what, and what stands in the books afterwards.
"""

from __future__ import annotations

from pathlib import Path

from beancount_invoicing.einvoice.lifecycle import read_statuses
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.platform.life_cycle import document_state, flow_states
from beancount_invoicing.platform.reports import hand_ins
from tests.platform.connected import COMMUNE, DAY, option, run, sound
from tests.platform.stand_in import StandIn

DECEMBER = ("--date", "2026-12-10")


def standing(ledger: Path, number: str) -> str:
    state = document_state(flow_states(open_ledger(ledger).book.events, number))
    return state.standing if state else ""


def test_use_case_1_nominal(connected: Path, stand_in: StandIn) -> None:
    """The seller deposits, the buyer receives, approves and pays: nothing is left to do but to book the money."""
    run(connected, "send", COMMUNE, *DAY, "--write")
    expected = ["handed-in"]
    assert [standing(connected, COMMUNE)] == expected
    for code, becomes in (
        ("200", "deposited"),
        ("202", "received"),
        ("203", "received"),
        ("204", "received"),
        ("205", "approved"),
        ("211", "payment-sent"),
    ):
        stand_in.tell(COMMUNE, code)
        run(connected, "platform", "fetch", *DECEMBER, "--write")
        assert standing(connected, COMMUNE) == becomes
    assert f"platform reverse {COMMUNE}" not in run(connected, "today", *DECEMBER)
    assert len(stand_in.documents) == 1
    assert sound(connected)


def test_a_public_buyer_is_reached_at_the_address_of_its_service(connected: Path, stand_in: StandIn) -> None:
    """A public body has an address for each establishment and service; the invoice goes to the one that the directory has."""
    option(connected, platform_directory=f"{stand_in.address}/directory-service")
    invoice = open_ledger(connected).book.invoice(COMMUNE)
    assert invoice
    assert invoice.customer
    assert invoice.customer.buyer == "public"
    siren = (invoice.customer.siren or invoice.customer.siret)[:9]
    own = invoice.customer.endpoint.partition(":")[2].removeprefix(siren)
    stand_in.list_firm(siren, "COMMUNE", **{own: "Enabled", "_AUTRE": "Enabled"})
    run(connected, "send", COMMUNE, *DAY, "--write")
    (flow,) = stand_in.documents
    assert flow.info["flowSyntax"] == "Factur-X"
    stand_in.tell(COMMUNE, "200")
    run(connected, "platform", "fetch", *DECEMBER, "--write")
    assert standing(connected, COMMUNE) == "deposited"


def test_a_deposit_its_final_invoice_and_a_cheque_that_bounces(prepared: Path, stand_in: StandIn) -> None:
    """Each receipt is told by a status 212 of its own invoice; the one that came back, by its exact opposite."""
    run(prepared, "platform", "report", "--as-of", "2027-10-31", "--write")
    told = [item for item in hand_ins(open_ledger(prepared).book.flows) if item.is_message]
    amounts = [(item.record.subject, item.record.amounts) for item in told]
    assert amounts[:3] == [
        ("F2027-0010", "20: 360.00"),
        ("F2027-0011", "20: 840.00"),
        ("F2027-0011", "20: -840.00"),
    ]
    names = [item.identifier for item in told]
    run(prepared, "send", *names, "--date", "2027-10-31", "--write")
    assert [flow.info["trackingId"] for flow in stand_in.documents] == names
    for flow, (number, _amounts) in zip(stand_in.documents, amounts, strict=True):
        assert [(status.number, status.code) for status in read_statuses(flow.content)] == [(number, "212")]
    assert "Nothing has to be reported" in run(prepared, "platform", "report", "--as-of", "2027-10-31", "--write")
