"""Golden ledgers of e-reporting: what goes where, worked out by hand; reports are written once, and again once they change."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree

from beancount_invoicing.cli.main import main
from tests.ledgers import TESTS

GOLDEN = TESTS / "golden"
Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("prelude", "e-reporting", "e-reporting-franchise"):
        copy(GOLDEN / f"{name}.beancount", tmp_path)
    return tmp_path


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), "platform", "report", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def answer(ledger: Path, *arguments: str) -> Any:
    return json.loads(
        CliRunner().invoke(main, ["-f", str(ledger), "platform", "report", *arguments, "--format", "json"]).stdout
    )


def amounts(ledger: Path, period: str, as_of: str = "2027-11-30") -> list[str]:
    rows = answer(ledger, "--period", period, "--as-of", as_of)["rows"]
    return [
        " ".join(filter(None, (row["flow"], row["number"], row["category"], row["rate"], row["base"], row["tax"])))
        for row in rows
    ]


def changed(ledger: Path, old: str, new: str) -> Path:
    text = ledger.read_text(encoding="utf-8")
    assert old in text
    ledger.write_text(text.replace(old, new), encoding="utf-8")
    return ledger


def test_where_each_amount_goes() -> None:
    assert amounts(GOLDEN / "e-reporting.beancount", "2027-09") == [
        "10.1 F2027-0007 0 % 500.00 0.00",
        "10.1 F2027-0008 0 % 900.00 0.00",
        "10.1 F2027-0009 10 % 100.00 10.00",
        "10.2 F2027-0009 10 % 100.00 10.00",
        "10.3 F2027-0002 TPS1 20 % 200.00 40.00",
        "10.3 F2027-0002 TLB1 5.5 % 20.00 1.10",
        "10.3 F2027-0002 TPS1 10 % 70.73 7.07",
        "10.3 F2027-0002 TLB1 20 % 1.00 0.20",
        "10.3 F2027-0003 TLB1 20 % 30.00 6.00",
        "10.3 F2027-0004 TPS1 20 % 100.00 20.00",
        "10.3 F2027-0005 TPS1 20 % 50.00 10.00",
        "10.3 F2027-0006 TNT1 0 % 100.00 0.00",
        "10.4 F2027-0004 20 % 20.00 4.00",
        "10.4 F2027-0002 10 % 70.73 7.07",
        "10.4 F2027-0002 20 % 200.00 40.00",
        "212 F2027-0010 20 % 300.00 60.00",
        "– F2027-0002 0 % 0.90 0.00",
        "– F2027-0005 0 % 50.00 0.00",
        "– F2027-0010 20 % 300.00 60.00",
        "– F2027-0001 20 % 100.00 20.00",
    ]


def test_a_bounced_payment_a_refund_a_loss_and_a_deposit() -> None:
    assert amounts(GOLDEN / "e-reporting.beancount", "2027-10") == [
        "10.3 A2027-0001 TPS1 20 % -100.00 -20.00",
        "10.4 A2027-0001 20 % -100.00 -20.00",
        "212 F2027-0011 20 % 700.00 140.00",
        "212 F2027-0011 20 % -700.00 -140.00",
        "– F2027-0011 20 % 1000.00 200.00",
        "– F2027-0011 20 % -300.00 -60.00",
    ]


def test_each_amount_says_why_and_adds_up_to_the_tax_due() -> None:
    said = answer(GOLDEN / "e-reporting.beancount", "--period", "2027-09", "--as-of", "2027-11-30")
    why = {(row["flow"], row["number"]): row["why"] for row in said["rows"]}
    assert "CGI, art. 289 bis" in why["–", "F2027-0010"]
    assert "art. 261 to 261 E" in why["–", "F2027-0005"]
    assert "before the duty began on 2027-09-01" in why["–", "F2027-0001"]
    assert [(sums["subject"], sums["reported"], sums["difference"]) for sums in said["reconciliation"]] == [
        ("VAT due on payments, 10 %", "17.07", "0.00"),
        ("VAT due on payments, 20 %", "120.00", "0.00"),
    ]


def states(ledger: Path, *arguments: str) -> list[tuple[str, str, str, str]]:
    rows = answer(ledger, *arguments)["parts"]["reports"]["rows"]
    return [(row["kind"], row["from"], row["due"], row["state"]) for row in rows]


def test_periods_of_each_regime(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    assert states(ledger, "--period", "2027-09", "--as-of", "2027-09-25") == [
        ("sales", "2027-09-01", "2027-09-20", "to be sent"),
        ("sales", "2027-09-11", "2027-09-30", "nothing to report"),
        ("payments", "2027-09-01", "2027-10-10", "the period goes on"),
        ("sales", "2027-09-21", "2027-10-10", "the period goes on"),
    ]
    changed(ledger, '"vat-regime" "monthly"', '"vat-regime" "quarterly"')
    assert states(ledger, "--as-of", "2027-10-02") == [
        ("payments", "2027-09-01", "2027-10-10", "to be sent"),
        ("sales", "2027-09-01", "2027-10-10", "to be sent"),
    ]


def test_the_franchise_reports_its_sales_every_two_months_and_no_payments() -> None:
    ledger = GOLDEN / "e-reporting-franchise.beancount"
    assert amounts(ledger, "2027-09") == [
        "10.3 N1 TPS1 0 % 100.00 0.00",
        "10.3 N2 TPS1 0 % 50.00 0.00",
        "– N3 0 % 300.00 0.00",
    ]
    assert states(ledger, "--as-of", "2027-11-30") == [("sales", "2027-09-01", "2027-11-25", "to be sent")]


def test_a_firm_in_the_franchise_needs_a_vat_id_to_report_an_invoice_abroad() -> None:
    assert "286 ter" in run(GOLDEN / "e-reporting-franchise.beancount", "--as-of", "2028-01-31", code=1)


def written(folder: Path, kind: str) -> list[Any]:
    return [etree.parse(str(file)).getroot() for file in sorted((folder / "outbox").glob(f"*{kind}"))]


def test_reports_are_written_once_and_again_when_they_change(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    assert "7 files for your platform" in run(ledger, "--as-of", "2027-11-11", "--write")
    files = sorted(file.name for file in (folder / "outbox").iterdir())
    assert files == [
        "212-F2027-0010-20270915-1.cdar.xml", "212-F2027-0011-20271012-1.cdar.xml", "212-F2027-0011-20271018-1.cdar.xml",
        "732829320-P-20270901-1.frr.xml", "732829320-P-20271001-1.frr.xml", "732829320-T-20270901-1.frr.xml",
        "732829320-T-20271001-1.frr.xml",
    ]  # fmt: skip
    assert "Nothing has to be reported" in run(ledger, "--as-of", "2027-11-12", "--write")
    assert states(ledger, "--period", "2027-10", "--as-of", "2027-11-12")[0][3] == "reported"

    for old, new in (
        ("Cash  36.00", "Cash  42.00"),
        ("Services  -30.00", "Services  -35.00"),
        ("VAT  -6.00", "VAT  -7.00"),
    ):
        changed(ledger, f"{old} EUR", f"{new} EUR")
    assert states(ledger, "--as-of", "2027-11-12") == [
        ("sales", "2027-09-01", "2027-09-20", "changed: to be sent again")
    ]
    run(ledger, "--as-of", "2027-11-12", "--write")
    again = etree.parse(str(folder / "outbox" / "732829320-T-20270901-2.frr.xml")).getroot()
    assert again.findtext("ReportDocument/TypeCode") == "RE"
    assert len(again.findall("TransactionsReport/Invoice")) == 3
    assert "Nothing has to be reported" in run(ledger, "--as-of", "2027-11-12", "--write")


def test_a_receipt_that_is_taken_out_of_the_ledger_is_told_as_its_opposite(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    run(ledger, "--as-of", "2027-11-11", "--write")
    text = ledger.read_text(encoding="utf-8")
    start = text.index('2027-10-18 * "Acme SAS" "Chèque sans')
    ledger.write_text(text[:start] + text[text.index("; Consumers pay") :], encoding="utf-8")
    run(ledger, "--as-of", "2027-11-12", "--write")
    names = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}
    told = [root.findtext(".//ram:ValueAmount", namespaces=names) for root in written(folder, "cdar.xml")]
    assert told == ["360.00", "840.00", "-840.00", "840.00"]


def test_what_was_not_sent_is_reported_again(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    run(ledger, "--as-of", "2027-09-12", "--write")
    assert states(ledger, "--as-of", "2027-09-12") == []
    with ledger.open("a", encoding="utf-8") as stream:
        stream.write(
            '2027-09-12 custom "invoice-flow" "transactions"\n  event: "not-sent"\n  from: 2027-09-01\n  until: 2027-09-10\n'
            '  message-id: "<732829320-T-20270901-1@outbox>"\n'
        )
    assert [state for *_period, state in states(ledger, "--as-of", "2027-09-12")] == ["to be sent"]


def test_before_the_duty_nothing_is_reported_and_it_says_so() -> None:
    said = run(GOLDEN / "e-reporting.beancount", "--period", "2027-08", "--as-of", "2027-08-31")
    assert "nothing has to be reported before 2027-09-01" in said
    assert re.search(r"–\s+2027-08-20\s+F2027-0001", said)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"vat-regime" "monthly"', '"vat-regime" "weekly"', "write one of monthly, quarterly, simplified, franchise"),
        ('2027-01-01 custom "invoice-option" "vat-regime" "monthly"', "", "which the ledger does not say"),
        (
            '    text: "Outil"\n    tax: "GOODS20"',
            '    text: "Outil"\n    tax: "FR20"',
            "goods or services: write nature",
        ),
    ],
)
def test_what_is_missing_is_said(folder: Path, old: str, new: str, message: str) -> None:
    assert message in run(changed(folder / "e-reporting.beancount", old, new), "--as-of", "2027-11-30", code=1)


def test_nothing_is_written_while_something_is_missing(folder: Path) -> None:
    ledger = changed(
        folder / "e-reporting.beancount", '    text: "Outil"\n    tax: "GOODS20"', '    text: "Outil"\n    tax: "FR20"'
    )
    changed(ledger, '  Liabilities:VAT  -6.00 EUR\n    tax: "GOODS20"', '  Liabilities:VAT  -6.00 EUR\n    tax: "FR20"')
    assert "write nature" in run(ledger, "--as-of", "2027-11-30", "--write", code=1)
    assert not (folder / "outbox").exists()


def test_a_period_that_is_none_is_refused() -> None:
    assert "nonsense is not a period" in run(GOLDEN / "e-reporting.beancount", "--period", "nonsense", code=2)


def test_other_countries_and_currencies_have_no_e_reports(folder: Path) -> None:
    ledger = folder / "e-reporting-franchise.beancount"
    assert "in euros" in run(changed(ledger, '"operating_currency" "EUR"', '"operating_currency" "CHF"'), code=1)
    copy(GOLDEN / ledger.name, folder)
    assert "sellers in France" in run(
        changed(ledger, '  country: "FR"\n  city: "Rennes"\n  address', '  country: "BE"\n  address'), code=1
    )


def tasks(ledger: Path, as_of: str) -> list[tuple[str, str]]:
    said = json.loads(
        CliRunner().invoke(main, ["-f", str(ledger), "today", "--as-of", as_of, "--format", "json"]).stdout
    )
    return [(task["day"], task["text"].partition(":")[0]) for task in said if task["kind"] == "report"]


def test_today_says_what_is_to_be_reported_by_when(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    assert tasks(ledger, "2027-08-31") == tasks(ledger, "2027-09-10") == []
    assert tasks(ledger, "2027-10-02") == [
        ("2027-09-15", "1 receipt of an e-invoice, status 212"),
        ("2027-09-20", "sales of 2027-09-01 to 2027-09-10, by 2027-09-20"),
        ("2027-10-10", "payments of 2027-09-01 to 2027-09-30, by 2027-10-10"),
    ]
    run(ledger, "--as-of", "2027-10-02", "--write")
    assert tasks(ledger, "2027-10-02") == []
    changed(ledger, '2027-01-01 custom "invoice-option" "vat-regime" "monthly"', "")
    assert [day for day, _text in tasks(ledger, "2027-10-02")] == ["2027-09-01"]


def test_a_look_at_an_earlier_period_takes_nothing_back(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    run(ledger, "--as-of", "2027-11-11", "--write")
    assert "Nothing has to be reported" in run(ledger, "--period", "2027-09", "--as-of", "2027-11-12", "--write")
    assert "Nothing has to be reported" in run(ledger, "--as-of", "2027-10-13", "--write")
    assert tasks(ledger, "2027-10-13") == []


def test_a_margin_scheme_a_claim_a_corrective_invoice_and_a_deposit_abroad(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    more = """2025-01-01 custom "invoice-tax" "MARGE" "Régime de la marge"
  category: "E"
  nature: "goods"
  reason: "VATEX-EU-F"
