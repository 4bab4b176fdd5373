"""The page in a real browser, as a person uses it. `FAVA_PICTURES=folder` keeps pictures to look at."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fava.application import create_app
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

from tests.browsers import chromium, complaints, resize
from tests.ledgers import EXAMPLE

pytestmark = pytest.mark.browser
PAGE = "extension/Receivables/?time=2026-11-30"
PICTURES = os.environ.get("FAVA_PICTURES")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Fava on the example, on a free port."""
    server = make_server(
        "127.0.0.1", 0, create_app([EXAMPLE], load=True, read_only=True, poll_watcher=True), threaded=True
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/atelier-sol%C3%A8ne/"
    server.shutdown()
    thread.join()
    server.server_close()


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


def until(window: Chrome, what: Callable[[], object]) -> None:
    """Waits until something holds; an element that Fava replaces meanwhile is looked for again."""
    WebDriverWait(window, 20, ignored_exceptions=[NoSuchElementException, StaleElementReferenceException]).until(
        lambda _window: what()
    )


def column(window: Chrome, table: str, index: int) -> list[str]:
    cells = window.find_elements(By.CSS_SELECTOR, f".receivables table.{table} tbody td:nth-child({index})")
    return [cell.text for cell in cells]


def picture(window: Chrome, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        window.save_screenshot(str(Path(PICTURES) / f"{name}.png"))


def test_sort(browser: Chrome) -> None:
    picture(browser, "wide")
    header = browser.find_element(By.CSS_SELECTOR, ".receivables table.aged th:nth-child(2)")
    header.click()
    ascending = [float(text) for text in column(browser, "aged", 2)]
    assert ascending == sorted(ascending)
    header.click()
    assert [float(text) for text in column(browser, "aged", 2)] == ascending[::-1]
    browser.find_element(By.CSS_SELECTOR, ".receivables table.aged th:nth-child(1)").click()
    names = column(browser, "aged", 1)
    assert names[0].startswith("Alpina")
    assert names[-1].startswith("Vandamme")


def test_a_long_name_leaves_room_for_the_figures(browser: Chrome) -> None:
    name = browser.find_element(By.CSS_SELECTOR, ".receivables table.aged td:first-child a")
    browser.execute_script(
        "arguments[0].textContent = 'Établissements Charles-Édouard et Descendants '.repeat(3)", name
    )
    room = "const table = arguments[0].closest('table'); return table.parentElement.clientWidth - table.offsetWidth"
    assert browser.execute_script(room, name) >= 0


def test_filter_by_time_and_account(browser: Chrome) -> None:
    before = len(column(browser, "aged", 1))
    box = browser.find_element(By.CSS_SELECTOR, "header input[placeholder='Account']")
    box.send_keys("Assets:Clients:Halles\n")
    until(browser, lambda: len(column(browser, "aged", 1)) == 1 < before)
    assert column(browser, "aged", 1) == ["Halles de Vilaine SA"]
    browser.get(browser.current_url.replace("2026-11-30", "2026-06-30"))
    until(browser, lambda: "2026-06-30" in browser.find_element(By.CSS_SELECTOR, ".receivables h2").text)


def test_click_through_to_the_entry(browser: Chrome) -> None:
    browser.find_element(By.LINK_TEXT, "F2026-0064").click()
    until(browser, lambda: 'invoice: "F2026-0064"' in browser.find_element(By.CSS_SELECTOR, ".cm-content").text)
    picture(browser, "entry")


def test_click_through_to_the_account(browser: Chrome) -> None:
    browser.find_element(By.LINK_TEXT, "Halles de Vilaine SA").click()
    until(browser, lambda: "/account/Assets:Clients:Halles/" in browser.current_url)


def test_click_through_to_the_line(browser: Chrome) -> None:
    browser.find_element(By.LINK_TEXT, "invoices.beancount:864").click()
    until(browser, lambda: "/editor/" in browser.current_url and "line=864" in browser.current_url)
    until(browser, lambda: "F2026-0064" in browser.find_element(By.CSS_SELECTOR, ".cm-content").text)


def test_preview(browser: Chrome) -> None:
    button = browser.find_element(By.CSS_SELECTOR, "button[data-number='F2026-0064']")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    dialog = browser.find_element(By.CSS_SELECTOR, "dialog.receivables-preview")
    until(browser, dialog.is_displayed)
    browser.switch_to.frame(dialog.find_element(By.TAG_NAME, "iframe"))
    until(browser, lambda: browser.find_elements(By.TAG_NAME, "h1"))
    assert "F2026-0064" in browser.find_element(By.TAG_NAME, "h1").text
    browser.switch_to.default_content()
    picture(browser, "preview")
    dialog.find_element(By.TAG_NAME, "button").click()
    until(browser, lambda: not dialog.is_displayed())


def test_statement(browser: Chrome, downloads: Path) -> None:
    heading = next(
        one for one in browser.find_elements(By.CSS_SELECTOR, ".receivables h3") if one.text.startswith("Halles")
    )
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", heading)
    heading.find_element(By.TAG_NAME, "button").click()
    dialog = browser.find_element(By.CSS_SELECTOR, "dialog.receivables-preview")
    until(browser, dialog.is_displayed)
    browser.switch_to.frame(dialog.find_element(By.TAG_NAME, "iframe"))
    until(browser, lambda: browser.find_elements(By.TAG_NAME, "h1"))
    assert browser.find_element(By.TAG_NAME, "h1").text == "Relevé de compte"
    assert "Solde au 30 novembre 2026" in browser.find_element(By.TAG_NAME, "body").text
    browser.switch_to.default_content()
    picture(browser, "statement")
    dialog.find_element(By.TAG_NAME, "button").click()
    until(browser, lambda: not dialog.is_displayed())
    heading.find_element(By.CSS_SELECTOR, "a[data-remote]").click()
    file = downloads / "2026-11-30-Halles-statement.pdf"
    until(browser, file.is_file)
    time.sleep(0.2)
    assert file.read_bytes().startswith(b"%PDF-")


def test_download(browser: Chrome, downloads: Path) -> None:
    link = browser.find_element(By.CSS_SELECTOR, "a[href*='pdf?number=F2026-0064']")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", link)
    link.click()
    file = downloads / "F2026-0064.pdf"
    until(browser, file.is_file)
    time.sleep(0.2)
    assert file.read_bytes().startswith(b"%PDF-")


def test_a_double_click_stays_on_the_page(browser: Chrome, downloads: Path) -> None:
    link = browser.find_element(By.CSS_SELECTOR, "a[href*='pdf?number=F2026-0058']")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", link)
    ActionChains(browser).double_click(link).perform()
    file = downloads / "F2026-0058.pdf"
    until(browser, file.is_file)
    time.sleep(0.2)
    assert file.read_bytes().startswith(b"%PDF-")
    assert "Receivables" in browser.current_url


def test_a_pdf_that_cannot_be_made_says_why_in_the_page(browser: Chrome) -> None:
    link = browser.find_element(By.CSS_SELECTOR, "a[href*='pdf?number=F2026-0064']")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].search = '?number=F1'", link)
    link.click()
    dialog = browser.find_element(By.CSS_SELECTOR, "dialog.receivables-preview")
    until(browser, dialog.is_displayed)
    assert (
        dialog.find_element(By.CSS_SELECTOR, ".reason").text == "there is no F1: bean-invoice list shows all documents"
    )
    assert not dialog.find_element(By.TAG_NAME, "iframe").is_displayed()
    dialog.find_element(By.TAG_NAME, "button").click()
    until(browser, lambda: not dialog.is_displayed())
    assert [one for one in complaints(browser) if "404" not in one] == []
    test_preview(browser)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_light_dark_and_on_a_telephone(browser: Chrome, width: int, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    resize(browser, width)
    try:
        wide = "return document.documentElement.scrollWidth"
        until(browser, lambda: int(browser.execute_script(wide)) <= width)  # Fava's menu takes a moment to slide away
        background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        light = sum(int(part) for part in background[4:-1].split(",")[:3]) > 384
        assert light == (scheme == "light")
        picture(browser, f"{scheme}-{width}")
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_moving_between_pages_of_fava(browser: Chrome) -> None:
    """Fava loads pages in place: the page must work when it comes a second time."""
    browser.find_element(By.LINK_TEXT, "Balance Sheet").click()
    until(browser, lambda: "/balance_sheet/" in browser.current_url)
    browser.find_element(By.LINK_TEXT, "Créances clients").click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables table.aged"))
    test_preview(browser)
