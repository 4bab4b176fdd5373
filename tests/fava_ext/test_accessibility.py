"""The acts for everybody: without barriers that axe-core knows, on a telephone, and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from fava.application import create_app
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from beancount_invoicing.fava_ext import as_of
from beancount_invoicing.fava_ext.acts.table import ACTS
from beancount_invoicing.fava_ext.query import PAGES
from tests.browsers import barriers, colours, complaints, picture, resize, served, until
from tests.ledgers import recent_example

pytestmark = pytest.mark.browser
DIALOG = "dialog.receivables-act"
HALLES = "page=customer&customer=Assets:Clients:Halles"
BUTTONS: Mapping[str, tuple[str, ...]] = {
    "page=today": ("new", "bill", "pay", "note", "prepare-invoices", "prepare-reminders", "sent-by-post"),
    HALLES: ("allocate",),
    "page=documents&search=F2026-0064": ("credit",),
    "page=documents&status=draft": ("issue", "edit-draft", "drop-draft"),
    "page=today&kind=tax": ("move-taxes",),
}
"""The pages whose buttons open acts: together every act."""
FILLED: Mapping[str, Mapping[str, str]] = {
    "new": {"customer": "Halles", "lines": "1 Conseil @ 450"},
    "pay": {"documents": "F2026-0064"},
    "note": {"about": "F2026-0064", "until": "2026-12-15"},
    "sent-by-post": {"numbers": "F2026-0064"},
    "allocate": {"numbers": "F2026-0063"},
    "edit-draft": {"add": "1 Trajet @ 45"},
}
"""What is filled in beside what the form knows; where the act is not possible, its refusal is looked at."""
EXPECTED = "page=cash&figure=expected&begins=2026-12-01"
PAID = """
2026-11-25 * "Clinique du Parc SAS" "VIR F2026-0064" ^F2026-0064
  Assets:Banque                   100.00 EUR
  Assets:Clients:CliniqueDuParc  -100.00 EUR
