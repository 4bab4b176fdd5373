"""Invoices of suppliers: kept as they came, checked, booked once and to the cent, answered once."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction

from beancount_invoicing.delivery.platform_api import Platform
from beancount_invoicing.einvoice import EInvoice, validate
from beancount_invoicing.einvoice.lifecycle import read_statuses
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.sending.received_fetch import fetch_received
from beancount_invoicing.writing.changes import Refused, WriteOptions
from tests.ledgers import PRELUDE
from tests.platform.connected import break_ledger, committed, git, run
from tests.platform.stand_in import Fault, StandIn
from tests.platform.suppliers import supplier_invoice, supplier_xml

D = Decimal
DAY = ("--date", "2026-11-30")
SETTINGS = """
2025-01-01 custom "invoice-option" "platform" "PLATFORM/flow-service"
2025-01-01 custom "invoice-option" "platform-token" "PLATFORM/token"
2025-01-01 custom "invoice-option" "platform-client" "exemple-sarl"
2025-01-01 custom "invoice-option" "supplier-account" Liabilities:Suppliers
2025-01-01 custom "invoice-option" "purchase-account" Expenses:ToSort
2025-01-01 custom "invoice-option" "deductible-tax-account" Assets:VAT:Deductible
2025-01-01 custom "invoice-supplier" "552100554" Expenses:Supplies
2025-01-01 open Liabilities:Suppliers
2025-01-01 open Expenses:Supplies
2025-01-01 open Expenses:ToSort
2025-01-01 open Assets:VAT:Deductible
"""


VALIDATED = cache(validate)
"""The same document is validated once in all tests: that takes a second."""


@pytest.fixture(autouse=True)
def validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beancount_invoicing.einvoice.supplier_invoices.validate", VALIDATED)


@pytest.fixture
def ledger(same_folder: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Books with a platform and accounts for purchases."""
    monkeypatch.setenv("BEAN_INVOICE_PLATFORM_SECRET", stand_in.secret)
    file = same_folder / "books.beancount"
    file.write_text(PRELUDE + SETTINGS.replace("PLATFORM", stand_in.address), encoding="utf-8")
    return file


def add(ledger: Path, content: bytes, name: str = "facture.xml", *arguments: str, code: int = 0) -> str:
    source = ledger.parent / name
    source.write_bytes(content)
    return run(ledger, "received", "add", str(source), *DAY, *arguments, code=code)


def listed(ledger: Path, *arguments: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run(ledger, "received", "list", "--format", "json", *arguments))
    return found


def postings(ledger: Path) -> list[tuple[str, Decimal, str]]:
    """Those of the entries of suppliers' invoices; the ledger has no error."""
    assert open_ledger(ledger).errors == ()
    entries, errors, _options = loader.load_file(str(ledger))
    assert errors == []
    found = []
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) and "supplier-invoice" in entry.meta else ():
            assert posting.units
            assert posting.units.number is not None
            found.append((posting.account, posting.units.number, posting.units.currency))
    return found


def contradictory(invoice: EInvoice, **totals: str) -> bytes:
    """The same with other totals, which our own writer would refuse."""
    xml = supplier_xml(invoice).decode()
    for name, (value) in totals.items():
        xml = re.sub(rf"(<cbc:{name} [^>]*>)[^<]*", rf"\g<1>{value}", xml)
    return xml.encode()


def test_what_came_by_the_platform_is_kept_as_it_came_and_once(ledger: Path, stand_in: StandIn) -> None:
    flow = stand_in.supply(supplier_xml())
    assert "Papeterie Martin SARL" in run(ledger, "platform", "fetch", *DAY)
    assert not (ledger.parent / "received").exists()
    output = run(ledger, "platform", "fetch", *DAY, "--write")
    (kept,) = (ledger.parent / "received" / "2026").iterdir()
    digest = sha256(flow.content).hexdigest()
    assert kept.name == f"Papeterie-Martin-SARL.2026-118.{digest[:8]}.xml"
    assert kept.read_bytes() == flow.content
    assert kept.name in output
    assert "118.80 EUR" in output
    before = {file: file.read_bytes() for file in ledger.parent.rglob("*.beancount")}
    assert "nothing new" in run(ledger, "platform", "fetch", *DAY, "--write")
    assert before == {file: file.read_bytes() for file in ledger.parent.rglob("*.beancount")}
    (found,) = listed(ledger)
    assert (found["number"], found["amount"], found["due"], found["result"], found["flows"]) == (
        "2026-118", "118.80", "2026-12-28", "passed", ["flow-1"],
    )  # fmt: skip
    assert "0002:552100554" in str(found["supplier_ids"])
    assert open_ledger(ledger).errors == ()


