"""A ledger with a platform: the example business, without what it says of invoices that were sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledgers import recent_example
from tests.platform.connected import option
from tests.platform.stand_in import StandIn, running


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with running(StandIn()) as platform:
        yield platform
        assert platform.problems == []


@pytest.fixture
def ledger(same_folder: Path) -> Path:
    """The example business, without what it says of invoices that were sent."""
    ledger = recent_example(same_folder / "ledger")
    file = ledger.parent / "2026" / "follow-up.beancount"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r'\n20[^\n]* note [^\n]*\n  event: "sent"\n(  [^\n]*\n)*', "\n", text), encoding="utf-8")
    return ledger


@pytest.fixture
def connected(ledger: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example with a platform, without pauses."""
    option(
        ledger,
        platform=f"{stand_in.address}/flow-service",
        platform_token=f"{stand_in.address}/token",
        platform_client=stand_in.client,
    )
    monkeypatch.setenv("BEAN_INVOICE_PLATFORM_SECRET", stand_in.secret)
    return ledger
