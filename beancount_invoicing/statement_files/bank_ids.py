"""The identifier of a movement, the same in each file that contains the movement."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from beancount_invoicing.bank.statements import StatementLine


def with_bank_ids(lines: Sequence[StatementLine], account: str) -> tuple[StatementLine, ...]:
    """Lines whose `bank_id` is the bank's reference of the movement ("" for none), with their identifiers in its place.

    With a reference, the identifier is the reference, `~` and six digits of a digest of day and amount, because some
    banks give one reference to several movements. Without a reference, it is `~` and sixteen digits of a digest of
    `account` (an IBAN, or the bank's name of the account), day, amount and text. If several movements are equal in all
    of that, the second ends with `~2`, and so on.

    A movement has the same identifier in all files of one format that contain all movements of its day. In files of two
    formats, the identifiers are the same if the bank gives the same reference in both, as most do for CAMT and MT940.
    """
    seen: Counter[str] = Counter()
    result = []
    for line in lines:
        reference = "".join(line.bank_id.split())
        figures = f"{line.date}|{line.amount.normalize():f}|{line.currency}"
        if reference:
            identifier = f"{reference}~{_digest(figures, 6)}"
        else:
            wording = "".join((line.text or line.payer).casefold().split())
            identifier = f"~{_digest(f'{account}|{figures}|{wording}', 16)}"
        seen[identifier] += 1
        if seen[identifier] > 1:
            identifier += f"~{seen[identifier]}"
        result.append(line._replace(bank_id=identifier))
    return tuple(result)


def _digest(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]
