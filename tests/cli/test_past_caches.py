"""What writes or sends goes by the ledger's files themselves: no cache has a say, and a file that comes meanwhile stops it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from beancount import loader
from click.testing import CliRunner, Result

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.loading import loader as ledger_loader
from beancount_invoicing.writing.undo_log import Act, WrittenText, record_act
from tests.ledgers import PRELUDE
from tests.platform.stand_in import StandIn, running
from tests.platform.suppliers import supplier_invoice, supplier_xml

LEDGER = (
    PRELUDE
    + """
2025-01-01 custom "invoice-option" "file" "inv/{year}-{month}.beancount"
2025-01-01 custom "invoice-option" "sent-file" "inv/sent-{year}.beancount"
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-option" "late-interest" "10"
2025-01-01 custom "invoice-option" "claim-account" Income:Services
2025-01-01 custom "invoice-option" "mail-from" "compta@atelier.example"
2025-01-01 custom "invoice-option" "platform" "PLATFORM/flow-service"
2025-01-01 custom "invoice-option" "platform-token" "PLATFORM/token"
2025-01-01 custom "invoice-option" "platform-client" "exemple-sarl"
2025-01-01 custom "invoice-tax" "PAID" "TVA sur encaissement" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 open Liabilities:Pending
2025-01-01 custom "invoice-option" "vat-payable-account" Liabilities:VATToPay
2025-01-01 open Liabilities:VATToPay
2025-01-01 custom "invoice-option" "supplier-account" Liabilities:Suppliers
2025-01-01 custom "invoice-option" "purchase-account" Expenses:Supplies
2025-01-01 open Liabilities:Suppliers
2025-01-01 open Expenses:Supplies
2026-01-31 custom "invoice-received" "came"
  supplier: "Papeterie Martin SARL"
  invoice: "2026-118"
  file: "came.xml"
2025-01-01 custom "invoice-bank" Assets:Bank
  columns: "date = Date; amount = Amount; text = Text"
  currency: "EUR"
2025-01-01 open Expenses:BadDebts
2025-01-01 open Assets:Time:Study HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Assets:Receivable:Quai
  customer: "Quai SARL"
  siren: "123456782"
  email: "quai@quai.example"
  terms: "30 days"
2025-01-01 open Assets:Receivable:Debit
  customer: "Debit SARL"
  mandate: "M-0001"
  mandate-date: 2025-01-02
  debtor-iban: "FR1420041010050500013M02606"
2025-01-02 custom "invoice-seller" "Atelier Test"
  iban: "FR7630006000011234567890189"
  creditor-id: "FR46ZZZ005002"
2025-01-01 custom "invoice-contract" Assets:Receivable:Quai "CARE" "subscription"
  text: "Maintenance"
  account: Income:Services
  price: 100.00
  every: "month"
2025-01-01 custom "invoice-contract" Assets:Receivable:Quai "STUDY" "time"
  text: "Study"
  account: Income:Services
  time: Assets:Time:Study
  price: 80.00
2025-01-01 custom "invoice-contract" Assets:Receivable:Quai "SITE" "fixed"
  text: "Site"
  account: Income:Services
  price: 1000.00
2027-01-01 custom "invoice-milestone" "SITE" "Ready"
  percent: 60
2027-01-01 custom "invoice-milestone" "SITE" "Accepted"
  price: 400.00
2026-01-01 custom "invoice-option" "vat-regime" "monthly"
2026-01-01 custom "invoice-option" "e-reporting-from" 2026-01-01
2025-01-01 open Assets:AccruedIncome
  closing: "accrued-income"
2025-01-01 open Liabilities:AccruedTax
  closing: "accrued-tax"
include "inv/*.beancount"
plugin "beancount_invoicing"
"""
)
BOOKED = """
2026-01-05 * "Quai SARL" "Audit" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Quai  120.00 EUR
  Income:Services        -100.00 EUR
  Liabilities:VAT         -20.00 EUR
    tax: "FR20"
2026-01-06 * "Quai SARL" "Advice" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Quai  120.00 EUR
  Income:Services        -100.00 EUR
    tax: "PAID"
  Liabilities:Pending     -20.00 EUR
2026-01-06 * "Quai SARL" "Report" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Quai  120.00 EUR
  Income:Services        -100.00 EUR
  Liabilities:VAT         -20.00 EUR
    tax: "FR20"
2026-01-07 * "Debit SARL" "Care" ^F2026-0004
  invoice: "F2026-0004"
  Assets:Receivable:Debit  120.00 EUR
  Income:Services         -100.00 EUR
  Liabilities:VAT          -20.00 EUR
    tax: "FR20"
