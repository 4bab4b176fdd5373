"""Mutated slices of the example's books: no traceback, no hang, no memory blow-up, whatever a ledger contains.

Prints its seed; `--seed N` repeats a run. Each try takes a slice of the books, changes it (bytes, tokens, values of metadata,
lines moved, dropped or doubled), loads it with the plugin, asks all reports, runs a command, and now and then opens the page in
Fava with a document's preview and PDF, and writes PDFs. Now and then, too: caches that lie beside it, spoilt, of another ledger,
or of other times; a command with an argument of any bytes; two commands that write at once, in processes of their own; and the
library, asked by several threads at the same time. A try that raises, that the plugin's guard had to catch, that takes longer
than LIMIT or makes the process grow beyond MEMORY is kept with its ledger, and the run fails.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from beancount import loader  # noqa: E402 - the path first
from click.testing import CliRunner  # noqa: E402
from fava.application import create_app  # noqa: E402

from beancount_invoicing import rendering  # noqa: E402
from beancount_invoicing.actions import remind  # noqa: E402
from beancount_invoicing.answers.documents import document_json  # noqa: E402
from beancount_invoicing.answers.receivables import aging_json  # noqa: E402
from beancount_invoicing.answers.reminders import reminder_json  # noqa: E402
from beancount_invoicing.cli import main as command  # noqa: E402
from beancount_invoicing.documents import (  # noqa: E402
    e_invoices,
    letter_files,
    render,
)
from beancount_invoicing.documents.as_issued import paid_on_its_date  # noqa: E402
from beancount_invoicing.documents.search import UnknownNumber  # noqa: E402
from beancount_invoicing.einvoice import NoEInvoice, Syntax, validate  # noqa: E402
from beancount_invoicing.entries.keys import KEYS, OPTIONS  # noqa: E402
from beancount_invoicing.ledger import open_ledger  # noqa: E402
from beancount_invoicing.model import Book  # noqa: E402
from beancount_invoicing.receivables import aging, positions  # noqa: E402

VALUES = (
    '"text"', '""', "12", "-1", "0", "0.2", "1E+9", "99999999999999999999",
    "100000000000000000000000000000.00", "0.00000000000000000000000000000001", "2026-02-28", "9999-12-31", "0001-01-01",
    "TRUE", "FALSE", "NULL", "", "Assets:Clients:Kerbrat", "Income:Etudes", "12.00 EUR", "#tag", '"2026-13-45"',
    '"F2026-0001"', '"30% on receipt; 70% 60 days"', '"45 days end of month"', '"{seq}"', '"F{year}-{seq:04}-{nope}"',
    '"é\\u202e🙂"', '"draft-x"', '"deposit"', '"void"', '"opening"',
)  # fmt: skip


COMMANDS = (
    "check", "check --format json", "list --as-of 2026-11-30", "aging --format csv --as-of 2026-11-30",
    "aging --basis invoice --bounds 7,14 --explain --as-of 2025-12-31", "remind --explain --as-of 2026-11-30",
    "remind --format json --as-of 2026-11-30", "list --format json --as-of 2025-06-30",
    "contracts --explain --as-of 2026-11-30", "unbilled --format json --as-of 2027-02-28", "bill --until 2027-03-31",
    "bill --until 2027-03-31 --format json --explain", "time list --all --format csv --as-of 2026-11-30",
    "today --as-of 2026-11-30", "today --format json --as-of 2027-06-30", "statement --all --as-of 2026-11-30",
    "run --date 2026-11-30 --yes", "run --date 2027-03-31 --format json", "send --since 2026-10-01 --date 2026-11-30",
    "tax-due --as-of 2026-11-30", "tax-due --format json --explain --since 2026-01-01 --as-of 2026-11-30",
)  # fmt: skip
CONTRACTS = """
2025-01-01 custom "invoice-index" "SYNTEC" 300.0
2026-01-01 custom "invoice-index" "SYNTEC" 312.5
2025-01-31 custom "invoice-contract" Assets:Clients:Kerbrat "FUZZ-A" "subscription"
  item: "MAINT"
  quantity: 2
  every: "month"
  anchor: 2025-01-01
  prorate: TRUE
  until: 2026-06-30
  renews: "6 months"
  notice: "1 month"
  index: "SYNTEC"
  index-share: 80
  index-floor: 0
  index-cap: 3
  index-every: "year"
