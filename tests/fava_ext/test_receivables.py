"""The page in Fava, through Fava's own application: filters, languages, incognito, bad ledgers, documents."""

from __future__ import annotations

import os
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from fava import core as fava_core
from fava.application import create_app
from fava.beans.load import load_uncached
from flask.testing import FlaskClient

from beancount_invoicing import fava_ext
from beancount_invoicing.fava_ext import Receivables, as_of
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import aging
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from tests.ledgers import EXAMPLE, PRELUDE

PAGE = "extension/Receivables/"
LINES = '2025-01-01 custom "fava-extension" "beancount_invoicing.fava_ext"\nplugin "beancount_invoicing"\n'
INVOICE = """
2026-01-10 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  {amount} EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page believes that it is 30 November 2026."""
    monkeypatch.setattr(as_of, "today", lambda: date(2026, 11, 30))


def client(*files: Path, incognito: bool = False, read_only: bool = False) -> FlaskClient:
    return create_app(files, load=True, incognito=incognito, read_only=read_only, poll_watcher=True).test_client()


def home(browser: FlaskClient) -> str:
    """The address of the first ledger."""
    return browser.get("/").headers["Location"].removesuffix("income_statement/")


def page(browser: FlaskClient, query: str = "time=2026-11-30", language: str = "en", at: str = "") -> Any:
    """A page: who owes what, unless the query names another."""
    wanted = query if "page=" in query else f"page=owing&{query}"
    answer = browser.get(f"{at or home(browser)}{PAGE}?{wanted}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return lxml.html.fromstring(answer.text)


def rows(html: Any, table: str, part: str = "tbody") -> list[list[str]]:
    """The texts of a table's cells."""
    found = html.xpath(f"//table[contains(@class, '{table}')]/{part}/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./td|./th")] for row in found]


@pytest.fixture(scope="module")
def example() -> FlaskClient:
    return client(EXAMPLE)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + INVOICE.format(amount="120.00") + LINES, encoding="utf-8")
    return file


def test_the_figures_are_those_of_the_aged_balance(example: FlaskClient) -> None:
    report = aging(open_ledger(EXAMPLE).book, date(2026, 11, 30))
    shown = rows(page(example, "sort=customer"), "aged")
    assert [(row[0].split(" Douteux")[0], row[1], row[2]) for row in shown if row[1] != "–"] == [
        (row.customer, str(row.total), row.currency) for row in report.rows
    ]
    totals = {row[2]: row[1] for row in rows(page(example), "aged", "tfoot")}
    assert totals == {total.currency: str(total.total) for total in report.totals}
    assert next(iter(totals)) == "EUR", "the books' own currency first"


def test_the_time_filter_is_the_as_of_date(example: FlaskClient) -> None:
    for query, day in (
        ("time=2026-06", "2026-06-30"),
        ("time=2025", "2025-12-31"),
        ("time=2025-01+to+2026-03-15", "2026-03-15"),
    ):
        assert f"as of {day}" in page(example, query).xpath("string(//h2)")
    assert len(rows(page(example, "time=2024"), "aged")) == 0, "before the books begin nothing is owed"


def test_without_a_time_filter_it_is_today(example: FlaskClient) -> None:
    html = page(example, "")
    assert "as of 2026-11-30" in html.xpath("string(//h2)")
    assert not html.xpath("//p[@class='note']")


def test_the_day_is_never_beyond_today_in_silence(example: FlaskClient) -> None:
    year = page(example, "time=2026")
    assert "as of 2026-11-30" in year.xpath("string(//h2)")
    assert "ends on 2026-12-31" in year.xpath("string(//p[@class='note'])")
    to_come = page(example, "time=2026-12")
    assert "as of 2026-12-31" in to_come.xpath("string(//h2)")
    assert "2026-12-31 has not come yet" in to_come.xpath("string(//p[@class='note'])")


def test_many_days_are_looked_at_and_each_is_its_own(example: FlaskClient) -> None:
    """The page keeps what it has worked out, for a few days only."""
    first = rows(page(example, "time=2026-01-31"), "aged")
    for month in range(1, 13):
        page(example, f"time=2025-{month:02}")
        page(example, f"time=2025-{month:02}-15")
    assert rows(page(example, "time=2026-01-31"), "aged") == first != rows(page(example, "time=2025-12"), "aged")


