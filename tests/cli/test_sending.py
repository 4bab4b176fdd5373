"""Sending from the command line: to a real server, into the outbox, to the printer; each thing at most once."""

from __future__ import annotations

import email
import json
import re
from collections.abc import Iterator
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from tests.delivery.servers import Broken, Handler, broken, server
from tests.ledgers import recent_example

DAY = ("--date", "2026-11-30")
PARC, HALLES, COMMUNE, ABROAD = "F2026-0072", "F2026-0077", "F2026-0076", "F2026-0068"


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def answers(ledger: Path, *arguments: str) -> list[dict[str, object]]:
    return list(json.loads(CliRunner().invoke(main, ["-f", str(ledger), *arguments, "--format", "json"]).stdout))


def states(ledger: Path, *arguments: str) -> list[object]:
    return [one["state"] for one in answers(ledger, "send", *arguments, *DAY, "--write")]


@pytest.fixture
def ledger(same_folder: Path) -> Path:
    """The example business in a folder of its own, without what it says of invoices that were sent."""
    ledger = recent_example(same_folder / "ledger")
    file = ledger.parent / "2026" / "follow-up.beancount"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r'\n20[^\n]* note [^\n]*\n  event: "sent"\n(  [^\n]*\n)*', "\n", text), encoding="utf-8")
    return ledger


