"""Formats, words and addresses by region."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader

from beancount_invoicing import rendering
from beancount_invoicing.entries import read_book
from beancount_invoicing.law.country import Country, countries, country_table
from beancount_invoicing.model import Address
from beancount_invoicing.rendering.addresses import postal_lines
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES, word_table
from beancount_invoicing.rendering.formats import Formats

D = Decimal
NARROW, WIDE = "\u202f", "\u00a0"
NUMBERS = {"your-tax-number"}


def _table(code: str) -> Country:
    table = country_table(code)
    assert table
    return table


WORDS = [(country, language) for country in countries() for language in _table(country).words]


@pytest.mark.parametrize(
    ("locale", "money", "figures", "words", "rate"),
    [
        ("en", "US$1,034.63", "31/03/2026", "31 March 2026", "8.1%"),
        ("en-US", "$1,034.63", "03/31/2026", "March 31, 2026", "8.1%"),
        ("en-AU", "USD 1,034.63", "31/03/2026", "31 March 2026", "8.1%"),
        ("en-CA", "US$1,034.63", "2026-03-31", "March 31, 2026", "8.1%"),
        ("en-IE", "US$1,034.63", "31/03/2026", "31 March 2026", "8.1%"),
        ("fr", "1~034,63 $US", "31/03/2026", "31 mars 2026", "8,1 %"),
        ("fr-CA", "1 034,63 $ US", "2026-03-31", "31 mars 2026", "8,1 %"),
        ("fr-BE", "1~034,63 $US", "31/03/2026", "31 mars 2026", "8,1 %"),
        ("fr-CH", "$ 1’034.63", "31.03.2026", "31 mars 2026", "8,1%"),
        ("de", "1.034,63 $", "31.03.2026", "31. März 2026", "8,1 %"),
        ("de-CH", "$ 1’034.63", "31.03.2026", "31. März 2026", "8.1%"),
        ("de-AT", "$ 1.034,63", "31.03.2026", "31. März 2026", "8,1 %"),
        ("it-CH", "USD 1’034.63", "31.03.2026", "31 marzo 2026", "8.1%"),
        ("nl-BE", "US$ 1.034,63", "31/03/2026", "31 maart 2026", "8,1%"),
        ("pt", "1 034,63 US$", "31/03/2026", "31 de março de 2026", "8,1%"),
        ("es", "1.034,63 US$", "31/03/2026", "31 de marzo de 2026", "8,1 %"),
        ("sv", "1 034,63 US$", "2026-03-31", "31 mars 2026", "8,1 %"),
    ],
)
def test_formats_of_a_region(locale: str, money: str, figures: str, words: str, rate: str) -> None:
    formats = Formats(locale)
    assert formats.money(D("1034.63"), "USD") == money.replace("~", NARROW).replace(" ", WIDE)
    assert formats.short_day(date(2026, 3, 31)) == figures
    assert formats.day(date(2026, 3, 31)) == words
    assert formats.percent(D("8.1")) == rate.replace(" ", WIDE)
    assert formats.amount(D("1034.63"), "USD") in formats.money(D("1034.63"), "USD")


@pytest.mark.parametrize(
    ("locale", "currency", "money"),
    [
        ("de-CH", "CHF", "CHF 1’118.44"),
        ("fr-CH", "CHF", "CHF 1’118.44"),
        ("fr-CA", "CAD", "1 118,44 $"),
        ("en-CA", "CAD", "$1,118.44"),
        ("en-AU", "AUD", "$1,118.44"),
        ("en-US", "CAD", "CA$1,118.44"),
        ("de-AT", "EUR", "€ 1.118,44"),
    ],
)
def test_the_sign_is_short_at_home_and_long_abroad(locale: str, currency: str, money: str) -> None:
    assert Formats(locale).money(D("1118.44"), currency) == money.replace(" ", WIDE)


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("CH", ("1 Road", "94105 Town")),
        ("US", ("1 Road", "Town 94105")),
        ("GB", ("1 Road", "Town", "94105")),
        ("IE", ("1 Road", "Town", "94105")),
        ("HU", ("Town", "1 Road", "94105")),
        ("PR", ("1 Road", "Town PR 94105")),
        ("LV", ("1 Road", "Town, 94105")),
        ("XX", ("1 Road", "94105 Town")),
        ("", ("1 Road", "Town 94105")),
    ],
)
def test_addresses_are_in_the_order_of_their_country(country: str, lines: tuple[str, ...]) -> None:
    """One without a country has that of the seller, here the United States; what is missing leaves no gap."""
    assert postal_lines(Address(("1 Road",), "94105", "Town", country), "US") == lines
    assert set(postal_lines(Address((), "", "Town", country), "US")) == {"Town"}
    assert set(postal_lines(Address((), "94105", "", country), "US")) == {"94105"}


@pytest.mark.parametrize(("country", "language"), WORDS)
def test_the_words_of_a_country_differ_from_those_of_its_language(country: str, language: str) -> None:
    table, usual = _table(country), word_table((BUILT_IN_TEMPLATES,), language)
    for section, words in table.words[language].items():
        for key, word in words.items():
            known = key in usual[section] or key.startswith("tax-") or key.endswith("-with-tax")
            assert known or key in NUMBERS, f"[{section}] {key} is used by nothing"
            assert word != usual[section].get(key), f"[{section}] {key} says nothing new"


def test_own_words_count_more_than_those_of_a_region(tmp_path: Path) -> None:
    own = tmp_path / "words"
    own.mkdir()
    (own / "en.toml").write_text('[labels]\ntotal = "The sum"\n', encoding="utf-8")
    (own / "en-US.toml").write_text('[labels]\ntotal-net = "So far"\n', encoding="utf-8")
    labels = word_table((tmp_path, BUILT_IN_TEMPLATES), "en-US")["labels"]
    assert [labels[key] for key in ("total", "total-net", "net")] == ["The sum", "So far", "Amount"]
    assert word_table((tmp_path, BUILT_IN_TEMPLATES), "en-AU")["labels"]["total-net"] == "Total excl. GST"
    assert word_table((tmp_path, BUILT_IN_TEMPLATES), "fr")["labels"]["total"] == "Total TTC"


def page(seller: str, customer: str, tax: str = "", options: str = "") -> str:
    """The text of an invoice of 1000, with 100 of tax or none."""
    lines = f"""
