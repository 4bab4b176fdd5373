"""Direct debits: the file that the bank gets, each instalment in one at most, and nothing lost or doubled where it is ended."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sepaxml
from click.testing import CliRunner
from lxml import etree

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.sending import staging
from beancount_invoicing.sending.records import LedgerAppender

LEDGER = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple & Œuvre SARL"
  iban: "FR76 3000 6000 0112 3456 7890 189"
  creditor-id: "FR46ZZZ005002"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme Müller SAS"
  mandate: "M-0007"
  mandate-date: 2026-01-05
  debtor-iban: "FR14 2004 1010 0505 0001 3M02 606"
2026-01-01 open Assets:Clients:Kiefer
  customer: "Kiefer GmbH"
  mandate: "M-0008"
  mandate-date: 2026-02-02
  mandate-type: "b2b"
  debtor-iban: "DE89 3704 0044 0532 0130 00"
  debtor-bic: "COBADEFFXXX"
2026-01-01 open Assets:Clients:Dupont
  customer: "Dupont"
2026-11-02 * "Acme" "Work" ^F1
  invoice: "F1"
  Assets:Clients:Acme  1200.00 EUR
    due: 2026-12-05
  Income:Work
2026-11-03 * "Kiefer" "Plans" ^F2
  invoice: "F2"
  Assets:Clients:Kiefer  300.00 EUR
    due: 2026-12-03
  Assets:Clients:Kiefer  300.50 EUR
    due: 2027-01-03
  Income:Work
2026-11-04 * "Acme" "Work" ^F3
  invoice: "F3"
  Assets:Clients:Acme  80.00 EUR
    due: 2026-12-01
  Income:Work
2026-11-04 * "Dupont" "Work" ^F4
  invoice: "F4"
  Assets:Clients:Dupont  80.00 EUR
    due: 2026-12-01
  Income:Work
2026-11-10 * "Acme" "Part paid" ^F1
  Assets:Bank  200.00 EUR
  Assets:Clients:Acme  -200.00 EUR
plugin "beancount_invoicing"
"""
DAY = ("--date", "2026-11-27")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def orders(ledger: Path, *arguments: str, command: str = "collect", day: tuple[str, ...] = DAY) -> dict[str, str]:
    """What would be in the files: amounts by EndToEndId."""
    result = CliRunner().invoke(main, ["-f", str(ledger), command, *arguments, *day, "--format", "json"])
    found: dict[str, Any] = json.loads(result.stdout)
    return {order["end_to_end_id"]: order["amount"] for file in found["files"] for order in file["orders"]}


def add(ledger: Path, text: str) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(text)


def written(ledger: Path) -> list[Path]:
    return sorted((ledger.parent / "outbox").glob("*.xml"))


def values(data: bytes, name: str) -> list[str]:
    return [element.text or "" for element in etree.fromstring(data).iter(f"{{*}}{name}")]


def test_what_is_due_goes_into_a_file_for_each_scheme_once(ledger: Path) -> None:
    assert orders(ledger) == {"F3": "80.00", "F1": "1000.00", "F2:1": "300.00"}, (
        "the part that was paid is not collected"
    )
    run(ledger, "collect", *DAY, "--write")
    core, b2b = sorted(written(ledger), key=lambda file: "b2b" in file.name)
    data = core.read_bytes()
    assert values(data, "EndToEndId") == ["F3", "F1"]
    assert values(data, "ReqdColltnDt") == ["2026-12-01", "2026-12-07"], "5 December 2026 is a Saturday"
    assert values(data, "SeqTp") == ["FRST", "RCUR"]
    assert values(data, "CtrlSum") == ["1080.00", "80.00", "1000.00"]
    assert values(data, "MndtId") == ["M-0007", "M-0007"]
    assert values(data, "Nm") == ["Exemple + OEuvre SARL", *["Exemple + OEuvre SARL", "Acme Muller SAS"] * 2]
    assert values(b2b.read_bytes(), "BICFI") == ["COBADEFFXXX"]
    assert orders(ledger) == {}, "nothing is collected twice"
    assert "was handed in on 2026-11-27 for 2026-12-07" in run(ledger, "collect", "F1", *DAY, code=1)
    assert open_ledger(ledger).errors == ()


