"""The directory of platforms: whether customers are there, at which address, and what is done if they are not."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.platform.directory import DirectoryEntry, DirectoryLine, reachability
from tests.platform.connected import COMMUNE, DAY, events, option, run, sound
from tests.platform.stand_in import Fault, StandIn

DIRECTORY_LINES = "POST /directory-service/v1/directory-line/search"


@pytest.fixture
def listed(connected: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The example whose platform has a directory, which is empty, and no answers of it yet."""
    option(connected, platform_directory=f"{stand_in.address}/directory-service")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return connected


def commune(ledger: Path) -> Any:
    """The customer of the invoice."""
    invoice = open_ledger(ledger).book.invoice(COMMUNE)
    assert invoice
    assert invoice.customer
    return invoice.customer


def siren_of(ledger: Path) -> str:
    customer = commune(ledger)
    return str(customer.siren or customer.siret[:9])


def own_address(ledger: Path) -> str:
    """The address that the invoice carries, after the SIREN."""
    return str(commune(ledger).endpoint.partition(":")[2].removeprefix(siren_of(ledger)))


def asked(stand_in: StandIn) -> list[str]:
    return [path for _method, path, _headers, _body in stand_in.requests if "directory" in path]


# send -------------------------------------------------------------------------------------------------------------------


def test_the_first_document_to_a_customer_asks_the_directory_and_the_next_one_does_not(
    listed: Path, stand_in: StandIn
) -> None:
    stand_in.list_firm(siren_of(listed), "COMMUNE", **{own_address(listed): "Enabled"})
    run(listed, "send", COMMUNE, *DAY)
    assert asked(stand_in) == []  # nothing is sent without --write, and nobody is asked
    run(listed, "send", COMMUNE, *DAY, "--write")
    assert len(asked(stand_in)) == 1
    assert events(listed) == ["sending", "sent"]
    run(listed, "send", COMMUNE, *DAY, "--again", "--write")
    assert len(asked(stand_in)) == 1


def test_a_customer_that_is_elsewhere_is_not_sent_to_and_the_line_to_write_leads_on(
    listed: Path, stand_in: StandIn
) -> None:
    siren = siren_of(listed)
    stand_in.list_firm(siren, "COMMUNE", **{own_address(listed): "Disabled", "_VRAIE": "Enabled"})
    output = run(listed, "send", COMMUNE, *DAY, "--write", code=1)
    (endpoint,) = re.findall(r'write endpoint: "([^"]*)"', output)
    assert endpoint == f"0225:{siren}_VRAIE"
    assert events(listed) == []
    assert stand_in.documents == []
    customer = commune(listed)
    file = Path(customer.source.file)
    text = file.read_text(encoding="utf-8")
    assert customer.endpoint in text
    file.write_text(text.replace(f'endpoint: "{customer.endpoint}"', f'endpoint: "{endpoint}"'), encoding="utf-8")
    run(listed, "send", COMMUNE, *DAY, "--write")
    assert events(listed) == ["sending", "sent"]


@pytest.mark.parametrize("status", ["Disabled", "Upcoming"])
def test_a_customer_without_a_platform_gets_an_e_mail_instead(listed: Path, stand_in: StandIn, status: str) -> None:
    stand_in.list_firm(siren_of(listed), "COMMUNE", **{own_address(listed): status})
    output = run(listed, "send", COMMUNE, *DAY, "--write", code=1)
    assert f"bean-invoice send {COMMUNE} --channel email --write" in " ".join(output.split())
    assert "are not reported" in output
    assert stand_in.documents == []
    run(listed, "send", COMMUNE, *DAY, "--channel", "e-invoice", "--write")  # the platform wants it all the same
    assert len(stand_in.documents) == 1
    assert sound(listed)


