"""The pages behind the tabs: what each shows, and that its figures are those of the commands."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import lxml.html
import pytest
from flask.testing import FlaskClient
from openpyxl.reader.excel import load_workbook

from beancount_invoicing.actions.today import TASK_KINDS, Task, tasks
from beancount_invoicing.documents.search import DocumentFilter, select_documents
from beancount_invoicing.fava_ext import as_of, query, today_page
from beancount_invoicing.fava_ext.acts.table import ACTS
from beancount_invoicing.fava_ext.as_of import ShownDay, shown_day
from beancount_invoicing.fava_ext.owing import owing
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import aging, positions
from tests.fava_ext.test_receivables import INVOICE, LINES, PAGE, client, home, page, rows
from tests.ledgers import EXAMPLE, PRELUDE, TESTS

DAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page believes that it is 30 November 2026."""
    monkeypatch.setattr(as_of, "today", lambda: DAY)


@pytest.fixture(scope="module")
def example() -> FlaskClient:
    return client(EXAMPLE)


def example_tasks() -> tuple[Task, ...]:
    opened = open_ledger(EXAMPLE)
    return tasks(opened.book, DAY, opened.allocated_at(DAY))


def part(browser: FlaskClient, query: str = "", language: str = "en") -> Any:
    """The tasks, as they come after the page."""
    answer = browser.get(f"{home(browser)}{PAGE}tasks?{query}", headers={"Accept-Language": language})
    return lxml.html.fromstring(f"<div>{answer.text}</div>")


def test_the_day_that_a_filter_stands_for() -> None:
    now = date(2026, 11, 27)
    assert shown_day(date(2026, 6, 1), date(2026, 6, 30), now) == ShownDay(date(2026, 6, 30))
    assert shown_day(date(2026, 1, 1), date(2026, 12, 31), now) == ShownDay(now, filter_ends=date(2026, 12, 31))
    assert shown_day(date(2027, 1, 1), date(2027, 12, 31), now) == ShownDay(date(2027, 12, 31), to_come=True)
    assert shown_day(now, now, now) == ShownDay(now)


@pytest.mark.parametrize("ledger", [EXAMPLE, TESTS / "golden" / "receivables.beancount"])
@pytest.mark.parametrize("day", [date(2026, 3, 31), DAY])
def test_what_is_late_is_late_in_the_aged_balance_and_in_the_list(ledger: Path, day: date) -> None:
    opened = open_ledger(ledger)
    allocated = opened.allocated_at(day)
    shown = owing(opened.book, allocated, day, lambda _account: True)
    aged = aging(opened.book, day, allocated=allocated)
    assert {total.aged.currency: total.late for total in shown.totals if total.late} == {
        total.currency: sum(total.buckets, Decimal()) for total in aged.totals if sum(total.buckets)
    }
    late = [position for position in positions(opened.book, day, allocated) if position.days_overdue]
    assert sum(total.late_documents for total in shown.totals) == len(late)
    assert max((row.days_late for row in shown.rows), default=0) == max((item.days_overdue for item in late), default=0)


def test_today_says_what_the_command_says(example: FlaskClient) -> None:
    ledger = open_ledger(EXAMPLE)
    found = tasks(ledger.book, DAY, ledger.allocated_at(DAY))
    html = part(example)
    texts = [" ".join(cell.text_content().split()) for cell in html.xpath("//td[@class='message']")]
    assert texts == [" ".join(str.__str__(task.text).split()) for task in found]
    assert "bean-invoice remind" in html.text_content()
    figures = page(example, "page=today").xpath("string(//ul[@class='figures'])")
    assert "14928.21 EUR" in figures
    assert "documents: 10" in figures
    assert "Assets:Banque, booked until" in figures