def option(ledger: Path, *options: tuple[str, str]) -> None:
    """Options are set."""
    file = ledger.parent / "settings.beancount"
    lines = [f'2025-01-01 custom "invoice-option" "{name}" "{value}"\n' for name, value in options]
    file.write_text(file.read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")


def by_server(ledger: Path, port: int) -> None:
    option(ledger, ("smtp", f"127.0.0.1:{port}"), ("smtp-security", "none"))


def record(ledger: Path) -> str:
    file = ledger.parent / "sent-2026.beancount"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def events(ledger: Path) -> list[str]:
    return re.findall(r'event: "([^"]*)"', record(ledger))


def message(content: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def sound(ledger: Path) -> bool:
    return [str(error) for error in open_ledger(ledger).errors] == []


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def mailing(ledger: Path, handler: Handler) -> Iterator[Path]:
    """The example with a real mail server."""
    with server(handler) as port:
        by_server(ledger, port)
        yield ledger


# by a server ---------------------------------------------------------------------------------------------------------


def test_an_invoice_goes_by_e_mail_with_its_document(mailing: Path, handler: Handler) -> None:
    assert "sent" in run(mailing, "send", PARC, *DAY, "--write")
    (taken,) = handler.taken
    assert taken.sender == "facturation@solene.example"
    assert taken.recipients == ["facturation@clinique-parc.example", "direction@clinique-parc.example"]
    mail = message(taken.content)
    assert mail["From"] == "Atelier Solène <facturation@solene.example>"
    assert mail["To"] == "Clinique du Parc SAS <facturation@clinique-parc.example>"
    assert mail["Cc"] == "direction@clinique-parc.example"
    assert mail["Subject"] == f"Facture {PARC} – Atelier Solène"
    text = mail.get_body(("plain",))
    page = mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "Net à payer\u00a0: " in text.get_content()
    assert PARC in page.get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == f"{PARC}.pdf"
    stored = mailing.parent / "documents" / "2026" / f"{PARC}.pdf"
    assert attached.get_content() == stored.read_bytes()
    with pikepdf.open(stored) as pdf:
        assert list(pdf.attachments) == ["factur-x.xml"]
    assert events(mailing) == ["sending", "sent"]
    assert record(mailing).count(f'message-id: "{mail["Message-ID"]}"') == 2
    assert record(mailing).count(f'sha256: "{sha256(stored.read_bytes()).hexdigest()}"') == 2
    assert sound(mailing)
    assert f"{PARC}: unchanged since 2026-11-30" in run(mailing, "verify")


@pytest.mark.parametrize("command", [("send", PARC), ("remind", "--send"), ("run", "--yes")])
def test_a_preview_makes_no_document(ledger: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from beancount_invoicing.rendering import output

    def made(*_arguments: object) -> bytes:
        raise AssertionError("it was typeset")

    monkeypatch.setattr(output, "typeset", made)
    result = CliRunner().invoke(main, ["-f", str(ledger), *command, *DAY, "--format", "json"])
    assert not isinstance(result.exception, AssertionError)
    assert "would-" in result.stdout


def test_the_ledger_knows_before_the_server_does(ledger: Path) -> None:
    seen: list[str] = []

    def looked(content: str) -> str:
        (identifier,) = re.findall(r"^Message-ID: (\S+)", content, re.MULTILINE)
        loaded = open_ledger(ledger)
        assert not loaded.errors
        seen.extend(event.kind for event in loaded.book.events if event.message_id == identifier)
        return ""

    with server(Handler(data=looked)) as port:
        by_server(ledger, port)
        run(ledger, "send", PARC, HALLES, *DAY, "--write")
    assert seen == ["sending", "sending"]
    assert events(ledger) == ["sending", "sent"] * 2


def test_nothing_is_sent_twice_but_by_a_persons_word(mailing: Path, handler: Handler) -> None:
    run(mailing, "send", PARC, *DAY, "--write")
    assert "was sent on 2026-11-30" in run(mailing, "send", PARC, "--date", "2026-12-01", "--write", code=1)
    assert len(handler.taken) == 1
    run(mailing, "send", PARC, *DAY, "--again", "--write")
    first, second = (message(received.content)["Message-ID"] for received in handler.taken)
    assert first != second
    assert events(mailing) == ["sending", "sent", "sending", "sent"]
    assert sound(mailing)


def test_without_write_nothing_happens_and_no_password_is_asked_for(ledger: Path, handler: Handler) -> None:
    def files() -> dict[Path, bytes]:  # but for Beancount's cache
        return {
            path: path.read_bytes()
            for path in ledger.parent.rglob("*")
            if path.is_file() and path.suffix != ".picklecache"
        }

    with server(handler) as port:
        option(ledger, ("smtp", f"127.0.0.1:{port}"), ("smtp-user", "solene"))
        before = files()
        (row,) = answers(ledger, "send", PARC, *DAY)
    assert row["state"] == "would-send"
    assert row["to"] == ["facturation@clinique-parc.example"]
    assert row["files"] == [f"{PARC}.pdf"]
    assert handler.asked == []
    assert files() == before


def test_a_refusal_is_told_and_the_others_go(ledger: Path) -> None:
    handler = Handler(rcpt=lambda address: "550 no such user" if "halles" in address else "")
    with server(handler) as port:
        by_server(ledger, port)
        text = run(ledger, "send", HALLES, PARC, *DAY, "--write", code=1)
    assert f"{HALLES}, Halles de Vilaine SA: fournisseurs@halles-vilaine.example: 550 no such user" in text
    assert events(ledger) == ["sending", "sent"]
    assert not (ledger.parent / "documents" / "2026" / f"{HALLES}.pdf").exists()
    assert sound(ledger)


def test_one_of_several_who_is_refused_is_recorded_and_said(ledger: Path) -> None:
    handler = Handler(rcpt=lambda address: "550 5.1.1 no such user" if "direction" in address else "")
    with server(handler) as port:
        by_server(ledger, port)
        (row,) = answers(ledger, "send", PARC, *DAY, "--write")
        assert (row["state"], row["not_to"]) == ("sent", ["direction@clinique-parc.example"])
        assert "send it again: bean-invoice send F2026-0072 --again --write" in str(row["why"])
        assert 'not-to: "direction@clinique-parc.example: 550 5.1.1 no such user"' in record(ledger)
        assert "not to direction@clinique-parc.example: 550" in run(
            ledger, "send", PARC, "--again", *DAY, "--write", code=1
        )
        assert "it did not reach direction@clinique-parc.example: 550" in run(ledger, "today", "--as-of", "2026-11-30")
        handler.rcpt = lambda _address: ""
        run(ledger, "send", PARC, "--again", *DAY, "--write")
        assert "did not reach" not in run(ledger, "today", "--as-of", "2026-11-30")
    assert events(ledger) == ["sending", "sent"] * 3
    assert sound(ledger)


def test_a_whole_message_that_is_refused_may_be_sent_later(ledger: Path) -> None:
    with server(Handler(data=lambda _content: "554 too large \x1b[31m\u202e")) as port:
        by_server(ledger, port)
        assert states(ledger, PARC) == ["failed"]
    assert events(ledger) == ["sending", "not-sent"]
    assert not (ledger.parent / "documents" / "2026" / f"{PARC}.pdf").exists()
    assert "\x1b" not in record(ledger)
    assert sound(ledger)
    handler = Handler()
    with server(handler) as port:
        settings = ledger.parent / "settings.beancount"
        settings.write_text(
            re.sub(r"127.0.0.1:\d+", f"127.0.0.1:{port}", settings.read_text(encoding="utf-8")), encoding="utf-8"
        )
        assert states(ledger, PARC) == ["sent"]
    assert len(handler.taken) == 1


@pytest.fixture
def doubtful(ledger: Path) -> Iterator[tuple[Path, Broken]]:
    """A message whose end the server took without an answer."""
    those = Broken({0: "end"})
    with broken(those) as port:
        by_server(ledger, port)
        assert states(ledger, PARC, HALLES) == ["in-doubt", "sent"]
        yield ledger, those


def test_what_is_in_doubt_is_named_and_not_sent_again(doubtful: tuple[Path, Broken]) -> None:
    ledger, those = doubtful
    assert events(ledger) == ["sending", "sending", "sent"]
    assert f"{PARC}: has been in doubt since 2026-11-30" in run(ledger, "send")
    assert "--confirm" in run(ledger, "send", PARC, *DAY, "--write", code=1)
    assert "has been in doubt since 2026-11-30" in run(ledger, "send", PARC, *DAY, "--again", "--write", code=1)
    assert len(those.taken) == 2


def test_a_person_says_that_it_arrived(doubtful: tuple[Path, Broken]) -> None:
    ledger, those = doubtful
    run(ledger, "send", "--confirm", PARC, "--date", "2026-12-01", "--write")
    assert events(ledger) == ["sending", "sending", "sent", "sent"]
    assert "Nothing is in doubt" in run(ledger, "send")
    assert f"{PARC}: unchanged since 2026-11-30" in run(ledger, "verify", PARC), "it left when it was sent"
    assert "was sent on 2026-11-30" in run(ledger, "send", PARC, *DAY, "--write", code=1)
    assert sound(ledger)
    assert len(those.taken) == 2


def test_a_person_says_that_it_did_not_arrive(doubtful: tuple[Path, Broken]) -> None:
    ledger, those = doubtful
    assert states(ledger, PARC, "--retry") == ["sent"]
    assert events(ledger) == ["sending", "sending", "sent", "not-sent", "sending", "sent"]
    identifiers = [message(one)["Message-ID"] for one in those.taken]
    assert identifiers[0] == identifiers[2], "whoever has got it already can tell that it is the same"
    assert "Nothing is in doubt" in run(ledger, "send")
    assert "send it without --retry" in run(ledger, "send", PARC, *DAY, "--retry", "--write", code=1)
    assert sound(ledger)


def test_an_invoice_that_was_mended_before_the_retry_goes_as_it_is_now(doubtful: tuple[Path, Broken]) -> None:
    ledger, those = doubtful
    file = ledger.parent / "2026" / "invoices.beancount"
    text = file.read_text(encoding="utf-8")
    start = text.rindex("\n20", 0, text.index(f'invoice: "{PARC}"'))
    file.write_text(
        text[:start] + text[start:].replace(f'invoice: "{PARC}"\n', f'invoice: "{PARC}"\n  note: "Mended"\n', 1),
        encoding="utf-8",
    )
    assert states(ledger, PARC, "--retry") == ["sent"]
    first, last = message(those.taken[0]), message(those.taken[2])
    assert first["Message-ID"] != last["Message-ID"]
    assert "unchanged since" in run(ledger, "verify", PARC)
    assert "Nothing is in doubt" in run(ledger, "send")


def test_nobody_else_sends_meanwhile(ledger: Path) -> None:
    said: list[str] = []

    def meanwhile(_content: str) -> str:
        said.append(run(ledger, "send", HALLES, *DAY, "--write", code=1))
        said.append(run(ledger, "seal", HALLES, *DAY, "--write"))
        return ""

    handler = Handler(data=meanwhile)
    with server(handler) as port:
        by_server(ledger, port)
        run(ledger, "send", PARC, *DAY, "--write")
    assert "another bean-invoice is sending" in said[0]
    assert events(ledger) == ["sending", "sealed", "sent"]
    assert f"{HALLES}: unchanged" in run(ledger, "verify", HALLES), "others may change the ledger in between"
    assert not (ledger.parent / ".bean-invoice-sending").exists()
    assert sound(ledger)


def test_where_the_ledger_cannot_be_written_nothing_leaves(mailing: Path, handler: Handler) -> None:
    (mailing.parent / "sent-2026.beancount").write_text("", encoding="utf-8")
    option(mailing, ("sent-file", "sent-2026.beancount"))
    mailing.write_text(
        mailing.read_text(encoding="utf-8").replace(
            'include "contracts.beancount"', 'include "contracts.beancount"\ninclude "sent-2026.beancount"'
        ),
        encoding="utf-8",
    )
    (mailing.parent / "sent-2026.beancount").chmod(0o444)
    assert states(mailing, PARC, HALLES) == ["failed", "failed"]
    assert handler.taken == []
    assert events(mailing) == []


def test_a_ledger_with_errors_sends_nothing(mailing: Path, handler: Handler) -> None:
    with (mailing.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write('2026-01-01 custom "invoice-option" "smtp-password" "s3cret"\n')
    text = run(mailing, "send", PARC, *DAY, "--write", code=1)
    assert "a password does not belong" in text
    assert "s3cret" not in text
    assert handler.taken == []


def test_a_password_is_asked_of_the_environment(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    option(ledger, ("smtp", "localhost:2525"), ("smtp-user", "solene"))
    assert "BEAN_INVOICE_SMTP_PASSWORD" in run(ledger, "send", PARC, *DAY, "--write", code=1)
    option(ledger, ("smtp-security", "none"))
    monkeypatch.setenv("BEAN_INVOICE_SMTP_PASSWORD", "s3cret")
    settings = ledger.parent / "settings.beancount"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("localhost:2525", "mail.example:2525"), encoding="utf-8"
    )
    assert "in the clear" in run(ledger, "send", PARC, *DAY, "--write", code=1)
    assert events(ledger) == []


@pytest.mark.parametrize(
    "said", ["solene:pw@mail.example", "https://mail.example", "mail.example:99999", "mail example"]
)
def test_a_server_is_a_name_and_a_port(ledger: Path, said: str) -> None:
    option(ledger, ("smtp", said))
    assert 'write the server as "smtp.example.org:587"' in run(ledger, "check", code=1)


def test_a_security_that_there_is_not_is_told(ledger: Path) -> None:
    option(ledger, ("smtp", "localhost:2525"), ("smtp-security", "ssl"))
    assert 'smtp-security must be "starttls", "tls" or "none", not "ssl"' in run(ledger, "send", PARC, *DAY, code=1)


def test_what_is_written_is_committed(mailing: Path) -> None:
    import subprocess

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(mailing.parent), "-c", "user.name=x", "-c", "user.email=x@x.example", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("config", "user.name", "x")
    git("config", "user.email", "x@x.example")
    git("add", ".")
    git("commit", "-qm", "Books")
    run(mailing, "send", PARC, *DAY, "--write", "--commit")
    assert git("status", "--porcelain") == ""
    assert f"documents/2026/{PARC}.pdf" in git("show", "--stat", "HEAD")


# what does not leave -------------------------------------------------------------------------------------------------


def test_drafts_voids_and_customers_without_address_stay(ledger: Path) -> None:
    assert "is a draft: bean-invoice issue" in run(ledger, "send", "draft-kerbrat-2026-11", *DAY, "--write", code=1)
    customers = ledger.parent / "customers.beancount"
    text = customers.read_text(encoding="utf-8")
    customers.write_text(text.replace('  email: "facturation@clinique-parc.example"\n', ""), encoding="utf-8")
    (row,) = answers(ledger, "send", PARC, *DAY)
    assert (row["channel"], row["state"]) == ("post", "would-prepare"), "without an e-mail address it goes by post"
    said = run(ledger, "send", PARC, *DAY, "--channel", "email", "--write", code=1)
    assert "no e-mail address is known: write email:" in said
    assert "customers.beancount:" in said
    assert events(ledger) == []


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\\nBcc: thief@evil.example",
        "a@b.example\\rBcc: thief@evil.example",
        "a b@c.example",
        "<a@b.example>",
        "Evil <a@b.example>",
        "a@b.example; thief@evil.example",
        "a@b.example thief@evil.example",
        '\\"a b\\"@c.example',
        "a@b@c.example",
        "a@",
        "@b.example",
        "no-address",
    ],
)
def test_what_is_no_address_is_refused(mailing: Path, handler: Handler, address: str) -> None:
    customers = mailing.parent / "customers.beancount"
    text = customers.read_text(encoding="utf-8")
    customers.write_text(text.replace("facturation@clinique-parc.example", address), encoding="utf-8")
    said = run(mailing, "send", PARC, *DAY, "--write", code=1)
    assert "is not an e-mail address" in said
    assert handler.asked == []


def test_names_and_numbers_cannot_add_a_header(mailing: Path, handler: Handler) -> None:
    customers = mailing.parent / "customers.beancount"
    text = customers.read_text(encoding="utf-8")
    name = 'Clinique\\r\\nBcc: thief@evil.example\\r\\n\\r\\n<b>Évil</b>, \\"Parc\\" <x@y.example>'
    customers.write_text(text.replace("Clinique du Parc SAS", name), encoding="utf-8")
    run(mailing, "send", PARC, *DAY, "--write")
    (taken,) = handler.taken
    assert "thief@evil.example" not in taken.recipients
    mail = message(taken.content)
    assert mail["Bcc"] is None
    ((shown, address),) = getaddresses([str(email.message_from_bytes(taken.content)["To"]).replace("\r\n", "")])
    assert address == "facturation@clinique-parc.example"
    assert (
        str(make_header(decode_header(shown))) == 'Clinique Bcc: thief@evil.example <b>Évil</b>, "Parc" <x@y.example>'
    )
    page = mail.get_body(("html",))
    assert page is not None
    assert "<b>Évil" not in page.get_content()


# by hand -------------------------------------------------------------------------------------------------------------


def test_without_a_server_an_e_mail_is_prepared_and_a_person_sends_it(ledger: Path) -> None:
    assert "outbox/F2026-0072.eml" in run(ledger, "send", PARC, *DAY, "--write")
    file = ledger.parent / "outbox" / f"{PARC}.eml"
    first = file.read_bytes()
    assert message(first)["X-Unsent"] == "1"
    assert events(ledger) == ["prepared"]
    assert "was prepared on 2026-11-30" in run(ledger, "send", PARC, *DAY, "--write", code=1)
    assert "was prepared on 2026-11-30" in run(ledger, "send")
    assert states(ledger, PARC, "--retry") == ["prepared"]
    assert file.read_bytes() == first, "the same ledger gives the same bytes"
    run(ledger, "send", "--confirm", "--all", *DAY, "--write")
    assert events(ledger) == ["prepared", "not-sent", "prepared", "sent"]
    assert "Nothing is in doubt" in run(ledger, "send")
    assert sound(ledger)


def test_what_was_not_prepared_cannot_be_confirmed(ledger: Path) -> None:
    assert f"nothing of {PARC} is in doubt or prepared" in run(ledger, "send", "--confirm", PARC, "--write", code=1)


def test_letters_become_one_pdf_in_post_order(ledger: Path) -> None:
    run(ledger, "send", ABROAD, PARC, HALLES, *DAY, "--channel", "post", "--write")
    file = ledger.parent / "outbox" / "post-2026-11-30.pdf"
    with pikepdf.open(file) as pdf:
        pages = len(pdf.pages)
    assert pages % 2 == 0
    assert pages >= 8
    from pypdf import PdfReader

    texts = [page.extract_text() for page in PdfReader(file).pages]
    starts = [
        next(index for index, text in enumerate(texts) if index and number in text) for number in (HALLES, PARC, ABROAD)
    ]
    assert starts == sorted(starts), "by post code, those abroad last"
    assert all(start % 2 == 0 for start in starts), "each on the front of a sheet"
    assert all(number in texts[0] for number in (PARC, HALLES, ABROAD))
    listed = re.findall(r"(?:Facture|Invoice) (F\d{4}-\d{4}) (\d+) (\d+)", texts[0])
    assert listed == [
        (number, str(start + 1), "1") for number, start in zip((HALLES, PARC, ABROAD), starts, strict=True)
    ], "page and sheets of each"
    assert "Place du Marché" in texts[0]
    assert "Feuilles 3" in texts[0]
    assert events(ledger) == ["prepared"] * 3


@pytest.mark.parametrize(("form", "suffix"), [("facturx", "pdf"), ("cii", "cii.xml"), ("ubl", "ubl.xml")])
def test_an_e_invoice_is_put_where_a_platform_takes_it(ledger: Path, form: str, suffix: str) -> None:
    option(ledger, ("e-invoice-form", form))
    (row,) = answers(ledger, "send", COMMUNE, *DAY, "--write")
    assert (row["channel"], row["state"]) == ("e-invoice", "prepared")
    content = (ledger.parent / "outbox" / f"{COMMUNE}.{suffix}").read_bytes()
    assert content.startswith(b"%PDF" if form == "facturx" else b"<?xml")


def test_what_is_no_e_invoice_does_not_go_to_a_platform(ledger: Path) -> None:
    text = run(ledger, "send", ABROAD, *DAY, "--channel", "e-invoice", "--write", code=1)
    assert f"{ABROAD} is not an e-invoice" in text
    assert "--channel email" in text
    assert events(ledger) == []


def test_all_that_were_not_sent_yet(ledger: Path) -> None:
    numbers = [str(one["numbers"]) for one in answers(ledger, "send", "--since", "2026-11-01", *DAY)]
    assert f"['{PARC}']" in numbers or f"['{HALLES}']" in numbers
    run(ledger, "send", "--since", "2026-11-01", *DAY, "--write")
    run(ledger, "send", "--confirm", "--all", *DAY, "--write")
    assert run(ledger, "send", "--since", "2026-11-01", *DAY, "--write").startswith("Nothing to send.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--confirm",),
        ("--retry",),
        ("--again",),
        ("--all", PARC),
        (PARC, "--again", "--retry"),
    ],
)
def test_options_that_say_nothing_together(ledger: Path, arguments: tuple[str, ...]) -> None:
    run(ledger, "send", *arguments, code=2)