def test_fetching_goes_on_where_it_was_and_brings_what_comes_later(ledger: Path, stand_in: StandIn) -> None:
    stand_in.supply(supplier_xml())
    run(ledger, "platform", "fetch", *DAY, "--write")
    stand_in.ticks += 3600
    stand_in.supply(supplier_xml(supplier_invoice("2026-119")))
    run(ledger, "platform", "fetch", *DAY, "--write")
    wheres = [json.loads(body)["where"] for _m, path, _h, body in stand_in.requests if path.endswith("search")]
    since = [where["updatedAfter"] for where in wheres if where.get("flowType") == ["SupplierInvoice"]]
    assert since == ["2025-01-01T00:00:00Z", "2026-11-30T07:50:01Z"]
    assert [found["number"] for found in listed(ledger)] == ["2026-118", "2026-119"]


def test_the_same_file_by_another_flow_is_one_invoice(ledger: Path, stand_in: StandIn) -> None:
    stand_in.supply(supplier_xml())
    stand_in.supply(supplier_xml())
    run(ledger, "platform", "fetch", *DAY, "--write")
    (found,) = listed(ledger)
    assert found["flows"] == ["flow-1", "flow-2"]
    assert len(list((ledger.parent / "received" / "2026").iterdir())) == 1
    assert "this very file already" in add(ledger, supplier_xml(), "mail.xml", "--write")


def test_the_same_number_in_another_file_is_told_and_not_booked_twice(ledger: Path) -> None:
    add(ledger, supplier_xml(), "one.xml", "--write")
    assert "it is not booked twice" in add(ledger, supplier_xml(syntax="cii"), "two.xml", "--write")
    assert [bool(found["same_as"]) for found in listed(ledger)] == [False, True]
    run(ledger, "received", "book", "2026-118", "--write")
    name = str(listed(ledger)[1]["name"])
    assert "is booked already" in run(ledger, "received", "book", name, "--write", code=1)
    assert [found["number"] for found in listed(ledger, "--open")] == ["2026-118"]


def test_an_entry_by_rate_to_the_cent_with_the_file_as_its_document(ledger: Path) -> None:
    invoice = supplier_invoice("2026-118", "380", ("99.00", "20", "19.80"), ("10.01", "5.5", "0.55"))
    add(ledger, supplier_xml(invoice), "facture.xml", "--write")
    shown = run(ledger, "received", "book", "2026-118")
    assert "Liabilities:Suppliers" in shown
    assert postings(ledger) == []
    run(ledger, "received", "book", "2026-118", "--write")
    assert postings(ledger) == [
        ("Liabilities:Suppliers", D("-129.36"), "EUR"),
        ("Expenses:Supplies", D("99.00"), "EUR"),
        ("Assets:VAT:Deductible", D("19.80"), "EUR"),
        ("Expenses:Supplies", D("10.01"), "EUR"),
        ("Assets:VAT:Deductible", D("0.55"), "EUR"),
    ]
    text = ledger.read_text(encoding="utf-8")
    assert '2026-11-28 ! "Papeterie Martin SARL" "2026-118"' in text
    assert "  due: 2026-12-28\n" in text
    assert re.search(r'document Liabilities:Suppliers "received/2026/Papeterie[^"]*xml"', text)
    assert "is booked already" in run(ledger, "received", "book", "2026-118", "--write", code=1)
    assert postings(ledger)[0][1] == D("-129.36")


def test_a_credit_note_turns_the_signs(ledger: Path) -> None:
    add(ledger, supplier_xml(supplier_invoice("A-7", "381")), "avoir.xml", "--write")
    assert listed(ledger)[0]["amount"] == "-118.80"
    run(ledger, "received", "book", "A-7", "--write", "--date", "2026-12-01")
    assert postings(ledger) == [
        ("Liabilities:Suppliers", D("118.80"), "EUR"),
        ("Expenses:Supplies", D("-99.00"), "EUR"),
        ("Assets:VAT:Deductible", D("-19.80"), "EUR"),
    ]