2026-01-07 * "Debit SARL" "More care" ^F2026-0005
  invoice: "F2026-0005"
  Assets:Receivable:Debit  120.00 EUR
  Income:Services         -100.00 EUR
  Liabilities:VAT          -20.00 EUR
    tax: "FR20"
2026-01-07 * "Quai SARL" "Wrong" ^F2026-0006
  invoice: "F2026-0006"
  Assets:Receivable:Quai  12.00 EUR
  Income:Services        -10.00 EUR
  Liabilities:VAT         -2.00 EUR
    tax: "FR20"
2026-01-08 note Assets:Receivable:Quai "Refused" ^F2026-0006
  event: "status"
  status: "210"
2026-01-08 * "Debit SARL" "Paid" ^F2026-0005
  Assets:Bank              120.00 EUR
  Assets:Receivable:Debit -120.00 EUR
2026-01-09 * "Debit SARL" "Given back" ^A2026-0001 ^F2026-0005
  invoice: "A2026-0001"
  corrects: "F2026-0005"
  Assets:Receivable:Debit -120.00 EUR
  Income:Services          100.00 EUR
  Liabilities:VAT           20.00 EUR
    tax: "FR20"
2026-01-07 ! "Quai SARL" "Plans" ^draft-plans
  invoice: "draft-plans"
  Assets:Receivable:Quai  120.00 EUR
  Income:Services        -100.00 EUR
    text: "Plans"
    quantity: 1
    price: 100.00
  Liabilities:VAT         -20.00 EUR
    tax: "FR20"
2026-01-20 * "Quai SARL" "Paid" ^F2026-0002
  Assets:Bank              60.00 EUR
  Assets:Receivable:Quai  -60.00 EUR
2026-01-21 * "Quai SARL" "Never paid" ^F2026-0003 #write-off
  Expenses:BadDebts  100.00 EUR
  Liabilities:VAT     20.00 EUR
  Assets:Receivable:Quai  -120.00 EUR
2026-01-21 * "Quai SARL" "Paid, for what is not said"
  Assets:Bank              10.00 EUR
  Assets:Receivable:Quai  -10.00 EUR
2026-01-21 * "Quai SARL" "A part of F2026-0001"
  Assets:Bank              20.00 EUR
  Assets:Receivable:Quai  -20.00 EUR
2026-01-22 * "Quai SARL" "Drawings" #time
  Assets:Time:Study  3 HOUR
  Equity:Time
2026-01-23 * "Quai SARL" "Drawings, again" #time
  Assets:Time:Study  2 HOUR
    non-billable: TRUE
  Equity:Time
"""
FROM_BANK = """2026-01-24 * "Somebody" "Sold at the door"
  bank-id: "x~1"
  Assets:Bank        5.00 EUR
  Income:Services   -5.00 EUR
"""
OLDER = """
2025-01-01 open Assets:Receivable:Quai
2025-01-01 open Income:Services
2025-12-01 * "Quai SARL" "Audit"
  Assets:Receivable:Quai  100.00 EUR
  Income:Services
