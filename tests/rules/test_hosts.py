"""Servers as options name them."""

from __future__ import annotations

import pytest

from beancount_invoicing.rules.hosts import host_and_port


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("smtp.example.org:587", ("smtp.example.org", 587)),
        (" smtp.example.org ", ("smtp.example.org", None)),
        ("[2001:db8::1]:25", ("2001:db8::1", 25)),
        ("[2001:db8::1]", ("2001:db8::1", None)),
        ("localhost:1", ("localhost", 1)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_a_server_is_a_name_and_a_port(said: str, read: tuple[str, int | None]) -> None:
    assert host_and_port(said) == read


@pytest.mark.parametrize(
    "said",
    ["", "smtps://smtp.example.org", "me@smtp.example.org", "localhost:0", "localhost:65536", "localhost:", "a b"],
)
def test_what_is_no_server(said: str) -> None:
    with pytest.raises(ValueError, match=r'write the server as "smtp.example.org:587"'):
        host_and_port(said)