def test_the_same_ledger_gives_the_same_bytes(ledger: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "main.beancount"
    other.parent.mkdir()
    other.write_text(LEDGER, encoding="utf-8")
    run(ledger, "collect", *DAY, "--write")
    run(other, "collect", *DAY, "--write")
    assert [file.read_bytes() for file in written(ledger)] == [file.read_bytes() for file in written(other)]
    assert [file.name for file in written(ledger)] == [file.name for file in written(other)]


@pytest.mark.parametrize("version", ["2009", "2019"])
def test_each_file_is_valid(ledger: Path, version: str) -> None:
    schemas = Path(sepaxml.__file__).parent / "schemas"
    add(ledger, CREDIT_NOTE)
    run(ledger, "collect", *DAY, "--version", version, "--write")
    run(ledger, "pay-out", *DAY, "--version", version, "--write")
    assert len(written(ledger)) == 3
    for file in written(ledger):
        tree = etree.parse(str(file))
        name = (tree.getroot().tag or "").partition("}")[0].rpartition(":")[2]
        schema = etree.XMLSchema(etree.parse(str(schemas / f"{name}.xsd")))
        schema.assertValid(tree)


CREDIT_NOTE = """
2026-01-01 open Assets:Clients:Back
  customer: "Back SARL"
  debtor-iban: "FR14 2004 1010 0505 0001 3M02 606"
2026-11-05 * "Back" "Given back" ^A1
  invoice: "A1"
  Assets:Clients:Back  -50.00 EUR
  Income:Work  50.00 EUR
    quantity: -1
    price: 50.00
"""


def test_a_credit_note_is_paid_out_once(ledger: Path) -> None:
    add(ledger, CREDIT_NOTE)
    assert orders(ledger, command="pay-out") == {"A1": "50.00"}
    run(ledger, "pay-out", *DAY, "--write")
    (file,) = written(ledger)
    assert values(file.read_bytes(), "InstdAmt") == ["50.00"]
    assert orders(ledger, command="pay-out") == {}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ('2026-11-20 note Assets:Clients:Acme "Bad" ^F3\n  event: "dispute"\n', "in dispute"),
        ('2026-11-20 note Assets:Clients:Acme "Wait" ^F3\n  event: "hold"\n', "on hold since 2026-11-20"),
        (
            '2026-11-20 * "Acme" "?"\n  Assets:Bank  5.00 EUR\n  Assets:Clients:Acme  -5.00 EUR\n',
            "on the account may be for it",
        ),
        ('2026-11-20 custom "invoice-customer" Assets:Clients:Acme\n  mandate: ""\n', "has no mandate"),
    ],
)
def test_what_speaks_against_it_is_said(ledger: Path, more: str, reason: str) -> None:
    add(ledger, more)
    assert reason in run(ledger, "collect", "F3", *DAY, code=1)
    assert "F3" not in orders(ledger)


PAID_AND_RETURNED = """
2026-12-07 * "Bank" "Collected" ^F1
  Assets:Bank  1000.00 EUR
  Assets:Clients:Acme  -1000.00 EUR
2026-12-10 * "Bank" "Returned" ^F1
  Assets:Bank  -1000.00 EUR
  Assets:Clients:Acme  1000.00 EUR
"""
LATER = ("--date", "2026-12-14")


def test_what_came_back_is_collected_where_a_person_names_it(ledger: Path) -> None:
    run(ledger, "collect", *DAY, "--write")
    assert "is being collected" in run(ledger, "remind", "--as-of", "2026-12-14", "--explain")
    add(ledger, PAID_AND_RETURNED)
    assert orders(ledger, day=LATER) == {}
    assert orders(ledger, "F1", day=LATER) == {"F1+2": "1000.00"}
    run(ledger, "collect", "F1", *LATER, "--write")
    assert orders(ledger, "F1", day=LATER) == {}, "the return of the first is none of the second"