def test_without_an_account_for_deducted_tax_it_is_part_of_the_expense(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(re.sub(r'.*"deductible-tax-account".*\n', "", text), encoding="utf-8")
    add(ledger, supplier_xml(), "facture.xml", "--write")
    run(ledger, "received", "book", "2026-118", "--write")
    assert postings(ledger) == [
        ("Liabilities:Suppliers", D("-118.80"), "EUR"),
        ("Expenses:Supplies", D("118.80"), "EUR"),
    ]


@pytest.mark.parametrize(
    ("rule", "account"),
    [
        ('"papeterie martin  SARL" Expenses:Supplies', "Expenses:Supplies"),
        ('"FR 03 552 100 554" Expenses:Supplies', "Expenses:Supplies"),
        ('"0225:552100554" Expenses:Supplies', "Expenses:Supplies"),
        ('"Another" Expenses:Supplies', "Expenses:ToSort"),
    ],
)
def test_a_supplier_is_known_by_its_name_or_an_identifier(ledger: Path, rule: str, account: str) -> None:
    text = ledger.read_text(encoding="utf-8").replace('"552100554" Expenses:Supplies', rule)
    ledger.write_text(text, encoding="utf-8")
    add(ledger, supplier_xml(), "facture.xml", "--write")
    assert account in run(ledger, "received", "book", "2026-118")


@pytest.mark.parametrize(
    ("option", "hint"), [("supplier-account", "supplier-account"), ("purchase-account", "invoice-supplier")]
)
def test_an_account_that_is_not_said_is_asked_for(ledger: Path, option: str, hint: str) -> None:
    text = re.sub(rf'.*("{option}"|"invoice-supplier").*\n', "", ledger.read_text(encoding="utf-8"))
    ledger.write_text(text, encoding="utf-8")
    add(ledger, supplier_xml(), "facture.xml", "--write")
    assert hint in run(ledger, "received", "book", "2026-118", code=1)


@pytest.mark.parametrize(
    ("totals", "told"),
    [
        ({"PayableAmount": "118.81"}, "asks for 118.81"),
        ({"TaxInclusiveAmount": "1188.00"}, "its total is 1188.00"),
        ({"TaxableAmount": "98.00"}, "98.00 in all"),
        ({"TaxAmount": "19.8001"}, "19.8001 is no amount in EUR"),
        ({"TaxExclusiveAmount": "99.50"}, "99.00 in all, but its total without tax is 99.50"),
    ],
)
def test_what_does_not_add_up_is_said_and_not_booked(ledger: Path, totals: dict[str, str], told: str) -> None:
    add(ledger, contradictory(supplier_invoice(), **totals), "facture.xml", "--write")
    assert listed(ledger)[0]["result"] == "failed"
    assert told in run(ledger, "received", "book", "2026-118", "--write", code=1)
    assert postings(ledger) == []


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><Invoice>&d;</Invoice>"""
XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>'


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        XXE,
        b"\x00\xff\xfe",
        b"%PDF-1.7\nnothing",
        b"<html>no invoice</html>",
        b"Dear Sir",
        supplier_xml()[:2000],
        supplier_xml().replace(b">118.80<", b">NaN<"),
        supplier_xml().replace(b">118.80<", b">1E9999<"),
        supplier_xml().replace(b"2026-11-28", b"2026-02-31"),
    ],
)
def test_a_hostile_file_is_kept_and_is_a_line(ledger: Path, stand_in: StandIn, content: bytes) -> None:
    stand_in.supply(content, "../../../etc/evil\n.xml")
    output = run(ledger, "platform", "fetch", *DAY, "--write")
    assert "is kept, but" in output
    (kept,) = (ledger.parent / "received" / "2026").iterdir()
    assert kept.read_bytes() == content
    assert open_ledger(ledger).errors == ()
    assert "root:" not in output
    (found,) = listed(ledger)
    assert "write its entry yourself" in run(ledger, "received", "book", str(found["name"]), "--write", code=1)
    assert "cannot be answered" in run(ledger, "received", "answer", str(found["name"]), "approved", *DAY, "-w", code=1)


def test_hostile_words_are_text_in_the_ledger(ledger: Path) -> None:
    terms = supplier_invoice('"1\n2026-01-01 open Assets:Evil')
    evil = terms._replace(seller=terms.seller._replace(name='A" B\\\n2026-01-01 open Assets:Evil EUR ;'))
    add(ledger, supplier_xml(evil), "facture.xml", "--write")
    run(ledger, "received", "book", str(listed(ledger)[0]["name"]), "--write")
    book = open_ledger(ledger).book
    assert open_ledger(ledger).errors == ()
    assert "Assets:Evil" not in book.opened_accounts
    assert postings(ledger)[0][1] == D("-118.80")


def test_another_currency_what_is_paid_and_reverse_charge_are_told(ledger: Path) -> None:
    terms = supplier_invoice()
    xml = supplier_xml(terms).replace(b'currencyID="EUR"', b'currencyID="USD"')
    xml = xml.replace(b"<cbc:DocumentCurrencyCode>EUR<", b"<cbc:DocumentCurrencyCode>USD<")
    add(ledger, xml, "facture.xml", "--write")
    assert "it is in USD" in run(ledger, "received", "book", "2026-118", "--write")
    assert postings(ledger)[0] == ("Liabilities:Suppliers", D("-118.80"), "USD")
    paid = terms._replace(number="P-1", totals=terms.totals._replace(paid=D("18.80"), due=D("100.00")))
    add(ledger, supplier_xml(paid), "paid.xml", "--write")
    assert "18.80 EUR of it is paid already" in run(ledger, "received", "book", "P-1")
    xml = supplier_xml(supplier_invoice("R-1", "380", ("99.00", "0", "0.00"))).replace(
        b"<cbc:ID>S</cbc:ID>", b"<cbc:ID>AE</cbc:ID>"
    )
    add(ledger, xml, "reverse.xml", "--write")
    assert "you owe the tax" in run(ledger, "received", "book", "R-1")


def test_a_changed_or_missing_file_is_not_booked(ledger: Path) -> None:
    add(ledger, supplier_xml(), "facture.xml", "--write")
    (kept,) = (ledger.parent / "received" / "2026").iterdir()
    kept.write_bytes(supplier_xml(supplier_invoice("2026-999")))
    assert "is not the file that came" in run(ledger, "received", "book", "2026-118", code=1)
    kept.unlink()
    assert "is not there" in run(ledger, "received", "book", "2026-118", code=1)


def test_nothing_is_overwritten(ledger: Path) -> None:
    content = supplier_xml()
    folder = ledger.parent / "received" / "2026"
    folder.mkdir(parents=True)
    taken = folder / f"Papeterie-Martin-SARL.2026-118.{sha256(content).hexdigest()[:8]}.xml"
    taken.write_bytes(b"another")
    add(ledger, content, "facture.xml", "--write")
    assert taken.read_bytes() == b"another"
    assert (folder / f"{taken.stem}-2.xml").read_bytes() == content


def test_a_file_that_the_platform_does_not_give_is_asked_for_again(ledger: Path, stand_in: StandIn) -> None:
    flow = stand_in.supply(supplier_xml())
    stand_in.fail("GET flows/ID", Fault(404), Fault(404))
    assert "the platform does not give it" in run(ledger, "platform", "fetch", *DAY, "--write")
    assert "nothing new" in run(ledger, "platform", "fetch", *DAY, "--write")
    run(ledger, "platform", "fetch", *DAY, "--write")
    (found,) = listed(ledger)
    assert (found["number"], found["flows"]) == ("2026-118", [flow.number])
    assert open_ledger(ledger).errors == ()


def test_what_came_before_a_break_is_recorded(ledger: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Platform.__init__, "__kwdefaults__", Platform.__init__.__kwdefaults__ | {"pauses": ()})  # type: ignore[operator] # it has defaults
    stand_in.supply(supplier_xml())
    stand_in.supply(supplier_xml(supplier_invoice("2026-119")))
    stand_in.fail("GET flows/ID", Fault(0, taken=True), Fault(cut=True))
    assert "fetch again later" in run(ledger, "platform", "fetch", *DAY, "--write", code=1)
    assert [found["number"] for found in listed(ledger)] == ["2026-118"]
    run(ledger, "platform", "fetch", *DAY, "--write")
    assert [found["number"] for found in listed(ledger)] == ["2026-118", "2026-119"]


@pytest.mark.parametrize("time", ["2031-01-01T00:00:00Z", "tomorrow"])
def test_a_time_to_come_stops_everything(ledger: Path, stand_in: StandIn, time: str) -> None:
    listing = json.dumps({"results": [{"flowId": "x", "updatedAt": time, "flowType": "SupplierInvoice"}]})
    stand_in.fail("POST flows/search", Fault(0, taken=True), Fault(body=listing.encode()))
    stand_in.supply(supplier_xml())
    assert "none or to come" in run(ledger, "platform", "fetch", *DAY, "--write", code=1)
    assert listed(ledger) == []


@pytest.fixture
def came(ledger: Path, stand_in: StandIn) -> Path:
    """Books in which an invoice came by the platform."""
    stand_in.supply(supplier_xml())
    run(ledger, "platform", "fetch", *DAY, "--write")
    return ledger


def answer(ledger: Path, *arguments: str, code: int = 0) -> str:
    return run(ledger, "received", "answer", "2026-118", *arguments, *DAY, code=code)


def test_an_answer_is_given_once(came: Path, stand_in: StandIn) -> None:
    assert "Nothing is sent" in answer(came, "approved")
    assert stand_in.documents == []
    assert "205 approved: handed in" in answer(came, "approved", "--write")
    (sent,) = stand_in.documents
    (status,) = read_statuses(sent.content)
    assert (status.code, status.number, status.issuer_role, sent.info["flowSyntax"]) == (
        "205",
        "2026-118",
        "BY",
        "CDAR",
    )
    assert [identifier.value for identifier in status.sellers] == ["552100554"]
    assert "answered on 2026-11-30 already" in answer(came, "approved", "--write", code=1)
    assert len(stand_in.documents) == 1
    (found,) = listed(came)
    assert found["answers"] == [{"date": "2026-11-30", "status": "205", "reason": None}]
    assert open_ledger(came).errors == ()
    assert "nothing new" in run(came, "platform", "fetch", *DAY, "--write")


def test_what_comes_and_what_is_answered_is_committed(ledger: Path, stand_in: StandIn) -> None:
    committed(ledger)
    stand_in.supply(supplier_xml())
    run(ledger, "platform", "fetch", *DAY, "--write", "--commit")
    assert git(ledger, "status", "--porcelain") == ""
    assert ".xml" in git(ledger, "show", "--name-only", "--format=%s")
    answer(ledger, "approved", "--write", "--commit")
    assert git(ledger, "show", "--no-patch", "--format=%s").startswith("Answer to Papeterie-Martin-SARL")
    assert git(ledger, "status", "--porcelain") == ""


def test_books_with_errors_record_nothing(came: Path, stand_in: StandIn) -> None:
    before = {file: file.read_bytes() for file in came.parent.rglob("*") if file.is_file() and file != came}
    stand_in.supply(supplier_xml(supplier_invoice("2026-119")))
    break_ledger(came)
    told = "nothing is recorded until they are corrected"
    assert told in answer(came, "approved", "--write", code=1)
    assert told in run(came, "platform", "fetch", *DAY, "--write", code=1)
    with pytest.raises(Refused, match=told):
        fetch_received(came, lambda _book: pytest.fail("asked"), date(2026, 11, 30), WriteOptions(write=True))
    after = {file: file.read_bytes() for file in came.parent.rglob("*") if file.is_file() and file != came}
    assert {file: content for file, content in after.items() if file in before} == before
    assert stand_in.documents == []


def test_a_dispute_an_approval_a_payment_and_a_refusal(came: Path, stand_in: StandIn) -> None:
    assert "say why" in answer(came, "disputed", "--write", code=1)
    answer(came, "disputed", "--reason", "two boxes were missing", "--code", "QTE_ERR", "--write")
    answer(came, "approved", "--write")
    answer(came, "paid", "--amount", "18.80", "--write")
    answer(came, "paid", "--amount", "100.00", "--write")
    told = [read_statuses(flow.content)[0] for flow in stand_in.documents]
    assert [status.code for status in told] == ["207", "205", "211", "211"]
    assert told[0].reasons[0][:2] == ("QTE_ERR", "two boxes were missing")
    assert [amount.amount for status in told for amount in status.amounts] == [D("18.80"), D("100.00")]
    assert len({flow.info["trackingId"] for flow in stand_in.documents}) == 4
    answer(came, "refused", "--reason", "it was paid twice", "--code", "DOUBLE_FACT", "--write")
    assert "nothing more is answered" in answer(came, "approved", "--write", code=1)
    assert "was refused (210)" in run(came, "received", "book", "2026-118", "--write", code=1)
    assert listed(came, "--open") == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("refused", "--reason", "x"), "needs --code"),
        (("refused", "--reason", "x", "--code", "QTE_ERR"), "no reason for refused"),
        (("approved", "--code", "QTE_ERR"), "--code is for"),
        (("approved", "--reason", "x"), "--reason is for"),
        (("approved", "--amount", "1"), "--amount is"),
        (("paid", "--amount", "0"), "--amount is"),
    ],
)
def test_an_answer_that_makes_no_sense(came: Path, arguments: tuple[str, ...], told: str) -> None:
    assert told in answer(came, *arguments, "--write", code=2)


def test_in_doubt_the_platform_is_asked_first(came: Path, stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(cut=True, taken=True))
    assert "may have been sent" in answer(came, "approved", "--write", code=1)
    assert listed(came)[0]["in_doubt"] == "205"
    assert "in doubt" in run(came, "received", "list")
    assert "in doubt" in answer(came, "approved", code=1)
    assert "handed in" in answer(came, "approved", "--write")
    assert len(stand_in.documents) == 1
    assert listed(came)[0]["in_doubt"] is None


def test_an_answer_that_never_arrived_is_given_anew(came: Path, stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(cut=True))
    answer(came, "approved", "--write", code=1)
    assert "does not have the earlier answer" in answer(came, "approved", "--write", code=1)
    answer(came, "approved", "--write")
    assert len(stand_in.documents) == 1
    stand_in.fail("POST flows", Fault(422))
    assert "was not sent" in answer(came, "paid", "--write", code=1)
    answer(came, "paid", "--write")
    assert [read_statuses(flow.content)[0].code for flow in stand_in.documents] == ["205", "211"]


def test_an_invoice_by_mail_is_answered_in_the_books_only(ledger: Path, stand_in: StandIn) -> None:
    add(ledger, supplier_xml(), "facture.xml", "--write")
    assert "write to Papeterie Martin SARL" in answer(ledger, "disputed", "--reason", "too dear", "--write")
    assert stand_in.requests == []
    assert listed(ledger)[0]["answers"] == [{"date": "2026-11-30", "status": "207", "reason": "AUTRE: too dear"}]


def test_who_answers_is_named_by_siren(came: Path) -> None:
    text = came.read_text(encoding="utf-8")
    came.write_text(re.sub(r'  (siren|siret): "[^"]*"\n', "", text), encoding="utf-8")
    assert "write siren below invoice-seller" in answer(came, "approved", "--write", code=1)


def test_an_invoice_is_named_by_number_name_or_flow(came: Path) -> None:
    name = str(listed(came)[0]["name"])
    for wanted in ("2026-118", name, name[:20], "flow-1"):
        assert "Expenses:Supplies" in run(came, "received", "book", wanted)
    assert "there is no supplier's invoice X" in run(came, "received", "book", "X", code=1)
    add(came, supplier_xml(supplier_invoice("2026-119")), "two.xml", "--write")
    assert "names several" in run(came, "received", "book", "Papeterie", code=1)


def test_the_entry_goes_into_the_file_that_is_named(ledger: Path) -> None:
    add(ledger, supplier_xml(), "facture.xml", "--write")
    into = ledger.parent / "bills.beancount"
    run(ledger, "received", "book", "2026-118", "--into", str(into), "--write")
    assert "Expenses:Supplies" in into.read_text(encoding="utf-8")
    assert sum(number for _account, number, _currency in postings(ledger)) == 0


def test_a_file_that_no_invoice_is_as_large_as(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beancount_invoicing.einvoice.LIMIT", 1_000_000)
    assert "is larger than 1 MB" in add(ledger, b" " * 1_000_001, "large.xml", "--write", code=1)
    assert listed(ledger) == []


def test_an_empty_file_and_an_empty_list(ledger: Path) -> None:
    assert "is empty" in add(ledger, b"", "nothing.pdf", "--write", code=1)
    assert "No invoices of suppliers" in run(ledger, "received", "list")


@pytest.mark.parametrize(
    ("directive", "told"),
    [
        ('2026-01-01 custom "invoice-received" 5', "has one value"),
        ('2026-01-01 custom "invoice-received" "x"\n  event: "reminder"', "sending"),
        ('2026-01-01 custom "invoice-received" "x"\n  event: "sent"', "needs its code"),
        ('2026-01-01 custom "invoice-supplier" "x"', "has two values"),
        ('2026-01-01 custom "invoice-supplier" "x" Expenses:Supplies\n  invoice: "1"', "cannot be on a supplier"),
    ],
)
def test_a_directive_that_is_wrong_is_an_error(ledger: Path, directive: str, told: str) -> None:
    ledger.write_text(ledger.read_text(encoding="utf-8") + directive + "\n", encoding="utf-8")
    assert told in str(open_ledger(ledger).errors)
