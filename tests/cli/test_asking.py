"""What is asked on a terminal: a real one, whose keys are typed."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from beancount_invoicing import languages
from beancount_invoicing.cli import asking, bank_review, init, main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.messages import _
from tests.ledgers import PRELUDE

BEAN_INVOICE = str(Path(sys.executable).with_name("bean-invoice"))


def _takes_interrupts() -> None:
    """What ran in the background of a script ignores interrupts, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


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
            preexec_fn=_takes_interrupts,  # nothing but this is done before the program starts
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

    def interrupt(self, text: str) -> None:
        """Ctrl-C until the text stands there: the line editor may miss the first, as it is about to wait for keys."""
        self.wait(text, each_second=lambda: self.process.send_signal(signal.SIGINT))

    def wait(self, text: str, each_second: Callable[[], None] = lambda: None) -> None:
        """Reads on until the text stands there, after what was waited for before."""
        limit, next_second = time.monotonic() + 30, time.monotonic()
        while (at := self.said.find(text, self._seen)) < 0:
            assert time.monotonic() < limit, f"{text!r} was not asked:\n{self.said}"
            if time.monotonic() >= next_second:
                each_second()
                next_second += 1
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
        terminal.answer("Customer", "Acmo\n")
        terminal.wait("Acmo")
        terminal.answer("Customer", "Ac\t\n")
        terminal.wait("DEV          Développement, 100.00")
        terminal.answer("Line 1", "6.5 DE\t\n")
        terminal.wait("net 650.00, tax 130.00, total 780.00 EUR")
        terminal.answer("Line 2", "1 DEVV\n")
        terminal.wait("did you mean DEV?")
        terminal.answer("Line 2", "1 Audit @ 50 [FR20]\n")
        terminal.answer("Income account", "y\n")
        terminal.wait("y is not open: choose one of Income:")
        terminal.answer("Income account", "Income:Serv\t\n")
        terminal.wait("Enter the line again.")
        terminal.answer("Line 2", "1 Audit @ 50 [FR20]\n")
        terminal.wait("net 700.00, tax 140.00, total 840.00 EUR")
        terminal.answer("Line 3", "\n")
        terminal.answer("Write it?", "y\n")
        terminal.wait("written to")
        assert terminal.end() == 0
        (made,) = open_ledger(ledger).book.invoices
        assert (made.number, str(made.total)) == ("F2026-0001", "840.00")


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