def test_a_number_is_not_named_beside_a_day(ledger: Path) -> None:
    assert f"name either {PARC}, or --since" in run(ledger, "send", PARC, "--since", "2026-01-01", code=1)


# reminders -----------------------------------------------------------------------------------------------------------


def test_reminders_go_with_their_invoices_in_the_invoices_thread(mailing: Path, handler: Handler) -> None:
    run(mailing, "send", "F2026-0064", "--date", "2026-10-01", "--write")
    first = message(handler.taken[0].content)["Message-ID"]
    assert "booked until 2026-11-20" in run(mailing, "remind", "--send", "--as-of", "2026-11-30", "--write", code=1)
    assert len(handler.taken) == 1, "not while the bank is not booked"
    parc = ("remind", "--send", "--as-of", "2026-11-30", "--customer", "Clinique", "--yes", "--write")
    run(mailing, *parc)
    mail = message(handler.taken[1].content)
    assert (mail["In-Reply-To"], mail["References"]) == (first, first)
    assert [attachment.get_filename() for attachment in mail.iter_attachments()] == [
        "2026-11-30-CliniqueDuParc-EUR-2.pdf", "F2026-0064.pdf",
    ]  # fmt: skip
    text = mail.get_body(("plain",))
    assert text is not None
    assert "F2026-0064 – Échéance 10/11/2026\u00a0: 468,00\u00a0€" in text.get_content()
    assert events(mailing) == ["sending", "sent", "sending", "reminder"]
    assert record(mailing).count("  level: 2\n  until: 2026-12-08\n") == 2
    assert sound(mailing)
    assert "Nothing to send." in run(mailing, *parc), "the level was recorded: nothing is due any more"
    assert len(handler.taken) == 2


