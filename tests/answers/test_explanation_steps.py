"""How the figures of a document are explained, also where the books say something else than the calculation."""

from __future__ import annotations

from datetime import date

from beancount_invoicing.answers.documents import explanation_steps
from beancount_invoicing.receivables.positions import positions
from tests.ledgers import book_of

INVOICE = """
2026-01-10 * "Acme SAS" "Works" ^F1
  invoice: "F1"
  Assets:Receivable:Acme  {total} EUR
  Income:Services  -100.00 EUR
    text: "Works"
    tax: "FR20"
  Liabilities:VAT  -{tax} EUR
    tax: "FR20"
"""


def explained(ledger: str) -> list[tuple[str, str, str]]:
    """The figures of the only document, with their results and reasons."""
    (position,) = positions(book_of(ledger), date(2026, 12, 31))
    return [(str(step.figure), str(step.result), str(step.because)) for step in explanation_steps(position)]


def test_a_tax_that_is_booked_otherwise_is_said_beside_the_calculated_one() -> None:
    steps = [step for step in explained(INVOICE.format(total="120.01", tax="20.01")) if step[0] == "tax FR20"]
    assert steps[-1] == ("tax FR20", "20.01", "as booked")
    assert "20.00" in [result for _figure, result, _because in steps[:-1]]


def test_a_tax_that_is_booked_as_calculated_is_not_said_twice() -> None:
    steps = [step for step in explained(INVOICE.format(total="120.00", tax="20.00")) if step[0] == "tax FR20"]
    assert steps[-1][1] == "20.00"
    assert "as booked" not in [because for _figure, _result, because in steps]


def test_what_is_kept_back_until_an_acceptance_has_no_due_date_to_explain() -> None:
    works = """
2026-01-01 open Assets:Receivable:Acme:Retention
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "W" "fixed"
  text: "Works"
  price: 100.00
  account: Income:Services
  tax: "FR20"
  retention: 5
  retention-account: Assets:Receivable:Acme:Retention
  retention-terms: "1 year"
"""
    kept = (
        INVOICE.format(total="114.00", tax="20.00")
        .replace("  Income:Services", "  Assets:Receivable:Acme:Retention  6.00 EUR\n  Income:Services")
        .replace('    text: "Works"\n', '    text: "Works"\n    contract: "W"\n')
    )
    figures = [figure for figure, _result, _because in explained(works + kept)]
    assert "instalment 2, open" in figures
    assert not any(figure.startswith("instalment 2, due") for figure in figures)
