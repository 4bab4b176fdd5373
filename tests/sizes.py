"""How much of a slow proof is tried: a quarter, or all with HYPOTHESIS_PROFILE `proof` or `search` (`make proof FULL=1`)."""

from __future__ import annotations

import os

FULL = os.environ.get("HYPOTHESIS_PROFILE") in {"proof", "search"}


def seeds(count: int) -> range:
    """`count` seeds of generated ledgers, from 1000 on; the first quarter of them where not all are tried."""
    return range(1000, 1000 + (count if FULL else count // 4))