@pytest.mark.parametrize("unknown_is_404", [True, False])
def test_a_customer_that_the_directory_does_not_know_is_reported_as_a_consumer(
    listed: Path, stand_in: StandIn, unknown_is_404: bool
) -> None:
    stand_in.unknown_is_404 = unknown_is_404
    output = run(listed, "send", COMMUNE, *DAY, "--write", code=1)
    assert f"does not know the SIREN {siren_of(listed)}" in output
    assert 'buyer: "consumer"' in output
    assert "platform report" in output
    assert events(listed) == []


def test_a_directory_that_does_not_say_whether_an_address_is_open_holds_nothing_back(
    listed: Path, stand_in: StandIn
) -> None:
    stand_in.list_firm(siren_of(listed), "COMMUNE", **{own_address(listed): "-"})
    run(listed, "send", COMMUNE, *DAY, "--write")
    assert len(stand_in.documents) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(400, body=b'{"errorCode": "BAD"}'), "400 BAD"),
        (Fault(body=b"[]"), "gives no list of addresses"),
        (Fault(body=b'{"results": [1]}'), "gives no list of addresses"),
        (Fault(body=b'{"results": [{"addressingIdentifier": "x\\"; option"}]}'), "which it cannot be"),
        (Fault(body=b'{"results": [{"addressingIdentifier": "552100554_ELSE"}]}'), "which it cannot be"),
        (Fault(302, {"Location": "https://elsewhere.example/"}), "this is not followed"),
    ],
)
def test_a_directory_that_answers_nonsense_is_told_in_a_line(
    listed: Path, stand_in: StandIn, fault: Fault, words: str
) -> None:
    stand_in.fail(DIRECTORY_LINES, fault)
    assert words in run(listed, "send", COMMUNE, *DAY, "--write", code=1)
    assert "sending" not in events(listed)
    assert stand_in.documents == []
    stand_in.fail(DIRECTORY_LINES, fault)
    output = run(listed, "customer", "check", *DAY, code=1)
    assert words in " ".join(output.split())


def test_a_list_that_never_ends_does(listed: Path, stand_in: StandIn) -> None:
    lines = json.dumps(
        {"results": [{"addressingIdentifier": siren_of(listed)}], "totalNumberOfResults": 10**9}
    ).encode()
    stand_in.fail(DIRECTORY_LINES, *[Fault(body=lines)] * 100)
    assert "never comes to the end" in run(listed, "send", COMMUNE, *DAY, "--write", code=1)


def test_all_pages_are_read(listed: Path, stand_in: StandIn) -> None:
    stand_in.page = 1
    others = {f"_A{number}": "Enabled" for number in range(3)}
    stand_in.list_firm(siren_of(listed), "COMMUNE", **others, **{own_address(listed): "Enabled"})
    run(listed, "send", COMMUNE, *DAY, "--write")
    assert len(asked(stand_in)) == 4
    assert len(stand_in.documents) == 1


def test_a_customer_whose_address_has_changed_is_asked_about_again(listed: Path, stand_in: StandIn) -> None:
    stand_in.list_firm(siren_of(listed), "COMMUNE", **{own_address(listed): "Enabled"})
    run(listed, "send", COMMUNE, "--date", "2026-11-20", "--write")
    account = commune(listed).account
    new = f"0225:{siren_of(listed)}_NEUF"
    run(listed, "customer", "change", account, "--endpoint", new, "--from", "2026-11-25", "--write")
    run(listed, "send", COMMUNE, *DAY, "--again", "--write")
    assert len(asked(stand_in)) == 2
    assert events(listed) == ["sending", "sent"] * 2


def test_platform_check_says_whether_the_seller_can_receive(listed: Path, stand_in: StandIn) -> None:
    seller = open_ledger(listed).book.seller
    assert seller
    siren = (seller.latest.siren or seller.latest.siret)[:9]
    assert f"no open address of {siren}" in run(listed, "platform", "check", *DAY)
    stand_in.list_firm(siren, "ATELIER", **{"": "Enabled"})
    assert f"You receive at 0225:{siren}." in run(listed, "platform", "check", *DAY)
    file = listed.parent / "settings.beancount"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(f'  siren: "{siren}"\n', ""), encoding="utf-8")
    assert "write siren below invoice-seller" in run(listed, "platform", "check", *DAY)