def test_each_task_leads_to_its_act_or_to_its_command(example: FlaskClient) -> None:
    done_elsewhere = {"outbox", "decide", "document", "acceptance"}
    assert {*today_page.ACTS_OF_TASKS, *today_page.COMMANDS} == {*TASK_KINDS} - done_elsewhere
    assert {act for todo in today_page.ACTS_OF_TASKS.values() for act in todo.acts} <= {*ACTS}
    buttons = part(example).xpath("//button[contains(@class, 'act')]")
    assert len(buttons) == sum(task.kind in today_page.ACTS_OF_TASKS for task in example_tasks())
    for button in buttons:
        for act in button.get("data-acts").split():
            form = example.get(f"{button.get('data-form')}&act={act}").get_json()
            assert form["fields"], button.get("aria-label")
    remind = next(button for button in buttons if button.get("aria-label") == "Do Halles de Vilaine SA")
    fields = example.get(f"{remind.get('data-form')}&act=prepare-reminders").get_json()["fields"]
    assert fields[0]["value"] == "Halles"
    commands = part(example).xpath("//p[@class='next'][button[contains(@class, 'copy')]]/code/text()")
    assert "bean-invoice remind" in commands


def test_of_many_tasks_the_first_are_shown_and_all_are_one_click_away(
    example: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beancount_invoicing.fava_ext.today_page.SHOWN", 2)
    html = part(example)
    assert len(html.xpath("//section[contains(h3, 'To remind')]//tbody/tr")) == 2
    (link,) = html.xpath("//section[contains(h3, 'To remind')]/p/a/@href")
    assert "kind=remind" in link
    reminders = part(example, "kind=remind")
    assert len(reminders.xpath("//section")) == 1
    assert len(reminders.xpath("//tbody/tr")) == 6


def test_tasks_follow_the_account_filter_and_the_language(example: FlaskClient) -> None:
    html = part(example, "account=Assets:Clients:Kerbrat", "fr")
    assert {cell.text_content().strip() for cell in html.xpath("//td[@class='name']")} <= {
        "Menuiserie Kerbrat SAS",
        "Assets:Banque",
    }
    assert "Brouillons" in html.text_content()
    wrong = example.get(f"{home(example)}{PAGE}tasks?time=whenever")
    assert wrong.status_code == 500
    assert "Traceback" not in wrong.text


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        ("de", "Stufe 3, letzte Mahnung, per Post: F2026-0057"),
        ("es", "nivel 3, último aviso, por correo postal: F2026-0057"),
        ("it", "livello 3, ultimo sollecito, tramite posta: F2026-0057"),
        ("nl", "niveau 3, laatste aanmaning, per post: F2026-0057"),
        ("pt", "nível 3, último aviso, por correio: F2026-0057"),
    ],
)
def test_the_reasons_of_tasks_speak_each_language(example: FlaskClient, language: str, reason: str) -> None:
    reasons = [cell.text_content() for cell in part(example, language=language).xpath("//td[@class='message']")]
    assert reason in reasons
    assert not [text for text in reasons if "booked" in text or "reminder" in text]


def test_an_empty_ledger_shows_how_to_begin(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + LINES, encoding="utf-8")
    browser = client(file)
    assert "bean-invoice new CUSTOMER" in page(browser, "page=today").text_content()
    assert "There is nothing to do" in part(browser).text_content()
    assert "bean-invoice contract add" in page(browser, "page=contracts").text_content()
    assert "No documents are found" in page(browser, "page=documents").text_content()


def test_the_first_step_is_the_one_that_is_missing(tmp_path: Path) -> None:
    seller = '2025-01-01 custom "invoice-seller" "Atelier"\n  country: "FR"\n'
    for text, command in (("", "bean-invoice init --from"), (seller, "bean-invoice customer add NAME")):
        file = tmp_path / "main.beancount"
        file.write_text(text + LINES, encoding="utf-8")
        assert command in page(client(file), "page=today").text_content()


