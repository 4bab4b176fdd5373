"""The page in a real browser, as a person uses it. `FAVA_PICTURES=folder` keeps pictures to look at."""

from __future__ import annotations

import base64
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from fava.application import create_app
from PIL import Image
from pypdf import PdfReader
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from beancount_invoicing.fava_ext import as_of
from tests.browsers import PICTURES, barriers, chromium, colours, complaints, picture, resize, served, until
from tests.ledgers import EXAMPLE

pytestmark = pytest.mark.browser
PAGE = "extension/Receivables/?page=owing&time=2026-11-30"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Fava on the example, on a free port, on 30 November 2026."""
    clock, as_of.today = as_of.today, lambda: date(2026, 11, 30)
    with served(create_app([EXAMPLE], load=True, read_only=True, poll_watcher=True)) as home:
        yield f"{home}atelier-sol%C3%A8ne/"
    as_of.today = clock


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chromium")


@pytest.fixture(scope="module")
def window(downloads: Path) -> Iterator[Chrome]:
    browser = chromium(downloads)
    yield browser
    browser.quit()


@pytest.fixture
def browser(window: Chrome, address: str) -> Iterator[Chrome]:
    """The page, wide; afterwards its console must be empty."""
    resize(window, 1400)
    window.get("about:blank")
    window.get(address + PAGE)
    until(window, lambda: window.find_elements(By.CSS_SELECTOR, ".receivables table.aged"))
    until(window, lambda: window.find_elements(By.CSS_SELECTOR, "aside"))
    yield window
    assert complaints(window) == []


def column(window: Chrome, table: str, index: int) -> list[str]:
    cells = window.find_elements(By.CSS_SELECTOR, f".receivables table.{table} tbody td:nth-child({index})")
    return [cell.text for cell in cells]


def on(browser: Chrome, query: str) -> None:
    """Another of the pages, once it is there with what comes later."""
    browser.get(browser.current_url.split("?")[0] + f"?time=2026-11-30&{query}")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables[data-ready]"))


def test_today(browser: Chrome) -> None:
    on(browser, "page=today")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables table.tasks"))
    picture(browser, "today")
    text = browser.find_element(By.CSS_SELECTOR, ".receivables").text
    assert "14928.21 EUR" in text
    assert "bean-invoice remind" in text
    browser.find_element(By.LINK_TEXT, "F2026-0076").click()
    until(browser, lambda: column(browser, "invoices", 1) == ["F2026-0076"])


def test_sort_with_the_keyboard(browser: Chrome) -> None:
    picture(browser, "wide")
    for order, descending in (("ascending", False), ("descending", True)):
        heading = browser.find_element(By.CSS_SELECTOR, ".receivables th a[data-column=total]")
        heading.send_keys(Keys.ENTER)
        until(browser, partial(browser.find_elements, By.CSS_SELECTOR, f"th[aria-sort={order}]"))
        totals = [float(text) for text in column(browser, "aged", 2) if text != "–"]
        assert totals == sorted(totals, reverse=descending)
        until(browser, lambda: browser.switch_to.active_element.get_attribute("data-column") == "total")


def test_search(browser: Chrome) -> None:
    on(browser, "page=documents")
    box = browser.find_element(By.CSS_SELECTOR, ".receivables input[type=search]")
    box.send_keys("halles 1900.80\n")
    until(browser, lambda: "F2026-0077" in column(browser, "invoices", 1) and len(column(browser, "invoices", 1)) < 20)
    assert set(column(browser, "invoices", 2)) == {"Halles de Vilaine SA"}
    assert "/extension/Receivables/" in browser.current_url


def test_filter_by_time_and_account(browser: Chrome) -> None:
    before = len(column(browser, "aged", 1))
    box = browser.find_element(By.CSS_SELECTOR, "header input[placeholder='Account']")
    box.send_keys("Assets:Clients:Halles\n")
    until(browser, lambda: len(column(browser, "aged", 1)) == 1 < before)
    assert column(browser, "aged", 1) == ["Halles de Vilaine SA"]
    browser.get(browser.current_url.replace("2026-11-30", "2026-06-30"))
    until(browser, lambda: "2026-06-30" in browser.find_element(By.CSS_SELECTOR, ".receivables h2").text)


def test_click_through_to_the_entry(browser: Chrome) -> None:
    on(browser, "page=documents")
    browser.find_element(By.LINK_TEXT, "F2026-0064").click()
    until(browser, lambda: 'invoice: "F2026-0064"' in browser.find_element(By.CSS_SELECTOR, ".cm-content").text)
    picture(browser, "entry")


def test_click_through_to_the_customer_and_the_account(browser: Chrome) -> None:
    browser.find_element(By.LINK_TEXT, "Halles de Vilaine SA").click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables .card"))
    picture(browser, "customer")
    browser.find_element(By.LINK_TEXT, "Assets:Clients:Halles").click()
    until(browser, lambda: "/account/Assets:Clients:Halles/" in browser.current_url)
    assert "time" not in browser.current_url
    until(browser, lambda: len(browser.find_elements(By.CSS_SELECTOR, "ol.journal > li.transaction")) > 20)


def test_click_through_to_the_line(browser: Chrome) -> None:
    on(browser, "page=documents")
    browser.find_element(By.LINK_TEXT, "invoices.beancount:864").click()
    until(browser, lambda: "/editor/" in browser.current_url and "line=864" in browser.current_url)
    until(browser, lambda: "F2026-0064" in browser.find_element(By.CSS_SELECTOR, ".cm-content").text)


def opened(browser: Chrome, button: WebElement) -> WebElement:
    """The dialog that a button opens."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    dialog = browser.find_element(By.CSS_SELECTOR, "dialog.receivables-preview")
    until(browser, dialog.is_displayed)
    return dialog


