"""A ledger full of scripts, forms filled in with them, other sites that would like to write: none runs, none writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import pytest
from fava.application import create_app
from flask import Flask, Response
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from beancount_invoicing.fava_ext import as_of
from tests.browsers import complaints, resize, served, until
from tests.fava_ext.test_acts import ACTS, LEDGER

pytestmark = pytest.mark.browser
DAY = date(2026, 2, 10)
IMAGE = "<img src=x onerror=window.hit=1>"
SCRIPT = "'><script>window.hit=2</script>"
ATTRIBUTE = "' onfocus=window.hit=3 autofocus x='"
TEMPLATE = "{{ 7 * 7 }}${window.hit=4}</style></textarea></title><svg onload=window.hit=5>"
HOSTILE = [IMAGE, SCRIPT, ATTRIBUTE, TEMPLATE]
OWN_SERVER_ONLY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
)
"""What a careful proxy says of Fava's pages: no script but Fava's files."""
DIALOG = "dialog.receivables-act"


def hostile_ledger(folder: Path) -> Path:
    """Scripts in every text that a ledger can have."""
    text = LEDGER.replace('"Audit"', f'"Audit {IMAGE}"').replace('"Hosting"', f'"Hosting {SCRIPT}"')
    text = text.replace('"Paid, for what is not said"', f'"Paid {IMAGE}"').replace('"Plans"', f'"Plans {ATTRIBUTE}"')
    text = text.replace('"Acme SAS"', f'"Acme {SCRIPT}"').replace('"12 quai de la Loire"', f'"12 quai {IMAGE}"')
    text = text.replace('"Nantes"', f'"Nantes {TEMPLATE}"').replace('"TVA 20 %"', f'"TVA {IMAGE}"')
    text = text.replace('"Développement"', f'"Développement {SCRIPT}"').replace('"Kiefer GmbH"', f'"Kiefer {TEMPLATE}"')
    title = f"\"beancount_invoicing.fava_ext\" \"{{'title': 'Clients {IMAGE}', '{IMAGE}': 1}}\""
    text = text.replace('"beancount_invoicing.fava_ext"', title)
    file = folder / "main.beancount"
    included = folder / "<img src=x onerror=window.hit=6>.beancount"
    file.write_text(
        f'option "title" "Books"\n{text}\ninclude "{included.name}"\n'
        f'2026-01-30 note Assets:Receivable:Acme "Rang {IMAGE}" ^F2026-0001\n  event: "dispute"\n  note: "{SCRIPT}"\n'
        f"2026-01-31 balance Assets:Receivable:Acme  5.00 EUR\n",
        encoding="utf-8",
    )
    included.write_text(
        f'2026-01-21 * "Acme" "Wrong {SCRIPT}" ^F2026-0008\n  invoice: "F2026-0008"\n  kind: "{IMAGE}"\n  due: "{ATTRIBUTE}"\n'
        f"  Assets:Receivable:Acme  1.00 X{'Y' * 20}\n  Income:Services\n"
        f'2026-01-22 * "{TEMPLATE}" "{SCRIPT}"\n  invoice: "F2026-0009{IMAGE}"\n  Assets:Receivable:Acme  2.00 EUR\n'
        "  Income:Services\n",
        encoding="utf-8",
    )
    return file


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_of, "today", lambda: DAY)


def application(ledger: Path) -> Flask:
    """Fava behind a proxy that allows no script but Fava's own files."""
    app = create_app([ledger], load=True, poll_watcher=True)

    @app.after_request
    def _careful(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", OWN_SERVER_ONLY)
        return response

    return app


@pytest.fixture
def browser(window: Chrome) -> Iterator[Chrome]:
    resize(window, 1400)
    complaints(window)
    yield window
    window.get("about:blank")
    complaints(window)


def on(browser: Chrome, address: str, query: str) -> None:
    browser.get(f"{address}extension/Receivables/?{query}")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables[data-ready]"))
    if "page=today" in query:
        until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables .tasks table"))


def untouched(browser: Chrome) -> None:
    """No script ran, no element was made of a text, and nobody complained."""
    assert browser.execute_script("return window.hit ?? 0") == 0
    # the figures of a chart, which Fava takes out once it draws it, are data and never run
    made = "img, script:not(svelte-component > script[type='application/json']), [onfocus], [onload]"
    found = f"return [...document.querySelectorAll(`.receivables :is({made})`)].map(e => e.outerHTML)"
    assert browser.execute_script(found) == []
    assert complaints(browser) == []


def test_scripts_in_a_ledger_are_texts(browser: Chrome, tmp_path: Path) -> None:
    pages = ["today", "owing", "documents", "contracts", "cash", "findings", "customer&customer=Assets:Receivable:Acme"]
    asked = ["", *(f"&{name}={SCRIPT}" for name in ("search", "sort", "status", "kind", "filter", "customer"))]
    with served(application(hostile_ledger(tmp_path))) as home:
        address = f"{home}books/"
        texts = ""
        for page in pages:
            on(browser, address, f"page={page}")
            texts += browser.find_element(By.CSS_SELECTOR, ".receivables").text
            untouched(browser)
        for hostile in (IMAGE, SCRIPT, TEMPLATE):
            assert hostile in texts, "it is read as it stands"
        for wanted in asked:
            on(browser, address, f"page=documents{wanted}")
            untouched(browser)
        for wanted in (f"time={IMAGE}", f"account={IMAGE}", f"page=customer&customer={IMAGE}"):
            browser.get(f"{address}extension/Receivables/?{wanted}")
            until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables"))
            untouched(browser)


def test_documents_of_a_hostile_ledger_are_shown_without_running(browser: Chrome, tmp_path: Path) -> None:
    with served(application(hostile_ledger(tmp_path))) as home:
        on(browser, f"{home}books/", "page=documents&search=F2026-0001")
        browser.find_element(By.CSS_SELECTOR, "button.view").click()
        until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "dialog.receivables-preview[open]"))
        untouched(browser)
        for opened in ("html?number=F2026-0001", f"html?number={IMAGE}", "statement?customer=Assets:Receivable:Acme"):
            browser.get(f"{home}books/extension/Receivables/{opened}")
            assert browser.execute_script("return window.hit ?? 0") == 0, opened
            assert not browser.find_elements(By.CSS_SELECTOR, "img[src='x'], body script"), opened
        assert all("404" in line for line in complaints(browser))