def test_every_document_is_there_with_its_state(example: FlaskClient) -> None:
    listed = select_documents(open_ledger(EXAMPLE).book, DAY, DocumentFilter())
    html = page(example, "page=documents&rows=all")
    shown = rows(html, "invoices")
    assert {row[0] for row in shown} == {position.invoice.number for position in listed}
    assert {"draft-kerbrat-2026-11", "F2025-0001"} <= {row[0] for row in shown}
    tabs = html.xpath("//nav[@class='states']/a")
    assert [" ".join(tab.text_content().split()) for tab in tabs] == [
        "All 159", "draft 1", "open 22", "overdue 12", "disputed 1", "settled 135", "void 1",
    ]  # fmt: skip
    for tab, count in (("draft", 1), ("overdue", 12), ("disputed", 1), ("void", 1)):
        assert len(rows(page(example, f"page=documents&status={tab}"), "invoices")) == count


def test_totals_are_those_of_the_rows(example: FlaskClient) -> None:
    html = page(example, "page=documents&status=overdue")
    for total in rows(html, "invoices", "tfoot"):
        opened = [Decimal(row[6]) for row in rows(html, "invoices") if row[7] == total[7]]
        assert sum(opened) == Decimal(total[6])
        assert total[1] == f"documents: {len(opened)}"


def test_a_search_finds_numbers_names_texts_and_amounts(example: FlaskClient) -> None:
    def found(words: str) -> set[str]:
        return {row[0] for row in rows(page(example, f"page=documents&search={words}"), "invoices")}

    assert found("F2026-0064") == {"F2026-0064"}
    assert "F2026-0077" in found("halles+1900,80")
    assert found("halles+F2026-0064") == set()
    assert page(example, "page=documents&search=%3Cscript%3E").xpath("//input[@type='search']/@value") == ["<script>"]


def test_columns_are_sorted_by_their_headings(example: FlaskClient) -> None:
    html = page(example, "page=documents&status=open")
    (heading,) = html.xpath("//a[@data-column='days']")
    once = lxml.html.fromstring(example.get(heading.get("href"), headers={"Accept-Language": "en"}).text)
    assert once.xpath("//th[@aria-sort]/@aria-sort") == ["ascending"]
    days = [int(row[4] or 0) for row in rows(once, "invoices")]
    assert days == sorted(days)
    (again,) = once.xpath("//a[@data-column='days']/@href")
    twice = lxml.html.fromstring(example.get(again, headers={"Accept-Language": "en"}).text)
    assert twice.xpath("//th[@aria-sort]/@aria-sort") == ["descending"]
    assert [int(row[4] or 0) for row in rows(twice, "invoices")] == sorted(days, reverse=True)
    for column in ("number", "customer", "date", "due", "amount", "open", "currency", "status", "reminder", "source"):
        assert rows(page(example, f"page=documents&sort=-{column}"), "invoices")
    for column in (
        "currency",
        "late",
        "days",
        "not-due",
        "bucket-0",
        "bucket-1",
        "bucket-2",
        "bucket-3",
        "unallocated",
    ):
        assert rows(page(example, f"page=owing&sort={column}"), "aged")
    assert rows(page(example, "page=owing&sort=-disputed"), "aged")[0][0] == "Commune de Saint-Évran"
    assert rows(page(example, "page=owing&sort=-drafts"), "aged")[0][0] == "Menuiserie Kerbrat SAS"


def test_long_lists_come_in_parts_and_all_of_it_is_one_click_away(
    example: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "ROWS", 50)
    html = page(example, "page=documents")
    assert len(rows(html, "invoices")) == 50
    assert "1–50 of 159" in html.xpath("string(//p[@class='pager'])")
    following, everything = html.xpath("//p[@class='pager']/a/@href")
    second = lxml.html.fromstring(example.get(following).text)
    assert not {row[0] for row in rows(second, "invoices")} & {row[0] for row in rows(html, "invoices")}
    assert len(rows(lxml.html.fromstring(example.get(everything).text), "invoices")) == 159
    assert len(rows(page(example, "page=documents&start=9999"), "invoices")) == 50
    assert len(rows(page(example, "page=documents&start=x"), "invoices")) == 50