def typed(ledger: Path, monkeypatch: pytest.MonkeyPatch, answers: str, *arguments: str) -> Result:
    """`new` where these lines are typed, without a process: the questions are those of the terminal above."""
    monkeypatch.setattr("beancount_invoicing.cli.new.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    return CliRunner().invoke(main, ["-f", str(ledger), "new", "--date", "2026-03-01", *arguments], input=answers)


def test_new_asks_only_for_what_is_missing(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = typed(ledger, monkeypatch, "2 DEV\n\ny\n", "Acme")
    assert done.exit_code == 0, done.output
    assert "Customer" not in done.stderr
    assert "net 200.00, tax 40.00, total 240.00 EUR" in done.stderr
    done = typed(ledger, monkeypatch, "Acme\n1 DEV\n\n", "--write")
    assert done.exit_code == 0, done.output
    assert "Write it?" not in done.stderr, "--write said so"
    assert [str(invoice.total) for invoice in open_ledger(ledger).book.invoices] == ["240.00", "120.00"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("Acme\n\n", "Line 1"),  # nothing is billed
        ("Acme\n1 DEV\n\nn\n", "Write it?"),
        ("nobody\n", 'there is no customer "nobody"'),
        ("Acme\n1 Audit @ 50\nIncome:Services\n", "Enter the line again."),
        ("Acme\nseven DEV\n\n", "seven"),
    ],
)
def test_new_writes_nothing_where_it_is_left_early(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, answers: str, said: str
) -> None:
    before = ledger.read_bytes()
    left = typed(ledger, monkeypatch, answers)
    assert left.exit_code == 1
    assert said in left.output
    assert "Aborted" in left.stderr
    assert ledger.read_bytes() == before


def test_new_asks_in_french_and_takes_a_french_yes(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    done = typed(ledger, monkeypatch, "Acme\n1 DEV\n\npeut-être\nOui\n")
    assert done.exit_code == 0, done.output
    assert done.stderr.count("L’écrire\N{NO-BREAK SPACE}? [o/N]") == 2, "once more after an answer that is neither"
    assert [invoice.number for invoice in open_ledger(ledger).book.invoices] == ["F2026-0001"]


def test_new_offers_what_begins_so_and_an_answer_that_must_be_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readline = pytest.importorskip("readline")
    said = iter(["  ", " Acme "])
    monkeypatch.setattr("beancount_invoicing.cli.new.click.prompt", lambda *_a, **_k: next(said))
    assert asking.ask("Customer", ["Kiefer", "Acme", "Akene"]) == "Acme"
    complete = readline.get_completer()
    assert [complete("a", index) for index in range(3)] == ["Acme", "Akene", None]
    said = iter([""])
    assert asking.ask("Line 1", [], empty=True) == ""


def test_init_asks_and_asks_again_where_an_identifier_is_wrong(tmp_path: Path) -> None:
    with Terminal("init", "books", "--date", "2026-01-01", folder=tmp_path) as terminal:
        for question, keys in (
            ("Legal name", "Lumen\n"), ("Country", "France\n"), ("Country", "\n"),
            ("Address", "3 rue des Lilas\n"), ("Postcode", "35000\n"), ("City", "Rennes\n"),
            ("SIREN: ", "812345678\n"), ("SIREN: ", "812345676\n"),
            ("VAT number", "\n"), ("E-mail", "\n"), ("IBAN", "\n"),
            ("EI", "SARL\n"), ("When does tax become due", "payments\n"),
        ):  # fmt: skip
            terminal.answer(question, keys)
        terminal.wait("main.beancount")
        assert terminal.end() == 0
        assert "if everything else is right, it is 812345676" in terminal.said
        assert 'legal-form: "SARL"' in (tmp_path / "books" / "settings.beancount").read_text(encoding="utf-8")
        assert open_ledger(tmp_path / "books" / "main.beancount").errors == ()


def test_init_proposes_and_asks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a terminal, its answers given at once: a country that is none, a SIREN with a wrong digit, a regime."""
    monkeypatch.setattr(init, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    answers = (
        "Camille Durand",
        "France",
        "FR",
        "3 rue",
        "35000",
        "Rennes",
        "123",
        "812345676",
        "",
        "",
        "",
        "EI",
        "payments",
    )
    result = CliRunner().invoke(
        main, ["init", str(tmp_path / "books"), "--as-of", "2026-03-01"], input="\n".join(answers) + "\n"
    )
    assert result.exit_code == 0, result.output
    assert 'country France: write its two-letter code, such as "FR"' in result.stderr
    assert "siren 123: its length (3) is wrong" in result.stderr
    assert "payments" in result.stderr
    settings = (tmp_path / "books" / "settings.beancount").read_text(encoding="utf-8")
    assert 'legal-form: "EI"' in settings
    assert 'due-on: "payment"' in settings


def test_init_asks_for_the_rate_where_it_knows_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    answers = ("JP", "1-1 Marunouchi", "100-0005", "Tokyo", "", "", "", "invoices", "10")
    result = CliRunner().invoke(
        main, ["init", str(tmp_path / "books"), "--name", "Sato"], input="\n".join(answers) + "\n"
    )
    assert result.exit_code == 0, result.output
    assert "rate: 10" in (tmp_path / "books" / "settings.beancount").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ((), "who sells: bean-invoice init --name"),
        (("--name", "Kourou", "--country", "GF", "--regime", "payments"), "no VAT is charged"),
        (("--name", "Sato", "--country", "JP"), "the rates of tax in JP, the usual one first"),
        (("--name", "Sato", "--country", "JP", "--rate", "10", "--oss"), "--oss is for sellers in the European Union"),
    ],
)
def test_without_a_terminal_init_says_what_is_missing(said: tuple[str, ...], refused: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["init", str(tmp_path / "books"), *said])
    assert result.exit_code == 2
    assert refused in " ".join(result.stderr.split())
    assert not (tmp_path / "books").exists()


STATEMENT = """Date;Amount;Text;Payer;IBAN
2026-02-05;780.00;merci;ACME;FR1420041010050500013M02606
2026-02-06;100.00;F2026-0002;ACME;
2026-02-07;-30.00;frais;BANQUE;
2026-02-08;50.00;divers;ACME;
"""
REVIEWED = (
    PRELUDE
    + """
2025-01-01 custom "invoice-bank" Assets:Bank
  columns: "date = Date; amount = Amount; text = Text; payer = Payer; payer-iban = IBAN"
  currency: "EUR"
2026-01-05 * "Acme SAS" "Audit" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  780.00 EUR
  Income:Services        -650.00 EUR
    tax: "FR20"
  Liabilities:VAT        -130.00 EUR
    tax: "FR20"
2026-01-06 * "Acme SAS" "Advice" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services        -100.00 EUR
    tax: "FR20"
  Liabilities:VAT         -20.00 EUR
    tax: "FR20"
plugin "beancount_invoicing"
"""
)


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    """A ledger with two invoices, and what came: what one of them is, a part of the other, a charge, and too little for either."""
    (tmp_path / "main.beancount").write_text(REVIEWED, encoding="utf-8")
    file = tmp_path / "bank.csv"
    file.write_text(STATEMENT, encoding="utf-8")
    return file


def test_a_review_books_what_is_accepted_and_can_be_left_at_any_time(statement: Path) -> None:
    ledger = statement.with_name("main.beancount")
    with Terminal("bank", "review", "bank.csv", "--all", folder=ledger.parent) as terminal:
        terminal.answer("Book it first?", "y\n")
        terminal.wait("1 of 3")
        terminal.wait("for: 780.00 EUR is what is open of F2026-0001")
        terminal.answer("[q]uit", "x\n")
        terminal.wait("Type one of the letters a, c, s, o, l, q.")
        terminal.answer("[q]uit", "a\n")
        terminal.wait("Written to main.beancount.")
        terminal.answer("pay from it?", "y\n")
        terminal.wait("2 of 3")
        terminal.answer("[q]uit", "c\n")
        terminal.answer("Documents (empty", "F2026-0009\n")
        terminal.wait("there is no F2026-0009")
        terminal.answer("Documents (empty", "F2026-0002\n")
        terminal.wait("50.00 EUR is more than is to be paid on F2026-0002: 20.00 EUR")
        terminal.answer("[q]uit", "s\n")
        terminal.answer("50.00 EUR left", "F2026-0002=20\n")
        terminal.answer("30.00 EUR left", "Acme\n")
        terminal.wait('settles: "F2026-0002"')
        terminal.answer("[q]uit", "l\n")
        terminal.wait("3 of 3")
        before = ledger.read_bytes()
        terminal.wait("[q]uit")
        terminal.interrupt("What you accepted is written; the rest waits for the next review.")
        assert terminal.end() == 1
    assert ledger.read_bytes() == before
    book = open_ledger(ledger).book
    paid = {payment.links: str(payment.amount) for payment in book.payments}
    assert paid == {("F2026-0001",): "-780.00", ("F2026-0002",): "-100.00"}
    assert book.customers["Assets:Receivable:Acme"].latest.payer_iban == "FR1420041010050500013M02606"


@pytest.mark.parametrize(
    "question",
    [
        "[a]ccept, [c]hoose documents, [s]plit, [o]ther account, [l]ater, [q]uit",
        "[c]hoose documents, [s]plit, [o]ther account, [l]ater, [q]uit",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_answer_has_a_letter_of_its_own(question: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    letters = bank_review._LETTER.findall(languages.translated(_(question)))
    assert len(set(letters)) == len(letters) == question.count("[")


def test_a_review_needs_a_terminal(statement: Path) -> None:
    ledger = statement.with_name("main.beancount")
    result = CliRunner().invoke(main, ["-f", str(ledger), "bank", "review", str(statement)])
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert "bean-invoice bank import FILE --format json" in said
    assert "bean-invoice pay" in said