option "operating_currency" "CAD"
2026-01-01 custom "invoice-seller" "Erable"
{seller}
{options}
2026-01-01 custom "invoice-tax" "T" "{tax or "No tax"}" {"Liabilities:Tax" if tax else ""}
  {"rate: 10" if tax else 'category: "O"'}
2026-01-01 open Liabilities:Tax
2026-01-01 open Income:Work
2026-01-01 open Assets:AR:Bay
  customer: "Bay"
{customer}
2026-03-31 * "Bay" "Work" ^N1
  invoice: "N1"
  due: 2026-04-30
  Assets:AR:Bay  {1100 if tax else 1000}.00 CAD
  Income:Work  -1000.00 CAD
    text: "Work"
    tax: "T"
    from: 2026-03-02
    to: 2026-03-31
"""
    if tax:
        lines += '  Liabilities:Tax  -100.00 CAD\n    tax: "T"\n'
    entries, errors, ledger_options = loader.load_string(lines)
    assert errors == []
    book = read_book(entries, ledger_options)
    view = rendering.document_view(book, book.invoices[0], D(0), rendering.folders(book))
    shown = rendering.to_text(view, rendering.folders(book)).replace(WIDE, " ")
    return "\n".join((*view.notices, view.return_line, shown))


def test_a_seller_in_quebec() -> None:
    text = page(
        '  country: "CA"\n  city: "Montréal QC"\n  postcode: "H3B 1K1"',
        '  country: "CA"\n  language: "fr"',
        "GST",
    )
    for words in ("Montréal QC  H3B 1K1", "31 mars 2026", "Du 2026-03-02 au 2026-03-31", "Sous-total : 1 000,00 $",
                  "TPS : 100,00 $", "Total : 1 100,00 $"):  # fmt: skip
        assert words in text, words
    assert not any(words in text for words in ("HT", "TTC", "TVA", "GST"))


def test_a_seller_in_canada_writes_to_the_united_states() -> None:
    customer = '  language: "en-US"\n  country: "US"\n  city: "San Francisco, CA"\n  postcode: "94105"'
    text = page('  country: "CA"', customer, "TPS 10 %")
    for words in ("San Francisco, CA 94105\n", "UNITED STATES", "March 31, 2026", "Due date: April 30, 2026",
                  "03/02/2026", "Subtotal: CA$1,000.00", "Total: CA$1,100.00"):  # fmt: skip
        assert words in text, words
    assert "VAT" not in text


@pytest.mark.parametrize(("tax", "title"), [("GST 10%", "Tax invoice N1"), ("", "Invoice N1")])
def test_what_charges_the_gst_in_australia_is_a_tax_invoice(tax: str, title: str) -> None:
    text = page('  country: "AU"', '  country: "AU"', tax)
    assert f"\n{title}\n" in text
    assert "VAT" not in text


def test_the_region_may_be_written_as_an_option() -> None:
    own = '2026-01-01 custom "invoice-option" "language" "de-ch"'
    assert "31. März 2026" in page('  country: "AT"', "", "MWST", own)
    assert "Gesamtbetrag inkl. MWST: CA$ 1’100.00" in page('  country: "AT"', "", "USt", own)
    assert "MWST: CA$ 100.00" in page('  country: "AT"', "", "USt", own)
    assert "CA$ 1.100,00" in page('  country: "AT"', "", "USt", own.replace("-ch", ""))


def test_a_region_without_formats_is_said() -> None:
    text = page('  country: "AT"', '  language: "en-XX"')
    assert 'language: no formats are known for "en-XX": those of "en" are used' in text
    assert "no formats" not in page('  country: "AT"', '  language: "en-GB"')


def test_the_own_address_stands_above_the_recipients() -> None:
    seller = '  address: "Lindenstr. 5"\n  postcode: "10969"\n  city: "Berlin"\n  country: "DE"'
    option = '2026-01-01 custom "invoice-option" "return-address" "line"'
    assert page(seller, "", options=option).startswith("Erable · Lindenstr. 5 · 10969 Berlin\n")
    assert not page(seller, "").startswith("Erable ·")


def test_numbers_are_called_what_their_own_country_calls_them() -> None:
    seller = '  country: "CH"\n  vat-id: "CHE-116.281.710 MWST"\n  tax-number: "CHE116281710"'
    text = page(seller, '  country: "AU"\n  tax-number: "51824753556"\n  language: "de"')
    assert "MWST-Nr. CHE-116.281.710 MWST · UID CHE-116.281.710" in text
    assert "Your ABN: 51 824 753 556" in text
    quebec = page('  country: "CA"\n  tax-number: "123456782 RT0001, 1234567890 TQ0001"', '  language: "fr"')
    assert "N° TPS/TVH 123456782 RT0001 · N° TVQ 1234567890 TQ0001" in quebec
    italian = page('  country: "DE"', '  country: "IT"\n  vat-id: "IT00743110157"\n  tax-number: "00743110157"')
    assert "Your VAT no.: IT00743110157" in italian
    assert "Vostro C.F.: 00743110157" in italian
