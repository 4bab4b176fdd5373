"""Writes CFONB 120, from the norm and not from the reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

BANK, BRANCH, NUMBER = "30006", "00001", "12345678901"
POSITIVE, NEGATIVE = "{ABCDEFGHI", "}JKLMNOPQR"


def overpunched(amount: Decimal, decimals: int = 2) -> str:
    digits = f"{int(abs(amount).scaleb(decimals)):014}"
    return digits[:-1] + (NEGATIVE if amount < 0 else POSITIVE)[int(digits[-1])]


def record(kind: str, day: date, *fields: tuple[int, str], decimals: int = 2, operation: str = "  ") -> str:
    """A record with the head that all have; `fields` stand at their positions, from 1."""
    signs = list(" " * 120)
    head = [
        (1, kind),
        (3, BANK),
        (12, BRANCH),
        (17, f"EUR{decimals}"),
        (22, NUMBER),
        (33, operation),
        (35, day.strftime("%d%m%y")),
    ]
    for position, text in (*head, *fields):
        signs[position - 1 : position - 1 + len(text)] = text
    return "".join(signs)


def balance(kind: str, day: date, amount: Decimal, decimals: int = 2) -> str:
    return record(kind, day, (91, overpunched(amount, decimals)), decimals=decimals)


def movement(
    day: date,
    amount: Decimal,
    label: str,
    *details: tuple[str, str],
    operation: str = "05",
    reject: str = "",
    decimals: int = 2,
) -> Sequence[str]:
    """A record 04 and its records 05, of (qualifier, text)."""
    first = record(
        "04", day, (41, reject), (43, day.strftime("%d%m%y")), (49, label[:31]), (91, overpunched(amount, decimals)),
        decimals=decimals, operation=operation,
    )  # fmt: skip
    return [
        first,
        *(
            record("05", day, (46, name), (49, text[:70]), decimals=decimals, operation=operation)
            for name, text in details
        ),
    ]


def cfonb120(*records: str | Sequence[str]) -> bytes:
    lines = [line for part in records for line in ([part] if isinstance(part, str) else part)]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")