def test_each_level_has_its_own_letter(ledger: Path) -> None:
    vandamme = ("remind", "--send", "--as-of", "2026-11-30", "--customer", "Vandamme", "--yes", "--write")
    run(ledger, *vandamme)
    assert "F2026-0057" in run(ledger, *vandamme, code=1), "it was prepared: a person sends it"
    run(ledger, "send", "--confirm", "F2026-0065", "F2026-0057", "--date", "2026-12-01", "--write")
    recorded = [
        event
        for event in open_ledger(ledger).book.events
        if event.kind == "reminder" and event.date.isoformat() == "2026-12-01"
    ]
    assert sorted((event.numbers, event.level, event.tone, event.channel) for event in recorded) == [
        (("F2026-0057",), 3, "final", "post"),
        (("F2026-0065",), 1, "", "email"),
    ], "the formal notice is for the one that had its reminders"
    assert "Nothing is in doubt" in run(ledger, "send")
    assert sound(ledger)


def test_a_reminder_in_doubt_is_sent_again_by_a_persons_word_only(ledger: Path) -> None:
    those = Broken({0: "end"})
    with broken(those) as port:
        by_server(ledger, port)
        parc = ("remind", "--send", "--as-of", "2026-11-30", "--customer", "Clinique", "--yes", "--write")
        run(ledger, *parc, code=1)
        assert "remind --send --retry --customer CliniqueDuParc" in run(ledger, *parc, code=1)
        assert len(those.taken) == 1
        run(ledger, *parc, "--retry")
    assert len(those.taken) == 2
    assert events(ledger) == ["sending", "not-sent", "sending", "reminder"]
    assert sound(ledger)


