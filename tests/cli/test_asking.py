"""What is asked on a terminal: a real one, whose keys are typed."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from beancount_invoicing.actions import open_ledger
from tests.ledgers import PRELUDE

BEAN_INVOICE = str(Path(sys.executable).with_name("bean-invoice"))


class Terminal:
    """A program on a terminal."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self._screen, end = pty.openpty()
        self.said = ""
        self._seen = 0
        environment = {**os.environ, "TERM": "dumb", "INPUTRC": "/dev/null", "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [BEAN_INVOICE, *arguments],
            stdin=end,
            stdout=end,
            stderr=end,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        os.close(end)

    def answer(self, question: str, keys: str) -> None:
        """Types keys once the question stands on the screen; a Tab only when its keys are taken one by one."""
        self.wait(question)
        limit = time.monotonic() + 30
        while "\t" in keys and termios.tcgetattr(self._screen)[3] & termios.ICANON:
            assert time.monotonic() < limit, f"no key is completed at {question!r}"
            time.sleep(0.02)
        os.write(self._screen, keys.encode())

    def wait(self, text: str) -> None:
        """Reads on until the text stands there, after what was waited for before."""
        limit = time.monotonic() + 30
        while (at := self.said.find(text, self._seen)) < 0:
            assert time.monotonic() < limit, f"{text!r} was not asked:\n{self.said}"
            if select.select([self._screen], [], [], 0.2)[0]:
                try:
                    self.said += os.read(self._screen, 4096).decode(errors="replace")
                except OSError:  # the program ended
                    raise AssertionError(f"{text!r} was not said:\n{self.said}") from None
        self._seen = at + len(text)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        os.close(self._screen)

    def end(self) -> int:
        """Its exit code."""
        return self.process.wait(30)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    return file


def test_new_asks_completes_shows_the_total_and_writes(ledger: Path) -> None:
    with Terminal("-f", str(ledger), "new", "--date", "2026-03-01", folder=ledger.parent) as terminal:
        terminal.answer("Customer", "Ac\t\n")
        terminal.answer("Line 1", "6.5 DE\t\n")
        terminal.wait("net 650.00, tax 130.00, total 780.00 EUR")
        terminal.answer("Line 2", "1 DEVV\n")
        terminal.wait("did you mean DEV?")
        terminal.answer("Line 2", "\n")
        terminal.answer("Write it?", "y\n")
        terminal.wait("written to")
        assert terminal.end() == 0
        (made,) = open_ledger(ledger).book.invoices
        assert (made.number, str(made.total)) == ("F2026-0001", "780.00")


def test_new_writes_nothing_where_the_answer_is_no(ledger: Path) -> None:
    before = ledger.read_bytes()
    with Terminal("-f", str(ledger), "new", "--date", "2026-03-01", folder=ledger.parent) as terminal:
        terminal.answer("Customer", "Acme\n")
        terminal.answer("Line 1", "1 DEV\n")
        terminal.answer("Line 2", "\n")
        terminal.answer("Write it?", "n\n")
        terminal.wait("Aborted")
        assert terminal.end() == 1
        assert ledger.read_bytes() == before


def test_init_asks_and_asks_again_where_an_identifier_is_wrong(tmp_path: Path) -> None:
    with Terminal("init", "books", "--date", "2026-01-01", folder=tmp_path) as terminal:
        for question, keys in (
            ("Legal name", "Lumen\n"), ("address", "3 rue des Lilas\n"), ("postcode", "35000\n"), ("city", "Rennes\n"),
            ("country", "France\n"), ("country", "\n"), ("siren: ", "812345678\n"), ("siren: ", "812345676\n"),
            ("vat-id", "\n"), ("email", "\n"), ("iban", "\n"), ("When is tax owed", "payments\n"),
        ):  # fmt: skip
            terminal.answer(question, keys)
        terminal.wait("main.beancount")
        assert terminal.end() == 0
        assert "if all the rest is right, it is 812345676" in terminal.said
        assert open_ledger(tmp_path / "books" / "main.beancount").errors == ()