def test_the_list_as_csv_and_as_a_spreadsheet(example: FlaskClient) -> None:
    html = page(example, "page=documents&status=overdue&sort=-days")
    as_csv, as_xlsx = html.xpath("//span[@class='downloads']/a/@href")
    found = list(csv.DictReader(io.StringIO(example.get(as_csv).text)))
    assert [row["number"] for row in found] == [row[0] for row in rows(html, "invoices")]
    book = load_workbook(io.BytesIO(example.get(as_xlsx).data))
    assert book.active is not None
    assert [row[0].value for row in book.active.iter_rows(min_row=2, max_row=len(found) + 1)] == [
        row["number"] for row in found
    ]
    assert sum(Decimal(row["open"]) for row in found if row["currency"] == "CHF") == Decimal("900.00")


def test_a_customer_s_page(example: FlaskClient) -> None:
    (link,) = page(example, "").xpath("//table[contains(@class, 'aged')]//a[text()='Halles de Vilaine SA']/@href")
    html = lxml.html.fromstring(example.get(link, headers={"Accept-Language": "en"}).text)
    assert "35600 Redon" in html.xpath("string(//address)")
    assert [row[0] for row in rows(html, "open-items")] == ["F2026-0055", "F2026-0063", "F2026-0071", "F2026-0077"]
    assert len(rows(html, "invoices")) == 24
    assert any(link.endswith("/account/Assets:Clients:Halles/") for link in html.xpath("//ul[@class='links']//a/@href"))
    events = page(example, "page=customer&customer=Assets:Clients:Fournil")
    assert any("reminder, level 3" in row[1] for row in rows(events, "events"))
    nobody = page(example, "page=customer&customer=Assets:Nobody")
    assert "There is no customer Assets:Nobody" in nobody.text_content()


def test_a_customer_whose_account_begins_like_another_s(tmp_path: Path) -> None:
    """Assets:Receivable:K is not Assets:Receivable:K1."""
    text = PRELUDE + LINES
    for name in ("K", "K1"):
        text += f'2026-01-01 open Assets:Receivable:{name}\n  customer: "Client {name}"\n  city: "Lyon"\n'
        invoice = INVOICE.format(amount="120.00").replace("Receivable:Acme", f"Receivable:{name}")
        text += invoice.replace("F2026-0001", f"F2026-00{len(name)}").replace("Acme SAS", f"Client {name}")
    file = tmp_path / "main.beancount"
    file.write_text(text, encoding="utf-8")
    html = page(client(file), "page=customer&customer=Assets:Receivable:K")
    assert [row[0] for row in rows(html, "invoices")] == ["F2026-001"]


