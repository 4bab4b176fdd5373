"""E-invoices go to a platform: each once, in doubt until it is known, found again before a second try."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from tests.platform.connected import COMMUNE, DAY, events, option, record, run, sound
from tests.platform.stand_in import Fault, StandIn


def test_an_invoice_is_handed_in_once(connected: Path, stand_in: StandIn) -> None:
    assert "would be sent" in run(connected, "send", COMMUNE, *DAY)
    assert stand_in.requests == []
    assert "handed in" in run(connected, "send", COMMUNE, *DAY, "--write")
    (flow,) = stand_in.documents
    stored = connected.parent / "documents" / "2026" / f"{COMMUNE}.pdf"
    assert flow.content == stored.read_bytes()
    assert flow.info["flowSyntax"] == "Factur-X"
    assert flow.info["sha256"] == sha256(flow.content).hexdigest()
    assert events(connected) == ["sending", "sent"]
    assert f'message-id: "<{flow.info["trackingId"]}@' in record(connected)
    assert f'flow: "{flow.number}"' in record(connected)
    assert "was sent on" in run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    assert len(stand_in.documents) == 1
    assert sound(connected)


@pytest.mark.parametrize(("form", "syntax"), [("cii", "CII"), ("ubl", "UBL"), ("peppol", "UBL")])
def test_the_form_is_that_of_the_option(connected: Path, stand_in: StandIn, form: str, syntax: str) -> None:
    option(connected, e_invoice_form=form)
    run(connected, "send", COMMUNE, *DAY, "--write")
    (flow,) = stand_in.documents
    assert flow.info["flowSyntax"] == syntax
    assert flow.content.startswith(b"<?xml")


def test_without_settings_it_goes_to_the_outbox(ledger: Path) -> None:
    assert "prepared" in run(ledger, "send", COMMUNE, *DAY, "--write")
    assert (ledger.parent / "outbox" / f"{COMMUNE}.pdf").exists()


def test_a_refusal_by_the_platform_is_told_and_it_may_be_sent_again(connected: Path, stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(413, body=b'{"errorCode": "FILE_SIZE_EXCEEDED"}'))
    assert "413 FILE_SIZE_EXCEEDED" in run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    assert events(connected) == ["sending", "not-sent"]
    assert not (connected.parent / "documents" / "2026" / f"{COMMUNE}.pdf").exists()
    run(connected, "send", COMMUNE, *DAY, "--write")
    assert events(connected) == ["sending", "not-sent", "sending", "sent"]
    assert sound(connected)


@pytest.mark.parametrize("taken", [True, False])
def test_a_cut_connection_leaves_a_doubt_that_retrying_clears(connected: Path, stand_in: StandIn, taken: bool) -> None:
    stand_in.fail("POST flows", Fault(cut=True, taken=taken))
    assert "IN DOUBT" in run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    assert events(connected) == ["sending"]
    assert "in doubt" in run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    assert len(stand_in.documents) == taken
    run(connected, "send", COMMUNE, "--retry", *DAY, "--write")
    assert len(stand_in.documents) == 1
    assert events(connected) == (["sending", "sent"] if taken else ["sending", "not-sent", "sending", "sent"])
    assert 'flow: "flow-1"' in record(connected)
    assert sound(connected)


def test_a_doubt_that_cannot_be_asked_about_stays(connected: Path, stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(cut=True))
    run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    stand_in.fail("POST flows/search", Fault(400))
    assert "nothing was sent" in run(connected, "send", COMMUNE, "--retry", *DAY, "--write", code=1)
    assert events(connected) == ["sending"]
    assert stand_in.documents == []


def test_what_is_found_late_is_not_sent_twice(connected: Path, stand_in: StandIn) -> None:
    """The platform has taken it, but its list shows it only later: a person has said meanwhile that it was not sent."""
    stand_in.fail("POST flows", Fault(cut=True, taken=True))
    run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    run(connected, "send", "--discard", COMMUNE, *DAY, "--write")
    run(connected, "send", COMMUNE, *DAY, "--write")
    assert len(stand_in.documents) == 1
    assert events(connected) == ["sending", "not-sent", "sending", "sent"]


def test_nothing_leaves_without_a_secret(connected: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEAN_INVOICE_PLATFORM_SECRET")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(connected.parent))
    assert "BEAN_INVOICE_PLATFORM_SECRET" in run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    assert events(connected) == []
    assert stand_in.requests == []


def test_a_platform_that_cannot_be_reached_has_nothing(connected: Path, stand_in: StandIn) -> None:
    stand_in.fail("POST /token", Fault(cut=True))
    assert "broke" in run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    assert events(connected) == []


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("platform", "http://platform.example", "in the clear"),
        ("platform-token", "auth.example", "write an address"),
        ("platform-client", "", "needs your client id"),
        ("platform-directory", "x", "write an address"),
    ],
)
def test_wrong_settings_are_named_with_their_line(connected: Path, name: str, text: str, message: str) -> None:
    file = connected.parent / "settings.beancount"
    told = file.read_text(encoding="utf-8")
    line = f'2025-01-02 custom "invoice-option" "{name}" "{text}"\n'
    file.write_text(told + line, encoding="utf-8")
    output = run(connected, "send", COMMUNE, *DAY, code=1)
    assert message in output
    assert "settings.beancount:" in output


# secrets ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_file(connected: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file with the secret, instead of the environment."""
    monkeypatch.delenv("BEAN_INVOICE_PLATFORM_SECRET")
    file = tmp_path / "platform.json"
    monkeypatch.setenv("BEAN_INVOICE_PLATFORM_FILE", str(file))
    host = stand_in.address.removeprefix("http://")
    file.write_text(json.dumps({f"{stand_in.client}@{host}": {"client-secret": stand_in.secret}}), encoding="utf-8")
    file.chmod(0o600)
    assert connected.exists()
    return file


def test_a_secret_in_a_file_of_ones_own(connected: Path, stand_in: StandIn, own_file: Path) -> None:
    run(connected, "send", COMMUNE, *DAY, "--write")
    assert len(stand_in.documents) == 1
    assert stand_in.secret not in record(connected)
    assert own_file.exists()


def test_a_refresh_token_is_rotated_in_the_file(connected: Path, stand_in: StandIn, own_file: Path) -> None:
    stand_in.refresh_token = "first"  # noqa: S105 - of the test
    known = json.loads(own_file.read_text(encoding="utf-8"))
    (entry,) = known
    known[entry]["refresh-token"] = "first"
    own_file.write_text(json.dumps(known), encoding="utf-8")
    run(connected, "send", COMMUNE, *DAY, "--write")
    told = json.loads(own_file.read_text(encoding="utf-8"))[entry]
    assert told == {"client-secret": stand_in.secret, "refresh-token": stand_in.refresh_token}
    assert own_file.stat().st_mode & 0o777 == 0o600
    assert stand_in.refresh_token != "first"  # noqa: S105 - of the test


@pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
def test_a_file_that_others_can_read_is_refused(connected: Path, stand_in: StandIn, own_file: Path) -> None:
    own_file.chmod(0o644)
    assert "chmod 600" in run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    assert stand_in.requests == []


@pytest.mark.parametrize("text", ["", "[]", '{"x": ', "[" * 100_000])
def test_a_file_that_is_not_as_the_page_shows_it(connected: Path, own_file: Path, text: str) -> None:
    own_file.write_text(text, encoding="utf-8")
    assert "docs/platform.md" in run(connected, "send", COMMUNE, *DAY, "--write", code=1)