def test_scripts_in_forms_come_back_as_texts(browser: Chrome, tmp_path: Path) -> None:
    """In every field of every act, shown and refused; then one that is written, and read on the customer's page."""
    ledger = tmp_path / "main.beancount"
    ledger.write_text(LEDGER, encoding="utf-8")
    with served(application(ledger)) as home:
        address = f"{home}beancount/"
        on(browser, address, "page=documents&search=F2026-0001")
        button = browser.find_element(By.CSS_SELECTOR, "button.act")
        for act in ACTS:
            browser.execute_script("arguments[0].dataset.act = arguments[1]", button, act)
            button.click()
            until(browser, partial(is_open, browser, act))
            fields = browser.find_elements(
                By.CSS_SELECTOR, f"{DIALOG} form.fields :is(input:not([type]), input[type=text], textarea)"
            )
            for field in fields:
                for hostile in HOSTILE:
                    browser.execute_script("arguments[0].value = arguments[1]", field, hostile)
                    browser.find_element(By.CSS_SELECTOR, f"{DIALOG} form.fields").submit()
                    until(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, f"{DIALOG} [aria-busy=true]"))
                    untouched(browser)
                    if field.tag_name != "textarea" and hostile is SCRIPT:
                        break
            browser.find_element(By.CSS_SELECTOR, f"{DIALOG} header button").click()
        note(browser, address, SCRIPT + IMAGE)
        assert SCRIPT in ledger.read_text(encoding="utf-8") + "".join(
            file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.beancount")
        )
        on(browser, address, "page=customer&customer=Assets:Receivable:Acme")
        assert IMAGE in browser.find_element(By.CSS_SELECTOR, "table.events").text
        untouched(browser)


def is_open(browser: Chrome, act: str) -> bool:
    return browser.find_element(By.CSS_SELECTOR, DIALOG).get_attribute("data-act") == act


def note(browser: Chrome, address: str, text: str) -> None:
    """Writes a note with the buttons of the page."""
    on(browser, address, "page=customer&customer=Assets:Receivable:Acme")
    browser.find_element(By.CSS_SELECTOR, "button.act[data-act=note]").click()
    until(browser, lambda: browser.find_elements(By.NAME, "kind"))
    for name, value in {"kind": "dispute", "about": "F2026-0001", "text": text}.items():
        field = browser.find_element(By.NAME, name)
        browser.execute_script("arguments[0].value = arguments[1]", field, value)
    browser.find_element(By.CSS_SELECTOR, f"{DIALOG} .show-entry").click()
    until(browser, lambda: browser.find_element(By.CSS_SELECTOR, f"{DIALOG} .write").is_displayed())
    browser.find_element(By.CSS_SELECTOR, f"{DIALOG} .write").click()
    until(browser, lambda: "Written." in browser.find_element(By.CSS_SELECTOR, f"{DIALOG} .remarks").text)
    untouched(browser)


# Another site, open in the same browser: all that its page may try, with what it could know at best, the token.

