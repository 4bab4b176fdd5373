"""`prepaid`: what is left of deposits and of included units, movement by movement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_billing import run

LEDGER = """option "operating_currency" "EUR"
2023-01-01 custom "invoice-seller" "Atelier Test"
2023-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"
2023-01-01 custom "invoice-option" "default-tax" "V20"
2023-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2023-01-01 custom "invoice-tax" "V20" "VAT" Liabilities:VAT
  rate: 20
2023-01-01 commodity HOUR
2023-01-01 open Assets:Receivable:Acme EUR
  customer: "Acme"
2023-01-01 open Assets:Time HOUR
2023-01-01 open Equity:Time HOUR
2023-01-01 open Income:Works EUR
2023-01-01 open Liabilities:Deposits EUR
2023-01-01 open Liabilities:VAT EUR
"""


def work(day: str, hours: str) -> str:
    return f'{day} * "Acme" "Work" #time\n  Assets:Time  {hours} HOUR\n  Equity:Time\n'


def contract(day: str, *keys: str) -> str:
    base = ('text: "Support"', "account: Income:Works", "price: 90.00", "time: Assets:Time")
    return f'{day} custom "invoice-contract" Assets:Receivable:Acme "S" "time"\n' + "".join(
        f"  {key}\n" for key in (*base, *keys)
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "main.beancount"


def write(ledger: Path, *parts: str) -> None:
    ledger.write_text(LEDGER + "".join(parts), encoding="utf-8")


def prepaid(ledger: Path, day: str) -> dict[str, Any]:
    (found,) = json.loads(run(ledger, "prepaid", "--as-of", day, "--format", "json"))
    assert isinstance(found, dict)
    return found


def test_a_book_of_hours_from_the_first_to_the_last(ledger: Path) -> None:
    write(ledger, contract("2026-01-05"), work("2026-01-10", "6"), work("2026-02-10", "7.6"))
    run(ledger, "deposit", "S", "900", "--date", "2026-01-05", "--write")
    assert [prepaid(ledger, "2026-01-09")[name] for name in ("balance", "waits", "left", "units_left")] == [
        "900.00", "0.00", "900.00", "10.00",
    ]  # fmt: skip
    assert [prepaid(ledger, "2026-01-31")[name] for name in ("balance", "waits", "left", "units_left")] == [
        "900.00", "540.00", "360.00", "4.00",
    ]  # fmt: skip
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    found = prepaid(ledger, "2026-02-28")
    assert [(each["number"], each["what"], each["amount"], each["balance"]) for each in found["movements"]] == [
        ("F2026-0001", "deposit", "900.00", "900.00"),
        ("F2026-0002", "deducted", "-540.00", "360.00"),
        ("F2026-0003", "deducted", "-360.00", "0.00"),
    ]
    assert prepaid(ledger, "2026-01-31")["movements"] == found["movements"][:2]  # later ones are not known yet
    assert "Nothing is prepaid" in run(ledger, "prepaid", "--as-of", "2026-01-04")


def test_what_lapses_is_kept_by_a_milestone_of_the_last_day(ledger: Path) -> None:
    write(ledger, contract("2026-01-05", "until: 2026-06-30"), work("2026-01-10", "6"))
    run(ledger, "deposit", "S", "900", "--date", "2026-01-05", "--write")
    assert "S ended on 2026-06-30" in run(ledger, "bill", "--until", "2026-07-01", "--write", code=1)
    kept = '2026-06-30 custom "invoice-milestone" "S" "Hours not used"\n  price: 360.00\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + kept, encoding="utf-8")
    assert "deposit F2026-0001" not in run(ledger, "bill", "--until", "2026-07-01", "--write")
    assert (found := prepaid(ledger, "2026-07-01"))["left"] == "0.00"
    assert found["movements"][-1]["amount"] == "-360.00"
    assert "0 errors, 0 warnings" in run(ledger, "check")


def test_what_is_given_back_is_prepaid_no_longer(ledger: Path) -> None:
    write(ledger, contract("2026-01-05"))
    run(ledger, "deposit", "S", "900", "--date", "2026-01-05", "--write")
    run(ledger, "credit", "F2026-0001", "--amount", "300", "Fewer hours", "--date", "2026-01-08", "--write")
    assert [each["what"] for each in prepaid(ledger, "2026-01-08")["movements"]] == ["deposit", "given-back"]
    assert prepaid(ledger, "2026-01-08")["balance"] == "600.00"


def test_hours_that_go_over_are_used_before_those_of_the_month(ledger: Path) -> None:
    """https://docs.infor.com/lwsnapps/10.1/en-us/lwsncsolh/lwsnlpug/wmp1584474722632.html: 50 of December go over for 3 months;
    10 more each month, 0, 30 and 5 are used: 60, 40 and 45 are available then, and 50, 20 and 15 of them of December.
    """
    amended = '2025-01-01 custom "invoice-contract" Assets:Receivable:Acme "S"\n  included: 10\n  carry-over: "year"\n'
    over = ('every: "month"', "included: 50", 'carry-over: "3 months"')
    write(ledger, contract("2024-12-01", *over), amended, work("2025-02-03", "30"), work("2025-03-03", "5"))
    rows = prepaid(ledger, "2025-04-01")["periods"]
    assert [(row["from"], row["included"], row["carried"], row["used"], row["left"]) for row in rows] == [
        ("2024-12-01", "50", "0", "0", "50"),
        ("2025-01-01", "10", "50", "0", "60"),
        ("2025-02-01", "10", "60", "30", "40"),
        ("2025-03-01", "10", "40", "5", "45"),
        ("2025-04-01", "10", "30", "0", "40"),
    ]


def test_an_hour_that_is_entered_late_takes_from_what_went_over(ledger: Path) -> None:
    over = ('every: "month"', "included: 10", 'carry-over: "2 months"')
    write(ledger, contract("2026-01-01", *over), work("2026-01-10", "6"), work("2026-02-10", "14"))
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    assert "Nothing to do" in run(ledger, "bill", "--until", "2026-02-28", "--write")
    ledger.write_text(ledger.read_text(encoding="utf-8") + work("2026-01-20", "3"), encoding="utf-8")
    (found,) = json.loads(run(ledger, "bill", "--until", "2026-02-28", "--format", "json"))
    assert found["net"] == "270.00"  # 23 hours, of which 2 × 10 cost nothing
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    assert "Nothing to do" in run(ledger, "bill", "--until", "2026-02-28")
    assert "0 errors, 0 warnings" in run(ledger, "check")


def test_of_whom_is_asked(ledger: Path) -> None:
    write(ledger, contract("2026-01-05"))
    assert "there is no contract" in run(ledger, "prepaid", "--contract", "T", code=1)
    assert "contract,customer,text" in run(ledger, "prepaid", "--format", "csv")
