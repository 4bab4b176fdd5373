"""What is written: PDFs with the invoice inside, XML alone, and what is said where a document is none."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result

from beancount_invoicing import ledger, rendering
from beancount_invoicing.cli import main
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.documents.e_invoices import factur_x_xml
from beancount_invoicing.documents.render import render_one
from beancount_invoicing.einvoice import layers, pdf, rulesets, saxon, syntax
from tests.einvoice.documents import TEXT, book, e_invoice
from tests.ledgers import EXAMPLE

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the ledger of documents, in its folder."""
    (tmp_path / "main.beancount").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["-f", "main.beancount", *arguments])

    return call


def render(number: str) -> bytes:
    return render_one(book(), number, "pdf")[1]


def test_the_pdf_holds_the_invoice_of_the_page() -> None:
    written = render("D-MIXED")
    assert syntax.read_e_invoice(pdf.extract(written)) == e_invoice("D-MIXED")
    with pikepdf.open(io.BytesIO(written)) as document:
        (attached,) = document.Root.AF
        assert (str(attached.UF), str(attached.AFRelationship)) == ("factur-x.xml", "/Alternative")
        metadata = document.Root.Metadata.read_bytes().decode()
    assert metadata.count("<pdfaExtension:schemas>") == 1
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render("D-FINAL") == render("D-FINAL")


def test_render_and_plain(run: Run) -> None:
    result = run("render", "D-MIXED", "-o", "as-e-invoice")
    assert (result.exit_code, result.output) == (0, "as-e-invoice/D-MIXED.pdf\n")
    assert run("render", "D-MIXED", "--plain", "-o", "plain").exit_code == 0
    assert pdf.extract(Path("as-e-invoice/D-MIXED.pdf").read_bytes())
    with pytest.raises(syntax.NotReadable, match="no XML invoice"):
        pdf.extract(Path("plain/D-MIXED.pdf").read_bytes())


def test_what_is_no_e_invoice_stays_a_pdf_and_says_why(run: Run) -> None:
    more = """
2026-10-05 * "Spain" ^X1
  invoice: "X1"
  Assets:Receivable:Claire   121.00 EUR
  Income:Goods              -100.00 EUR
    text: "Un colis pour Madrid"
    tax: "OSS"
    nature: "goods"
  Liabilities:VAT            -21.00 EUR
    tax: "OSS"
"""
    Path("main.beancount").write_text(TEXT + more, encoding="utf-8")
    line = TEXT.count("\n") + 2
    why = f"main.beancount:{line}: X1 is not an e-invoice (BR-FR-16): BT-119: 21 % is not a rate of French VAT\n"
    result = run("render", "X1")
    assert (result.exit_code, result.output) == (0, why + "X1.pdf\n")
    assert b"factur-x.xml" not in Path("X1.pdf").read_bytes()
    result = run("einvoice", "X1", "--syntax", "cii")
    assert (result.exit_code, result.output) == (1, why)
    assert not Path("X1.cii.xml").exists()


@pytest.mark.parametrize(
    ("form", "name", "rules"),
    [
        ("facturx", "D-CREDIT.pdf", ["Factur-X EN16931", "BR-FR"]),
        ("cii", "D-CREDIT.cii.xml", ["Factur-X EN16931", "BR-FR"]),
        ("ubl", "D-CREDIT.ubl.xml", ["EN 16931 UBL", "BR-FR"]),
        ("peppol", "D-CREDIT.peppol.xml", ["EN 16931 UBL", "Peppol BIS 3"]),
    ],
)
def test_einvoice_writes_each_syntax_and_checks_it(run: Run, form: str, name: str, rules: list[str]) -> None:
    result = run("einvoice", "D-CREDIT", "--syntax", form, "-o", "out", "--validate")
    assert result.exit_code == 0
    of_pdf = ("PDF",) if form == "facturx" else ()
    passed = "".join(f"  {layer}: passed\n" for layer in (*of_pdf, "own checks", "XML schema", *rules))
    assert result.output == f"out/{name}\n{passed}"


def test_an_unknown_number_is_an_error(run: Run) -> None:
    result = run("einvoice", "D-MIXD")
    assert (result.exit_code, result.output) == (1, "there is no D-MIXD: did you mean D-MIXED?\n")


def test_validate_names_rule_place_and_message(run: Run) -> None:
    wrong = e_invoice("D-DEBITS")._replace(number="D.1")
    Path("wrong.xml").write_bytes(syntax.to_xml(wrong, "cii"))
    result = run("validate", "wrong.xml")
    assert result.exit_code == 1
    assert "  own checks: failed\nwrong.xml: BR-FR-02 at BT-1: D.1 has characters other than" in result.output
    assert "  Factur-X EN16931: passed\n  BR-FR: failed\n" in result.output
    rows = json.loads(run("validate", "wrong.xml", "--format", "json").output)
    assert {(row["layer"], row["result"]) for row in rows} == {
        ("own checks", "failed"), ("XML schema", "passed"), ("Factur-X EN16931", "passed"), ("BR-FR", "failed"),
    }  # fmt: skip


