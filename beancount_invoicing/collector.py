"""Python's garbage collector, kept out of the way."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collections() -> Iterator[None]:
    """No collections meanwhile, nor one of all that was made as soon as they are allowed again.

    Loading and reading a ledger make many objects and no garbage; walking them all again and again takes most of the time.
    """
    collecting = gc.isenabled()
    frozen = collecting and gc.get_freeze_count()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if not frozen:  # what somebody else has frozen stays so
                gc.freeze()
                gc.unfreeze()  # together: everything counts as old, without being walked
            gc.enable()