def test_each_instalment_has_letters_of_its_own(tmp_path: Path, handler: Handler) -> None:
    ledger = tmp_path / "main.beancount"
    with server(handler) as port:
        ledger.write_text(IN_INSTALMENTS.replace("PORT", str(port)), encoding="utf-8")
        send = ("remind", "--send", "--yes", "--write", "--as-of")
        run(ledger, *send, "2026-02-20")
        with ledger.open("a", encoding="utf-8") as file:
            file.write('2026-02-25 * "First half" ^N1\n  Assets:Bank  500.00 EUR\n  Assets:Clients:Acme\n')
        run(ledger, *send, "2026-04-20")
    assert len(handler.taken) == 2
    assert record(ledger).count('  event: "reminder"\n  level: 1\n') == 2
    assert "Nothing to send." in run(ledger, *send, "2026-04-20")
    before = run(ledger, *send, "2026-04-18", code=1)
    assert "was sent on 2026-04-20 (sent-2026.beancount:" in before, "a day before: it has left already"
    assert "--again" not in before, "there is no such option"
    assert sound(ledger)


IN_INSTALMENTS = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple SARL"
  country: "FR"
  email: "factures@exemple.example"
2026-01-01 custom "invoice-option" "smtp" "127.0.0.1:PORT"
2026-01-01 custom "invoice-option" "smtp-security" "none"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme SAS"
  email: "compta@acme.example"
  address: "1 rue A"
  postcode: "35000"
  city: "Rennes"
