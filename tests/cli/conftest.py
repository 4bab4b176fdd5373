"""What all tests of commands share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def pages_are_typeset_once(typeset_once: None) -> None:
    """Commands are tested for what they do with documents; what a document looks like is tested where documents are."""