"""
"""A payment by which tax became due that nobody has moved yet."""
WRONG = '\n2026-11-02 * "Half an entry"\n  Assets:Banque  5.00 EUR\n'


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = recent_example(tmp_path_factory.mktemp("books") / "ledger")
    file.write_text(file.read_text(encoding="utf-8") + PAID, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def address(ledger: Path) -> Iterator[str]:
    """The page in Fava, on 30 November 2026."""
    clock, as_of.today = as_of.today, lambda: date(2026, 11, 30)
    with served(create_app([ledger], load=True, poll_watcher=True)) as home:
        yield f"{home}atelier-sol%C3%A8ne/extension/Receivables/"
    as_of.today = clock


@pytest.fixture
def browser(window: Chrome, address: str) -> Iterator[Chrome]:
    """Afterwards its console must be empty."""
    resize(window, 1400)
    window.get(f"{address}?page=owing&time=2026-11-30")
    until(window, lambda: window.find_elements(By.CSS_SELECTOR, ".receivables[data-ready]"))
    yield window
    colours(window, "")
    window.get("about:blank")
    assert complaints(window) == []


def on(browser: Chrome, address: str, query: str) -> None:
    browser.get(f"{address}?time=2026-11-30&{query}")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables[data-ready]"))
    until(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, ".receivables [data-part] > p:only-child"))
    if query == "page=cash":
        until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".charts svg"))


def opened(browser: Chrome, act: str) -> None:
    """The form of an act: by its own button, or by the one of a document."""
    found = browser.find_elements(By.CSS_SELECTOR, f".receivables button.act[data-act='{act}']")
    offers = f".receivables button.act[data-acts~='{act}']"
    button = found[0] if found else browser.find_element(By.CSS_SELECTOR, offers)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, f"{DIALOG}[open] form.fields label"))
    if dialog_act(browser) != act:
        browser.find_element(By.CSS_SELECTOR, f"{DIALOG} .choices button[data-act='{act}']").click()
        until(browser, lambda: dialog_act(browser) == act)


def dialog_act(browser: Chrome) -> str | None:
    return browser.find_element(By.CSS_SELECTOR, DIALOG).get_attribute("data-act")


def shown(browser: Chrome, act: str) -> None:
    """What the act would write, or why not."""
    for name, value in FILLED.get(act, {}).items():
        field = browser.find_element(By.CSS_SELECTOR, f"{DIALOG} [name='{name}']")
        browser.execute_script("arguments[0].value = arguments[1]", field, value)
    browser.find_element(By.CSS_SELECTOR, f"{DIALOG} .show-entry").click()
    answers = f"{DIALOG} :is(.reason, .entry, .remarks):not([hidden])"
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, answers))
    until(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, f"{DIALOG} [aria-busy=true]"))


def in_the_window(browser: Chrome, selector: str) -> bool:
    """Whether a button of the dialog can be scrolled to and is what a finger meets at its middle."""
    meets = """const button = document.querySelector(arguments[0]); button.scrollIntoView({block: "nearest"});
        const box = button.getBoundingClientRect();
        return button.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2))
            && box.left >= 0 && box.right <= innerWidth && box.height >= 24"""
    return bool(browser.execute_script(meets, f"{DIALOG} {selector}"))


def test_no_act_is_left_out_of_these_tests() -> None:
    assert {act for acts in BUTTONS.values() for act in acts} == {*ACTS}


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
@pytest.mark.parametrize("wrong", [False, True])
def test_every_act_s_dialog(
    browser: Chrome, address: str, ledger: Path, axe: str, width: int, scheme: str, *, wrong: bool
) -> None:
    """The form, then what it would write: with a ledger that is right, and with errors in it."""
    before = ledger.read_text(encoding="utf-8")
    colours(browser, scheme)
    resize(browser, width, 800)
    found: dict[str, list[str]] = {}
    if wrong:
        ledger.write_text(before + WRONG, encoding="utf-8")
    try:
        for page, acts in BUTTONS.items():
            on(browser, address, page)
            for act in acts:
                opened(browser, act)
                found[f"{act}, form"] = barriers(browser, axe, DIALOG)
                shown(browser, act)
                picture(browser, f"act-{act}-{scheme}-{width}{'-wrong' if wrong else ''}")
                found[f"{act}, shown"] = barriers(browser, axe, DIALOG)
                sideways = (
                    "const part = document.querySelector(arguments[0]); return part.scrollWidth > part.clientWidth"
                )
                if browser.execute_script(sideways, DIALOG):
                    found[f"{act}, shown"].append("scrolls sideways")
                for button in (".show-entry", ".write", "header button"):
                    here = browser.find_element(By.CSS_SELECTOR, f"{DIALOG} {button}").is_displayed()
                    if here and not in_the_window(browser, button):
                        found[f"{act}, shown"].append(f"{button} cannot be reached")
                browser.find_element(By.CSS_SELECTOR, f"{DIALOG} header button").click()
    finally:
        ledger.write_text(before, encoding="utf-8")
    assert {place: faults for place, faults in found.items() if faults} == {}


@pytest.mark.parametrize("wrong", [False, True])
def test_no_table_scrolls_sideways_on_a_small_screen(
    browser: Chrome, address: str, ledger: Path, axe: str, *, wrong: bool
) -> None:
    before = ledger.read_text(encoding="utf-8")
    resize(browser, 1300)
    sideways = """return [...document.querySelectorAll(".receivables .scroll")]
        .filter(part => part.scrollWidth > part.clientWidth)
        .map(part => `${part.ariaLabel}: ${part.scrollWidth}/${part.clientWidth}`)"""
    if wrong:
        ledger.write_text(before + WRONG, encoding="utf-8")
    try:
        found = {}
        for page in (*(f"page={name}" for name in PAGES if name != "customer"), HALLES, EXPECTED):
            on(browser, address, page)
            found[page] = [*browser.execute_script(sideways), *barriers(browser, axe, ".receivables")]
    finally:
        ledger.write_text(before, encoding="utf-8")
    assert {page: faults for page, faults in found.items() if faults} == {}


class Keyboard:
    """Somebody who has no mouse: presses keys, and looks where the focus is."""

    def __init__(self, browser: Chrome) -> None:
        self.browser = browser

    def press(self, *keys: str) -> None:
        """Presses keys one after the other, where the focus is."""
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()

    def focus(self) -> str:
        """What has the focus, in a few words; it must be seen, and be inside of an open dialog."""
        looked = """const element = document.activeElement, style = getComputedStyle(element);
            const box = element.getBoundingClientRect();
            const dialog = document.querySelector("dialog[open]"), name = element.ariaLabel || element.textContent || element.name;
            const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
                && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            return [element.localName, (name || "").trim().slice(0, 80), seen, !dialog || dialog.contains(element)]"""
        kind, name, seen, inside = self.browser.execute_script(looked)
        if kind == "body" and not inside:  # after the last button of a dialog comes the browser itself
            return ""
        assert seen, f"the focus on {kind} {name!r} is not seen"
        assert inside, f"the focus is on {kind} {name!r}, behind the dialog"
        return str(name)

    def tab_to(self, name: str, *, most: int = 40, back: bool = False) -> None:
        """Presses Tab, or `back` Shift and Tab, until the focus is on what is called so; looks at each step."""
        passed = []
        for _step in range(most):
            if back:
                ActionChains(self.browser).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
            else:
                self.press(Keys.TAB)
            if (here := self.focus()) == name:
                return
            passed.append(here)
        raise AssertionError(f"{name!r} is not reached: {passed}")

    def lands_on(self, name: str) -> None:
        """Waits until the focus is on what is called so."""
        until(self.browser, lambda: name == self.browser.execute_script(
            "const e = document.activeElement; return (e.ariaLabel || e.textContent || e.name || '').trim()"
        ))  # fmt: skip
        assert self.focus() == name


def test_a_walk_with_the_keyboard_alone(browser: Chrome, address: str, ledger: Path) -> None:
    """From the tabs through search, order and a customer to an act that is written, and back."""
    before = {file: file.read_bytes() for file in ledger.parent.rglob("*.beancount")}
    keys = Keyboard(browser)
    on(browser, address, "page=today")
    browser.execute_script("document.querySelector('.receivables h2').focus()")
    keys.tab_to("Documents")
    keys.press(Keys.ENTER)
    keys.lands_on("Documents")
    keys.tab_to("Search")
    keys.press(*"halles", Keys.ENTER)
    until(browser, lambda: "search=halles" in browser.current_url)
    keys.lands_on("Search")
    keys.tab_to("Days late")
    keys.press(Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "th[aria-sort=ascending]"))
    keys.lands_on("Days late")
    keys.tab_to("Halles de Vilaine SA")
    keys.press(Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables .card"))
    keys.lands_on("Receivables as of 2026-11-30")
    keys.tab_to("Note an answer")
    keys.press(Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, f"{DIALOG}[open] form.fields label"))
    keys.press(Keys.ESCAPE)
    keys.lands_on("Note an answer")
    keys.press(Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, f"{DIALOG}[open] form.fields label"))
    keys.focus()
    keys.press("i")  # of the kinds: in dispute, in this language
    keys.tab_to("text", most=12)
    keys.press(*"Two hours too many", Keys.ENTER)
    keys.lands_on("Write it")
    text = browser.find_element(By.CSS_SELECTOR, f"{DIALOG} pre.entry").text
    assert "Two hours too many" in text
    keys.tab_to("Close", most=4)
    for _stop in range(20):  # round the dialog, and never behind it
        keys.press(Keys.TAB)
        keys.focus()
    browser.execute_script("arguments[0].focus()", browser.find_element(By.CSS_SELECTOR, f"{DIALOG} .write"))
    keys.press(Keys.ENTER)
    until(browser, lambda: "Written." in browser.find_element(By.CSS_SELECTOR, f"{DIALOG} .remarks").text)
    keys.lands_on("Close")
    keys.press(Keys.ESCAPE)
    until(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, f"{DIALOG}[open]"))
    keys.lands_on("Note an answer")
    browser.back()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "table.invoices th[aria-sort=ascending]"))
    keys.tab_to("Today", most=80)
    for file, content in before.items():
        file.write_bytes(content)


def test_cash_with_the_keyboard_alone(browser: Chrome, address: str) -> None:
    """From the tab to a chart, to one of its bars, to the payments behind it, and back to the tables."""
    keys = Keyboard(browser)
    on(browser, address, "page=today")
    browser.execute_script("document.querySelector('.receivables h2').focus()")
    keys.tab_to("Cash")
    keys.press(Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".charts svg"))
    keys.lands_on("Cash")
    keys.tab_to("Chart, Invoiced and received", most=80)
    keys.press(Keys.ENTER)
    keys.lands_on("Invoiced and received")
    keys.tab_to("2026-10", back=True)
    keys.press(Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "table.figure-items"))
    keys.tab_to("Amount")
    keys.press(Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "th[aria-sort=ascending]"))
    keys.lands_on("Amount")
    keys.tab_to("All figures", back=True)
    keys.press(Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".charts svg"))
    keys.lands_on("Receivables as of 2026-11-30")
