"""`statement --send` and `receipt --send`: by e-mail or post, once a day, and what the ledger then says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import call
from tests.cli.test_sending import answers, events, ledger, message, option, record, run, sound

__all__ = ["ledger"]  # a fixture
DAY = ("--as-of", "2026-11-30")
HALLES = ("statement", "halles", "--since", "2026-10-01", *DAY, "--send")


def test_without_write_it_is_only_said(ledger: Path) -> None:
    (one,) = answers(ledger, *HALLES)
    assert (one["state"], one["title"], one["channel"]) == ("would-prepare", "Relevé de compte", "email")
    assert events(ledger) == []


def test_an_e_mail_with_the_statement_is_prepared_and_once_confirmed_it_has_left(ledger: Path) -> None:
    run(ledger, *HALLES, "--write")
    (file,) = (ledger.parent / "outbox").rglob("*.eml")
    mail = message(file.read_bytes())
    assert mail["Subject"] == "Relevé de compte – 30 novembre 2026 – Atelier Solène"
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "2026-11-30-Halles-statement.pdf"
    assert bytes(attached.get_payload(decode=True)).startswith(b"%PDF-")
    body = mail.get_body(("plain",))
    assert body is not None
    said = body.get_content().replace("\u202f", " ").replace("\xa0", " ")
    assert "Voici l’état de votre compte" in said
    assert "Solde au 30 novembre 2026 : 4 857,60 €" in said
    assert events(ledger) == ["prepared"]
    assert 'sends: "statement"' in record(ledger)
    assert "was prepared on 2026-11-30" in run(ledger, *HALLES, "--write", code=1)
    run(ledger, "send", "--confirm", "Halles", "--date", "2026-11-30", "--write")
    assert events(ledger)[1] == "statement"
    assert sound(ledger)
    path = ledger.parent / "documents" / "2026" / "2026-11-30-Halles-statement.pdf"
    assert path.read_bytes() == attached.get_payload(decode=True)
    assert "was sent on 2026-11-30" in run(ledger, *HALLES, "--write", code=1)
    assert answers(ledger, *HALLES[:-3], "--as-of", "2026-12-01", "--send")[0]["state"] == "would-prepare", (
        "another day"
    )


def test_all_statements_go_by_each_customer_s_channel(ledger: Path) -> None:
    told = answers(ledger, "statement", "--all", *DAY, "--send", "--write")
    assert len(told) == 12
    assert {one["state"] for one in told} == {"prepared"}
    assert {one["channel"] for one in told} <= {"email", "post"}, "a platform takes no statement"
    assert events(ledger) == ["prepared"] * 12
    assert sound(ledger)


def test_by_post_it_is_in_the_batch(ledger: Path) -> None:
    (one,) = answers(ledger, *HALLES, "--channel", "post", "--write")
    assert one["state"] == "prepared"
    assert list((ledger.parent / "outbox").rglob("*.pdf"))


def test_one_s_own_words_of_the_e_mail_win(ledger: Path) -> None:
    own = ledger.parent / "mine" / "mails" / "fr"
    own.mkdir(parents=True)
    (own / "statement.j2").write_text(
        "Subject: Compte au {{ as_of }}\n\nVoici, {{ customer.name }}.\n", encoding="utf-8"
    )
    option(ledger, ("templates", "mine"))
    assert answers(ledger, *HALLES)[0]["subject"] == "Compte au 30 novembre 2026"


def test_where_nothing_is_owed_nothing_is_sent(ledger: Path) -> None:
    (one,) = answers(ledger, "statement", "halles", "--as-of", "2024-01-01", "--send")
    assert (one["state"], one["why"]) == ("held", "nothing moved, and nothing is owed")


def test_a_receipt_is_sent_too(ledger: Path) -> None:
    receipt = ("receipt", "F2026-0055", *DAY, "--send")
    run(ledger, *receipt, "--write")
    (file,) = (ledger.parent / "outbox").rglob("*.eml")
    mail = message(file.read_bytes())
    assert mail["Subject"] == "Reçu – Facture F2026-0055 – Atelier Solène"
    run(ledger, "send", "--confirm", "F2026-0055", "--date", "2026-11-30", "--write")
    assert events(ledger) == ["prepared", "receipt"]
    assert sound(ledger)
    assert "was sent on 2026-11-30" in run(ledger, *receipt, "--write", code=1)
    assert "nothing was received" in run(ledger, "receipt", "F2026-0068", *DAY, "--send", code=1)


@pytest.mark.parametrize("command", ["statement", "receipt"])
@pytest.mark.parametrize("more", [("--write",), ("--channel", "post"), ("--retry",), ("--again",)])
def test_what_says_nothing_without_send(command: str, more: tuple[str, ...]) -> None:
    what = "halles" if command == "statement" else "F2026-0055"
    assert "meaning without --send" in call(command, what, *DAY, *more, code=2).stderr
    assert "with a table or json only" in call(command, what, *DAY, "--send", "--format", "csv", code=2).stderr