"""
BANK = """Date;Amount;Text
2026-01-25;60.00;F2026-0002
"""
SHEET = """i 2026-02-02 09:00:00 STUDY  Drawings
o 2026-02-02 10:00:00
"""
COMMANDS = {
    "accounting close": "2026-01-15 --only accruals",
    "accounting vat": "--close --since 2026-01-01 --until 2026-01-19",
    "accounting lock": "2025-12-31 --date 2026-02-01",
    "allocate": "F2026-0001 --date 2026-02-01",
    "bad-debts": "F2026-0003 --send --as-of 2026-02-01",
    "bank import": "{bank} --account Assets:Bank",
    "bank match": "",
    "bank undo": "",
    "bill": "--until 2026-01-31",
    "collect": "F2026-0004 --date 2026-02-01",
    "contract add": "Quai HOST subscription --text Hosting --every month --price 5 --account Income:Services --from "
    "2026-02-01",
    "contract change": "CARE --price 110 --from 2026-03-01",
    "contract milestone": "CARE Start --price 50 --date 2026-03-01",
    "contract pause": "CARE --from 2026-03-01",
    "contract stop": "CARE --on 2026-12-31",
    "correct": "F2026-0001 Price --price 90 --date 2026-02-01",
    "credit": "F2026-0001 --date 2026-02-01",
    "customer add": "Rivage --city Vannes --date 2026-01-01",
    "customer change": "Quai --city Vannes --from 2026-03-01",
    "deposit": "SITE 10% --account Liabilities:Deposits --date 2026-02-01",
    "draft drop": "draft-plans",
    "draft edit": "draft-plans --quantity 2",
    "init": "--from {older} --as-of 2026-01-31 --name Quai --country FR --regime invoices --rate 20",
    "interest": "F2026-0001 --book --as-of 2026-06-30",
    "issue": "draft-plans",
    "item add": "AUDIT Audit --price 980 --account Income:Services",
    "item price": "DEV 110 --from 2026-03-01",
    "new": "Quai Audit@10 --account Income:Services --date 2026-02-01",
    "note": "promise F2026-0001 --until 2026-02-28 --date 2026-02-01",
    "pay": "F2026-0001 --date 2026-02-01 --account Assets:Bank",
    "pay-out": "A2026-0001 --date 2026-02-01",
    "platform fetch": "--date 2026-12-01",
    "platform reverse": "F2026-0006 --date 2026-02-02",
    "receipt": "F2026-0002 --send --as-of 2026-02-01",
    "received add": "{invoice} --date 2026-02-01",
    "received answer": "2026-118 approved --date 2026-12-01",
    "received book": "2026-118",
    "remind": "Quai --send --yes --as-of 2026-04-30",
    "run": "--date 2026-01-31 --yes",
    "seal": "F2026-0001 --date 2026-02-01",
    "send": "F2026-0001 --date 2026-02-01",
    "statement": "Quai --send --as-of 2026-02-01",
    "platform report": "--as-of 2026-02-01",
    "tax-due": "--as-of 2026-02-01",
    "time add": "STUDY 1:30 --date 2026-02-01",
    "time exclude": "STUDY --date 2026-01-22",
    "time import": "{sheet} --contract STUDY",
    "time include": "STUDY --date 2026-01-23",
    "time write-off": "STUDY 1 --date 2026-02-01",
    "undo": "draft-plans",
}
"""The rest of the command line that makes each of them write."""


@pytest.fixture(autouse=True)
def _cached(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Beancount keeps a cache of small ledgers too."""
    monkeypatch.delenv("BEANCOUNT_DISABLE_LOAD_CACHE", raising=False)
    monkeypatch.delenv("BEANCOUNT_LOAD_CACHE_FILENAME", raising=False)
    monkeypatch.setattr(loader, "PICKLE_CACHE_THRESHOLD", 0.0)
    loader.initialize(use_cache=True)
    yield
    monkeypatch.undo()
    loader.initialize(use_cache=True)


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """A platform that says something of an invoice."""
    with running(StandIn()) as platform:
        platform.tell("F2026-0001", "200")
        yield platform