2026-01-10 * "Acme SAS" "Work" ^N1
  invoice: "N1"
  terms: "50% 30 days; 50% 90 days"
  Assets:Clients:Acme  1000.00 EUR
  Income:Work         -1000.00 EUR
    text: "Work"
    tax: "Z"
plugin "beancount_invoicing"
"""


def test_no_letter_of_an_earlier_day_asks_for_what_has_come_since(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    text = re.sub(r'2026-01-01 custom "invoice-option" "smtp.*\n', "", IN_INSTALMENTS)
    paid = '2026-02-27 * "Paid" ^N1\n  Assets:Bank  500.00 EUR\n  Assets:Clients:Acme\n'
    ledger.write_text(text.replace("plugin", paid + "plugin"), encoding="utf-8")
    send = ("remind", "--send", "--yes", "--write", "--as-of", "2026-02-20")
    assert "a payment or credit came in on N1 after 2026-02-20: send the letter of a later day" in run(
        ledger, *send, code=1
    )
    assert events(ledger) == []


def test_letters_to_customers_of_like_names_are_kept_apart(tmp_path: Path) -> None:
    """Each is sent by a call of its own, which does not see the other's letter."""
    ledger = tmp_path / "main.beancount"
    text = re.sub(r'2026-01-01 custom "invoice-option" "smtp.*\n', "", IN_INSTALMENTS)
    other = text[text.index("2026-01-01 open Assets:Clients:Acme") : text.index("plugin")]
    other = other.replace("Clients:Acme", "Clients:Export:Acme").replace("N1", "N2")
    ledger.write_text(text.replace("plugin", other + "plugin"), encoding="utf-8")
    for customer in ("Clients:Acme", "Export:Acme"):
        run(ledger, "remind", "--send", "--yes", "--write", "--as-of", "2026-02-20", "--customer", customer)
    run(ledger, "send", "--confirm", "--all", "--date", "2026-02-20", "--write")
    assert len(list((tmp_path / "documents").rglob("*.pdf"))) == 2
    assert record(ledger).count("2026-02-20 document ") == 2, "both letters are kept"
    assert sound(ledger)


