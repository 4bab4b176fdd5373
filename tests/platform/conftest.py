"""A ledger with a platform: the example business, without what it says of invoices that were sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from tests.ledgers import TESTS, recent_example
from tests.platform.connected import option, run
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


@pytest.fixture
def prepared(same_folder: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The golden ledger of e-reporting with a platform, and the files of September prepared."""
    for name in ("prelude", "e-reporting"):
        copy(TESTS / "golden" / f"{name}.beancount", same_folder)
    ledger = same_folder / "e-reporting.beancount"
    options = {
        "platform": f"{stand_in.address}/flow-service",
        "platform-token": f"{stand_in.address}/token",
        "platform-client": stand_in.client,
    }
    lines = [f'2025-01-01 custom "invoice-option" "{name}" "{value}"\n' for name, value in options.items()]
    ledger.write_text(ledger.read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")
    monkeypatch.setenv("BEAN_INVOICE_PLATFORM_SECRET", stand_in.secret)
    run(ledger, "platform", "report", "--as-of", "2027-10-12", "--write")
    return ledger
