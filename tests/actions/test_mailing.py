"""Where the password of a mail server comes from."""

from __future__ import annotations

from beancount_invoicing.actions.mailing import PASSWORD, password_from


def test_a_password_in_the_environment_is_taken_for_every_server() -> None:
    password = password_from({PASSWORD: "s3cret"})
    assert password("smtp.brume.example", "brume") == "s3cret"