def test_a_person_may_say_that_it_did_not_come_about(ledger: Path) -> None:
    run(ledger, "collect", *DAY, "--write")
    assert orders(ledger, "--again", "F1", day=LATER) == {"F1+2": "1000.00"}
    run(ledger, "collect", "--again", "F1", *LATER, "--write")
    assert orders(ledger, day=LATER) == {}
    assert len(written(ledger)) == 3


def test_of_two_instalments_under_way_a_person_says_which_did_not_come_about(ledger: Path) -> None:
    """The other may still come: it would be collected twice."""
    run(ledger, "collect", "F2", *DAY, "--write")
    run(ledger, "collect", "F2", "--date", "2026-12-22", "--write", code=1)  # nothing is booked of the first
    again = ("collect", "--again", "F2", "--date", "2026-12-29")
    assert "(F2:1, F2:2): name the right one, --instalment 1" in run(ledger, *again, "--write", code=1)
    assert orders(ledger, "--again", "F2", "--instalment", "2", day=("--date", "2026-12-29")) == {"F2:2+2": "300.50"}
    run(ledger, *again, "--instalment", "1", "--write", code=1)  # the second is still under way
    assert orders(ledger, "--again", "F2", "--instalment", "1", day=("--date", "2026-12-30")) == {"F2:1+3": "300.00"}
    assert "goes with --again" in run(ledger, "collect", "F2", "--instalment", "1", *DAY, code=2)


def test_a_file_that_was_not_handed_in_is_discarded(ledger: Path) -> None:
    run(ledger, "collect", *DAY, "--write")
    core, b2b = sorted(written(ledger), key=lambda file: "b2b" in file.name)
    run(ledger, "collect", "--discard", core.name, *DAY, "--write")
    assert written(ledger) == [b2b]
    assert orders(ledger) == {"F3+2": "80.00", "F1+2": "1000.00"}
    assert "no file of that name" in run(ledger, "collect", "--discard", core.name, *DAY, "--write", code=1)


class Killed(BaseException):
    """The command is ended here."""


@pytest.mark.parametrize("step", ["before staging", "before the record", "before the name", "after the name"])
def test_wherever_it_is_ended_nothing_is_collected_twice(
    ledger: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, name = {
        "before staging": (staging, "stage"),
        "before the record": (LedgerAppender, "append"),
        "before the name": (staging, "put_in_place"),
        "after the name": (staging, "put_in_place"),
    }[step]
    real = getattr(place, name)

    def ended(*arguments: Any) -> None:
        if step == "after the name":
            real(*arguments)
        raise Killed

    monkeypatch.setattr(place, name, ended)
    with pytest.raises(Killed):
        CliRunner().invoke(main, ["-f", str(ledger), "collect", *DAY, "--write"], standalone_mode=False)
    monkeypatch.undo()
    run(ledger, "collect", *DAY, "--write")
    found = [identifier for file in written(ledger) for identifier in values(file.read_bytes(), "EndToEndId")]
    assert sorted(found) == ["F1", "F2:1", "F3"]
    total = sum(Decimal(values(file.read_bytes(), "CtrlSum")[0]) for file in written(ledger))
    assert total == Decimal("1380.00")
    assert not list((ledger.parent / "outbox").glob(".*.waiting"))


def test_today_says_what_is_to_be_handed_in_and_until_when(ledger: Path) -> None:
    assert "to be handed in by 2026-12-03" in run(ledger, "today", "--as-of", "2026-11-27")
    run(ledger, "collect", *DAY, "--write")
    assert "nothing of it is booked" in run(ledger, "today", "--as-of", "2026-12-20")


def test_a_file_that_was_changed_is_left_where_it_is(ledger: Path) -> None:
    run(ledger, "collect", "F1", *DAY, "--write")
    (file,) = written(ledger)
    assert "outbox" in run(ledger, "collect", "--discard", file.name, *DAY)
    assert written(ledger) == [file], "without --write it is only said"
    file.write_bytes(file.read_bytes() + b"<!-- mended by hand -->")
    assert "is not there, or was changed: it is left as it is" in run(
        ledger, "collect", "--discard", file.name, *DAY, "--write"
    )
    assert written(ledger) == [file]
    assert orders(ledger, "F1") == {"F1+2": "1000.00"}


def test_what_money_in_the_ledger_shows_to_be_handed_in_is_not_discarded(ledger: Path) -> None:
    run(ledger, "collect", "F1", *DAY, "--write")
    add(ledger, PAID_AND_RETURNED)
    (file,) = written(ledger)
    said = run(ledger, "collect", "--discard", file.name, *LATER, "--write", code=1)
    assert f"F1: payments in the ledger show that {file.name} was handed in: it is not discarded" in said
    assert written(ledger) == [file]


def test_nothing_is_handed_in_beside_an_error(ledger: Path) -> None:
    add(ledger, '2026-11-20 note Assets:Clients:Acme "?" ^F9\n  event: "dispute"\n')
    assert "nothing is handed in until they are corrected" in run(ledger, "collect", *DAY, "--write", code=1)
    assert written(ledger) == []
    run(ledger, "collect", *DAY, code=1)  # what would be is shown, and the error with it


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--again",), "--again needs the documents: NUMBER…"),
        (("F1", "--discard", "a.xml"), "--discard takes a file, and nothing else"),
    ],
)
def test_what_does_not_go_together(ledger: Path, arguments: tuple[str, ...], told: str) -> None:
    assert told in run(ledger, "collect", *arguments, *DAY, code=2)


