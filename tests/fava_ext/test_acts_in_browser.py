"""Acts in a real browser: the form, the entry that it would write, and the ledger after the second button."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fava.application import create_app
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from beancount_invoicing.fava_ext import as_of
from tests.browsers import PICTURES, complaints, picture, resize, served, until
from tests.ledgers import recent_example

pytestmark = pytest.mark.browser


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return recent_example(tmp_path / "ledger")


@pytest.fixture
def browser(window: Chrome, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chrome]:
    """The documents of a ledger that may be written, on 30 November 2026; afterwards the console must be empty."""
    monkeypatch.setattr(as_of, "today", lambda: date(2026, 11, 30))
    with served(create_app([ledger], load=True, poll_watcher=True)) as address:
        resize(window, 1400)
        window.get(address)
        home = window.current_url.split("income_statement")[0]
        window.get(f"{home}extension/Receivables/?page=documents&search=F2026-0062&time=2026-11-30")
        until(window, lambda: window.find_elements(By.CSS_SELECTOR, ".receivables[data-ready]"))
        yield window
        window.get("about:blank")
    assert complaints(window) == []


def books(ledger: Path) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in sorted(ledger.parent.rglob("*.beancount")))


def part(browser: Chrome, selector: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, f"dialog.receivables-act {selector}").text


def press(browser: Chrome, selector: str) -> None:
    browser.find_element(By.CSS_SELECTOR, f"dialog.receivables-act {selector}").click()


def opened(browser: Chrome) -> None:
    """The form of the document's first act."""
    browser.find_element(By.CSS_SELECTOR, ".receivables button.act[data-acts]").click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "dialog.receivables-act[open] form.fields label"))


def test_a_payment_is_shown_then_written_and_the_page_is_loaded_anew(browser: Chrome, ledger: Path) -> None:
    opened(browser)
    field = browser.find_element(By.NAME, "documents")
    assert field.get_attribute("value") == "F2026-0062"
    picture(browser, "act-pay-form")
    field.send_keys(Keys.ENTER)
    until(browser, lambda: "Assets:Banque" in part(browser, "pre.entry"))
    assert part(browser, ".command").startswith("The same as a command: bean-invoice pay --date 2026-11-30")
    picture(browser, "act-pay-shown")
    entry = part(browser, "pre.entry")
    assert entry.splitlines()[0] not in books(ledger)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    until(browser, lambda: "Written." in part(browser, ".remarks"))
    assert entry.splitlines()[0] in books(ledger)
    picture(browser, "act-pay-written")
    press(browser, "header button")
    until(browser, lambda: "settled" in browser.find_element(By.CSS_SELECTOR, "table.invoices td.state").text)


def test_a_note_and_what_is_wrong_with_it(browser: Chrome, ledger: Path) -> None:
    opened(browser)
    press(browser, ".choices button[data-act=note]")
    until(browser, lambda: browser.find_elements(By.NAME, "kind"))
    press(browser, ".show-entry")
    until(browser, lambda: part(browser, ".reason") == "a promise needs its last day")
    Select(browser.find_element(By.NAME, "kind")).select_by_visible_text("In dispute")
    press(browser, ".show-entry")
    until(browser, lambda: 'event: "dispute"' in part(browser, "pre.entry"))
    browser.find_element(By.NAME, "text").send_keys("Two hours too many")
    assert not browser.find_element(By.CSS_SELECTOR, "dialog .write").is_displayed(), "what was shown is out of date"
    resize(browser, 390, 844)
    time.sleep(0.5 if PICTURES else 0)  # the sidebar moves away
    picture(browser, "act-note-phone")
    press(browser, ".show-entry")
    until(browser, lambda: "Two hours too many" in part(browser, "pre.entry"))
    press(browser, ".write")
    until(browser, lambda: "Written." in part(browser, ".remarks"))
    assert "Two hours too many" in books(ledger)


def test_a_ledger_that_was_changed_meanwhile(browser: Chrome, ledger: Path) -> None:
    opened(browser)
    press(browser, ".show-entry")
    until(browser, lambda: "Assets:Banque" in part(browser, "pre.entry"))
    with ledger.open("a", encoding="utf-8") as file:
        file.write("; somebody else was here\n")
    press(browser, ".write")
    until(browser, lambda: "the ledger has changed since this was shown" in part(browser, ".reason"))
    assert not browser.find_element(By.CSS_SELECTOR, "dialog .write").is_displayed()
