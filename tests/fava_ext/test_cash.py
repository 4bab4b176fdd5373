"""The page about cash: its figures are those of `metrics`, `aging` and `forecast`, and lead to the documents behind them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import lxml.html
import pytest
from flask.testing import FlaskClient

from beancount_invoicing.cash import forecast, metrics, recent
from beancount_invoicing.fava_ext import as_of
from beancount_invoicing.fava_ext.query import Query, read_query
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import aging
from tests.fava_ext.test_receivables import INVOICE, LINES, PAGE, client, home, page, rows
from tests.ledgers import EXAMPLE, PRELUDE

DAY = date(2026, 11, 30)
CUSTOMER = "Assets:Clients:Halles"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page believes that it is 30 November 2026."""
    monkeypatch.setattr(as_of, "today", lambda: DAY)


@pytest.fixture(scope="module")
def example() -> FlaskClient:
    return client(EXAMPLE)


def part(browser: FlaskClient, query: str = "", language: str = "en", name: str = "cash") -> Any:
    """The figures, as they come after the page."""
    answer = browser.get(f"{home(browser)}{PAGE}{name}?page=cash&{query}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return lxml.html.fromstring(f"<div>{answer.text}</div>")


def charts(html: Any) -> dict[str, Any]:
    (text,) = html.xpath("//svelte-component[@type='charts']/script[@type='application/json']/text()")
    return {chart["label"]: chart for chart in json.loads(text, parse_float=Decimal)}


def amount(text: str) -> Decimal:
    return Decimal(text.replace("–", "0"))


def test_the_tab_leads_to_figures_that_come_after_the_page(example: FlaskClient) -> None:
    html = page(example, "page=cash")
    assert html.xpath("//nav[@class='tabs']/a[@aria-current]/text()") == ["Cash"]
    (address,) = html.xpath("//div[@data-part]/@data-part")
    assert "/extension/Receivables/cash?" in address
    assert not html.xpath("//svelte-component")


def test_open_by_due_date_and_age_sum_up_to_the_aged_balance(example: FlaskClient) -> None:
    total = next(total for total in aging(open_ledger(EXAMPLE).book, DAY).totals if total.currency == "EUR")
    html = part(example)
    (foot,) = rows(html, "due", "tfoot")
    assert [amount(text) for text in foot[1:]] == [
        total.not_due,
        *total.buckets,
        total.not_due + sum(total.buckets),
    ]
    body = rows(html, "due")
    assert [sum(map(amount, column)) for column in list(zip(*body, strict=True))[1:]] == [
        amount(text) for text in foot[1:]
    ]
    bars = charts(html)["Open by due date"]["data"]
    assert [bar["date"][:7] for bar in bars][:3] == ["2026-05", "2026-06", "2026-07"], "months without anything, too"
    assert {bar["date"][:7]: bar["balance"]["EUR"] for bar in bars if bar["balance"]["EUR"]} == {
        row[0]: amount(row[-1]) for row in body
    }


def test_each_age_is_that_of_the_aged_balance_to_which_its_day_leads(example: FlaskClient) -> None:
    book, html = open_ledger(EXAMPLE).book, part(example, "currency=EUR")
    for row in rows(html, "ages"):
        total = next(total for total in aging(book, date.fromisoformat(row[0])).totals if total.currency == "EUR")
        assert [amount(text) for text in row[1:]] == [total.not_due, *total.buckets, total.unallocated, total.total]
    (link,) = html.xpath("//table[@class='ages']//a[text()='2026-10-31']/@href")
    shown = rows(page(example, urlsplit(link).query), "aged", "tfoot")
    assert shown[0][:3] == ["Total", "18775.41", "EUR"]


def test_the_figures_are_those_of_the_commands(example: FlaskClient) -> None:
    ledger = open_ledger(EXAMPLE)
    allocated = ledger.allocated_at(DAY)
    html = part(example)
    found = [row for row in metrics(ledger.book, recent(DAY, "month"), allocated, "month") if row.currency == "EUR"]
    assert [[amount(text) for text in row[1:]] for row in rows(html, "money")] == [
        [
            row.inputs.opening,
            row.inputs.sales,
            row.inputs.received,
            row.inputs.receivables - row.inputs.opening - row.inputs.sales + row.inputs.received,
            row.inputs.receivables,
        ]
        for row in found
    ]
    names = ("dso", "dso-count-back", "best-possible-dso", "average-days-delinquent")
    assert [row[3:] for row in rows(html, "outstanding")] == [
        [str(row.metric(name).value) for name in names]  # type: ignore[arg-type] # the names of figures
        for row in found
    ]
    weeks = [week for week in forecast(ledger.book, DAY, allocated).weeks if week.currency == "EUR"]
    assert [[amount(text) for text in row[1:]] for row in rows(html, "weeks")] == [
        [week.due, week.low, week.expected, week.high, week.tax] for week in weeks
    ]
    line = charts(html)["Expected by week"]["data"]
    assert [point["balance"]["EUR Expected"] for point in line] == [week.expected for week in (*weeks, weeks[-1])]
    assert line[-1]["date"] == "2027-03-02", "the last week is drawn to its end"


@pytest.mark.parametrize("table", ["due", "money", "weeks"])
def test_each_figure_leads_to_the_documents_that_it_is_the_sum_of(example: FlaskClient, table: str) -> None:
    html = part(example)
    links = html.xpath(f"//table[@class='{table}']/tbody//a")
    assert len(links) > 5
    for link in links:
        shown = part(example, urlsplit(link.get("href")).query)
        assert shown.xpath("//table[@class='figure-items']//tfoot//td[4]/text()") == [link.text]
        items = rows(shown, "figure-items")
        assert items
        assert abs(sum(amount(row[3]) for row in items) - amount(link.text)) <= Decimal("0.005") * len(items)
        assert shown.xpath("//table[@class='figure-items']//a[contains(@href, 'editor')]")


def test_the_bars_lead_where_the_rows_do(example: FlaskClient) -> None:
    html = part(example)
    (text,) = html.xpath("//div[@class='charts']/@data-links")
    links = json.loads(text)
    assert set(links) < set(charts(html))
    for label, addresses in links.items():
        assert len(addresses) == len(charts(html)[label]["data"])
    assert [link for link in links["Invoiced and received"] if link] == html.xpath(
        "//table[@class='money']/tbody//td[3]/a/@href"
    )
    assert parse_qs(urlsplit(links["Age of what is owed"][-1]).query)["time"] == ["2026-11-30"]


def test_items_are_sorted_and_belong_to_a_customer_if_one_is_named(example: FlaskClient) -> None:
    asked = "figure=received&begins=2026-10-01&currency=EUR"
    by_amount = [amount(row[3]) for row in rows(part(example, f"{asked}&sort=-amount"), "figure-items")]
    assert by_amount == sorted(by_amount, reverse=True)
    paying = part(example, f"customer={CUSTOMER}", name="paying")
    (link,) = paying.xpath("//table[@class='paying']//tr[td[text()='2026-10']]//a")
    shown = part(example, urlsplit(link.get("href")).query)
    assert {row[1] for row in rows(shown, "figure-items")} == {"Halles de Vilaine SA"}
    assert rows(shown, "figure-items", "tfoot")[0][3] == link.text == "1900.80"
    assert len(rows(part(example, "figure=expected&begins=1999-01-01"), "figure-items")) == 0


def test_days_to_pay_of_a_customer(example: FlaskClient) -> None:
    ledger = open_ledger(EXAMPLE)
    found = metrics(ledger.book, recent(DAY, "month"), ledger.allocated_at(DAY), "month", (CUSTOMER,))
    html = part(example, f"customer={CUSTOMER}", name="paying")
    assert [row[3:] for row in rows(html, "paying")] == [
        [str(row.metric("days-to-pay").value), str(row.metric("days-late").value)] for row in found
    ]
    points = charts(html)["Days to pay"]["data"]
    assert [str(point["balance"]["Days to pay"]) for point in points] == [row[3] for row in rows(html, "paying")]
    assert "paying?" in page(example, f"page=customer&customer={CUSTOMER}").xpath("//div[@data-part]/@data-part")[0]
    assert not part(example, "customer=Assets:Clients:Nobody", name="paying").xpath("//table")


def test_currencies_and_intervals(example: FlaskClient) -> None:
    html = part(example, "currency=GBP&interval=quarter")
    assert html.xpath("//nav[@class='states']/a[@aria-current]/text()") == ["GBP"]
    assert [row[0] for row in rows(html, "money")][-1] == "2026-Q4"
    assert [row[0] for row in rows(part(example, "interval=year"), "money")][-1] == "2026"
    assert rows(part(example, "interval=week"), "money")[-1][0] == "2026-11", "weeks are for what is expected only"
    (link,) = html.xpath("//table[@class='due']/tbody//a/@href")
    assert "interval=quarter" in link


def test_the_account_filter_leaves_some_customers(example: FlaskClient) -> None:
    html = part(example, f"account={CUSTOMER}")
    assert not html.xpath("//nav[@class='states']")
    ledger = open_ledger(EXAMPLE)
    total = aging(ledger.book, DAY).for_customers({CUSTOMER}).totals[0]
    assert rows(html, "ages")[-1][-1] == str(total.total)
    weeks = forecast(ledger.book, DAY, ledger.allocated_at(DAY), customers=(CUSTOMER,)).weeks
    assert amount(rows(html, "weeks", "tfoot")[0][1]) == sum(week.due for week in weeks)
    assert "Nothing was invoiced" in part(example, "account=Nobody").text_content()


def test_an_empty_ledger_shows_how_to_begin(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + LINES, encoding="utf-8")
    html = part(client(file))
    assert "bean-invoice new CUSTOMER" in html.text_content()
    assert not html.xpath("//svelte-component")


def test_a_ledger_with_little_history_says_that_it_knows_too_little(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + INVOICE.format(amount="120.00") + LINES, encoding="utf-8")
    browser = client(file)
    html = part(browser, "time=2026-01-20")
    assert "the ledger has 0 payments, and 30 are needed" in html.xpath("string(//p[@class='note'])")
    weeks = rows(html, "weeks")
    assert [row[1] for row in weeks if row[1] != "–"] == ["120.00"]
    assert {text for row in weeks for text in row[2:]} == {"–"}
    (link,) = html.xpath("//table[@class='weeks']/tbody//a/@href")
    assert rows(part(browser, urlsplit(link).query), "figure-items")[0][2:4] == ["F2026-0001", "120.00"]
    assert set(charts(html)["Expected by week"]["data"][0]["balance"]) == {"EUR Falls due"}


@pytest.mark.parametrize("language", ["fr", "de", "es", "it", "nl", "pt"])
def test_languages(example: FlaskClient, language: str) -> None:
    html = part(example, language=language)
    headings = {heading.text.strip() for heading in html.xpath("//h3")}
    assert len(headings) == 5
    assert headings == set(charts(html))
    assert "Age of what is owed" not in headings


def test_incognito_hides_every_figure() -> None:
    html = part(client(EXAMPLE, incognito=True))
    cells = [
        text
        for table in ("due", "ages", "money", "weeks", "outstanding")
        for row in rows(html, table)
        for text in row[1:]
    ]
    assert not any(character.isdigit() for text in cells for character in text)


def test_what_has_no_meaning_is_passed_over() -> None:
    assert read_query({"page": "cash", "figure": "nonsense", "begins": "2026-11-01"}) == Query(page="cash")
    assert read_query({"page": "cash", "figure": "due", "begins": "soon"}) == Query(page="cash")


def test_a_fault_is_said_in_the_page(example: FlaskClient) -> None:
    answer = example.get(f"{home(example)}{PAGE}cash?page=cash&time=whenever")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text


def test_a_customer_s_page_says_how_it_stands(example: FlaskClient) -> None:
    """The same as `customer show`: what is unknown is left out or a question mark."""
    html = part(example, "customer=Assets:Clients:CliniqueDuParc", name="paying")
    labels = [text.strip() for text in html.xpath("//*[contains(@class,'standing')]//dt/text()")]
    figures = [" ".join(cell.text_content().split()) for cell in html.xpath("//*[contains(@class,'standing')]//dd")]
    shown = dict(zip(labels, figures, strict=True))
    assert shown["Credit limit"].replace(",", "").endswith("5000.00 EUR")
    assert shown["Trend"] == "steady"
    assert shown["Next time"] == "nothing"
    assert html.xpath("//ul[@class='evidence']/li/text()") == ["usually pays 2 days late"]
    assert not part(example, "customer=Assets:Clients:Nobody", name="paying").xpath("//dl")