@pytest.fixture
def ledger(tmp_path: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger of a file, and of those below a pattern."""
    (tmp_path / "inv").mkdir()
    january = tmp_path / "inv" / "2026-01.beancount"
    january.write_text(BOOKED + FROM_BANK, encoding="utf-8")
    (tmp_path / "sheet.timeclock").write_text(SHEET, encoding="utf-8")
    (tmp_path / "bank.csv").write_text(BANK, encoding="utf-8")
    (tmp_path / "facture.xml").write_bytes(supplier_xml(supplier_invoice("2026-119")))
    (tmp_path / "came.xml").write_bytes(supplier_xml())
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "2025.beancount").write_text(OLDER, encoding="utf-8")
    (tmp_path / "older.beancount").write_text('include "old/*.beancount"\n', encoding="utf-8")
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER.replace("PLATFORM", stand_in.address), encoding="utf-8")
    monkeypatch.setenv("BEAN_INVOICE_PLATFORM_SECRET", stand_in.secret)
    record_act(file, Act(file.name, "bank", "Bank", (WrittenText(str(january), FROM_BANK.rstrip()),)))
    return file


def call(ledger: Path, command: str, *more: str) -> Result:
    text = COMMANDS[command].format(
        older=ledger.with_name("older.beancount"),
        sheet=ledger.with_name("sheet.timeclock"),
        bank=ledger.with_name("bank.csv"),
        invoice=ledger.with_name("facture.xml"),
    )
    result = CliRunner().invoke(main, ["-f", str(ledger), *command.split(), *text.split(), *more])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def written(ledger: Path) -> dict[Path, bytes]:
    """All files of the ledger and beside it, but for caches."""
    return {file: file.read_bytes() for file in ledger.parent.rglob("*.beancount")}


def caches(ledger: Path) -> list[Path]:
    """Beancount's caches of the ledger, and of the older one beside it."""
    return [ledger.with_name(f".{name}.beancount.picklecache") for name in ("main", "older")]


class Runs:
    """Pickled, it is a call of a function."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.file,)


def writing(group: click.Group, before: str = "") -> Iterator[str]:
    """The commands that can write."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from writing(command, f"{before}{name} ")
        elif any("--write" in one.opts for one in command.params):
            yield before + name


def test_every_command_that_writes_is_tried_here() -> None:
    assert set(writing(main)) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_written_past_a_file_that_comes_while_it_is_read(
    command: str, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = ledger_loader.load

    def planting(path: str, *, fresh: bool = False) -> ledger_loader.Loading:
        loading = load(path, fresh=fresh)
        assert fresh
        folder = "old" if Path(path).name == "older.beancount" else "inv"
        (ledger.parent / folder / "planted.beancount").write_text("; somebody's month\n", encoding="utf-8")
        return loading

    with monkeypatch.context() as patched:
        patched.setattr(ledger_loader, "load", planting)
        before = written(ledger)
        result = call(ledger, command, "--write")
    assert "changed while it was being read: nothing was" in result.output, result.output
    assert result.exit_code == 1
    after = written(ledger)
    assert {file: after.pop(file) for file in before} == before
    assert [file.name for file in after] == ["planted.beancount"]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each load was fresh."""
    loads: list[bool] = []
    load = ledger_loader.load

    def noted(path: str, *, fresh: bool = False) -> ledger_loader.Loading:
        loads.append(fresh)
        return load(path, fresh=fresh)

    monkeypatch.setattr(ledger_loader, "load", noted)
    return loads


@pytest.mark.parametrize("command", COMMANDS)
def test_what_writes_loads_once_reads_no_cache_and_leaves_none_that_knows_less(
    command: str, ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = counted(monkeypatch)
    trap = tmp_path / "run"
    for cache in caches(ledger):
        cache.write_bytes(pickle.dumps(Runs(trap)))
    before = written(ledger)
    result = call(ledger, command, "--write")
    assert result.exit_code == 0, result.output
    # a run sends what it has billed, collects what is due after that, and ends by what it has left: each is another ledger
    # statuses are recorded before suppliers' invoices are asked for
    several = {"run": [True, True, True, False], "platform fetch": [True, True]}
    assert loads == several.get(command, [True])
    assert written(ledger) != before
    assert not trap.exists()
    used = caches(ledger)[command == "init"]
    assert not used.exists() or b"touch" not in used.read_bytes()


def bean_check(ledger: Path) -> list[str]:
    """The numbers that are in the ledger as other programs load it, by Beancount's cache."""
    found, errors, _options = loader.load_file(str(ledger))
    assert errors == []
    return [entry.meta["invoice"] for entry in found if "invoice" in entry.meta]


def bill(ledger: Path, until: str) -> str:
    result = CliRunner().invoke(
        main, ["-f", str(ledger), "bill", "-u", until, "-c", "Quai", "--contract", "CARE", "-w"]
    )
    assert result.exit_code == 0, result.output
    return result.stdout.split()[0] if result.stdout.strip() else ""


def test_a_month_of_its_own_is_billed_once_and_its_number_given_once(ledger: Path) -> None:
    open_ledger(ledger)
    assert bill(ledger, "2026-02-28") == "F2026-0007"
    assert (ledger.parent / "inv" / "2026-02.beancount").exists(), "a new file, which only the pattern reaches"
    assert "F2026-0007" in bean_check(ledger)
    assert bill(ledger, "2026-02-28") == ""
    assert bill(ledger, "2026-03-31") == "F2026-0008"
    assert sorted(bean_check(ledger))[-2:] == ["F2026-0008", "draft-plans"]
    (ledger.parent / "inv" / "colleague.beancount").write_text(
        BOOKED.split("2026-01-06")[0].replace("F2026-0001", "F2026-0009").replace("2026-01", "2026-04"),
        encoding="utf-8",
    )
    assert bill(ledger, "2026-04-30") == "F2026-0010"


def test_what_was_sent_is_sent_once_though_its_record_is_a_new_file(ledger: Path) -> None:
    bean_check(ledger)
    send = ["-f", str(ledger), "send", "F2026-0001", "--write", "--date"]
    assert "prepared" in CliRunner().invoke(main, [*send, "2026-02-01"]).output
    assert (ledger.parent / "inv" / "sent-2026.beancount").exists()
    for year in ("2026", "2027"):  # whose record is another new file
        again = CliRunner().invoke(main, [*send, f"{year}-03-01"])
        assert again.exit_code == 1
        assert "F2026-0001, Quai SARL: was prepared on 2026-02-01" in again.output


def test_a_run_that_writes_nothing_loads_once(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = counted(monkeypatch)
    assert call(ledger, "run").exit_code == 0
    assert loads == [False]