2027-11-02 * "Marie Leroy" "Commode" ^F2027-0012
  invoice: "F2027-0012"
  Assets:Receivable:Leroy  400.00 EUR
  Income:Services  -400.00 EUR
    text: "Commode"
    tax: "MARGE"
2027-11-03 * "Acme SAS" "Intérêts de retard" ^F2027-0013
  invoice: "F2027-0013"
  kind: "claim"
  claims: "F2027-0011"
  Assets:Receivable:Acme  12.00 EUR
  Income:Services  -12.00 EUR
    text: "Intérêts"
2027-11-04 * "Berg GmbH" "Acompte" ^F2027-0014
  invoice: "F2027-0014"
  kind: "deposit"
  Assets:Receivable:Berg  100.00 EUR
  Liabilities:Deposits  -100.00 EUR
    text: "Acompte"
    tax: "UE"
    nature: "services"
2027-11-05 * "Berg GmbH" "Solde" ^F2027-0015
  invoice: "F2027-0015"
  Assets:Receivable:Berg  300.00 EUR
  Income:Services  -400.00 EUR
    text: "Conseil"
    tax: "UE"
  Liabilities:Deposits  100.00 EUR
    deposit: "F2027-0014"

"""
    changed(ledger, 'plugin "beancount_invoicing"', f'{more}plugin "beancount_invoicing"')
    assert amounts(ledger, "2027-11") == [
        "10.1 F2027-0014 0 % 100.00 0.00",
        "10.1 F2027-0015 0 % 400.00 0.00",
        "10.3 F2027-0012 TMA1 0 % 400.00 0.00",
        "– F2027-0015 0 % -100.00 0.00",
    ]
    assert states(ledger, "--period", "2027-11", "--as-of", "2027-11-12")[0][3] == "to be sent"


def test_a_212_needs_the_siren_of_both(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    with ledger.open("a", encoding="utf-8") as stream:
        stream.write('2026-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  siren: ""\n  siret: ""\n')
    assert "names both by their SIREN" in run(ledger, "--as-of", "2027-11-30", "--write", code=1)
    assert not (folder / "outbox").exists()


def test_a_document_that_is_gone_after_its_payment_was_told_must_come_back(folder: Path) -> None:
    ledger = folder / "e-reporting.beancount"
    with ledger.open("a", encoding="utf-8") as stream:
        stream.write(
            '2027-11-01 custom "invoice-flow" "F2027-0099"\n  event: "prepared"\n  flow-type: "CustomerInvoiceLC"\n'
            '  from: 2027-10-20\n  until: 2027-10-20\n  amounts: "20: 240.00"\n  message-id: "<212-F2027-0099@outbox>"\n'
        )
    assert "is not in the ledger any more" in run(ledger, "--as-of", "2027-11-30", "--write", code=1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('  siren: "732829320"\n', "", "the seller has no SIREN"),
        (
            '  city: "Köln"\n  country: "DE"\n  vat-id: "DE136695976"',
            '  city: "Köln"\n  vat-id: "DE136695976"',
            "F2027-0007: ",
        ),
    ],
)
def test_what_a_report_lacks_is_said(folder: Path, old: str, new: str, message: str) -> None:
    file = folder / ("prelude.beancount" if "siren" in old else "e-reporting.beancount")
    changed(file, old, new)
    assert message in run(folder / "e-reporting.beancount", "--period", "2027-09", "--as-of", "2027-11-30", code=1)
