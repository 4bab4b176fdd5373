"""Python's garbage collector, kept out of the way."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


class _Aside:
    """Whether what stood when a process had loaded its first ledger is set aside: "never", "now", "no more"."""

    state = "never"


@contextmanager
def no_collections() -> Iterator[None]:
    """No collections meanwhile, nor one of all that was made as soon as they are allowed again.

    Loading and reading a ledger make many objects and no garbage; walking them all again and again takes most of the time.
    """
    collecting = gc.isenabled()
    frozen = collecting and (_Aside.state == "now" or gc.get_freeze_count())  # which counts one by one
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if not frozen:  # what somebody else has frozen stays so
                gc.freeze()
                gc.unfreeze()  # together: everything counts as old, without being walked
            gc.enable()


@contextmanager
def no_collections_then_freeze() -> Iterator[None]:
    """`no_collections`; and what stands after the first of these blocks in a process is left out of all collections until the
    next of them begins.

    Most processes load one ledger and end: the collection that Beancount's next plugin would set off walks all of it and finds
    nothing. One that loads again, as Fava does, collects from then on as Python does, so that nothing is kept for ever.
    """
    first = _Aside.state == "never"
    if _Aside.state == "now":
        gc.unfreeze()
        _Aside.state = "no more"
    with no_collections():
        yield
    if first and gc.isenabled() and not gc.get_freeze_count():  # else somebody else looks after it
        gc.freeze()
        _Aside.state = "now"
