"""`make bench`: how fast it is, as ratios from one run, medians of several; figures also in build/bench.json.

Absolute times are this machine's; the ratios to what Beancount, Fava, Typst and ledger do on the same data are what counts.
Seconds are those of the processor, so that other work on the machine changes little; but for rendering, mailing, importing and
validating, where several processes work at once: these are seconds by the clock.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from bench.contracts import write_beside, write_contracts
from bench.ledgers import LAST, write
from bench.statements import write_open_items

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
PROBES = Path(__file__).with_name("probes.py")


def _spent() -> float:
    """The processor seconds, user and system, of the processes that were started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def probe(name: str, *arguments: object, runs: int = 1, **environment: str) -> dict[str, Any]:
    """Runs a probe in processes of its own; the medians of what it prints, and the processor seconds of the whole process."""
    found: list[dict[str, Any]] = []
    for _ in range(runs):
        start = _spent()
        result = subprocess.run(
            [sys.executable, str(PROBES), name, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        whole = _spent() - start
        if result.returncode:
            raise SystemExit(f"{name} {arguments} failed:\n{result.stderr}")
        found.append({**json.loads(result.stdout.splitlines()[-1]), "process": whole})
    return {key: median(one[key] for one in found) for key in found[0]}


def command(*arguments: object, runs: int) -> float:
    """The median processor seconds of a whole process."""
    times = []
    for _ in range(runs):
        start = _spent()
        subprocess.run([str(part) for part in arguments], check=True, capture_output=True)
        times.append(_spent() - start)
    return median(times)


class Table:
    """What was measured: (what, size, seconds or other figure, ratio, aim)."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, what: str, size: int | str, figure: str, ratio: float | None = None, aim: str = "") -> None:
        """Adds a line and shows it."""
        self.rows.append({"what": what, "size": size, "figure": figure, "ratio": ratio, "aim": aim})
        shown = f"{ratio:8.2f}" if ratio is not None else " " * 8
        print(f"{what:<58} {size:>8} {figure:>26} {shown}  {aim}", flush=True)


def loading(table: Table, sizes: list[int], runs: int) -> None:
    """Cold loads with and without the plugin; a warm `aging` against a cached load; each part alone."""
    parts: dict[int, dict[str, Any]] = {}
    for size in sizes:
        ours, bare = BUILD / f"{size}.beancount", BUILD / f"{size}-bare.beancount"
        write(size, ours)
        write(size, bare, plugin=False)
        few = max(1, runs if size <= 10_000 else runs // 3)
        with_plugin = probe("cold", ours, runs=few, BEANCOUNT_DISABLE_LOAD_CACHE="1")["load"]
        without = probe("cold", bare, runs=few, BEANCOUNT_DISABLE_LOAD_CACHE="1")["load"]
        table.add("cold load with the plugin ÷ without", size, f"{with_plugin:.2f} s ÷ {without:.2f} s",
                  with_plugin / without, "≤ 1.4 (whole process)")  # fmt: skip
        probe("cached", ours)  # writes Beancount's cache
        cached = probe("cached", ours, runs=few)["process"]
        warm = sys.executable, "-m", "beancount_invoicing", "-f", ours, "aging", "--as-of", LAST
        command(*warm, runs=1)  # keeps what the ledger says
        aging = command(*warm, runs=few)
        table.add(
            "bean-invoice aging, warm ÷ a cached load",
            size,
            f"{aging:.2f} s ÷ {cached:.2f} s",
            aging / cached,
            "< 0.7 at 100k",
        )
        if shutil.which("ledger"):
            journal = BUILD / f"{size}.ledger"
            probe("export", bare, journal)
            bal = command("ledger", "-f", journal, "bal", runs=few)
            table.add(
                "bean-invoice aging, warm ÷ ledger bal",
                size,
                f"{aging:.2f} s ÷ {bal:.2f} s",
                aging / bal,
                "< 1 at 10k, < 0.5 at 100k",
            )
        else:
            table.add("bean-invoice aging, warm ÷ ledger bal", size, "ledger is not installed")
        parts[size] = probe("parts", ours, runs=few)
        for name in ("read", "check", "allocate", "aging"):
            table.add(f"{name} alone", size, f"{1e4 * parts[size][name] / size:.3f} s per 10k")
        heavy = probe("weight", ours)["megabytes"]
        table.add("memory of a Book beside the entries", size, f"{1e4 * heavy / size:.0f} MB per 10k")
    for small, large in pairwise(sizes):
        for name in ("read", "check", "allocate", "aging"):
            growth = parts[large][name] / parts[small][name] / (large / small)
            table.add(
                f"growth of {name}, by size",
                f"{small}→",
                f"{large // small} times the size",
                growth,
                "≤ 1.1 from 10k on",
            )


def accounting(table: Table, sizes: list[int], runs: int) -> None:
    """The FEC against a cold load of the same ledger; how time and memory grow."""
    made: dict[int, dict[str, Any]] = {}
    for size in sizes:
        ledger = write(size, BUILD / f"{size}.beancount")
        few = max(1, runs if size <= 10_000 else runs // 3)
        load = probe("cold", ledger, runs=few, BEANCOUNT_DISABLE_LOAD_CACHE="1")["load"]
        probe("cached", ledger)
        made[size] = probe("fec", ledger, runs=few)
        seconds = made[size]["fec"]
        figure = f"{seconds:.2f} s ÷ {load:.2f} s"
        table.add(f"FEC of {made[size]['lines']:.0f} lines ÷ a cold load", size, figure, seconds / load, "< 1")
        table.add("memory of a FEC", size, f"{1e4 * made[size]['megabytes'] / size:.0f} MB per 10k")
    for small, large in pairwise(sizes):
        for name, what in (("fec", "time"), ("megabytes", "memory")):
            growth = made[large][name] / made[small][name] / (large / small)
            figure = f"{large // small} times the size"
            table.add(f"growth of a FEC's {what}, by size", f"{small}→", figure, growth, "≤ 1.1 from 10k on")


def locking(table: Table, size: int, runs: int) -> None:
    """`accounting lock` of half of a ledger against a cold load of it, whole processes."""
    ledger = write(size, BUILD / f"{size}.beancount")
    environment = {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    load = probe("cold", ledger, runs=runs, **environment)["process"]
    lock = probe("lock", ledger, "2025-03-31", LAST, runs=runs, **environment)["process"]
    table.add("accounting lock ÷ a cold load", size, f"{lock:.2f} s ÷ {load:.2f} s", lock / load, "linear")


def starting(table: Table, runs: int) -> None:
    """What a command takes that has next to nothing to do, against Python with click."""
    example = BUILD / "example"
    shutil.copytree(ROOT / "ledger", example, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    program = sys.executable, "-m", "beancount_invoicing"
    today = *program, "-f", example / "main.beancount", "today", "--as-of", "2026-11-29"
    command(*today, runs=1)  # keeps what the ledger says
    click = command(sys.executable, "-c", "import click", runs=runs)
    for what, arguments, aim in (
        ("today on the example, warm", today, "≤ 0.25 s"),
        ("bean-invoice --help", (*program, "--help"), ""),
    ):
        seconds = command(*arguments, runs=runs)
        table.add(f"{what} ÷ Python with click", "", f"{seconds:.2f} s ÷ {click:.2f} s", seconds / click, aim)


def fava(table: Table, sizes: list[int], runs: int) -> None:
    """The page in Fava against Fava's own income statement on the same ledger."""
    for size in sizes:
        found = probe("fava", BUILD / f"{size}.beancount", runs=max(1, runs // 2))
        for name, page in (
            ("today", "what to do"), ("tasks", "the tasks"), ("page", "who owes what"), ("documents", "all documents"),
            ("customer", "a customer"), ("cash", "cash"),
        ):  # fmt: skip
            figure = f"{found[name]:.3f} s ÷ {found['income']:.3f} s"
            table.add(f"Fava, {page} ÷ Fava's income statement", size, figure, found[name] / found["income"], "≤ 1")
        table.add("Fava page, the first time after a load", size, f"{found['first']:.2f} s")
        table.add("PDF from the page", size, f"{found['pdf']:.3f} s")


def cash(table: Table, sizes: list[int], runs: int) -> None:
    """How customers pay and what will come in, without opening the ledger; also where 10,000 invoices have 5,000 customers."""
    write(10_000, BUILD / "many-customers.beancount", customers=5_000)
    for size, name in (*((size, str(size)) for size in sizes), (10_000, "many-customers")):
        found = probe("cash", BUILD / f"{name}.beancount", runs=max(1, runs // 2))
        for figure, what in (
            ("months", "metrics --by month"), ("customers", "metrics --by customer"), ("forecast", "forecast"),
            ("backtest", "forecast --backtest"),
        ):  # fmt: skip
            more = ", 5,000 customers" if name == "many-customers" else ""
            table.add(f"{what}{more}", size, f"{found[figure]:.2f} s", aim="a few tenths at 10k")


def rendering(table: Table, count: int, runs: int) -> None:
    """PDFs a second against the bare Typst compile of the same pages."""
    found = probe("pdf", BUILD / "1000.beancount", count, runs=runs)
    speed = f"{count / found['ours']:.0f}/s, bare {count / found['bare']:.0f}/s"
    table.add("Factur-X, whole way ÷ bare Typst compile", count, speed, found["ours"] / found["bare"], "≤ 1.5")
    two = probe("pdf2", BUILD / "1000.beancount", count, runs=runs)["ours"]
    table.add("Factur-X on two processes ÷ bare on one", count, f"{count / two:.0f}/s", two / found["bare"])
    plain = probe("pdf", BUILD / "1000.beancount", count, "plain", runs=runs)
    table.add("plain PDF, whole way ÷ bare Typst compile", count, f"{count / plain['ours']:.0f}/s",
              plain["ours"] / plain["bare"])  # fmt: skip
    if importlib.util.find_spec("weasyprint"):
        few = 40
        other = probe("weasyprint", BUILD / "1000.beancount", few, runs=runs)["seconds"] / few
        table.add("WeasyPrint on our HTML ÷ Factur-X, whole way", few, f"{1 / other:.1f}/s", other * count / found["ours"],
                  "≥ 5")  # fmt: skip
    else:
        table.add("WeasyPrint on our HTML ÷ Factur-X, whole way", "", "weasyprint is not installed")
    memory = probe("memory", BUILD / "1000.beancount", 2000)
    table.add("memory after 2,000 documents ÷ after 200", 2000, f"{memory['after']:.0f} MB ÷ {memory['early']:.0f} MB",
              memory["after"] / memory["early"], "flat")  # fmt: skip


def billing(table: Table, size: int, runs: int) -> None:
    """`bill` on many contracts against the load; a batch of 500 invoices into a large ledger against a load of it."""
    many = BUILD / "contracts.beancount"
    write_contracts(10_000, many)
    found = probe("bill", many, "2024-12-31", runs=max(1, runs // 2), BEANCOUNT_DISABLE_LOAD_CACHE="1")
    table.add(
        f"bill, 10,000 contracts ({found['lines']:.0f} lines) ÷ load", 10_000, f"{found['bill']:.2f} s ÷ {found['load']:.2f} s",
        found["bill"] / found["load"],
    )  # fmt: skip
    large, ledger, batch = BUILD / f"{size}.beancount", BUILD / "batch-large.beancount", BUILD / "batch.beancount"
    cold = {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    for name, environment in (("cold", cold), ("warm", dict[str, str]())):
        ratios, shown = [], ""
        for _ in range(max(1, runs // 2)):
            shutil.copyfile(large, ledger)
            write_beside(500, ledger, size, batch)
            if not environment:
                probe("cached", batch)  # writes Beancount's cache
            load = probe("cached", batch, runs=1, **environment)["process"]
            start = _spent()
            subprocess.run(
                [sys.executable, "-m", "beancount_invoicing", "-f", str(batch), "bill", "--until", str(LAST), "--write", "--yes"],
                env={**os.environ, **environment}, check=True, capture_output=True,
            )  # fmt: skip
            whole = _spent() - start
            ratios.append(whole / load)
            shown = f"{whole:.1f} s ÷ {load:.1f} s"
        megabytes = ledger.stat().st_size / 1e6
        table.add(f"500 invoices into {megabytes:.0f} MB ÷ a {name} load", size, shown, median(ratios), "≤ 1.3")


def reminding(table: Table, runs: int) -> None:
    """`remind` over 10,000 customers with two invoices each, against the load."""
    many = write(20_000, BUILD / "customers.beancount", customers=10_000)
    found = probe("remind", many, LAST, runs=max(1, runs // 2), BEANCOUNT_DISABLE_LOAD_CACHE="1")
    table.add(
        f"remind, 10,000 customers ({found['letters']:.0f} letters) ÷ load", 10_000,
        f"{found['remind']:.2f} s ÷ {found['load']:.2f} s", found["remind"] / found["load"],
    )  # fmt: skip


def importing(table: Table, sizes: list[int]) -> None:
    """`bank import`, a statement line for ten open items, against the load; and how it grows."""
    found: dict[int, dict[str, Any]] = {}
    for size in sizes:
        ledger, statement = BUILD / f"open-items-{size}.beancount", BUILD / f"open-items-{size}.xml"
        write_open_items(size, size // 10, ledger, statement)
        found[size] = probe("bank_import", ledger, statement, BEANCOUNT_DISABLE_LOAD_CACHE="1")
        load, matching, whole = found[size]["load"], found[size]["matching"], found[size]["whole"]
        table.add(f"bank import, {size // 10} lines read, matched, with entries ÷ load", size,
                  f"{matching:.2f} s ÷ {load:.2f} s", matching / load, "< 10 s at 100k")  # fmt: skip
        table.add(f"bank import --write, whole ({found[size]['booked']:.0f} booked) ÷ load", size,
                  f"{whole:.1f} s ÷ {load:.1f} s", whole / load)  # fmt: skip
    for small, large in pairwise(sizes):
        growth = found[large]["matching"] / found[small]["matching"] / (large / small)
        table.add("growth of bank import, by size", f"{small}→", f"{large // small} times the size", growth, "≤ 1.1")


def mailing(table: Table) -> None:
    """1,000 e-mails to a server on this computer: how many in a second, and the share that is rendering."""
    found = probe("mailing", BUILD / "1000.beancount", LAST, BEANCOUNT_DISABLE_LOAD_CACHE="1")
    table.add(
        "send: rendering ÷ whole, e-mails to a local server", int(found["sent"]),
        f"{found['rendering']:.1f} s ÷ {found['whole']:.1f} s", found["rendering"] / found["whole"],
    )  # fmt: skip
    rest = found["whole"] - found["rendering"] - found["load"]
    table.add("send: e-mails in a second, and without rendering and load", int(found["sent"]),
              f"{found['sent'] / found['whole']:.0f}/s, {found['sent'] / rest:.0f}/s")  # fmt: skip


def statuses(table: Table) -> None:
    """Five statuses of each document from a platform on this computer: a second for how many, and whether four times as many take
    more than four times as long.
    """
    few, many = probe("statuses", 500), probe("statuses", 2000)
    count = int(many["statuses"])
    table.add("platform fetch: statuses in a processor second", count, f"{count / many['fetching']:.0f}/s")
    table.add(
        "platform fetch: 10,000 statuses ÷ four times 2,500", count,
        f"{many['fetching']:.1f} s ÷ {4 * few['fetching']:.1f} s", many["fetching"] / (4 * few["fetching"]), "≤ 1.5",
    )  # fmt: skip


def validating(table: Table, runs: int) -> None:
    """E-invoices judged in a second, beside Saxon alone on one processor, which has its stylesheets compiled."""
    found = probe("validating", BUILD / "1000.beancount", 900, runs=runs)
    count = int(found["documents"])
    table.add("validate in batches ÷ Saxon alone on one processor", count,
              f"{count / found['ours']:.0f}/s, Saxon {count / found['bare']:.0f}/s", found["ours"] / found["bare"],
              "≥ 100/s on two cores")  # fmt: skip
    if found["valid"] < count:
        raise SystemExit(f"{count - found['valid']:.0f} of {count} e-invoices are not valid")


def main() -> None:
    """Measures what is asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of invoices, ascending")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--only",
        default="",
        help="the part to measure alone, such as loading or fava",
    )
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    BUILD.mkdir(parents=True, exist_ok=True)
    for size in {1000, *sizes}:
        write(size, BUILD / f"{size}.beancount")
    table = Table()
    measures: dict[str, Callable[[], None]] = {
        "loading": lambda: loading(table, sizes, options.runs),
        "starting": lambda: starting(table, options.runs),
        "accounting": lambda: accounting(table, sizes, options.runs),
        "locking": lambda: locking(table, min(10_000, sizes[-1]), max(1, options.runs // 2)),
        "fava": lambda: fava(table, [size for size in sizes if size <= 10_000], options.runs),
        "cash": lambda: cash(table, [size for size in sizes if size <= 10_000], options.runs),
        "billing": lambda: billing(table, sizes[-1], options.runs),
        "reminding": lambda: reminding(table, options.runs),
        "importing": lambda: importing(table, [size for size in sizes if size >= 10_000]),
        "mailing": lambda: mailing(table),
        "statuses": lambda: statuses(table),
        "validating": lambda: validating(table, max(1, options.runs // 2)),
        "rendering": lambda: rendering(table, 400, max(1, options.runs // 2)),
    }
    for name, measure in measures.items():
        if options.only in {"", name}:
            measure()
    out = ROOT / "build" / "bench.json"
    out.write_text(json.dumps(table.rows, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written: {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