def heading_of_frame(browser: Chrome, dialog: WebElement) -> str:
    browser.switch_to.frame(dialog.find_element(By.TAG_NAME, "iframe"))
    until(browser, lambda: browser.find_elements(By.TAG_NAME, "h1"))
    text = browser.find_element(By.TAG_NAME, "h1").text
    browser.switch_to.default_content()
    return text


def closed(browser: Chrome, dialog: WebElement) -> None:
    dialog.find_element(By.TAG_NAME, "button").click()
    until(browser, lambda: not dialog.is_displayed())


def test_previews_and_one_press_of_back(browser: Chrome) -> None:
    browser.find_element(By.LINK_TEXT, "Balance Sheet").click()
    until(browser, lambda: "/balance_sheet/" in browser.current_url)
    browser.find_element(By.LINK_TEXT, "Créances clients").click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables[data-ready]"))
    browser.find_element(By.CSS_SELECTOR, ".receivables nav.tabs a[href*='page=documents']").click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "table.invoices"))
    before = browser.execute_script("return history.length")
    for number in ("F2026-0064", "F2026-0063"):
        dialog = opened(browser, browser.find_element(By.CSS_SELECTOR, f"button[data-number='{number}']"))
        assert number in heading_of_frame(browser, dialog)
        picture(browser, "preview")
        closed(browser, dialog)
    assert browser.execute_script("return history.length") == before
    browser.back()
    until(browser, lambda: "page=documents" not in browser.current_url)


def test_statement(browser: Chrome, downloads: Path) -> None:
    on(browser, "page=customer&customer=Assets:Clients:Halles")
    dialog = opened(browser, browser.find_element(By.CSS_SELECTOR, ".links button.view"))
    assert heading_of_frame(browser, dialog) == "Relevé de compte"
    picture(browser, "statement")
    closed(browser, dialog)
    browser.find_element(By.CSS_SELECTOR, ".links a[data-remote]").click()
    arrives(browser, downloads / "2026-11-30-Halles-statement.pdf", b"%PDF-")