def test_no_letter_brings_an_invoice_that_was_changed_since_it_was_sent(mailing: Path, handler: Handler) -> None:
    run(mailing, "send", "F2026-0064", "--date", "2026-10-01", "--write")
    document = mailing.parent / "documents" / "2026" / "F2026-0064.pdf"
    document.write_bytes(document.read_bytes() + b"\n")
    parc = ("remind", "--send", "--as-of", "2026-11-30", "--customer", "Clinique", "--yes", "--write")
    text = run(mailing, *parc, code=1)
    assert f"F2026-0064 is sealed, but {document} has been changed since: bean-invoice verify F2026-0064" in text
    assert len(handler.taken) == 1


def test_sending_options_of_remind_need_send(ledger: Path) -> None:
    run(ledger, "remind", "--write", code=2)
    run(ledger, "remind", "--send", "--format", "csv", code=2)


def test_post_leaves_though_nobody_is_known_to_send_e_mails(ledger: Path) -> None:
    file = ledger.parent / "settings.beancount"
    file.write_text(
        file.read_text(encoding="utf-8").replace('  email: "facturation@solene.example"\n', ""), encoding="utf-8"
    )
    file = ledger.parent / "customers.beancount"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace('  customer: "Halles de Vilaine SA"\n', '  customer: "Halles de Vilaine SA"\n  channel: "post"\n'),
        encoding="utf-8",
    )
    told = run(ledger, "send", PARC, HALLES, *DAY, "--write", code=1)
    assert ": the sender of e-mails is not known: write email:" in told
    assert events(ledger) == ["prepared"]  # the letter's
    assert [name.suffix for name in (ledger.parent / "outbox").iterdir()] == [".pdf"]
    told = run(ledger, "send", PARC, *DAY, "--write", code=1)  # alone there is nothing else to do
    assert ": the sender of e-mails is not known: write email:" in told