def test_without_a_seller_s_account_there_is_nothing_to_collect_into(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace('  iban: "FR76 3000 6000 0112 3456 7890 189"\n', ""), encoding="utf-8")
    told = run(ledger, "collect", *DAY, code=1)
    assert f"{ledger}:3: no account of the seller is known: write iban" in told


def test_nothing_is_collected_without_a_creditor_identifier(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace('  creditor-id: "FR46ZZZ005002"\n', ""), encoding="utf-8")
    assert "the seller has no creditor identifier" in run(ledger, "collect", *DAY, code=1)


# the day's run ----------------------------------------------------------------------------------------------------------


def day_run(ledger: Path, day: str, *arguments: str, code: int = 0) -> dict[str, Any]:
    text = run(ledger, "run", "--date", day, "--yes", "--format", "json", *arguments, code=code)
    return dict(json.loads(text[text.index("{") : text.rindex("}") + 1]))


def test_a_run_collects_in_time_for_the_bank_and_once(ledger: Path) -> None:
    early = day_run(ledger, "2026-11-20", "--write")
    assert early["steps"] == ["bill", "send", "collect", "remind"]
    assert early["collected"] == [], "F3 is due on 1 December: 27 November is soon enough"
    before = ledger.read_bytes()
    shown = day_run(ledger, "2026-11-25")
    assert [order["end_to_end_id"] for file in shown["collected"] for order in file["orders"]] == ["F3", "F1", "F2:1"]
    assert ledger.read_bytes() == before
    assert not (ledger.parent / "outbox").exists()
    done = day_run(ledger, "2026-11-25", "--write")
    assert [file["written"] for file in done["collected"]] == [True, True]
    assert all(Path(file["file"]).is_file() for file in done["collected"])
    assert day_run(ledger, "2026-11-26", "--write")["collected"] == []


def test_a_run_says_why_nothing_is_collected(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace('  creditor-id: "FR46ZZZ005002"\n', ""), encoding="utf-8")
    done = day_run(ledger, "2026-11-27", "--write", code=1)
    assert len(done["problems"]) == 1
    assert "nothing was collected: " in done["problems"][0]
    assert "the seller has no creditor identifier" in done["problems"][0]


def test_without_mandates_a_run_has_no_such_step(ledger: Path) -> None:
    ledger.write_text("\n".join(line for line in LEDGER.splitlines() if "mandate" not in line), encoding="utf-8")
    assert day_run(ledger, "2026-11-27")["steps"] == ["bill", "send", "remind"]
