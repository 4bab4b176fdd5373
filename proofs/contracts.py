"""Contracts live: random amendments, billed at random days, held against a model that asks each day (tests/properties/contracts).

`python -m proofs.contracts --lives 5000 --seed 1` plays the lives of 5000 seeds from 1 on, and prints of each that fails the
shortest ledger found, what is wrong with it, and its seed. It fails where one does.
"""

from __future__ import annotations

import sys

from proofs.lives import main
from tests.properties.contracts.verdict import failure

if __name__ == "__main__":
    sys.exit(main(failure, __doc__))