def test_money_of_a_customer_who_owes_nothing_is_a_row_without_a_bar(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    money = '2026-01-10 * "Acme SAS" "On account"\n  Assets:Receivable:Acme  -120.00 EUR\n  Assets:Bank\n'
    file.write_text(PRELUDE + LINES + money, encoding="utf-8")
    html = page(client(file), "time=2026-12-31")
    assert [row[1] for row in rows(html, "aged")] == ["-120.00"]
    assert not html.xpath("//table[contains(@class, 'aged')]/tbody//*[name()='rect']")


def test_a_time_filter_that_says_nothing_is_no_traceback(example: FlaskClient) -> None:
    for text in ("whenever", "2026-13", "0000", "2026-02-31", "2026-01 to whenever"):
        (said,) = page(example, f"time={text}", "fr").xpath("//*[@class='error']")
        assert said.text_content().startswith(f"Impossible à afficher\xa0: «\xa0{text}\xa0» n’est ni un jour")


def test_the_account_filter(example: FlaskClient) -> None:
    html = page(example, "time=2026-11-30&account=Assets:Clients:Fournil")
    assert [row[0] for row in rows(html, "aged")] == ["Fournil d’Anna EURL Douteux", "Fournil d’Anna EURL"]
    assert [row[1:3] for row in rows(html, "aged", "tfoot")] == [["171.00", "EUR"]]
    assert "Assets:Clients:Fournil" in html.xpath("string(//p[@class='note'])")
    listed = page(example, "page=documents&status=open&time=2026-11-30&account=Assets:Clients:Fournil")
    assert [row[0] for row in rows(listed, "invoices")] == ["F2026-0024"]
    assert rows(page(example, "time=2026-11-30&account=["), "aged") == []


def test_the_query_filter_does_not_apply_and_the_page_says_so(example: FlaskClient) -> None:
    html = page(example, "time=2026-11-30&filter=%23nothing")
    assert "#nothing" in html.xpath("string(//p[@class='note'])")
    assert rows(html, "aged")


def test_links_lead_to_the_account_the_entry_and_the_line(example: FlaskClient) -> None:
    html = page(example, "page=documents&status=open&time=2026-11-30")
    links = html.xpath("//div[@class='receivables']//a/@href")
    assert any("/editor/?" in link and "line=864" in link and "/2026/invoices.beancount" in link for link in links)
    hashes = [link.removeprefix("#context-") for link in links if link.startswith("#context-")]
    assert len(hashes) == len(set(hashes)) == len(rows(html, "invoices"))
    for entry_hash in hashes:
        answer = example.get(f"{home(example)}api/context?entry_hash={entry_hash}")
        assert answer.status_code == 200
        assert "invoice" in answer.text


def test_documents_are_shown_and_downloaded(example: FlaskClient) -> None:
    html = page(example, "page=documents")
    (preview,) = html.xpath("//button[@data-number='F2026-0064']/@data-html")
    shown = example.get(preview)
    assert shown.mimetype == "text/html"
    assert "F2026-0064" in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    (link,) = html.xpath("//a[contains(@href, 'pdf?number=F2026-0064')]/@href")
    pdf = example.get(link)
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="F2026-0064.pdf"'


def test_a_statement_of_account_is_shown_and_downloaded_as_of_the_page_s_day(example: FlaskClient) -> None:
    html = page(example, "page=customer&customer=Assets:Clients:Halles&time=2026-09")
    (button,) = html.xpath("//ul[@class='links']//button")
    (link,) = html.xpath("//ul[@class='links']//a[@data-remote]")
    shown = example.get(button.get("data-html"))
    assert (shown.status_code, shown.mimetype) == (200, "text/html")
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    text = " ".join(" ".join(lxml.html.fromstring(shown.text).itertext()).split())
    assert "du 1er janvier 2026 au 30 septembre 2026" in text
    assert "Solde au 30 septembre 2026 4 646,40 €" in text
    assert "F2026-0071" not in text, "it is of October"
    downloaded = example.get(link.get("href"))
    assert downloaded.data.startswith(b"%PDF-")
    assert 'filename="2026-09-30-Halles-statement.pdf"' in downloaded.headers["Content-Disposition"]


@pytest.mark.parametrize("query", ["customer=Assets:Nobody", "", "customer=Assets:Clients:Halles&time=nonsense"])
def test_a_statement_that_cannot_be_is_404_and_no_traceback(example: FlaskClient, query: str) -> None:
    for name in ("statement", "statement_pdf"):
        answer = example.get(f"{home(example)}{PAGE}{name}?{query}")
        assert answer.status_code == 404
        assert "Traceback" not in answer.text


def test_a_document_that_is_not_there_is_404(example: FlaskClient) -> None:
    for number in ("F2026-9999", "", "../etc/passwd", "F2025-0041"):
        assert example.get(f"{home(example)}{PAGE}pdf?number={number}").status_code == 404


@pytest.mark.parametrize(
    ("language", "title", "not_due", "overdue"),
    [
        ("de", "Forderungen zum 2026-11-30", "Nicht fällig", "überfällig"),
        ("es", "Cuentas por cobrar a 2026-11-30", "No vencido", "vencida"),
        ("nl", "Debiteuren per 2026-11-30", "Niet vervallen", "te laat"),
        ("pt", "Contas a receber em 2026-11-30", "Não vencido", "vencida"),
    ],
)
def test_the_page_speaks_fava_s_language(
    example: FlaskClient, language: str, title: str, not_due: str, overdue: str
) -> None:
    html = page(example, language=language)
    assert html.xpath("string(//h2)") == title
    assert not_due in html.text_content()
    assert overdue in {row[8] for row in rows(page(example, "page=documents", language), "invoices")}


def test_the_page_speaks_french(example: FlaskClient) -> None:
    html = page(example, language="fr")
    assert html.xpath("string(//h2)") == "Créances clients au 2026-11-30"
    assert "Non échu" in html.text_content()
    assert "en retard" in {row[8] for row in rows(page(example, "page=documents", "fr"), "invoices")}


def test_findings_are_said_in_the_language_of_each_request(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + INVOICE.format(amount="121.00") + LINES, encoding="utf-8")
    browser = client(file)
    at = home(browser)

    def said(language: str) -> str:
        return str(page(browser, "page=findings", language, at).xpath("string(//td[@class='message'])"))

    english = {error.message for error in open_ledger(file).errors}
    with ThreadPoolExecutor(4) as threads:
        messages = list(threads.map(said, ["en", "fr", "de"] * 4))
    assert set(messages[0::3]) <= english
    assert [len(set(messages[place::3])) for place in range(3)] == [1, 1, 1]
    assert messages[1] not in english
    assert "F2026-0001" in messages[1]
    assert "ergeben 120.00 EUR" in messages[2]


def test_fava_s_own_errors_speak_the_language_of_its_option(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    option = '2025-01-01 custom "fava-option" "language" "fr"\n'
    wrong = '2026-01-01 custom "invoice-item" "A" "Texts" Income:Services\n  unit: 7\n'
    file.write_text(PRELUDE + wrong + LINES + option, encoding="utf-8")
    english = {error.message for error in open_ledger(file).errors}
    browser = client(file)
    errors = browser.get(f"{home(browser)}api/errors").get_json()["data"]
    assert len(errors) == len(english)
    assert not english & {error["message"] for error in errors}


def test_incognito_shows_no_figure() -> None:
    hidden = client(EXAMPLE, incognito=True)
    for query in (
        "page=today",
        "page=owing",
        "page=documents",
        "page=contracts",
        "page=customer&customer=Assets:Clients:Halles",
    ):
        html = page(hidden, query)
        text = html.xpath("//div[@class='receivables']")[0].text_content()
        assert "XXX.XX" in text
        assert not re.search(r"\d+\.\d\d", text)
        assert not html.xpath("//button[@data-html]")
    assert not re.search(r"\d+\.\d\d", hidden.get(f"{home(hidden)}{PAGE}tasks").text)
    assert hidden.get(f"{home(hidden)}{PAGE}html?number=F2026-0064").status_code == 403
    assert hidden.get(f"{home(hidden)}{PAGE}statement_pdf?customer=Assets:Clients:Halles").status_code == 403
    assert hidden.get(f"{home(hidden)}{PAGE}documents_list?format=csv").status_code == 403


def test_read_only(ledger: Path) -> None:
    before = ledger.read_bytes()
    browser = client(ledger, read_only=True)
    assert [row[0] for row in rows(page(browser), "aged")] == ["Acme SAS"]
    assert browser.get(f"{home(browser)}{PAGE}pdf?number=F2026-0001").status_code == 200
    assert ledger.read_bytes() == before


def test_several_ledgers(ledger: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "main.beancount"
    other.parent.mkdir()
    text = ledger.read_text(encoding="utf-8").replace("Acme SAS", "Other SAS")
    other.write_text('option "title" "Other"\n' + text, encoding="utf-8")
    browser = client(ledger, other)
    assert [row[0] for row in rows(page(browser), "aged")] == ["Acme SAS"]
    assert [row[0] for row in rows(page(browser, at="/other/"), "aged")] == ["Other SAS"]


def test_a_change_of_the_ledger_is_seen(ledger: Path) -> None:
    browser = client(ledger)
    opened = "page=documents&status=open"
    assert len(rows(page(browser, opened), "invoices")) == 1
    paid = '\n2026-02-01 * "Paid" ^F2026-0001\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Acme\n'
    with ledger.open("a", encoding="utf-8") as file:
        file.write(paid)
    assert rows(page(browser, opened), "invoices") == []


def test_the_line_of_a_finding_follows_the_file(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8")
    wrong = '2026-03-01 open Assets:Receivable:New\n  customer: "New"\n  city: "Lyon"\n  siren: {siren}\n'
    browser = client(ledger)
    for above, siren in (("", "012345678"), ("; one line more\n", "012345679")):
        ledger.write_text(above + wrong.format(siren=siren) + text, encoding="utf-8")
        (finding,) = page(browser, "page=findings").xpath(
            "//table[@class='findings']//tr[contains(., 'siren is the number')]"
        )
        assert f":{4 + bool(above)}" in finding.text_content()
        assert f'write siren: "{siren}"' in finding.text_content()


def test_what_check_finds_is_shown_with_its_line(ledger: Path) -> None:
    ledger.write_text(PRELUDE + INVOICE.format(amount="119.00") + LINES, encoding="utf-8")
    browser = client(ledger)
    findings = page(browser, "page=findings").xpath("//table[@class='findings']//tbody/tr")
    line = ledger.read_text(encoding="utf-8").splitlines().index('2026-01-10 * "Acme SAS" "Work" ^F2026-0001') + 1
    assert any(f":{line}" in row.text_content() and "119.00" in row.text_content() for row in findings)
    html = page(browser)
    assert rows(html, "aged"), "and what can be known is shown"
    assert "the figures may be wrong" in html.xpath("string(//p[@class='note'])")


OPTION_MISTAKES = {
    '"{"': "the options of this page cannot be read: {. Write them like this",
    "5": "the options of this page cannot be read: 5. Write them like this",
    '"__import__(1)"': "the options of this page cannot be read: __import__(1).",
    "\"{'title': 5}\"": "title is 5: write a text in quotes, such as 'Clients'",
    "\"{'titel': 'Clients'}\"": "titel is no option of this page: did you mean title?: the options are title, acts and hosts",
    "\"{'hosts': 'books.title'}\"": "hosts is 'books.title': write names in brackets, such as ['books.example']",
    "\"{'acts': 'no'}\"": "acts is 'no': write True or False, without quotes. Until then nothing can be written",
}


def with_options(ledger: Path, config: str) -> None:
    """Changes what the ledger says about the page."""
    text = re.sub(r'(fava_ext")[^\n]*', lambda found: f"{found[1]} {config}", ledger.read_text(encoding="utf-8"))
    ledger.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("config", OPTION_MISTAKES)
def test_mistakes_in_the_options_are_said_with_their_line(ledger: Path, config: str) -> None:
    with_options(ledger, config)
    html = page(client(ledger))
    assert rows(html, "aged"), "Fava starts, and the page is there"
    (said,) = html.xpath("//p[contains(@class, 'option')]")
    line = next(
        number for number, text in enumerate(ledger.read_text(encoding="utf-8").splitlines(), 1) if "fava_ext" in text
    )
    assert said.text_content().startswith(f"main.beancount:{line}: {OPTION_MISTAKES[config]}")
    assert f"line={line}" in said.xpath("./a/@href")[0]
    can_write = bool(html.xpath("//button[contains(@class, 'act')]"))
    assert can_write == ("tit" in config), "in doubt nothing is written"


@pytest.mark.parametrize(
    "config", ["", '""', "\"{'title': 'Créances'}\"", "\"{'acts': True}\"", "\"{'hosts': ['b.example']}\""]
)
def test_options_without_a_mistake(ledger: Path, config: str) -> None:
    with_options(ledger, config)
    html = page(client(ledger))
    assert not html.xpath("//p[contains(@class, 'option')]")
    assert html.xpath("//button[contains(@class, 'act')]")


def test_options_count_as_soon_as_they_are_saved(ledger: Path) -> None:
    browser = client(ledger)
    assert page(browser).xpath("//button[contains(@class, 'act')]")
    with_options(ledger, "\"{'acts': False}\"")
    assert not page(browser).xpath("//button[contains(@class, 'act')]")


@pytest.mark.parametrize("text", ["", "nonsense\n", "2026-01-01 open Assets:A\n  customer: 5\n"])
def test_no_ledger_keeps_fava_from_starting(tmp_path: Path, text: str) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(text + LINES, encoding="utf-8")
    assert page(client(file)).xpath("//div[@class='receivables']")


def test_one_s_own_template_with_a_mistake_says_so(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE.parent, tmp_path / "ledger")
    (tmp_path / "ledger" / "templates").mkdir()
    (tmp_path / "ledger" / "templates" / "document.html.j2").write_text("{{ view.nothing }}", encoding="utf-8")
    browser = client(tmp_path / "ledger" / "main.beancount")
    answer = browser.get(f"{home(browser)}{PAGE}html?number=F2026-0064")
    assert answer.status_code == 500
    assert "document.html.j2:1" in answer.text


def documents_at_once(browser: FlaskClient, threads: int, each: int) -> None:
    """So many threads ask for PDFs at the same time: each gets its own, the same bytes as alone."""
    html = page(browser, "page=documents&sort=-number")
    links = html.xpath("//a[contains(@href, '/pdf?')]/@href")[:each]
    assert len(links) == each
    alone = [browser.get(link).data for link in links]

    def asked(number: int) -> list[bytes]:
        mine = browser.application.test_client()
        order = [(place + number) % each for place in range(each)]
        got = {place: mine.get(links[place]) for place in order}
        assert {answer.status_code for answer in got.values()} == {200}
        return [got[place].data for place in range(each)]

    with ThreadPoolExecutor(threads) as pool:
        for got in pool.map(asked, range(threads)):
            assert got == alone


def test_pdfs_at_once(example: FlaskClient) -> None:
    documents_at_once(example, threads=4, each=3)


@pytest.mark.slow
def test_many_pdfs_at_once(example: FlaskClient) -> None:
    documents_at_once(example, threads=8, each=25)


def test_own_layouts_at_once(tmp_path: Path) -> None:
    """Each of them without the network, whose settings are as before afterwards."""
    shutil.copytree(EXAMPLE.parent, tmp_path / "books")
    (tmp_path / "books" / "templates").mkdir()
    shutil.copy(BUILT_IN_TEMPLATES / "document.typ", tmp_path / "books" / "templates" / "document.typ")
    before = dict(os.environ)
    documents_at_once(client(tmp_path / "books" / EXAMPLE.name), threads=3, each=2)
    assert dict(os.environ) == before


@pytest.mark.parametrize("name", ["statement", "statement_pdf"])
def test_a_day_that_there_is_not_says_so(example: FlaskClient, name: str) -> None:
    answer = example.get(f"{home(example)}{PAGE}{name}?customer=Assets:Clients:Halles&time=2026-13")
    assert answer.status_code == 404
    assert answer.text.startswith("“2026-13” is no day, month or year. In Fava's time filter write")


def test_a_mistake_of_ours_is_a_line_not_a_page_of_the_server(
    example: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> tuple[str, bytes]:
        raise RuntimeError("something broke")

    monkeypatch.setattr("beancount_invoicing.documents.render.document_file", broken)
    answer = example.get(f"{home(example)}{PAGE}pdf?number=F2026-0064")
    assert (answer.status_code, answer.mimetype, answer.text) == (500, "text/plain", "RuntimeError: something broke")


def test_what_fava_does_not_notice_is_loaded_when_the_page_is_asked_for(tmp_path: Path) -> None:
    """Fava itself watches the times of the files that it has loaded."""
    months = tmp_path / "months"
    months.mkdir()
    first = months / "01.beancount"
    first.write_text(INVOICE.format(amount="120.00"), encoding="utf-8")
    file = tmp_path / "main.beancount"
    file.write_text(f'{PRELUDE}include "months/*.beancount"\n{LINES}', encoding="utf-8")
    browser = client(file)

    def owed() -> str:
        return rows(page(browser, "time=2026-02-01"), "aged")[0][1]

    assert owed() == "120.00"
    second = INVOICE.format(amount="120.00").replace("F2026-0001", "F2026-0002")
    (months / "02.beancount").write_text(second, encoding="utf-8")
    assert owed() == "240.00"
    there = first.stat()
    first.write_text(INVOICE.format(amount="122.00").replace("-100.00", "-102.00"), encoding="utf-8")
    os.utime(first, ns=(there.st_atime_ns, there.st_mtime_ns))
    assert owed() == "242.00"


def owed(browser: FlaskClient) -> str:
    return rows(page(browser, "time=2026-02-01"), "aged")[0][1]


SECOND = INVOICE.format(amount="120.00").replace("F2026-0001", "F2026-0002")


def test_a_request_keeps_to_the_load_that_it_began_with(ledger: Path) -> None:
    """Another request may make Fava load again meanwhile: what belongs to the old load is not shown with the new one."""
    browser = client(ledger)
    ledgers = browser.application.config["LEDGERS"]
    fava = ledgers[ledgers.first_slug()]
    shown = fava.extensions.get_extension("Receivables").shown
    address = f"{home(browser)}{PAGE}?page=owing"
    with browser.application.test_request_context(address):
        browser.application.preprocess_request()
        before = shown()
        ledger.write_text(ledger.read_text(encoding="utf-8") + SECOND, encoding="utf-8")
        fava.load_file()
        assert shown().data["owing"] is before.data["owing"]
    assert owed(browser) == "240.00"


def test_what_changes_while_fava_loads_is_loaded_too(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = client(ledger)
    assert owed(browser) == "120.00"

    def slow_load(*arguments: Any, **options: Any) -> Any:
        loaded = load_uncached(*arguments, **options)
        monkeypatch.setattr(fava_core, "load_uncached", load_uncached)
        ledger.write_text(ledger.read_text(encoding="utf-8") + SECOND, encoding="utf-8")
        return loaded

    monkeypatch.setattr(fava_core, "load_uncached", slow_load)
    with ledger.open("a", encoding="utf-8") as file:
        file.write("; a remark\n")
    assert owed(browser) == "240.00"


def test_templates_are_compiled_once_and_kept_unless_python_keeps_nothing(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept never outlives a change of the template, and where nothing can be kept the page is there all the same."""
    templates = tmp_path / "extension" / "templates"
    shutil.copytree(
        Path(fava_ext.__file__).parent / "templates", templates, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(Receivables, "extension_dir", templates.parent)
    kept = templates / "__pycache__"

    def title() -> str:
        return str(page(client(ledger)).xpath("string(//h2)"))

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert title() == "Receivables as of 2026-11-30"
    assert not kept.exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert title() == "Receivables as of 2026-11-30"
    compiled = {file: file.stat().st_mtime_ns for file in kept.iterdir()}
    assert compiled
    assert title() == "Receivables as of 2026-11-30"
    assert {file: file.stat().st_mtime_ns for file in kept.iterdir()} == compiled, "not compiled again"
    main = templates / "Receivables.html"
    main.write_text(
        main.read_text(encoding="utf-8").replace('<h2 tabindex="-1">', '<h2 tabindex="-1">New: '), encoding="utf-8"
    )
    assert title() == "New: Receivables as of 2026-11-30"
    for file in kept.iterdir():
        file.write_bytes(b"not a template")
    assert title() == "New: Receivables as of 2026-11-30", "what is broken is compiled again"