def test_who_paid_ahead_has_a_statement(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    money = '2026-01-10 * "Acme SAS" "On account"\n  Assets:Receivable:Acme  -120.00 EUR\n  Assets:Bank\n'
    file.write_text(PRELUDE + LINES + money, encoding="utf-8")
    browser = client(file)
    html = page(browser, "page=customer&customer=Assets:Receivable:Acme")
    assert rows(html, "open-items")[0][0] == "Unallocated"
    (link,) = html.xpath("//ul[@class='links']//button/@data-html")
    assert browser.get(link).status_code == 200


def test_contracts_and_what_is_not_billed(example: FlaskClient) -> None:
    html = page(example, "page=contracts&time=2026-12-31")
    assert [row[0] for row in rows(html, "contracts")][:2] == ["CLIN-MAINT", "FOUR-MAINT"]
    waiting = rows(html, "unbilled")
    assert waiting
    assert sum(Decimal(row[6]) for row in waiting) == Decimal(rows(html, "unbilled", "tfoot")[0][6])
    only = page(example, "page=contracts&time=2026-12-31&account=Assets:Clients:Kerbrat")
    assert {row[1] for row in rows(only, "contracts")} == {"Menuiserie Kerbrat SAS"}


def test_beancount_s_own_errors_on_our_accounts_are_shown_and_others_counted(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    wrong = "2026-03-01 balance Assets:Receivable:Acme  5.00 EUR\n2026-03-01 balance Assets:Bank  77.00 EUR\n"
    file.write_text(PRELUDE + INVOICE.format(amount="120.00") + LINES + wrong, encoding="utf-8")
    browser = client(file)
    html = page(browser, "page=findings")
    assert any("Balance failed" in row[2] and "Acme" in row[2] for row in rows(html, "findings"))
    assert not any("Assets:Bank" in row[2] for row in rows(html, "findings"))
    assert "other errors (1)" in html.text_content()
    assert "the figures may be wrong" in page(browser, "page=owing").text_content()
    elsewhere = page(browser, "page=findings&account=Assets:Receivable:Other")
    assert not any("Balance failed" in row[2] for row in rows(elsewhere, "findings"))


def test_findings_follow_the_account_filter_and_come_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "ROWS", 3)
    file = tmp_path / "main.beancount"
    invoices = "".join(INVOICE.format(amount="121.00").replace("0001", f"{place:04}") for place in range(1, 9))
    file.write_text(PRELUDE + invoices + LINES, encoding="utf-8")
    browser = client(file)
    assert len(rows(page(browser, "page=findings"), "findings")) == 3
    assert len(rows(page(browser, "page=findings&rows=all"), "findings")) >= 8
    elsewhere = rows(page(browser, "page=findings&rows=all&account=Assets:Receivable:Other"), "findings")
    assert not any("121.00" in row[2] for row in elsewhere)


def test_what_render_would_say_comes_with_the_document(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    text = PRELUDE + INVOICE.format(amount="120.00") + LINES
    assert 'custom "invoice-seller"' in text
    lines = text.splitlines()
    place = next(number for number, line in enumerate(lines) if 'custom "invoice-seller"' in line)
    lines.insert(place + 1, '  logo: "missing.svg"')
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    browser = client(file)
    for name in ("html?number=F2026-0001", "pdf?number=F2026-0001", "statement?customer=Assets:Receivable:Acme"):
        answer = browser.get(f"{home(browser)}{PAGE}{name}")
        assert answer.status_code == 200
        assert any("missing.svg" in notice for notice in json.loads(unquote(answer.headers["X-Notices"])))


@pytest.mark.parametrize(
    ("number", "said"),
    [("draft-kerbrat-2026-11", "there is no e-invoice"), ("F2026-9999", "there is no"), ("F2025-0041", "there is no")],
)
def test_what_is_no_e_invoice_says_why(example: FlaskClient, number: str, said: str) -> None:
    answer = example.get(f"{home(example)}{PAGE}xml?number={number}", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert said in answer.text


@pytest.mark.parametrize(
    ("language", "title", "tab"),
    [("en", "Receivables", "Today"), ("fr", "Créances clients", "Aujourd’hui"), ("de", "Forderungen", "Heute"),
     ("es", "Cuentas por cobrar", "Hoy"), ("it", "Crediti verso clienti", "Oggi"), ("nl", "Debiteuren", "Vandaag"),
     ("pt", "Contas a receber", "Hoje")],
)  # fmt: skip
def test_the_menu_and_the_tabs_speak_fava_s_language(tmp_path: Path, language: str, title: str, tab: str) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + INVOICE.format(amount="120.00") + LINES, encoding="utf-8")
    browser = client(file)
    html = page(browser, "page=today", language)
    data = json.loads(html.xpath("//script[@id='ledger-data']")[0].text)
    assert title in {extension["report_title"] for extension in data["extensions"]}
    assert html.xpath("//nav[@class='tabs']/a/text()")[0] == tab


def test_buttons_and_links_say_of_which_document_they_are(example: FlaskClient) -> None:
    html = page(example, "page=documents")
    names = html.xpath("//td[@class='files']/*/@aria-label")
    assert len(names) == len(set(names)) == len(html.xpath("//td[@class='files']/*"))


@pytest.mark.parametrize(("language", "channel"), [("de", "E-Mail"), ("fr", "e-mail"), ("en", "email")])
def test_a_card_says_no_code_for_how_documents_are_sent(example: FlaskClient, language: str, channel: str) -> None:
    html = page(example, "page=customer&customer=Assets:Clients:Halles", language)
    assert channel in [cell.text_content() for cell in html.xpath("//div[@class='card']//dd")]
