"""`bean-invoice interest`: what may be claimed, how it comes about, and claims in the ledger."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from tests.ledgers import PRELUDE

pytestmark = pytest.mark.usefixtures("rates_until_june_2026")

LEDGER = (
    PRELUDE
    + """
2025-01-01 custom "invoice-option" "late-interest" "FR"
2025-01-01 open Income:Interest
"""
)
INVOICE = """
{day} * "Acme SAS" "Work" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme  1200.00 EUR
  Income:Services        -1000.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT         -200.00 EUR
    tax: "FR20"
"""
ACCOUNT = ("--account", "Income:Interest")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two invoices of one customer, due on 9 and 19 February 2026."""
    file = tmp_path / "main.beancount"
    first = INVOICE.format(day="2026-01-10", number="F2026-0001")
    second = INVOICE.format(day="2026-01-20", number="F2026-0002")
    file.write_text(LEDGER + first + second + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> Result:
    """What `bean-invoice interest` answers."""
    result = CliRunner().invoke(main, ["-f", str(ledger), "interest", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def test_as_json(ledger: Path) -> None:
    answer = json.loads(run(ledger, "F2026-0001", "--as-of", "2026-03-31", "--format", "json").stdout)
    assert answer == {
        "number": "F2026-0001",
        "customer": "Acme SAS",
        "currency": "EUR",
        "principal": "1200.00",
        "segments": [
            {
                "from": "2026-02-10",
                "to": "2026-03-31",
                "days": 50,
                "rate": "12.15",
                "base": "1200.00",
                "amount": "19.97",
            }
        ],
        "interest": "19.97",
        "indemnity": "40.00",
        "total": "59.97",
        "law": "FR",
        "notices": [],
    }


def test_several_are_an_array_each_with_its_steps(ledger: Path) -> None:
    arguments = ("F2026-0001", "F2026-0002", "--as-of", "2026-03-31", "--format", "json", "--explain")
    answers = json.loads(run(ledger, *arguments).stdout)
    assert [(one["number"], one["interest"]) for one in answers] == [("F2026-0001", "19.97"), ("F2026-0002", "15.98")]
    assert answers[0]["explain"][-1]["result"] == "59.97"


LATER = INVOICE.format(day="2026-06-10", number="F2026-0003")


def test_an_unknown_rate_leaves_the_indemnity_and_says_what_to_add(ledger: Path) -> None:
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{LATER}plugin"), encoding="utf-8")
    result = run(ledger, "F2026-0003", "--as-of", "2026-07-31", "--format", "json")
    answer = json.loads(result.stdout)
    assert (answer["interest"], answer["indemnity"], answer["total"], answer["segments"]) == (
        None,
        "40.00",
        "40.00",
        [],
    )
    assert answer["notices"][0] in result.stderr
    assert '2026-07-01 custom "invoice-rate" "ECB" RATE' in result.stderr


def test_the_days_before_an_unknown_rate_are_claimed_and_booked_and_the_later_ones_once_it_is_there(
    ledger: Path,
) -> None:
    until = ("F2026-0001", "--as-of", "2026-07-31")
    answer = json.loads(run(ledger, *until, "--format", "json").stdout)
    assert (answer["interest"], answer["indemnity"], answer["segments"][0]["to"]) == ("56.32", "40.00", "2026-06-30")
    result = run(ledger, *until, "--explain")
    assert "Late interest on F2026-0001, Acme SAS, until 2026-06-30" in result.stdout
    assert (
        "interest until: 2026-06-30 (none from 2026-07-01 on: the ECB refinancing rate for 2026-07-01" in result.stdout
    )
    missing = "no interest is claimed from 2026-07-01 on: the ECB refinancing rate for 2026-07-01 (second half of 2026) is not"
    assert missing in result.stderr
    booked = run(ledger, *until, "--book", *ACCOUNT, "--write")
    assert missing in booked.stderr
    assert '2026-07-01 custom "invoice-rate" "ECB" RATE' in booked.stderr
    before = ledger.read_bytes()
    assert missing in run(ledger, *until, "--book", *ACCOUNT, "--write").stderr
    assert ledger.read_bytes() == before, "nothing more is known"
    rate = '2026-07-01 custom "invoice-rate" "ECB" 2.40\n'
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{rate}plugin"), encoding="utf-8")
    run(ledger, *until, "--book", *ACCOUNT, "--write")
    opened = open_ledger(ledger)
    charged = [
        (line.start, line.end, str(line.net))
        for claim in opened.book.interest_invoices["F2026-0001"]
        for line in claim.lines
    ]
    assert [(str(start), str(end), net) for start, end, net in charged] == [
        ("2026-02-10", "2026-06-30", "56.32"),
        ("None", "None", "40.00"),
        ("2026-07-01", "2026-07-31", "12.64"),
    ]
    assert opened.errors == opened.findings == ()


def test_as_csv(ledger: Path) -> None:
    out = run(ledger, "F2026-0001", "F2026-0002", "--as-of", "2026-03-31", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["number"], row["from"], row["amount"], row["total"]) for row in rows] == [
        ("F2026-0001", "2026-02-10", "19.97", "59.97"),
        ("F2026-0002", "2026-02-20", "15.98", "55.98"),
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("F2026-0001", "--as-of", "2026-02-09"), "F2026-0001: nothing of it was late by 2026-02-09"),
        (("F2026-0009", "--as-of", "2026-02-09"), "there is no F2026-0009"),
    ],
)
def test_why_there_is_nothing(ledger: Path, arguments: tuple[str, ...], why: str) -> None:
    assert why in run(ledger, *arguments, code=int("0009" in why)).stderr


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ('buyer: "consumer"', "from a consumer it is due only after a formal notice to pay (Code civil, art. 1231-6)"),
        ('late-interest: "none"', "none is claimed from this customer"),
        ('buyer: "consumer"\n  late-interest: "GB"', "the law GB is not known for a consumer"),
    ],
)
def test_why_nothing_is_claimed_from_this_customer(ledger: Path, keys: str, why: str) -> None:
    amendment = f'2025-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  {keys}\n'
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{amendment}plugin"), encoding="utf-8")
    result = run(ledger, "F2026-0001", "--as-of", "2026-03-31")
    assert why in result.stderr
    assert result.stdout == ""