2025-09-10 custom "invoice-contract" Assets:Clients:Kerbrat "FUZZ-A"
  paused: TRUE
2025-11-01 custom "invoice-contract" Assets:Clients:Kerbrat "FUZZ-A"
  paused: FALSE
2025-02-01 custom "invoice-contract" Assets:Clients:Halles "FUZZ-B" "fixed"
  text: "Projet"
  account: Income:Etudes
  price: 10000.00
  tax: "FR20E"
  deposit-account: Liabilities:Acomptes:HabitatOuest
  retention: 5
  retention-account: Assets:Clients:Halles
2025-02-01 custom "invoice-milestone" "FUZZ-B" "Commande"
  percent: 30
  deposit: TRUE
2025-06-01 custom "invoice-milestone" "FUZZ-B" "Mi-parcours"
  cumulative: 45
2025-12-01 custom "invoice-milestone" "FUZZ-B" "Fin"
  cumulative: 100
2025-01-01 custom "invoice-contract" Assets:Clients:Halles "FUZZ-C" "time"
  item: "ETU"
  time: Assets:Temps:Halles
  lines: "day"
  cap: 500.00
  markup: 10
  expense-account: Income:Etudes
2026-03-05 * "Train"
  Expenses:Telecom  40.00 EUR
    billable: "FUZZ-C"
  Assets:Banque
"""
POLICIES = """
2025-01-01 custom "invoice-policy" "standard"
  interval: 5
  minimum: 1.00
2025-01-01 custom "invoice-policy" "standard" 0
  days: -3
2025-01-01 custom "invoice-policy" "standard" 1
  days: 3
  deadline: 8
2025-01-01 custom "invoice-policy" "standard" 2
  days: 15
  tone: "final"
  registered: TRUE
  escalate: TRUE
  interest: TRUE
  fee: 5.00
2026-01-01 custom "invoice-policy" "standard" 2
  days: 20
2025-01-01 custom "invoice-option" "late-interest" "FR"
2025-01-01 custom "invoice-option" "send-from" 2026-10-01
2026-10-10 note Assets:Clients:Vandamme "Plan" ^F2026-0057
  event: "promise"
  amount: 100.00
  until: 2026-10-31
2026-10-10 note Assets:Clients:Vandamme "Plan" ^F2026-0057
  event: "promise"
  amount: 140.00
  until: 2026-12-31
2026-11-10 note Assets:Clients:Halles "Sending" ^F2026-0055
  event: "sending"
  sends: "reminder"
  level: 1
  message-id: "<1@solene.example>"
"""
ENDING = '2025-01-01 custom "fava-extension" "beancount_invoicing.fava_ext"\nplugin "beancount_invoicing"\n'
LIMIT = 30
"""Seconds of computing that one try may take (and twenty times that on the clock, on a busy machine)."""
MEMORY = 2_000_000_000
"""Bytes that the process may come to hold."""


def directives() -> tuple[list[str], list[str]]:
    """The books' directives: those that set the stage, and the others."""
    stage: list[str] = []
    others: list[str] = []
    for name in ("settings", "accounts", "customers", "contracts"):
        text = (ROOT / "ledger" / f"{name}.beancount").read_text(encoding="utf-8")
        stage += re.findall(r"^\d{4}-\d\d-\d\d .*(?:\n[ \t]+.*)*", text, re.MULTILINE)
    stage += re.findall(r"^\d{4}-\d\d-\d\d .*(?:\n[ \t]+.*)*", CONTRACTS + POLICIES, re.MULTILINE)
    for file in sorted((ROOT / "ledger").glob("20*/*.beancount")):
        text = file.read_text(encoding="utf-8")
        others += re.findall(r"^\d{4}-\d\d-\d\d .*(?:\n[ \t]+.*)*", text, re.MULTILINE)
    return stage, others


