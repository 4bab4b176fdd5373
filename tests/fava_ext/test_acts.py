"""Acts from the page in Fava: shown first, then written as shown, or refused with the reason."""

from __future__ import annotations

import html
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fava.application import create_app
from flask.testing import FlaskClient

from beancount_invoicing.cli import main
from beancount_invoicing.fava_ext.acts.table import ACTS as ACTS_OF_THE_PAGE
from tests.ledgers import PRELUDE, recent_example

LEDGER = f"""{PRELUDE}
plugin "beancount_invoicing"
2025-01-01 custom "fava-extension" "beancount_invoicing.fava_ext"
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2026-02-01 custom "invoice-contract" Assets:Receivable:Acme "HOST" "subscription"
  text: "Hosting"
  account: Income:Services
  price: 50.00
  every: "month"
2026-01-05 * "Acme SAS" "Audit" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  600.00 EUR
  Income:Services        -500.00 EUR
  Liabilities:VAT        -100.00 EUR
    tax: "FR20"
2026-01-06 ! "Acme SAS" "Plans" ^draft-plans
  invoice: "draft-plans"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services        -100.00 EUR
  Liabilities:VAT         -20.00 EUR
    tax: "FR20"
2026-01-07 ! "Acme SAS" "Two" ^draft-two
  invoice: "draft-two"
  Assets:Receivable:Acme  240.00 EUR
  Income:Services        -100.00 EUR
    text: "One"
    quantity: 4
    price: 25.00
  Income:Services        -100.00 EUR
    text: "Other"
  Liabilities:VAT         -40.00 EUR
    tax: "FR20"
2026-01-20 * "Acme SAS" "Paid, for what is not said"
  Assets:Bank              10.00 EUR
  Assets:Receivable:Acme  -10.00 EUR
2025-01-01 open Assets:Receivable:Bistro
  customer: "Bistro SARL"
  address: "3 rue Haute"
  city: "Rennes"
  country: "FR"
  siren: "123456782"
2025-01-01 open Liabilities:VAT:Pending
2025-01-01 custom "invoice-tax" "FR20E" "TVA 20 % sur les encaissements" Liabilities:VAT
  category: "S"
  rate: 20
  due-on: "payment"
  pending: Liabilities:VAT:Pending
2026-01-08 * "Bistro SARL" "Menu" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Bistro   120.00 EUR
  Income:Services           -100.00 EUR
    tax: "FR20E"
  Liabilities:VAT:Pending    -20.00 EUR
    tax: "FR20E"
2026-01-09 note Assets:Receivable:Bistro "To be sent by hand" ^F2026-0002
  event: "prepared"
  channel: "post"
  message-id: "<F2026-0002@localhost>"
2026-01-25 * "Bistro SARL" "Half of it" ^F2026-0002
  Assets:Bank                60.00 EUR
  Assets:Receivable:Bistro  -60.00 EUR
"""
"""A ledger in which every act has something to do."""
DAY = "2026-02-10"
NOTHING: Mapping[str, Any] = {}
ACTS = {
    "pay": {"documents": "F2026-0001", "day": DAY, "amount": "590,00", "account": "Assets:Bank"},
    "allocate": {"numbers": "F2026-0001", "day": DAY},
    "new": {"customer": "Acme", "lines": "2 DEV\n1 Audit @ 450", "day": DAY, "account": "Income:Services"},
    "bill": {"until": "2026-02-28", "draft": "true"},
    "issue": {"drafts": "draft-plans", "day": DAY},
    "edit-draft": {
        "draft": "draft-plans",
        "quantity": "2",
        "price": "75",
        "text": "Plans",
        "add": "1 Travel @ 45\n1 Hotel @ 90",
    },
    "drop-draft": {"drafts": "draft-plans"},
    "credit": {"number": "F2026-0001", "reason": "Geste commercial", "amount": "50", "day": DAY},
    "note": {"kind": "promise", "about": "F2026-0001", "until": "2026-03-01", "text": "Au téléphone", "day": DAY},
    "prepare-invoices": {"numbers": "F2026-0001", "day": DAY},
    "prepare-reminders": {"customer": "Acme", "day": "2026-03-31", "booked": "true"},
    "sent-by-post": {"numbers": "F2026-0002", "day": DAY},
    "move-taxes": {"day": DAY},
}
"""What is filled in for each act of the page, so that it writes something into the ledger above. Every list of acts in these tests
is this one: an act of the page that is not here fails the first test.
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


class Page:
    """A browser on the page of a ledger."""

    def __init__(self, *files: Path, incognito: bool = False, read_only: bool = False) -> None:
        app = create_app(files, load=True, incognito=incognito, read_only=read_only, poll_watcher=True)
        self.browser: FlaskClient = app.test_client()
        home = self.browser.get("/").headers["Location"].removesuffix("income_statement/")
        self.address = f"{home}extension/Receivables/"

    def form(self, act: str, **about: str) -> Any:
        """The form of an act; on the page of a day."""
        return self.browser.get(f"{self.address}act_form", query_string={"act": act, "time": DAY, **about}).get_json()

    def send(self, act: str, values: dict[str, str], state: str = "", changed: Mapping[str, Any] = NOTHING) -> Any:
        """The answer to a filled-in form; `changed`: what it says instead."""
        token = self.form(act).get("token", "")
        body = {"act": act, "values": values, "state": state, "token": token, **changed}
        answer = self.browser.post(f"{self.address}act", json=body, headers={"Origin": "http://localhost"})
        return answer.get_json()


def books(folder: Path) -> dict[str, str]:
    """The files of a ledger, by name."""
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.beancount"))}


@pytest.fixture
def page(ledger: Path) -> Page:
    return Page(ledger)


def test_no_act_of_the_page_is_left_out_of_these_tests() -> None:
    assert {*ACTS} == {*ACTS_OF_THE_PAGE}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_shows_its_entry_then_writes_just_that(page: Page, ledger: Path, act: str) -> None:
    before = ledger.read_text(encoding="utf-8")
    shown = page.send(act, ACTS[act])
    assert not shown["error"]
    assert shown["text"] or shown["summary"].startswith("taken out: draft-plans")
    assert shown["state"]
    assert not shown["written"]
    assert ledger.read_text(encoding="utf-8") == before, "nothing is written before it was shown"
    written = page.send(act, ACTS[act], shown["state"])
    assert written["written"]
    assert not written["error"]
    assert ledger.read_text(encoding="utf-8") != before
    if act in {"pay", "allocate", "note", "credit", "issue"}:
        for line in shown["text"].splitlines():
            assert line.strip() in ledger.read_text(encoding="utf-8") or "draft-" in line


@pytest.mark.parametrize("act", ACTS)
def test_the_command_that_is_shown_writes_the_same(page: Page, ledger: Path, tmp_path: Path, act: str) -> None:
    copied = tmp_path / "copied" / ledger.name
    copied.parent.mkdir()
    shutil.copy(ledger, copied)
    shown = page.send(act, ACTS[act])
    page.send(act, ACTS[act], shown["state"])
    program, *arguments = shlex.split(shown["command"])
    assert program == "bean-invoice"
    result = CliRunner().invoke(main, ["-f", str(copied), *arguments])
    assert result.exit_code == 0, result.output
    assert books(copied.parent) == books(ledger.parent)


def test_tax_that_became_due_is_moved_as_the_command_moves_it(tmp_path: Path) -> None:
    ledger = recent_example(tmp_path / "books")
    copied = recent_example(tmp_path / "copied")
    with_payment = """