BETA = """
2025-01-01 open Assets:Receivable:Beta
  customer: "Beta SAS"
2026-02-15 note Assets:Receivable:Acme "First letter" ^F2026-0001
  event: "reminder"
  level: 1
2026-02-21 note Assets:Receivable:Beta "First letter" ^F2026-0002
  event: "reminder"
  level: 1
"""


@pytest.mark.parametrize(("place", "wrong"), [("customer", "120"), ("invoice", '"douze"'), ("option", '"-3"')])
def test_a_wrong_late_interest_stops_nobody_else(ledger: Path, place: str, wrong: str) -> None:
    """What is wrong is said, and claimed without interest; the others' reminders and claims go on."""
    text, document = ledger.read_text(), '  invoice: "F2026-0001"\n'
    text = text.replace('F2026-0002"\n  Assets:Receivable:Acme', 'F2026-0002"\n  Assets:Receivable:Beta') + BETA
    if place == "invoice":
        text = text.replace(document, f"{document}  late-interest: {wrong}\n")
    elif place == "customer":
        text += f'2025-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  late-interest: {wrong}\n'
    else:  # the other customer has a word of its own
        text = text.replace('"late-interest" "FR"', f'"late-interest" {wrong}')
        text += '2025-02-01 custom "invoice-customer" Assets:Receivable:Beta\n  late-interest: "FR"\n'
    ledger.write_text(text, encoding="utf-8")

    def bean_invoice(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == 1
        return result

    day = ("--as-of", "2026-03-31")
    letters = json.loads(bean_invoice("remind", *day, "--format", "json").stdout)
    claims = {letter["invoices"][0]["number"]: letter["invoices"][0]["interest"] for letter in letters}
    assert claims == {"F2026-0001": None, "F2026-0002": "15.98"}
    without = "F2026-0001: no interest is claimed: late-interest: "
    assert without in bean_invoice("remind", *day).stderr
    tasks = json.loads(bean_invoice("today", *day, "--format", "json").stdout)
    assert [task["customer"] for task in tasks if task["kind"] == "remind"] == ["Acme SAS", "Beta SAS"]
    assert "F2026-0002" in bean_invoice("run", "--date", day[1], "--only", "remind", "--yes").output
    both = bean_invoice("interest", "F2026-0001", "F2026-0002", *day)
    assert without in both.stderr
    assert "15.98" in both.stdout
    before = ledger.read_bytes()
    result = bean_invoice("run", "--date", day[1], "--only", "remind", "--yes", "--write")
    if place == "option":  # it is everybody's
        assert "the ledger has errors" in result.stderr
        assert ledger.read_bytes() == before
    else:
        assert "F2026-0001, Acme SAS: has an error in the ledger: " in result.output
        assert "no postal address is known" in next(
            line for line in result.output.splitlines() if line.startswith("F2026-0002, Beta SAS")
        )


def test_who_is_let_off_a_wrong_late_interest_pays_none(ledger: Path) -> None:
    text = ledger.read_text().replace('"late-interest" "FR"', '"late-interest" 120')
    text += '2026-03-01 custom "invoice-customer" Assets:Receivable:Acme\n  late-interest: "none"\n'
    ledger.write_text(text, encoding="utf-8")
    assert "none is claimed from this customer" in run(ledger, "F2026-0001", "--as-of", "2026-03-31", code=1).stderr


def test_money_on_the_account_is_claimed_nothing_for_and_said(ledger: Path) -> None:
    paid = '2026-02-05 * "No reference"\n  Assets:Bank  1200.00 EUR\n  Assets:Receivable:Acme\n'
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{paid}plugin"), encoding="utf-8")
    until = ("F2026-0001", "--as-of", "2026-03-31")
    text = "F2026-0001: 1200.00 EUR on the account is not allocated to any invoice (2026-02-05"
    what_to_do = "nothing is claimed for what it covers from that day on; write what it settles, or pay it back"
    told = run(ledger, *until)
    assert told.stdout == ""
    assert text in told.stderr
    assert what_to_do in told.stderr
    assert json.loads(run(ledger, *until, "--format", "json").stdout)["interest"] is None
    before = ledger.read_bytes()
    assert text in run(ledger, *until, "--book", *ACCOUNT, "--write").stderr
    assert ledger.read_bytes() == before
    assert text not in run(ledger, "F2026-0002", "--as-of", "2026-03-31").stderr, "that is not covered by it"


def test_paid_in_time_there_is_nothing(ledger: Path) -> None:
    paid = '2026-02-09 * "Paid" ^F2026-0001\n  Assets:Bank  1200.00 EUR\n  Assets:Receivable:Acme\n'
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{paid}plugin"), encoding="utf-8")
    assert "paid in time" in run(ledger, "F2026-0001", "--as-of", "2026-03-31").stderr


def test_without_a_law_it_says_what_to_write(ledger: Path) -> None:
    ledger.write_text(ledger.read_text().replace('"late-interest" "FR"', '"language" "fr"'), encoding="utf-8")
    assert 'custom "invoice-option" "late-interest" "FR"' in run(ledger, "F2026-0001", "--as-of", "2026-03-31").stderr


def test_booked_it_is_a_claim_outside_vat_and_only_once(ledger: Path) -> None:
    until = ("--as-of", "2026-03-31")
    shown = run(ledger, "F2026-0001", *until, "--book", *ACCOUNT)
    assert "draft-2026-03-31-1" in shown.stdout
    assert open_ledger(ledger).book.invoice("F2026-0003") is None
    run(ledger, "F2026-0001", *until, "--book", *ACCOUNT, "--write")
    opened = open_ledger(ledger)
    assert opened.errors == ()
    claim = opened.book.invoice("F2026-0003")
    assert claim is not None
    assert (claim.kind, claim.interest_on, claim.taxes, str(claim.payable)) == ("claim", "F2026-0001", (), "59.97")
    assert [(line.text, str(line.net), str(line.end)) for line in claim.lines] == [
        ("Pénalités de retard, F2026-0001", "19.97", "2026-03-31"),
        ("Indemnité de recouvrement, F2026-0001", "40.00", "None"),
    ]
    assert claim.instalments[0].due == claim.date
    assert claim.note == "10/02/2026 – 31/03/2026\u00a0: 1\u202f200,00\u00a0€ × 12,15\u00a0% × 50 / 365"
    before = ledger.read_bytes()
    assert "claimed until 2026-03-31" in run(ledger, "F2026-0001", *until, "--book", *ACCOUNT, "--write").stderr
    assert ledger.read_bytes() == before
    run(ledger, "F2026-0001", "--as-of", "2026-04-30", "--book", *ACCOUNT, "--write")
    more = open_ledger(ledger).book.invoice("F2026-0004")
    assert more is not None
    assert [(str(line.net), str(line.start)) for line in more.lines] == [("11.98", "2026-04-01")]
    assert open_ledger(ledger).findings == ()


def test_the_claim_s_own_number_and_account_by_option(ledger: Path) -> None:
    options = (
        '2025-01-01 custom "invoice-option" "claim-number" "P{year}-{seq:03}"\n'
        '2025-01-01 custom "invoice-option" "claim-account" Income:Interest\n'
    )
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{options}plugin"), encoding="utf-8")
    run(ledger, "F2026-0001", "--as-of", "2026-03-31", "--book", "--date", "2026-04-02", "--write")
    claim = open_ledger(ledger).book.invoice("P2026-001")
    assert claim is not None
    assert (str(claim.date), claim.lines[0].account) == ("2026-04-02", "Income:Interest")


def credit(ledger: Path, *arguments: str) -> Result:
    """What `bean-invoice credit` answers."""
    result = CliRunner().invoke(main, ["-f", str(ledger), "credit", *arguments])
    assert result.exit_code == 0, result.output
    return result


def test_a_claim_that_was_a_mistake_is_credited_without_tax_and_made_again(ledger: Path) -> None:
    default = '2025-01-01 custom "invoice-option" "default-tax" "FR20"\n'
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{default}plugin"), encoding="utf-8")
    run(ledger, "F2026-0001", "--as-of", "2026-03-31", "--book", *ACCOUNT, "--write")
    run(ledger, "F2026-0001", "--as-of", "2026-04-30", "--book", *ACCOUNT, "--write")
    credit(ledger, "F2026-0003", "--date", "2026-05-04", "--note", "Taux erroné", "--write")
    note = open_ledger(ledger).book.invoice("A2026-0001")
    assert note is not None
    assert (note.kind, note.corrects, note.taxes, str(note.total)) == ("credit-note", ("F2026-0003",), (), "-59.97")
    assert [(line.quantity, str(line.net), str(line.start), str(line.end)) for line in note.lines] == [
        (None, "-19.97", "2026-02-10", "2026-03-31"),
        (None, "-40.00", "None", "None"),
    ]
    again = ("F2026-0001", "--as-of", "2026-05-31", "--book", *ACCOUNT, "--write")
    assert "cannot be dated" not in run(ledger, *again).output
    opened = open_ledger(ledger)
    claim = opened.book.interest_invoices["F2026-0001"][-1]
    assert [(str(line.net), str(line.start), str(line.end)) for line in claim.lines] == [
        ("19.97", "2026-02-10", "2026-03-31"),
        ("12.39", "2026-05-01", "2026-05-31"),
        ("40.00", "None", "None"),
    ]
    assert (opened.errors, opened.findings) == ((), ())
    assert "nothing more: it is claimed until 2026-05-31" in run(ledger, *again).stderr


def test_a_part_of_a_claim_that_is_credited_stays_charged(ledger: Path) -> None:
    until = ("F2026-0001", "--as-of", "2026-03-31")
    run(ledger, *until, "--book", *ACCOUNT, "--write")
    credit(ledger, "F2026-0003", "--lines", "2", "--date", "2026-04-01", "--write")
    assert open_ledger(ledger).errors == ()
    before = ledger.read_bytes()
    text = run(ledger, *until, "--book", "--date", "2026-04-30", *ACCOUNT, "--write").stderr
    assert "nothing more: it is claimed until 2026-03-31" in text
    assert ledger.read_bytes() == before


@pytest.mark.parametrize("until", ["2026-03-31", "2026-03-15"])
def test_what_a_claim_of_a_later_day_charges_is_not_booked_again(ledger: Path, until: str) -> None:
    later = ("--book", *ACCOUNT, "--date", "2026-04-02", "--write")
    run(ledger, "F2026-0001", "--as-of", "2026-03-31", *later)
    before = ledger.read_bytes()
    result = run(ledger, "F2026-0001", "--as-of", until, *later)
    assert "nothing more: it is claimed until 2026-03-31" in result.stderr
    assert ledger.read_bytes() == before
    shown = run(ledger, "F2026-0001", "--as-of", until, "--format", "json").stdout
    assert json.loads(shown)["indemnity"] == "40.00", "the answer as of a day before the claim stays what it was"


def test_a_draft_can_be_issued_later(ledger: Path) -> None:
    run(ledger, "F2026-0001", "--as-of", "2026-03-31", "--book", *ACCOUNT, "--draft", "--write")
    assert "claimed until" in run(ledger, "F2026-0001", "--as-of", "2026-03-31").stderr
    result = CliRunner().invoke(main, ["-f", str(ledger), "issue", "--all", "--date", "2026-04-01", "--write"])
    assert result.exit_code == 0, result.output
    claim = open_ledger(ledger).book.invoice("F2026-0003")
    assert claim is not None
    assert (claim.draft, claim.interest_on) == (False, "F2026-0001")


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("--book",), "no income account for late interest is known:", 1),
        (("--book", *ACCOUNT, "--date", "2026-03-30"), "cannot be dated 2026-03-30", 1),
        (("--book", "--account", "Income:Nowhere"), "the ledger would", 1),
        (("--write",), "--write has no meaning without --book", 2),
        (("--account", "Income:Interest"), "--account has no meaning without --book", 2),
        (("--draft",), "--draft has no meaning without --book", 2),
        (("--book", "--commit"), "--commit has no meaning without --write", 2),
    ],
)
def test_what_cannot_be_done(ledger: Path, arguments: tuple[str, ...], message: str, code: int) -> None:
    assert message in run(ledger, "F2026-0001", "--as-of", "2026-03-31", *arguments, code=code).output


def test_the_table_shows_the_half_years(ledger: Path) -> None:
    rate = '2026-07-01 custom "invoice-rate" "ECB" 2.40\n'
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{rate}plugin"), encoding="utf-8")
    out = run(ledger, "F2026-0001", "--as-of", "2026-07-31", "--explain").stdout
    assert "2026-02-10   2026-06-30    141      12.15" in out
    assert "2026-07-01   2026-07-31     31      12.40" in out
    assert "once, half away from zero" in out


def test_remind_explains_what_is_about_to_lapse(ledger: Path) -> None:
    def reminded(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["-f", str(ledger), "remind", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    text = "F2026-0001: 1200.00 EUR lapses after 2031-02-09 (Code de commerce, art. L110-4; Code civil, art. 2240)"
    assert text in reminded("--as-of", "2030-12-01", "--explain")
    assert "lapses" not in reminded("--as-of", "2030-12-01")
    assert "lapses" not in reminded("--as-of", "2030-12-01", "--explain", "--customer", "Kiefer")
    assert "lapses" not in reminded("--as-of", "2030-08-08", "--explain")
    assert "F2026-0001: 1200.00 EUR lapsed after 2031-02-09" in reminded("--as-of", "2031-02-10", "--explain")
