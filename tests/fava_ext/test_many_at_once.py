"""Many requests at once while the ledger changes: each gets an answer, and nothing that was written is lost."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cheroot.wsgi import Server
from click.testing import CliRunner
from fava.application import create_app

from beancount_invoicing.cli import main
from tests.fava_ext.test_acts import ACTS, DAY, LEDGER

pytestmark = pytest.mark.slow
EACH = int(os.environ.get("FAVA_REQUESTS", "6"))
"""How many requests each of 8 threads makes: `make proof` says more."""
INVOICES = "".join(
    f"""2026-01-{place + 6:02} * "Acme SAS" "Work {place}" ^F2026-{place:04}
  invoice: "F2026-{place:04}"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services        -100.00 EUR
  Liabilities:VAT         -20.00 EUR
    tax: "FR20"
"""
    for place in range(3, 23)
)
PAGES = (
    "?page=today", "?page=owing", "?page=owing&sort=-total", "?page=documents", "?page=documents&status=open&search=work",
    "?page=customer&customer=Assets:Receivable:Acme", "?page=contracts", "?page=findings", "tasks?kind=",
    "?page=cash", "cash?page=cash", "cash?page=cash&interval=quarter",
    "cash?page=cash&figure=due&begins=2026-02-01&currency=EUR", "paying?page=customer&customer=Assets:Receivable:Acme",
    "html?number=F2026-0001", "pdf?number=F2026-0007", "xml?number=F2026-0008", "statement?customer=Assets:Receivable:Acme",
    "documents_list?format=csv", "documents_list?format=xlsx", *(f"act_form?act={act}" for act in ACTS),
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Its top file, with a file beside it that somebody edits."""
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER + INVOICES + 'include "edited.beancount"\n')
    (tmp_path / "edited.beancount").write_text("; notes\n", encoding="utf-8")
    return file


@contextmanager
def fava(ledger: Path) -> Iterator[int]:
    """Fava behind its own server; gives the port."""
    server = Server(("127.0.0.1", 0), create_app([ledger], load=True, poll_watcher=True), numthreads=10)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield int(server.bind_addr[1])
    finally:
        server.stop()
        thread.join()


class Visitor:
    """A browser."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.statuses: Counter[int] = Counter()

    def ask(self, path: str, body: Any = None) -> bytes:
        headers = {"Origin": f"http://{self.host}", "Content-Type": "application/json", "Accept-Language": "en"}
        method, address = "POST" if body else "GET", f"/beancount/extension/Receivables/{path}"
        with closing(http.client.HTTPConnection(self.host, timeout=120)) as connection:
            connection.request(method, address, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            content = answer.read()
        self.statuses[answer.status] += 1
        assert answer.status < 500, content[:300]
        return content

    def act(self, act: str, values: Any, state: str = "") -> Any:
        token = json.loads(self.ask(f"act_form?act={act}&time={DAY}"))["token"]
        return json.loads(self.ask("act", {"act": act, "values": values, "token": token, "state": state}))

    def note(self, text: str) -> None:
        """Writes a note, as often as it takes: somebody else may have changed the ledger since it was shown."""
        values = {"kind": "promise", "about": "F2026-0001", "until": "2026-03-01", "text": text, "day": DAY}
        for _try in range(400):
            shown = self.act("note", values)
            assert shown["state"] or "changed while it was being read" in shown["error"], shown
            if shown["state"] and self.act("note", values, shown["state"])["written"]:
                return
        raise AssertionError(f"{text} was never written")


def edited(file: Path, stop: threading.Event, pause: float) -> int:
    """Somebody with an editor: adds a line, saves by writing a new file in the place of the old one, and again."""
    count = 0
    while not stop.is_set():
        count += 1
        text = f'{file.read_text(encoding="utf-8")}2026-02-01 note Assets:Bank "edit {count}"\n'
        draft = file.with_suffix(".tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(file)
        stop.wait(pause)
    return count


def test_pages_and_previews_while_the_ledger_is_edited(ledger: Path) -> None:
    stop = threading.Event()

    def visit(number: int) -> Counter[int]:
        visitor, chance = Visitor(port), random.Random(number)  # noqa: S311 - no secret
        for _request in range(EACH):
            if chance.random() < 0.3:
                act = chance.choice(sorted(ACTS))
                answer = visitor.act(act, ACTS[act])
                assert answer["state"] or answer["error"], (act, answer)
            else:
                page = visitor.ask(chance.choice(PAGES)).decode("utf-8", "replace")
                assert "This cannot be shown" not in page, re.findall(r"This cannot be shown[^<]*", page)
        return visitor.statuses

    with fava(ledger) as port, ThreadPoolExecutor(9) as threads:
        editor = threads.submit(edited, ledger.parent / "edited.beancount", stop, 0.5)
        try:
            statuses = sum(threads.map(visit, range(8)), Counter[int]())
        finally:
            stop.set()
        assert statuses.keys() <= {200}, statuses
        edits = editor.result()
        Visitor(port).ask("?page=owing")
    assert (ledger.parent / "edited.beancount").read_text(encoding="utf-8").count("edit ") == edits


def test_two_browsers_an_editor_and_a_command_lose_nothing(ledger: Path) -> None:
    each, stop = EACH // 2, threading.Event()
    written: list[str] = []

    def browse(name: str) -> None:
        visitor = Visitor(port)
        for count in range(each):
            visitor.note(f"browser {name} {count}")
            written.append(f"browser {name} {count}")

    def command() -> None:
        for count in range(each):
            arguments = (
                "note",
                "promise",
                "F2026-0001",
                "--until",
                "2026-03-01",
                "--text",
                f"command {count}",
                "--date",
                DAY,
            )
            for _try in range(400):
                result = CliRunner().invoke(main, ["-f", str(ledger), *arguments, "-w"])
                if "changed while it was being read" not in result.output:
                    break
            assert result.exit_code == 0, result.output
            written.append(f"command {count}")

    with fava(ledger) as port, ThreadPoolExecutor(4) as threads:
        editor = threads.submit(edited, ledger.parent / "edited.beancount", stop, 3)
        done = [threads.submit(browse, "A"), threads.submit(browse, "B"), threads.submit(command)]
        try:
            for future in done:
                future.result()
        finally:
            stop.set()
        edits = editor.result()
        page = Visitor(port).ask("?page=customer&customer=Assets:Receivable:Acme").decode()
    books = "".join(file.read_text(encoding="utf-8") for file in ledger.parent.glob("*.beancount"))
    assert len(written) == 3 * each
    for text in written:
        assert books.count(f'"{text}"') == 1, text
        assert text in page
    assert books.count("edit ") == edits