def arrives(browser: Chrome, file: Path, begins: bytes) -> None:
    until(browser, file.is_file)
    time.sleep(0.2)
    assert file.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("link", "name", "begins"),
    [
        ("/pdf?time=2026-11-30&number=F2026-0064", "F2026-0064.pdf", b"%PDF-"),
        ("/xml?time=2026-11-30&number=F2026-0064", "F2026-0064.cii.xml", b"<?xml"),
        ("format=csv", "documents-2026-11-30.csv", b"number,"),
        ("format=xlsx", "documents-2026-11-30.xlsx", b"PK"),
    ],
)
def test_download(browser: Chrome, downloads: Path, link: str, name: str, begins: bytes) -> None:
    on(browser, "page=documents")
    found = browser.find_element(By.CSS_SELECTOR, f"a.file[href*='{link}']")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
    found.click()
    arrives(browser, downloads / name, begins)


def test_a_double_click_stays_on_the_page(browser: Chrome, downloads: Path) -> None:
    on(browser, "page=documents")
    link = browser.find_element(By.CSS_SELECTOR, "a[href$='/pdf?time=2026-11-30&number=F2026-0058']")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", link)
    ActionChains(browser).double_click(link).perform()
    arrives(browser, downloads / "F2026-0058.pdf", b"%PDF-")
    assert "Receivables" in browser.current_url


def test_a_pdf_that_cannot_be_made_says_why_in_the_page(browser: Chrome) -> None:
    on(browser, "page=documents")
    link = browser.find_element(By.CSS_SELECTOR, "a[href$='/pdf?time=2026-11-30&number=F2026-0064']")
    browser.execute_script("arguments[0].search = '?number=F1'", link)
    dialog = opened(browser, link)
    reason = dialog.find_element(By.CSS_SELECTOR, ".reason").text
    assert reason == "there is no F1: bean-invoice list shows all documents"
    assert not dialog.find_elements(By.TAG_NAME, "iframe")
    closed(browser, dialog)
    assert [line for line in complaints(browser) if "404" not in line] == []


PAGES = (
    "today", "owing", "documents", "contracts", "customer&customer=Assets:Clients:Halles", "cash",
    "cash&figure=expected&begins=2026-12-01",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("name", PAGES)
def test_light_dark_and_on_a_telephone(browser: Chrome, axe: str, name: str, width: int, scheme: str) -> None:
    colours(browser, scheme)
    resize(browser, width)
    on(browser, f"page={name}")
    until(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, "[data-part] > p:only-child"))
    if name == "cash" or name.startswith("customer"):
        until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".charts svg g[role=application][aria-label]"))
    try:
        wide = "return document.documentElement.scrollWidth"
        until(browser, lambda: int(browser.execute_script(wide)) <= width)  # Fava's menu takes a moment to slide away
        background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        light = sum(int(part) for part in background[4:-1].split(",")[:3]) > 384
        assert light == (scheme == "light")
        picture(browser, f"{'-'.join(name.split('&')[:2]).split(':')[0]}-{scheme}-{width}")
        assert barriers(browser, axe, ".receivables") == []
        if width == 390:
            sideways = (
                "return [...document.querySelectorAll('.scroll')].some(part => part.scrollWidth > part.clientWidth)"
            )
            assert not browser.execute_script(sideways)
    finally:
        colours(browser, "")


def cash(browser: Chrome, query: str = "") -> list[WebElement]:
    """The page about cash, and the links of the bars of its chart."""
    on(browser, f"page=cash{query}")
    bars = "svg g.group > a[data-bar]"
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, f".charts {bars}"))
    return browser.find_elements(By.CSS_SELECTOR, f".charts {bars}")


def test_a_bar_leads_to_its_documents_with_the_keyboard(browser: Chrome) -> None:
    bars = cash(browser)
    assert bars[0].get_attribute("aria-label") == "2026-05"
    browser.execute_script("arguments[0].focus()", bars[5])
    bars[5].send_keys(Keys.ENTER)
    until(browser, lambda: column(browser, "figure-items", 1))
    assert {day[:7] for day in column(browser, "figure-items", 1)} == {"2026-10"}
    assert browser.find_element(By.CSS_SELECTOR, "table.figure-items tfoot td:nth-child(4)").text == "2720.40"
    picture(browser, "cash-documents")
    browser.back()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".charts svg"))


