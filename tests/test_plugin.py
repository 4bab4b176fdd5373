"""The plugin: what it writes for queries, and that it leaves everything else as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Entries, Transaction
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing import InvoicingError, plugin
from tests.ledgers import EXAMPLE, PRELUDE

INVOICE = """
2026-01-10 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""
PAYMENT = """
2026-02-20 * "Acme" "Paid" ^F2026-0001
  Assets:Bank  {amount} EUR
  Assets:Receivable:Acme
"""


def loaded(text: str) -> Entries:
    entries, errors, _options = loader.load_string(PRELUDE + text + '\nplugin "beancount_invoicing"\n')
    assert not errors, errors
    return entries


def facts(entries: Entries) -> list[dict[str, object]]:
    """The facts on the postings, in order."""
    return [
        {key: value for key, value in (posting.meta or {}).items() if key.startswith("invoice-")}
        for entry in entries
        if isinstance(entry, Transaction)
        for posting in entry.postings
        if any(key.startswith("invoice-") for key in posting.meta or {})
    ]


def test_an_open_invoice() -> None:
    assert facts(loaded(INVOICE)) == [{"invoice-due": date(2026, 2, 9), "invoice-open": Decimal("120.00")}]


def test_an_invoice_that_was_paid() -> None:
    assert facts(loaded(INVOICE + PAYMENT.format(amount="120.00"))) == [
        {
            "invoice-due": date(2026, 2, 9),
            "invoice-open": Decimal("0.00"),
            "invoice-settled-on": date(2026, 2, 20),
        }
    ]


@pytest.mark.parametrize(("came", "settled"), [("2026-02-01", date(2026, 2, 1)), ("2026-01-02", date(2026, 1, 10))])
def test_what_is_allocated_later_is_settled_on_the_day_of_the_money(came: str, settled: date) -> None:
    money = PAYMENT.format(amount="120.00").replace("2026-02-20", came).replace(" ^F2026-0001", "")
    later = """
2026-05-05 * "Acme" "That was for it"
  Assets:Receivable:Acme   120.00 EUR
  Assets:Receivable:Acme  -120.00 EUR
    settles: "F2026-0001"
"""
    (found,) = facts(loaded(INVOICE + money + later))
    assert found["invoice-settled-on"] == settled, "not before the invoice"


def test_the_total_is_on_the_transaction() -> None:
    totals = [
        entry.meta["invoice-total"]
        for entry in loaded(INVOICE + PAYMENT.format(amount="50.00"))
        if isinstance(entry, Transaction) and "invoice-total" in entry.meta
    ]
    assert totals == [Decimal("120.00")]


def test_open_items_taken_over_have_no_total_of_a_document() -> None:
    taken_over = """
2026-01-01 * "Acme SAS" "Taken over"
  kind: "opening"
  Assets:Receivable:Acme  50.00 EUR
    invoice: "OLD-7"
    date: 2025-11-01
    due: 2026-01-31
  Equity:Opening
"""
    entries = loaded(taken_over)
    assert facts(entries) == [{"invoice-due": date(2026, 1, 31), "invoice-open": Decimal("50.00")}]
    assert not any("invoice-total" in entry.meta for entry in entries)


def test_instalments_on_one_posting_are_due_with_the_first_that_is_open_and_once_paid_with_the_last() -> None:
    text = INVOICE.replace('"F2026-0001"\n', '"F2026-0001"\n  terms: "50% on receipt; 50% 60 days"\n', 1)
    dues = [
        facts(loaded(text + (PAYMENT.format(amount=paid) if paid else "")))[0]["invoice-due"]
        for paid in ("", "60.00", "120.00")
    ]
    assert dues == [date(2026, 1, 10), date(2026, 3, 11), date(2026, 3, 11)]


def test_what_is_kept_back_until_works_are_accepted_has_no_due_date() -> None:
    kept = """
2025-01-01 open Assets:Receivable:Acme:Kept
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF" "fixed"
  price: 100.00
  account: Income:Services
  retention: 5
  retention-account: Assets:Receivable:Acme:Kept
"""
    retained = '  Assets:Receivable:Acme  114.00 EUR\n  Assets:Receivable:Acme:Kept  6.00 EUR\n    retained: "ROOF"\n'
    entries, _errors, _options = loader.load_string(
        PRELUDE
        + kept
        + INVOICE.replace("  Assets:Receivable:Acme  120.00 EUR\n", retained)
        + 'plugin "beancount_invoicing"\n'
    )
    assert facts(entries) == [
        {"invoice-due": date(2026, 2, 9), "invoice-open": Decimal("114.00")},
        {"invoice-open": Decimal("6.00")},
    ]


