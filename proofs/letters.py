"""Letters over generated histories: an independent reader confirms each of their sentences (tests/properties/letters).

`python -m proofs.letters --lives 200 --seed 1` plays the histories of 200 seeds from 1 on. It fails where one does.
"""

from __future__ import annotations

import sys

from proofs.lives import main
from tests.properties.letters.verdict import failure

if __name__ == "__main__":
    sys.exit(main(failure, __doc__))