def mutate(text: str, chance: random.Random) -> str:
    """One change of a ledger's text."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(9):
        case 0:
            lines[at] = re.sub(r":\s.*", lambda _match: ": " + chance.choice(VALUES), lines[at])
        case 1:
            lines.insert(at, f"  {chance.choice([*KEYS, *OPTIONS])}: {chance.choice(VALUES)}")
        case 2:
            del lines[at]
        case 3:
            lines.insert(at, lines[chance.randrange(len(lines))])
        case 4:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case 5:
            words = lines[at].split(" ")
            words[chance.randrange(len(words))] = chance.choice(VALUES)
            lines[at] = " ".join(words)
        case 6:
            lines[at] = re.sub(
                r"-?\d+\.\d\d",
                lambda _match: chance.choice(
                    ["0.00", "-5.00", "1E3", "1234567890123.45", "0.001", "100000000000000000000000000000.00"]
                ),
                lines[at],
            )
        case 7:
            lines[at] = re.sub(r"\bEUR\b", lambda _match: chance.choice(["GBP", "JPY", "HOUR", "KWD"]), lines[at])
        case _:
            place = chance.randrange(len(lines[at]) + 1)
            lines[at] = (
                lines[at][:place]
                + chance.choice(['"', "\t", "é", "\x00", "\\", "^", "@", "{", "💥"])
                + lines[at][place:]
            )
    return "\n".join(lines)


def spoil(data: bytes, chance: random.Random) -> bytes:
    """One byte changed, dropped or added: it may be UTF-8 no longer."""
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)] * chance.randrange(3)) + data[at + 1 :]


def too_long(_signal: int, _frame: object) -> None:
    """A try that takes too long ends here."""
    raise TimeoutError(f"longer than {LIMIT} s")


def page_in_fava(file: Path) -> None:
    """The page "Receivables" answers. What Fava itself does not survive is not ours to mend: then nothing is asked."""
    try:
        client = create_app([file], load=True, poll_watcher=True).test_client()
    except TimeoutError:
        raise
    except Exception as error:
        trace = traceback.extract_tb(error.__traceback__)
        if any("beancount_invoicing" in frame.filename for frame in trace):
            raise
        return
    home = client.get("/").headers["Location"].removesuffix("income_statement/")
    answer = client.get(f"{home}extension/Receivables/?time=2026-11-30")
    if answer.status_code not in {200, 404}:  # 404: the directive that names the extension is gone
        raise RuntimeError(f"the page answers {answer.status_code}: {answer.text[:500]}")
    if 'role="alert"' in answer.text:
        raise RuntimeError(re.findall(r'role="alert">(.*?)<', answer.text, re.DOTALL)[0])
    for link in re.findall(r'(?:href|data-html)="([^"]*/Receivables/(?:html|pdf)\?[^"]*)"', answer.text)[:2]:
        document = client.get(unescape(link))
        if document.status_code not in {200, 404}:  # 404: there is no such document, and it says why
            raise RuntimeError(f"{link} answers {document.status_code}: {document.text[:500]}")


def run(file: Path, *arguments: str) -> None:
    """A command ends as the contract says."""
    result = CliRunner().invoke(command, ["-f", str(file), *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code not in {0, 1}:
        raise RuntimeError(f"{arguments} ended with {result.exit_code}: {result.output}")


def e_invoices_of(book: Book, where: tuple[Path, ...], number: int) -> None:
    """Every document is an e-invoice that keeps the official rules, or says why it is none."""
    form = get_args(Syntax)[number % 3]
    paid = paid_on_its_date(book)
    for invoice in book.invoices:
        try:
            xml = e_invoices.e_invoice_xml(book, invoice, paid(invoice), where, form)
        except NoEInvoice:
            continue
        for layer in validate(xml):
            if layer.problems or layer.not_run:
                raise RuntimeError(f"{invoice.number} as {form}, {layer.name}: {layer.not_run or layer.problems}")


def bytes_said(file: Path, chance: random.Random) -> None:
    """A command with an argument of any bytes, as Python hands it over: refused, or read as text."""
    text = bytes(chance.randrange(1, 256) for _ in range(chance.randint(1, 8))).decode("utf-8", "surrogateescape")
    words = chance.choice(
        [["list", text], ["new", "Kerbrat", f"1 {text} @ 10", "--account", "Income:Etudes"], ["show", "--", text],
         ["new", "Kerbrat", "1 ETU", f"--note={text}"], ["render", text, "-o", text], ["remind", f"--level={text}"],
         ["time", "list", text], ["check", f"--format={text}"], ["item", "add", "X", text], ["validate", text]]
    )  # fmt: skip
    with contextlib.chdir(file.parent):  # what is written goes there: any bytes may be the name of a folder
        result = CliRunner().invoke(command, ["-f", str(file), *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception


def with_caches(file: Path, chance: random.Random) -> None:
    """A load beside caches that are spoilt, or of other times, says what a load of the files alone says."""
    spoken = [error.message for error in open_ledger(file, fresh=True).errors]
    cache = file.with_name(f".{file.name}.picklecache")
    what = chance.randrange(3)
    if what == 0:
        cache.write_bytes(bytes(chance.randrange(256) for _ in range(chance.randrange(200))))
    else:
        before, there = file.read_bytes(), file.stat()
        other = before.replace(b" EUR", b" GBP", 3) if what == 1 else b"2026-01-01 open Assets:Other\n"
        file.write_bytes(other)  # of the same size, or another ledger
        os.utime(file, ns=(there.st_atime_ns, there.st_mtime_ns))
        pickle_cached(file)
        file.write_bytes(before)
        os.utime(file, ns=(there.st_atime_ns, there.st_mtime_ns))
    try:
        if [error.message for error in open_ledger(file).errors] != spoken:
            raise RuntimeError(f"beside a cache (kind {what}) the ledger says something else")
    finally:
        cache.unlink(missing_ok=True)


def pickle_cached(file: Path) -> None:
    """Beancount's cache of a ledger, however fast it loads."""
    cached = loader.pickle_cache_function(lambda name: loader.get_cache_filename(
        str(Path(name).parent / ".{filename}.picklecache"), name), 0, loader._uncached_load_file)  # fmt: skip
    with contextlib.suppress(Exception):  # what Beancount does not survive it does not keep
        cached(str(file), None, None, None)