def test_our_own_checks_find_what_the_official_rules_pass(run: Run) -> None:
    xml = syntax.to_xml(e_invoice("D-DEBITS"), "cii").replace(b">20.00<", b">20.50<").replace(b">120.00<", b">120.50<")
    Path("vat.xml").write_bytes(xml)
    result = run("validate", "vat.xml")
    assert result.exit_code == 1
    assert "  Factur-X EN16931: passed\n" in result.output
    assert "vat.xml: BR-CO-17 at BG-23 S 20, BT-117: the VAT is 20.50, but 20 % of 100.00 is 20.00\n" in result.output


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"%PDF-1.7\nhello", b"<a/>", b"\xff\xfe\x00", b"<!DOCTYPE a><Invoice/>"]
)
def test_what_cannot_be_read_has_not_passed(data: bytes) -> None:
    first, *rest = layers.validate(data)
    assert (first.name, first.passed) == ("document", False)
    assert all(layer.not_run and not layer.passed for layer in rest)


def test_without_the_official_rules_they_are_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulesets, "find_spec", lambda _: None)
    found = {layer.name: layer for layer in layers.validate(syntax.to_xml(e_invoice("D-DEBITS"), "ubl"))}
    assert found["own checks"].passed
    for name in ("XML schema", "official rules"):
        assert "pip install" in found[name].not_run
        assert not found[name].passed


def test_every_document_of_the_example_is_one_or_says_why() -> None:
    known = ledger.open_ledger(EXAMPLE).book
    where, paid = rendering.folders(known), paid_on_its_date(known)
    why = []
    for invoice in known.invoices:
        if invoice.kind in {"void", "opening"} or invoice.draft:
            continue
        said: list[str] = []
        xml = factur_x_xml(known, invoice, paid(invoice), where, said.append)
        assert (xml is None) == bool(said)
        why += [(invoice.number, message.split("is not an e-invoice ")[1][:7]) for message in said]
    assert why == [("F2026-0060", "(BT-49)"), ("F2026-0068", "(BT-49)"), ("F2026-0069", "(BT-49)")]


def test_hostile_texts_break_nothing(run: Run) -> None:
    text = TEXT.replace("Commune de Test", "Commune \x00\x07\ufffe]]><!-- ").replace(
        '"URBANISME"', '"\x1b[31m&#0;\x0b"'
    )
    more = """
2026-10-05 * "Odd" ^X1
  invoice: "X1"
  Assets:Receivable:Town     10.00 HOURS
  Income:Goods              -10.00 HOURS
    text: "\x08"
    tax: "ZERO"
    nature: "goods"
"""
    Path("main.beancount").write_text(text + more, encoding="utf-8")
    assert run("einvoice", "D-DEBITS", "--syntax", "ubl", "--validate").exit_code == 0
    assert "Commune ]]&gt;&lt;!--" in Path("D-DEBITS.ubl.xml").read_text(encoding="utf-8")
    result = run("einvoice", "X1", "--syntax", "cii")
    assert result.exit_code == 1
    assert "X1 is not an e-invoice" in result.output
    assert "Traceback" not in result.output


def test_a_currency_of_three_decimals_is_none_where_it_uses_them(run: Run) -> None:
    more = """
2026-10-05 * "Dinars" ^X{0}
  invoice: "X{0}"
  Assets:Receivable:Birch     10.{1} KWD
  Income:Goods               -10.{1} KWD
    text: "Oil"
    tax: "EXPORT"
    nature: "goods"
"""
    Path("main.beancount").write_text(TEXT + more.format(1, "500") + more.format(2, "505"), encoding="utf-8")
    assert run("einvoice", "X1", "--syntax", "cii", "--validate").exit_code == 0
    result = run("einvoice", "X2", "--syntax", "cii")
    assert result.exit_code == 1
    assert "(BR-DEC-23): line 1, BT-131: 10.505 has more than 2 decimals" in result.output


def test_the_exit_code_tells_what_is_not_valid_from_what_was_not_judged(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = syntax.to_xml(e_invoice("D-DEBITS"), "ubl")
    Path("good.xml").write_bytes(good)
    Path("bad.xml").write_bytes(good.replace(b"<cbc:ID>D-DEBITS<", b"<cbc:ID><"))
    Path("folder").mkdir()
    assert run("validate", "good.xml", "good.xml").exit_code == 0
    result = run("validate", "nowhere.xml", "folder", "good.xml")
    assert result.exit_code == 2
    told = "nowhere.xml\n  document: not run (it cannot be read: No such file or directory)\n"
    assert result.output.startswith(
        told + "folder\n  document: not run (it cannot be read: Is a directory)\ngood.xml\n"
    )
    result = run("validate", "nowhere.xml", "bad.xml", "--format", "json")
    assert result.exit_code == 1
    assert [row["file"] for row in json.loads(result.output)][:2] == ["nowhere.xml", "bad.xml"]
    monkeypatch.setattr(saxon, "installed", lambda: False)
    result = run("validate", "good.xml")
    assert result.exit_code == 2
    assert "  EN 16931 UBL: not run (Saxon is not installed: pip install" in result.output
    assert run("validate", "good.xml", "bad.xml").exit_code == 1


def test_a_warning_is_told_as_one_and_fails_nothing(run: Run) -> None:
    Path("iban.xml").write_bytes(
        syntax.to_xml(e_invoice("D-DEBITS"), "cii").replace(b"1234567890189<", b"1234567890188<")
    )
    result = run("validate", "iban.xml")
    assert result.exit_code == 0
    assert (
        "  own checks: passed\niban.xml: warning: iban at BT-84: FR7630006000011234567890188: its check"
        in result.output
    )
    (row,) = [row for row in json.loads(run("validate", "iban.xml", "--format", "json").output) if row["rule"]]
    assert (row["result"], row["rule"], row["severity"]) == ("passed", "iban", "warning")
