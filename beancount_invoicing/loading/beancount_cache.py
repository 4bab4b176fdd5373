"""Beancount's own cache of a load: where it is, and whether it can be trusted.

Beancount trusts it while the files from which it was made have the same times and sizes. That misses three cases: a new
file that matches a pattern, a file that was missing and is back, and a file changed without a change of time and size.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from beancount_invoicing.entries.sources import Sources, changed_at


def cache_file(ledger: Path) -> Path | None:
    """Beancount's cache of a ledger; None if it must not be used, or cannot be named."""
    return None if os.getenv("BEANCOUNT_DISABLE_LOAD_CACHE") is not None else _named(ledger)


def _named(ledger: Path) -> Path | None:
    """The same, to be used or not: as Beancount's loader names it."""
    pattern = os.getenv("BEANCOUNT_LOAD_CACHE_FILENAME") or ".{filename}.picklecache"
    name = str(ledger.absolute())
    if os.path.expandvars(name) != name:
        return None  # Beancount would go to another file
    try:
        return Path(str(ledger.absolute().parent / pattern).format(filename=ledger.name))
    except (ValueError, LookupError):
        return None


def newer_file(cache: Path, files: Sources) -> str:
    """A file that was changed, or put in its place, after the cache was written, so that the cache lacks it; "" if
    there is none.
    """
    try:
        written = cache.stat().st_mtime_ns
    except OSError:
        return ""
    return next((file.name for file in files if changed_at(file) > written), "")


def forget(ledger: Path) -> bool:
    """Removes the cache if there is one, whether it was used or not; False if it cannot be removed."""
    cache = _named(ledger)
    if cache is not None:
        with suppress(OSError):
            cache.unlink(missing_ok=True)
        return not cache.exists()
    return True
