"""What was told already is taken off: up to a day, inclusive; a receipt that is gone is told as its opposite."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing.e_reporting.payments import InvoiceReceipt, ReceivedAtRate
from beancount_invoicing.e_reporting.told import untold_receipts
from beancount_invoicing.model import Source
from beancount_invoicing.model.events import EventKind, FlowRecord
from beancount_invoicing.platform.reports import COLLECTED

ISSUED, RECEIVED, DAY_BEFORE = date(2027, 10, 1), date(2027, 10, 31), date(2027, 10, 30)


def receipt(amount: str, rate: str = "20") -> InvoiceReceipt:
    return InvoiceReceipt("F1", ISSUED, RECEIVED, (ReceivedAtRate(Decimal(rate), Decimal(amount)),))


def told(amounts: str, kind: EventKind = "sent", message_id: str = "<1>") -> FlowRecord:
    return FlowRecord(
        RECEIVED, "F1", kind, Source("main.beancount", 1), COLLECTED, RECEIVED, message_id=message_id, amounts=amounts
    )


def test_the_last_day_counts_and_the_day_after_does_not() -> None:
    assert untold_receipts([receipt("240.00")], [], RECEIVED) == (receipt("240.00"),)
    assert untold_receipts([receipt("240.00")], [], DAY_BEFORE) == ()
    assert untold_receipts([], [told("20: 240.00")], DAY_BEFORE) == ()


def test_what_was_told_is_not_told_again() -> None:
    assert untold_receipts([receipt("240.00")], [told("20: 240.00")], RECEIVED) == ()
    assert untold_receipts([receipt("300.00")], [told("20: 240.00")], RECEIVED) == (receipt("60.00"),)


def test_a_receipt_that_is_gone_is_told_as_its_opposite() -> None:
    (opposite,) = untold_receipts([], [told("20: 240.00")], RECEIVED)
    assert opposite.amounts == (ReceivedAtRate(Decimal(20), Decimal("-240.00")),)


def test_what_was_not_sent_in_the_end_was_not_told() -> None:
    flows = [told("20: 240.00", "sending"), told("20: 240.00", "not-sent")]
    assert untold_receipts([receipt("240.00")], flows, RECEIVED) == (receipt("240.00"),)
