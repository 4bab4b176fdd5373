"""Hundreds of e-mails, the sending killed at random points again and again: none twice, none lost without being named.

A server of its own counts what it has taken. `bean-invoice send` is ended by SIGKILL after a random time, and started anew, until
nothing is left to send but what is in doubt; then each invoice was either taken once, or the ledger says that it is in doubt – and
what the ledger says was sent was taken.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from beancount_invoicing.delivery import History
from beancount_invoicing.ledger import open_ledger
from tests.delivery.servers import Handler, server

HEAD = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple SARL"
  country: "FR"
  email: "me@seller.example"
2026-01-01 custom "invoice-tax" "NONE" "Sans TVA"
  category: "O"
2026-01-01 custom "invoice-option" "default-tax" "NONE"
2026-01-01 custom "invoice-option" "smtp" "127.0.0.1:{port}"
2026-01-01 custom "invoice-option" "smtp-security" "none"
2026-01-01 open Income:Work
"""
ONE = """2026-01-01 open Assets:Clients:C{index:04}
  customer: "Customer {index}"
  address: "{index} rue du Test"
  city: "Rennes"
  email: "c{index}@customer.example"
2026-02-01 * "Customer {index}" "Work" ^F-{index:04}
  invoice: "F-{index:04}"
  Assets:Clients:C{index:04}  100.00 EUR
  Income:Work
"""


def ledger(folder: Path, port: int, count: int) -> Path:
    """A ledger with so many invoices, each of a customer of its own."""
    file = folder / "main.beancount"
    text = HEAD.format(port=port) + "".join(ONE.format(index=index) for index in range(1, count + 1))
    file.write_text(text + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    return file


def killed(file: Path, handler: Handler, more: int, later: float) -> bool:
    """Sends all that is not sent yet, and ends it `later` (seconds) than the server has heard of so many more messages; whether
    it had to be ended."""
    command = [sys.executable, "-m", "beancount_invoicing", "-f", str(file), "send", "--since", "2026-01-01"]
    until = len(handler.asked) + more
    with subprocess.Popen(
        [*command, "--date", "2026-02-02", "--write"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None and len(handler.asked) < until:
            time.sleep(0.001)
        time.sleep(later)
        if process.poll() is None:
            process.kill()
            process.wait()
            return True
        assert process.stderr  # noqa: S101 - it is a pipe
        errors = process.stderr.read()
    if process.returncode not in {0, 1} or "Traceback" in errors:
        raise SystemExit(f"ended with {process.returncode}:\n{errors}")
    return False


def proved(count: int, seed: int, slow: float) -> str:
    """Runs it; what was seen, in a line. Raises SystemExit where something does not hold."""
    chance = random.Random(seed)  # noqa: S311 - the same kills every time

    def lazily(_content: str) -> str:
        time.sleep(chance.random() * slow)
        return ""

    handler = Handler(data=lazily)
    kills = 0
    with tempfile.TemporaryDirectory() as name, server(handler) as port:
        file = ledger(Path(name), port, count)
        start = time.monotonic()

        def once() -> bool:
            return killed(file, handler, chance.randint(1, 25), chance.random() * 2 * slow)

        while once():
            kills += 1
            loaded = open_ledger(file)  # whenever it was killed, the ledger loads
            if loaded.errors:
                raise SystemExit(f"after kill {kills} the ledger has errors: {loaded.errors[0]}")
        book = open_ledger(file).book
        history = History(book.events)
        doubtful = {number for attempt in history.open for number in attempt.numbers}
        taken = Counter(
            re.findall(rb"^Message-ID: <(F-\d+)\.", b"\n".join(received.content for received in handler.taken), re.M)
        )
        numbers = {invoice.number for invoice in book.invoices}
        sent = {number for number in numbers if history.sent("sent", number)}
        twice = {one.decode() for one, times in taken.items() if times > 1}
        unsaid = numbers - sent - doubtful
        untaken = sent - {one.decode() for one in taken}
        both = sent & doubtful
        if twice or unsaid or untaken or both:
            raise SystemExit(
                f"twice: {twice}, lost: {unsaid}, said but not taken: {untaken}, sent and in doubt: {both}"
            )
        arrived = sum(number.encode() in taken for number in doubtful)
        return (
            f"{count} e-mails, killed {kills} times in {time.monotonic() - start:.0f} s: {len(sent)} sent once,"
            f" {len(doubtful)} in doubt ({arrived} of them had arrived), none twice, none lost"
        )


def main() -> None:
    """`python -m proofs.mailing [--count N] [--seed N]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=float, default=0.05, help="seconds that the server takes for a message, at most")
    arguments = parser.parse_args()
    print(proved(arguments.count, arguments.seed, arguments.slow))


if __name__ == "__main__":
    main()