def test_a_part_of_a_bar_leads_to_the_documents_of_its_month(browser: Chrome) -> None:
    cash(browser)
    part = browser.find_elements(By.CSS_SELECTOR, ".charts svg g.stacks > a:nth-child(1) > rect")[6]
    ActionChains(browser).move_to_element(part).click().perform()
    until(browser, lambda: column(browser, "figure-items", 1))
    assert {day[:7] for day in column(browser, "figure-items", 1)} == {"2026-11"}


def test_each_table_shows_its_chart_and_fava_draws_all_of_them(browser: Chrome) -> None:
    cash(browser)
    for button in browser.find_elements(By.CSS_SELECTOR, "button.chart"):
        label = button.get_attribute("data-chart")
        button.send_keys(Keys.ENTER)
        until(
            browser,
            lambda label=label: browser.find_element(By.CSS_SELECTOR, ".charts button.selected").text == label,  # type: ignore[misc] # a value of the loop
        )
        until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".charts svg :is(rect, path)"))
        assert browser.switch_to.active_element.text == label
        picture(browser, f"chart-{str(label).lower().replace(' ', '-')}")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".charts svg .lines path")) == 3


def test_figures_of_cash_are_sorted_with_the_keyboard(browser: Chrome) -> None:
    on(browser, "page=cash&figure=received&begins=2026-10-01&currency=EUR")
    until(browser, lambda: column(browser, "figure-items", 4))
    browser.find_element(By.CSS_SELECTOR, ".receivables th a[data-column=amount]").send_keys(Keys.ENTER)
    until(browser, partial(browser.find_elements, By.CSS_SELECTOR, "th[aria-sort=ascending]"))
    amounts = [float(text) for text in column(browser, "figure-items", 4)]
    assert amounts == sorted(amounts)
    until(browser, lambda: browser.switch_to.active_element.get_attribute("data-column") == "amount")


def test_quarters_of_a_chart_are_quarters_of_the_tables(browser: Chrome) -> None:
    cash(browser, "&interval=quarter")
    until(browser, lambda: column(browser, "money", 1)[-1:] == ["2026-Q4"])
    assert len(browser.find_elements(By.CSS_SELECTOR, ".charts svg g.group")) == 4


def test_cash_on_paper(browser: Chrome, tmp_path: Path) -> None:
    """A4, upright: the chart with its colours, every column of every table, no button."""
    cash(browser)
    columns = [
        [heading.text for heading in table.find_elements(By.CSS_SELECTOR, "thead th")]
        for table in browser.find_elements(By.CSS_SELECTOR, ".receivables table")
    ]
    file = tmp_path / "cash.pdf"
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": False, "preferCSSPageSize": True})
    file.write_bytes(base64.b64decode(printed["data"]))
    texts = [" ".join(page.extract_text().split()) for page in PdfReader(file).pages]
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in PdfReader(file).pages} == {(595, 842)}
    assert len(columns) == 5
    for headings in columns:
        assert any(all(heading in text for heading in headings) for text in texts), headings
    assert not any("Chart" in text for text in texts)
    program = shutil.which("pdftoppm")
    assert program
    subprocess.run([program, "-r", "50", "-png", file, tmp_path / "page"], check=True)
    pages = [Image.open(page).convert("RGB") for page in sorted(tmp_path.glob("page*.png"))]
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(pages):
            page.save(Path(PICTURES) / f"print-cash-{number}.png")
    ages = [(0x2F, 0x7D, 0x5B), (0xB5, 0x8A, 0x00), (0xC9, 0x66, 0x1B), (0xB8, 0x32, 0x32)]  # in style.html
    shown = {colour: count for count, colour in pages[0].getcolors(1 << 24) or ()}
    assert all(shown.get(colour, 0) > 40 for colour in ages), "the bars in their colours"
    for page in pages:
        margin = page.crop((page.width - 16, 0, page.width, page.height))
        assert margin.getextrema() == ((255, 255),) * 3, "nothing is cut off at the right"