def test_instalments_have_their_own_facts() -> None:
    text = INVOICE.replace('"F2026-0001"\n', '"F2026-0001"\n  terms: "50% on receipt; 50% 60 days"\n', 1)
    half = "  Assets:Receivable:Acme  60.00 EUR\n"
    two = text.replace("  Assets:Receivable:Acme  120.00 EUR\n", half + half)
    assert facts(loaded(two + PAYMENT.format(amount="70.00"))) == [
        {"invoice-due": date(2026, 1, 10), "invoice-open": Decimal("0.00"), "invoice-settled-on": date(2026, 2, 20)},
        {"invoice-due": date(2026, 3, 11), "invoice-open": Decimal("50.00")},
    ]


def test_metadata_that_postings_share_is_not_spoilt() -> None:
    """Beancount gives the postings that it completes one dictionary in common."""
    text = INVOICE.replace("  Assets:Receivable:Acme  120.00 EUR\n", "  Assets:Receivable:Acme\n")
    assert facts(loaded(text)) == [{"invoice-due": date(2026, 2, 9), "invoice-open": Decimal("120.00")}]


def test_the_list_that_came_in_goes_out_and_no_entry_is_replaced() -> None:
    entries, _errors, options = loader.load_file(str(EXAMPLE))
    before = [id(entry) for entry in entries]
    after, errors = plugin(entries, options)
    assert after is entries
    assert [id(entry) for entry in after] == before
    assert [error.rule for error in errors] == ["reserved-key"] * len(errors), "the facts stand there already"


def test_a_plugin_line_that_stands_twice_is_one_error() -> None:
    line = 'plugin "beancount_invoicing"\n'
    _entries, errors, _options = loader.load_string(PRELUDE + INVOICE + line + line)
    assert [error.rule for error in errors if isinstance(error, InvoicingError)] == ["plugin-twice"]
    assert len(errors) == 1


def test_facts_do_not_depend_on_the_day_nor_on_their_own_presence() -> None:
    assert facts(loaded(INVOICE)) == facts(loaded(INVOICE))


def test_bad_config_and_odd_entries_make_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("beancount_invoicing.entries.reader.read_book", broken)
    given = loader.load_string(PRELUDE)[0]
    entries, errors = plugin(given, {"filename": "main.beancount"}, "config")
    assert entries is given
    assert [error.rule for error in errors] == ["internal"]
    assert "main.beancount" in str(errors[0].source)
    assert "broken" in errors[0].message


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters='"\\\n'), max_size=30))
def test_no_text_in_a_value_makes_a_traceback(text: str) -> None:
    keys = ("terms", "due", "kind", "corrects", "customer", "delivered", "cash-discount", "language", "iban", "buyer")
    invoices = [
        INVOICE.replace('"F2026-0001"\n', f'"F2026-0001"\n  {key}: "{text}"\n', 1).replace(
            "F2026-0001", f"F2026-{number:04}"
        )
        for number, key in enumerate(keys, 1)
    ]
    _entries, errors, _options = loader.load_string(PRELUDE + "\n".join(invoices) + '\nplugin "beancount_invoicing"\n')
    assert "internal" not in [error.rule for error in errors if isinstance(error, InvoicingError)]


PAYS = """plugin "beancount_invoicing"
option "operating_currency" "EUR"
2026-01-01 open Assets:Bank
2026-01-01 open Expenses:Rent
2026-01-31 * "Rent" ^2026-01
  Expenses:Rent  900 EUR
  Assets:Bank
"""


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (PAYS, False),
        (PAYS + '2026-02-01 custom "invoice-seller" "Atelier Lumen"\n', True),
        (PAYS + '2026-02-01 open Assets:Acme\n  customer: "Acme"\n', True),
        (PAYS + '2026-02-01 * "Site"\n  Assets:Bank  1 EUR\n    invoice: "F1"\n  Expenses:Rent\n', True),
        (PAYS + '2026-02-01 * "Site"\n  invoice: "F1"\n  Assets:Bank  1 EUR\n  Expenses:Rent\n', True),
        ('plugin "beancount_invoicing"\n' + PAYS, True),
    ],
    ids=["of others", "directive", "key of an account", "key of a posting", "key of a transaction", "plugin twice"],
)
def test_a_ledger_without_a_word_of_ours_is_not_read(text: str, read: bool, tmp_path: Path) -> None:
    """It loads as quickly as without the plugin; the least word of ours, and everything is checked."""
    (tmp_path / "main.beancount").write_text(text, encoding="utf-8")
    program = "import sys; from beancount import loader; loader.load_file(sys.argv[1]); print(*sys.modules)"
    command = [sys.executable, "-c", program, str(tmp_path / "main.beancount")]
    environment = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    names = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.split()
    assert ("beancount_invoicing.entries.reader" in names) == read


def test_the_plugin_is_light_to_import() -> None:
    """Every `bean-check` pays for what it loads."""
    program = (
        "import sys; from beancount import loader; loader.load_file(sys.argv[1]);"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", program, str(EXAMPLE)]
    environment = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1"}  # from its cache Beancount loads without plugins
    names = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.split()
    assert "beancount_invoicing" in names
    assert not {"fava", "typst", "babel", "jinja2", "rich", "segno", "pikepdf"} & set(names)