ATTACKS = """
const body = JSON.stringify(BODY), form = FORM, act = ACT;
const tried = [];
const attempt = (name, made) => tried.push(Promise.resolve().then(made).then(
    answer => [name, answer?.type ?? "", answer?.status ?? 0], () => [name, "refused", 0]));
for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const headers = {"Content-Type": type};
    attempt(type, () => fetch(act, {method: "POST", mode: "no-cors", credentials: "include", headers, body}));
}
attempt("application/json", () => fetch(act, {method: "POST", headers: {"Content-Type": "application/json"}, body}));
attempt("beacon", () => navigator.sendBeacon(act, new Blob([body], {type: "text/plain"})));
attempt("form", () => new Promise(done => {
    const frame = document.createElement("iframe"), sender = document.createElement("form");
    frame.name = "frame"; frame.onload = done;
    Object.assign(sender, {action: act, method: "POST", target: "frame", enctype: "text/plain"});
    const field = document.createElement("input");
    field.name = body.slice(0, -1) + ',"x":"'; field.value = '"}';
    sender.append(field); document.body.append(frame, sender); sender.submit();
}));
for (const kind of ["img", "script", "iframe"]) {
    attempt(kind, () => new Promise(done => {
        const element = document.createElement(kind);
        element.onload = element.onerror = done;
        element.src = `${act}?${new URLSearchParams({...BODY, ...BODY.values})}`;
        document.body.append(element);
    }));
}
attempt("token", () => fetch(form).then(answer => answer.text()));
Promise.all(tried).then(answers => window.answers = answers);
"""


def attacker(home: str, body: dict[str, Any]) -> Flask:
    """A site on another port, whose page attacks."""
    site = Flask("attacker")
    act = f"{home}beancount/extension/Receivables/act"
    script = ATTACKS.replace("BODY", json.dumps(body)).replace("FORM", json.dumps(f"{act}_form?act=pay"))
    script = script.replace("ACT;", f"{json.dumps(act)};")

    @site.get("/")
    def page() -> str:
        return f"<!doctype html><title>elsewhere</title><body><script>{script}</script>"

    @site.get("/frame")
    def frame() -> str:
        inside = escape(f"{home}beancount/extension/Receivables/?page=documents")
        return f'<!doctype html><title>elsewhere</title><iframe src="{inside}" width="1200" height="700"></iframe>'

    return site


def test_another_site_cannot_write(browser: Chrome, tmp_path: Path) -> None:
    """Even if it knew the token and the state of the ledger: the browser says whose page asks."""
    ledger = tmp_path / "main.beancount"
    ledger.write_text(LEDGER, encoding="utf-8")
    app = create_app([ledger], load=True, poll_watcher=True)
    with served(app) as home:
        visitor, own = app.test_client(), {"Origin": home.rstrip("/"), "Host": home.split("/")[2]}
        before = {file: file.read_bytes() for file in tmp_path.rglob("*.beancount")}
        for act, values in ACTS.items():
            base = "/beancount/extension/Receivables/act"
            token = visitor.get(f"{base}_form?act={act}&time={DAY}").get_json()["token"]
            body = {"act": act, "values": values, "token": token, "state": ""}
            shown = visitor.post(base, json=body, headers=own).get_json()
            assert shown["state"], "it could be written from here"
            with served(attacker(home, {**body, "state": shown["state"]})) as elsewhere:
                browser.get(elsewhere)
                until(browser, lambda: browser.execute_script("return Boolean(window.answers)"))
                answers = {
                    name: (kind, status) for name, kind, status in browser.execute_script("return window.answers")
                }
                assert answers["application/json"] == answers["token"] == ("refused", 0), "not even asked, or not shown"
                assert len(answers) == 10
            assert {file: file.read_bytes() for file in tmp_path.rglob("*.beancount")} == before, act
            assert not list(tmp_path.glob("outbox/*"))
            written = visitor.post(base, json={**body, "state": shown["state"]}, headers=own).get_json()
            assert written["written"], "and it was the other site that made the difference"
            for file in tmp_path.rglob("*"):
                if file.is_file():
                    file.write_bytes(before[file]) if file in before else file.unlink()


def test_a_page_inside_another_site_offers_no_acts(browser: Chrome, tmp_path: Path) -> None:
    """Somebody could lay buttons of their own over it."""
    ledger = tmp_path / "main.beancount"
    ledger.write_text(LEDGER, encoding="utf-8")
    with served(create_app([ledger], load=True, poll_watcher=True)) as home, served(attacker(home, {})) as elsewhere:
        browser.get(f"{elsewhere}frame")
        browser.switch_to.frame(0)
        until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".receivables[data-ready]"))
        buttons = browser.find_elements(By.CSS_SELECTOR, ".receivables button.act")
        assert buttons
        assert not any(button.is_displayed() for button in buttons)
        browser.execute_script("arguments[0].click()", buttons[0])
        assert not browser.find_elements(By.CSS_SELECTOR, f"{DIALOG}[open]")
        assert browser.find_element(By.CSS_SELECTOR, "table.invoices").is_displayed(), "it is shown"
        browser.switch_to.default_content()