def by_threads(file: Path) -> None:
    """The library, asked by four threads at once: each gets what it would get alone."""

    def asked(_number: int) -> tuple[object, ...]:
        ledger = open_ledger(file)
        pages = []
        for invoice in ledger.book.invoices[:3]:
            try:
                pages.append(render.render_one(ledger.book, invoice.number, "pdf"))
            except (rendering.NoDocument, UnknownNumber) as error:
                pages.append((str(error), b""))
        return [str(error) for error in ledger.errors], pages

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(asked, range(4))
    if any(one != first for one in others):
        raise RuntimeError("threads get other answers than one another")


def by_processes(file: Path) -> None:
    """Two commands that write at the same time, in processes of their own: each writes wholly, or says why not."""
    books = file.with_name("two.beancount")
    books.write_bytes(file.read_bytes())
    words = ["new", "Kerbrat", "1 ETU", "--date", "2026-12-31", "--write", "--yes"]
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "beancount_invoicing", "-f", str(books), *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate()[0] for process in both]
    for one, text in zip(both, said, strict=True):
        if one.returncode not in {0, 1} or "Traceback" in text:
            raise RuntimeError(f"of two that write at once, one ended with {one.returncode}: {text}")
    written = [
        re.findall(r"^ *(F\S+)", text, re.MULTILINE)
        for process, text in zip(both, said, strict=True)
        if not process.returncode
    ]
    if len(written) == 2 and set(written[0]) & set(written[1]):
        raise RuntimeError(f"two that write at once gave a number twice: {said}")


