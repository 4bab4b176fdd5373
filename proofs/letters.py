"""Letters, and e-mails with invoices, over generated histories: an independent reader confirms each of their sentences
(tests/properties/letters).

`python -m proofs.letters --lives 200 --seed 1` plays the histories of 200 seeds from 1 on. It fails where one does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from proofs.lives import main
from tests.properties.letters import emails, verdict


def failure(seed: int) -> str:
    """What is not so in the letters and e-mails of a seed's history; "" where all is."""
    with TemporaryDirectory() as folder:
        return verdict.failure(seed) or emails.failure(seed, Path(folder))


if __name__ == "__main__":
    sys.exit(main(failure, __doc__))
