"""Python's garbage collector, switched off while it only costs time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


class _Aside:
    """Whether what stood when a process had loaded its first ledger is set aside: "never", "now", "no more"."""

    state = "never"


@contextmanager
def no_collections() -> Iterator[None]:
    """A context without collections. When they are allowed again, no collection of everything made in it follows at
    once.

    Loading and reading a ledger make many objects and no garbage; walking through them again and again would take most
    of the time.
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
    """Like `no_collections`. After the first such block in a process, what exists is left out of all collections until
    the next such block begins.

    Most processes load one ledger and end; a collection started by Beancount's next plugin would walk through all of it
    and find nothing. A process that loads again, such as Fava, collects normally from then on, so that nothing is kept
    for ever.
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
