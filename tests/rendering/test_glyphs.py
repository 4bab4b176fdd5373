"""Which characters a page shows."""

from __future__ import annotations

import pytest

from beancount_invoicing.rendering.glyphs import printable_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\r\nc\x0cd", "a b \nc d"),  # blanks of other kinds keep words apart
        ("a\x00\x07b\u200bc\u00add", "abcd"),  # what nobody sees goes
        ("a\u2028b\u2029c", "a b c"),
        ("12\u202f345,67\u00a0€", "12\u202f345,67\u00a0€"),
    ],
)
def test_blanks_stay_blanks_and_what_nobody_sees_goes(text: str, shown: str) -> None:
    assert printable_text(text) == shown