2026-11-25 * "Clinique du Parc SAS" "VIR F2026-0064" ^F2026-0064
  Assets:Banque             100.00 EUR
  Assets:Clients:CliniqueDuParc  -100.00 EUR
"""
    for file in (ledger, copied):
        file.write_text(file.read_text(encoding="utf-8") + with_payment, encoding="utf-8")
    page, values = Page(ledger), {"day": "2026-11-30"}
    shown = page.send("move-taxes", values)
    assert shown["command"] == "bean-invoice tax-due --as-of 2026-11-30 -w"
    assert page.send("move-taxes", values, shown["state"])["written"]
    result = CliRunner().invoke(main, ["-f", str(copied), *shlex.split(shown["command"])[1:]])
    assert result.exit_code == 0, result.output
    assert ledger.read_text(encoding="utf-8") == copied.read_text(encoding="utf-8")
    assert page.send("move-taxes", values)["summary"] == "There is nothing to do."


def test_money_in_another_currency(tmp_path: Path) -> None:
    """A British customer pays in pounds what arrives on a euro account."""
    page = Page(recent_example(tmp_path / "books"))
    fields = {field["name"]: field for field in page.form("pay", number="F2026-0068")["fields"]}
    assert fields["currency"]["choices"] == [["", ""], ["CHF", "CHF"], ["EUR", "EUR"], ["GBP", "GBP"]]
    values = {"documents": "F2026-0068", "day": "2026-11-25", "account": "Assets:Banque"}
    assert "--currency EUR" in page.send("pay", values)["error"]
    shown = page.send("pay", values | {"amount": "904.40", "currency": "EUR"})
    assert not shown["error"]
    assert "904.40 EUR" in shown["text"]
    assert "760.00 GBP" in shown["text"]
    assert "--currency EUR" in shown["command"]


def test_a_day_far_ahead_is_written_only_if_it_is_meant(page: Page, ledger: Path) -> None:
    before = ledger.read_bytes()
    values = ACTS["pay"] | {"day": "2199-01-01"}
    shown = page.send("pay", values)
    assert "--yes" in shown["notices"][0]
    assert "--yes" in page.send("pay", values, shown["state"])["error"]
    assert ledger.read_bytes() == before
    meant = page.send("pay", values | {"meant": "true"})
    assert "--yes" in meant["command"]
    assert page.send("pay", values | {"meant": "true"}, meant["state"])["written"]


def test_what_was_prepared_is_recorded_once_it_left(page: Page, ledger: Path) -> None:
    shown = page.send("prepare-invoices", ACTS["prepare-invoices"])
    page.send("prepare-invoices", ACTS["prepare-invoices"], shown["state"])
    assert 'event: "prepared"' in books(ledger.parent)["sent-2026.beancount"]
    values = {"numbers": "F2026-0001", "day": DAY}
    shown = page.send("sent-by-post", values)
    assert page.send("sent-by-post", values, shown["state"])["written"]
    assert 'event: "sent"' in books(ledger.parent)["sent-2026.beancount"]
    assert "F2026-0001" in page.send("sent-by-post", values)["error"], "nothing waits any more"


def test_a_ledger_that_changed_meanwhile_is_looked_at_again(page: Page, ledger: Path) -> None:
    shown = page.send("pay", ACTS["pay"])
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-02-01 note Assets:Receivable:Acme "Somebody else was here"\n')
    before = ledger.read_bytes()
    answer = page.send("pay", ACTS["pay"], shown["state"])
    assert "the ledger has changed since this was shown: nothing was written" in answer["error"]
    assert not answer["written"]
    shown = page.send("prepare-invoices", ACTS["prepare-invoices"])
    ledger.write_bytes(before + b"\n")
    answer = page.send("prepare-invoices", ACTS["prepare-invoices"], shown["state"])
    assert "nothing was prepared" in answer["error"]
    assert not list(ledger.parent.glob("outbox/*"))


def test_a_double_click_writes_once(page: Page, ledger: Path) -> None:
    shown = page.send("pay", ACTS["pay"])
    assert page.send("pay", ACTS["pay"], shown["state"])["written"]
    once = ledger.read_bytes()
    assert "has changed since this was shown" in page.send("pay", ACTS["pay"], shown["state"])["error"]
    assert ledger.read_bytes() == once


def test_a_form_is_filled_in_for_what_the_user_looks_at(page: Page) -> None:
    fields = {field["name"]: field for field in page.form("pay", number="F2026-0001")["fields"]}
    assert fields["documents"]["value"] == "F2026-0001"
    assert fields["day"]["value"] == DAY
    assert fields["account"]["value"] == "Assets:Bank", "where the last payment was"
    fields = {field["name"]: field for field in page.form("new", customer="Assets:Receivable:Acme")["fields"]}
    assert fields["customer"]["value"] == "Acme"
    fields_of_allocation = page.form("allocate", customer="Assets:Receivable:Acme")["fields"]
    assert fields_of_allocation[0]["value"] == "F2026-0001", "what is open, the first due first"
    assert page.form("note", number="F2026-0001", note="dispute-settled")["fields"][0]["value"] == "dispute-settled"
    lines = page.form("edit-draft", number="draft-two")["fields"][1]["choices"]
    assert lines == [["", ""], ["1", "1. 4 × 25.00, One"], ["2", "2. Other"]]
    assert fields["draft"]["value"] == "true", "a new invoice is a draft unless the user says otherwise"


@pytest.mark.parametrize(
    ("act", "values", "message"),
    [
        ("pay", {"documents": "F2026-0001"}, "give the date"),
        ("pay", {"day": DAY}, "say which documents were paid, or whose money it is"),
        ("pay", {"documents": "F2026-0001=x", "day": DAY}, "x is not an amount above 0"),
        ("pay", {"documents": "F2026-0001=", "day": DAY}, "write the number and an amount above 0"),
        ("pay", {"documents": "F9", "day": DAY}, "there is no F9"),
        ("pay", {"documents": "F2026-0001", "day": "10/02/2026"}, "10/02/2026 is not a date"),
        ("pay", {"documents": "F2026-0001", "day": DAY, "reason": "AM04"}, "only for a payment that the bank took back"),
        ("pay", {"documents": "F2026-0001", "day": DAY, "refund": "true", "returned": "true"}, "money is either"),
        ("allocate", {"day": DAY}, "name the documents"),
        ("new", {"customer": "Acme", "lines": " \n", "day": DAY}, "give the customer and at least one line"),
        ("issue", {}, "name the drafts"),
        ("credit", {"day": DAY}, "name the document"),
        ("edit-draft", {"draft": "draft-plans"}, "say what changes: something on a line"),
        ("edit-draft", {"draft": "draft-plans", "line": "1", "add": "1 Travel @ 45"}, "say what changes on the line"),
        ("edit-draft", {"draft": "draft-plans", "quantity": "two"}, "two is not a number"),
        ("edit-draft", {"draft": "draft-plans", "drop": "x"}, "x is not the place of a line"),
        ("edit-draft", {"draft": "draft-plans", "line": "9", "quantity": "2"}, "there is no line 9"),
        ("edit-draft", {"draft": "F2026-0001", "quantity": "2"}, "F2026-0001 is not a draft"),
        ("edit-draft", {"draft": "draft-two", "quantity": "2"}, "draft-two has 2 lines: choose the one that changes"),
        ("drop-draft", {}, "name the drafts"),
        ("note", {"kind": "promise", "about": "F2026-0001", "day": DAY}, "a promise needs its last day"),
        ("note", {"kind": "praise", "about": "F2026-0001", "day": DAY}, "say what happened"),
        ("note", {"kind": "resume", "about": "F2026-0001", "until": DAY, "day": DAY}, "the last day has no meaning"),
        ("note", {"kind": "hold", "about": "F2026-0001", "amount": "5", "day": DAY}, "the amount has no meaning"),
        ("sent-by-post", {"day": DAY}, "name the documents"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why(page: Page, ledger: Path, act: str, values: dict[str, str], message: str) -> None:
    before = ledger.read_bytes()
    answer = page.send(act, values)
    assert message in answer["error"]
    assert not answer["state"]
    assert ledger.read_bytes() == before


def test_a_ledger_with_errors_is_written_into_by_nobody(page: Page, ledger: Path) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-02-01 * "Half an entry"\n  Assets:Bank  5.00 EUR\n')
    answer = page.send("pay", ACTS["pay"])
    assert "does not balance" in answer["findings"][0]["message"]
    assert not answer["state"], "there is nothing that could be written"
    assert answer["error"].startswith("the ledger has errors: nothing is written"), "and the user is told why"
    assert answer["text"], "it is shown all the same"


class TestWhoMayWrite:
    """Only a page of this server, of this ledger, where writing is allowed."""

    def test_not_another_site(self, page: Page, ledger: Path) -> None:
        state = page.send("pay", ACTS["pay"])["state"]
        body = {"act": "pay", "values": ACTS["pay"], "state": state, "token": page.form("pay")["token"]}
        before = ledger.read_bytes()
        for headers in (
            {"Origin": "https://elsewhere.example"},
            {"Origin": "null"},
            {},
            {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        ):
            answer = page.browser.post(f"{page.address}act", json=body, headers=headers)
            assert answer.status_code == 403, headers
        assert (
            page.browser.post(f"{page.address}act", data=body, headers={"Origin": "http://localhost"}).status_code
            == 403
        ), "a form that any page may post"
        assert page.browser.get(f"{page.address}act", query_string={"act": "pay"}).status_code == 404
        assert ledger.read_bytes() == before

    def test_not_with_the_token_of_another_ledger(self, ledger: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.beancount"
        other.write_text(LEDGER, encoding="utf-8")
        token = Page(other).form("pay")["token"]
        answer = Page(ledger).send("pay", ACTS["pay"], changed={"token": token})
        assert answer == {"error": "the page is older than this server: reload the page"}

    @pytest.mark.parametrize(
        ("host", "is_safe"),
        [
            ("localhost", True), ("localhost:5000", True), ("LocalHost.", True), ("127.0.0.1:5000", True),
            ("192.168.1.20", True), ("[::1]:5000", True), ("books.example:8080", True), ("BOOKS.example", True),
            ("elsewhere.example", False), ("elsewhere.example:5000", False), ("127.0.0.1.elsewhere.example", False),
            ("localhost.elsewhere.example", False), ("elsewhere", False), ("books.example.elsewhere.example", False),
        ],
    )  # fmt: skip
    def test_not_under_a_name_that_leads_here_by_another_site_s_doing(
        self, ledger: Path, host: str, *, is_safe: bool
    ) -> None:
        """DNS rebinding: the browser takes the other site's page and this server for one site, so the origin is right."""
        hosts = "\"beancount_invoicing.fava_ext\" \"{'hosts': ['Books.example']}\""
        ledger.write_text(LEDGER.replace('"beancount_invoicing.fava_ext"', hosts), encoding="utf-8")
        page, before = Page(ledger), ledger.read_bytes()
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        body = {"act": "note", "values": ACTS["note"], "token": page.form("note")["token"]}
        body["state"] = page.send("note", ACTS["note"])["state"]
        form = page.browser.get(f"{page.address}act_form?act=note", headers=headers)
        answer = page.browser.post(f"{page.address}act", json=body, headers=headers)
        shown = page.browser.get(f"{page.address}?page=documents", headers=headers).text
        assert answer.get_json().get("written", False) == is_safe
        assert (ledger.read_bytes() != before) == is_safe
        assert ("token" in form.get_json()) == is_safe
        assert ('class="act"' in shown) == is_safe
        if not is_safe:
            assert answer.status_code == form.status_code == 403
            name = host.split(":")[0]
            assert f"nothing can be written from {name}, because" in answer.get_json()["error"]
            assert f"'hosts': ['{name}']" in form.get_json()["error"]
            assert f"nothing can be written from {name}, because" in html.unescape(shown)

    @pytest.mark.parametrize("how", ["read-only", "incognito", "option"])
    def test_not_where_it_is_forbidden(self, ledger: Path, how: str) -> None:
        if how == "option":
            text = LEDGER.replace(
                '"beancount_invoicing.fava_ext"', '"beancount_invoicing.fava_ext" "{\'acts\': False}"'
            )
            ledger.write_text(text, encoding="utf-8")
        page = Page(ledger, read_only=how == "read-only", incognito=how == "incognito")
        before = books(ledger.parent)
        for act, values in ACTS.items():
            assert page.form(act) == {"error": "nothing can be written from this page"}
            body = {"act": act, "values": values, "state": "", "token": ""}
            answer = page.browser.post(f"{page.address}act", json=body, headers={"Origin": "http://localhost"})
            assert answer.status_code == (401 if how == "read-only" else 403)
        assert 'class="act"' not in page.browser.get(f"{page.address}?page=documents").text
        assert books(ledger.parent) == before

    def test_not_by_an_address(self, page: Page, ledger: Path) -> None:
        """A link may name an act and all of its fields: nothing but the form comes of it."""
        before = books(ledger.parent)
        for act, values in ACTS.items():
            state = page.send(act, values)["state"]
            asked = {"act": act, "state": state, "token": page.form(act)["token"], **values}
            for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
                answer = page.browser.open(f"{page.address}act", method=method, query_string=asked)
                assert answer.status_code in {404, 405}, (act, method)
            posted = page.browser.post(f"{page.address}act", query_string=asked, headers={"Origin": "http://localhost"})
            assert posted.status_code == 403
            assert page.browser.get(f"{page.address}act_form", query_string=asked).status_code == 200
            assert page.browser.get(page.address, query_string=asked).status_code == 200
        assert books(ledger.parent) == before

    @pytest.mark.parametrize("changed", [{"act": "rm"}, {"values": "x"}, {"values": None}])
    def test_nothing_that_is_no_act(self, page: Page, changed: dict[str, Any]) -> None:
        assert page.send("pay", ACTS["pay"], changed=changed) == {"error": "there is no such act"}
        assert page.form("rm") == {"error": "there is no such act"}


def test_the_answer_is_in_the_language_of_the_browser(page: Page) -> None:
    form = page.browser.get(f"{page.address}act_form?act=pay&time={DAY}", headers={"Accept-Language": "fr"}).get_json()
    assert form["title"] == "Enregistrer un paiement"


def test_a_refusal_is_in_a_language_that_has_no_catalogue(page: Page) -> None:
    body = {"act": "pay", "values": {"documents": "F9", "day": "31.2.2026"}, "token": page.form("pay")["token"]}
    headers = {"Origin": "http://localhost", "Accept-Language": "de"}
    answer = page.browser.post(f"{page.address}act", json=body, headers=headers).get_json()
    assert answer["error"] == "31.2.2026 ist kein Datum: schreiben Sie zum Beispiel 2026-01-31"