# the cache --------------------------------------------------------------------------------------------------------------


def test_an_answer_counts_for_seven_days_and_may_be_deleted(listed: Path, stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.list_firm(siren_of(listed), "COMMUNE", **{own_address(listed): "Enabled"})
    name = commune(listed).account
    day = date(2026, 11, 30)

    def check(after: int, *more: str) -> int:
        before = len(asked(stand_in))
        run(listed, "customer", "check", name, "--date", str(day + timedelta(days=after)), *more)
        return len(asked(stand_in)) - before

    assert [check(0), check(1), check(6), check(7), check(7), check(7, "--again")] == [1, 0, 0, 1, 0, 1]
    file = tmp_path / "cache" / "bean-invoice" / "directory.json"
    for spoilt in (
        "",
        "[]",
        '{"x": 1}',
        "[" * 100_000,
        file.read_text(encoding="utf-8").replace('"lines"', '"others"'),
    ):
        file.write_text(spoilt, encoding="utf-8")
        assert check(7) == 1
    file.unlink()
    assert check(7) == 1
    assert (
        "commune" not in "".join(path.read_text(encoding="utf-8") for path in listed.parent.glob("*.beancount")).split()
    )


def test_a_cache_that_cannot_be_written_only_costs_a_question(
    listed: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    stand_in.list_firm(siren_of(listed), "COMMUNE", **{own_address(listed): "Enabled"})
    run(listed, "customer", "check", commune(listed).account, *DAY)


def test_a_firm_that_was_not_there_is_asked_about_again(listed: Path, stand_in: StandIn) -> None:
    run(listed, "send", COMMUNE, *DAY, "--write", code=1)
    stand_in.list_firm(siren_of(listed), "COMMUNE", **{own_address(listed): "Enabled"})
    run(listed, "send", COMMUNE, *DAY, "--write")
    assert len(stand_in.documents) == 1


# customer check ---------------------------------------------------------------------------------------------------------


def test_customer_check_says_who_is_there_and_what_to_write(listed: Path, stand_in: StandIn) -> None:
    rows = json.loads(run(listed, "customer", "check", *DAY, "--format", "json"))
    assert {row["state"] for row in rows} == {"unknown"}
    first, second, third = [row["siren"] for row in rows][:3]
    stand_in.list_firm(first, "FIRST", **{"": "Enabled", "_B": "Enabled", "_A": "Enabled"})
    stand_in.list_firm(second, "SECOND", _B="Enabled", _A="Enabled")
    stand_in.list_firm(third, "THIRD")
    again = json.loads(run(listed, "customer", "check", *DAY, "--format", "json"))
    assert [(row["state"], row["name"]) for row in again[:3]] == [
        ("open" if rows[0]["address"] == f"0225:{first}" else "elsewhere", "FIRST"),
        ("elsewhere", "SECOND"),
        ("closed", "THIRD"),
    ]
    assert again[1]["choices"] == [f"0225:{second}_A", f"0225:{second}_B"]
    output = run(listed, "customer", "check", *DAY)
    assert f'write endpoint: "0225:{second}_A" (or 0225:{second}_B)' in output
    assert "no open address" in output
    assert "not in the directory" in output
    assert 'buyer: "consumer"' in output


def test_wrong_digits_are_found_without_asking(listed: Path, stand_in: StandIn) -> None:
    file = listed.parent / "settings.beancount"
    more = """
2025-01-01 open Assets:Clients:Faux
  customer: "Faux SARL"
  country: "FR"
  siren: "123456782"
  siret: "73282932000074"
  vat-id: "FR44732829320"
2025-01-01 open Assets:Clients:Sans
  customer: "Sans SARL"
  country: "FR"
2025-01-01 open Assets:Clients:Adresse
  customer: "Adresse SARL"
  endpoint: "0225:123456789"
"""
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    output = run(listed, "customer", "check", "Faux", *DAY, code=1)
    assert "siret 73282932000074 is not one of the SIREN 123456782" in output
    assert "vat-id FR44732829320 is not that of the SIREN 123456782" in output
    assert "write siren: …" in run(listed, "customer", "check", "Sans", *DAY, code=1)
    assert "the SIREN in it is wrong" in run(listed, "customer", "check", "Adresse", *DAY, code=1)
    assert stand_in.requests == []


def test_without_a_directory_only_digits_are_checked(connected: Path, stand_in: StandIn) -> None:
    assert "no directory is named" in run(connected, "customer", "check", *DAY)
    assert "not asked" in run(connected, "customer", "check", *DAY)
    assert stand_in.requests == []


def test_nobody_in_france(listed: Path, stand_in: StandIn) -> None:
    file = listed.parent / "settings.beancount"
    abroad = '\n2025-01-01 open Assets:Clients:Ailleurs\n  customer: "Anders GmbH"\n  country: "DE"\n'
    file.write_text(file.read_text(encoding="utf-8") + abroad, encoding="utf-8")
    assert "none of these customers is one" in run(listed, "customer", "check", "Anders", *DAY)
    assert "no customer" in run(listed, "customer", "check", "Personne", *DAY, code=1).lower()
    assert stand_in.requests == []


@pytest.mark.parametrize("command", ["today", "list", "aging", "customer list", "customer show Commune", "check"])
def test_no_report_asks_the_directory(listed: Path, stand_in: StandIn, command: str) -> None:
    result = CliRunner().invoke(main, ["-f", str(listed), *command.split()])
    assert result.output
    assert stand_in.requests == []


# the best address -------------------------------------------------------------------------------------------------------

SIREN = "732829320"
SIRET = f"{SIREN}00074"


@pytest.mark.parametrize(
    ("siret", "code", "best"),
    [
        ("", "", SIREN),
        (SIRET, "", f"{SIREN}_{SIRET}"),
        (SIRET, "COMPTA", f"{SIREN}_{SIRET}_COMPTA"),
        ("", "COMPTA", f"{SIREN}_{SIRET}_COMPTA"),
        (SIRET, "OTHER", f"{SIREN}_{SIRET}"),
    ],
)
def test_the_best_address_is_that_of_the_service_then_of_the_place_then_of_the_firm(
    siret: str, code: str, best: str
) -> None:
    lines = (
        DirectoryLine(f"{SIREN}_A", "Enabled", suffix="A"),
        DirectoryLine(f"{SIREN}_{SIRET}_COMPTA", "Enabled", SIRET, "COMPTA"),
        DirectoryLine(f"{SIREN}_{SIRET}", "Enabled", SIRET),
        DirectoryLine(SIREN, "Enabled"),
        DirectoryLine(f"{SIREN}_CLOSED", "Disabled"),
    )
    entry = DirectoryEntry(SIREN, True, "FIRM", lines)
    found = reachability(entry, "9957:1", siret, code)
    assert (found.state, found.choices[0]) == ("elsewhere", f"0225:{best}")
    assert len(found.choices) == 4


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ([], "closed"),
        (["Disabled"], "closed"),
        (["Disabled", "Upcoming"], "upcoming"),
        (["Upcoming", ""], "unclear"),
        (["", "Enabled"], "elsewhere"),
    ],
)
def test_what_becomes_of_an_address_that_is_not_listed(statuses: list[Any], state: str) -> None:
    lines = tuple(DirectoryLine(f"{SIREN}_{count}", status) for count, status in enumerate(statuses))
    assert reachability(DirectoryEntry(SIREN, True, "", lines), f"0225:{SIREN}").state == state
    assert reachability(DirectoryEntry(SIREN, False, "", ()), f"0225:{SIREN}").state == "unknown"