def ask(file: Path, number: int) -> None:
    """Loads a ledger with the plugin and asks every report."""
    try:
        _entries, errors, _options = loader.load_file(str(file))
    except TimeoutError:
        raise
    except Exception as stumble:  # what Beancount itself does not survive, a command says as an error
        if any("beancount_invoicing" in frame.filename for frame in traceback.extract_tb(stumble.__traceback__)):
            raise
        run(file, "check")
        return
    for error in errors:
        if getattr(error, "rule", "") == "internal":
            raise RuntimeError(error.message)
    ledger = open_ledger(file)
    for day in (date(2025, 6, 30), date(2026, 11, 30)):
        report = aging(ledger.book, day)
        aging_json(report, explain=True)
        for row, balance in report.unreconciled():
            raise RuntimeError(f"{row.account} {row.currency}: {row.total} + {row.drafts} is not {balance.balance}")
        for proposal in remind.due_reminders(ledger.book, day):
            reminder_json(proposal, letter_files.letter_language(ledger.book, proposal))
            if proposal.level is not None:
                rendering.to_text(
                    rendering.letter_view(ledger.book, proposal, rendering.folders(ledger.book)),
                    rendering.folders(ledger.book),
                )
    where = rendering.folders(ledger.book)
    e_invoices_of(ledger.book, where, number)
    for position in positions(ledger.book, date(2026, 12, 31)):
        document_json(position, explain=True)
        try:
            view = rendering.document_view(ledger.book, position.invoice, position.settled, where)
        except rendering.NoDocument:
            continue
        rendering.to_html(view, where)
        rendering.to_text(view, where)
    run(file, *COMMANDS[number % len(COMMANDS)].split())
    numbers = [position.invoice.number for position in positions(ledger.book, date.max)]
    if numbers:
        run(file, "show", "--explain", "--as-of", "2026-11-30", "--", numbers[number % len(numbers)])
    chance = random.Random(number)  # noqa: S311 - repeatable on purpose
    bytes_said(file, chance)
    if number % 4 == 1:
        with_caches(file, chance)
    if number % 20 == 2:
        by_threads(file)
    if number % 40 == 3:
        by_processes(file)
    if number % 5 == 0:
        page_in_fava(file)
    if number % 10 == 0:
        out = str(file.parent / "out")
        run(file, "render", "--all", "--to", "pdf,html,text", "-o", out)
        run(file, "remind", "--as-of", "2026-11-30", "--to", "pdf,html,text", "-o", out)


def main() -> int:
    """So many tries."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument(
        "--first", type=int, default=0, help="the number of the first try: a long run in several processes"
    )
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    signal.signal(signal.SIGPROF, too_long)
    signal.signal(signal.SIGALRM, too_long)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    stage, others = directives()
    failures = 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fuzz.beancount"
        for number in range(options.first, options.first + options.tries):
            chance = random.Random(options.seed * 1_000_003 + number)  # noqa: S311 - repeatable on purpose
            start = chance.randrange(len(others))
            text = "\n".join([*stage, *others[start : start + 12], *chance.sample(others, 4)])
            for _ in range(chance.randint(1, 5)):
                text = mutate(text, chance)
            data = f"{text}\n{ENDING}".encode("utf-8", "surrogatepass")
            file.write_bytes(spoil(data, chance) if chance.randrange(8) == 0 else data)
            signal.setitimer(signal.ITIMER_PROF, LIMIT)
            signal.alarm(20 * LIMIT)
            try:
                ask(file, number)
            except Exception:  # every exception is what this looks for
                failures += 1
                path = ROOT / "build" / f"fuzz-{options.seed}-{number}.beancount"
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(file.read_bytes())
                print(f"try {number}, kept as {path}:\n{traceback.format_exc()}", flush=True)
            finally:
                signal.alarm(0)
                signal.setitimer(signal.ITIMER_PROF, 0)
            if number % 50 == 0:
                gc.collect()  # one process stands for many here: what each leaves behind is not a command's doing
            if number % 1000 == 999:
                print(f"{number + 1} tries, {failures} failures", flush=True)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds = time.monotonic() - begun
    print(f"{options.tries} tries, {failures} failures, seed {options.seed}, at most {megabytes} MB, {seconds:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
