"""The pages on countries say what the tables say: a row for each, made from it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from babel import Locale

from beancount_invoicing import law
from beancount_invoicing.law.country import countries, country_data

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"en": DOCS / "countries.md", "fr": DOCS / "fr" / "pays.md"}
_ROWS = re.compile(r"(?<=<!-- countries -->\n).*?(?=<!-- end of countries -->)", re.DOTALL)
_HEADS = {
    "en": (
        "country", "documents", "tax", "not taxed", "late interest", "credit notes", "window", "a PDF is the invoice",
        "not covered",
    ),
    "fr": (
        "pays", "documents", "taxe", "sans taxe", "intérêts de retard", "avoirs", "fenêtre", "le PDF est la facture", "non couvert",
    ),
}  # fmt: skip
_WORDS = {
    "en": {
        "silent": "no word of the tax",
        "contract": "by contract only",
        "shared": "the invoices’ series",
        "left": "left",
        "right": "right",
        "whole": "yes",
        "not at home": "no",
        "until 2027": "until 2027",
        "peppol": "between businesses: Peppol",
    },
    "fr": {
        "silent": "pas un mot de la taxe",
        "contract": "par contrat seulement",
        "shared": "la série des factures",
        "left": "à gauche",
        "right": "à droite",
        "whole": "oui",
        "not at home": "non",
        "until 2027": "jusqu’en 2027",
        "peppol": "entre entreprises\u00a0: Peppol",
    },
}


def row(code: str, page: str) -> str:
    """A country's row."""
    table, data, words = law.country_table(code), country_data(code), _WORDS[page]
    assert table is not None
    names = Locale.parse(page).territories
    sentences = data.get("small-business", [])
    interest = data.get("late-interest", {}).get("rules", [])
    peppol = any(duty.form == "peppol" for duty in table.duties)
    colon = "\u00a0:" if page == "fr" else ":"
    cells = (
        f"{names[code]} `{code}`",
        f"{', '.join(table.languages)}; {table.currency}",
        ", ".join(dict.fromkeys(table.tax.values())),
        words["silent"] if table.silent_untaxed else sentences[-1]["source"] if sentences else _without_tax(code),
        "; ".join(dict.fromkeys(rule["source"] for rule in interest)) or words["contract"],
        f"`{table.series.credit_note}`{colon} {table.series.credit_notes_apart}"
        if table.series.credit_note
        else words["shared"],
        words[table.page.window],
        words["peppol"] if peppol else words[table.usable] + "".join(f"{colon} {duty.name}" for duty in table.duties),
        table.missing[page],
    )
    return f"| {' | '.join(cells)} |"


def _without_tax(code: str) -> str:
    """The law of small businesses that has no row in the table: France's mention, the directive; none in Spain."""
    for mention in law.mention_texts(code, date(2026, 11, 1)):
        if mention.key == "franchise":
            return mention.source
    return "directive 2006/112/EC, art. 284" if law.small_business(code, "en") else "–"


def rows(page: str) -> str:
    """The table of a page."""
    heads = _HEADS[page]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *(row(code, page) for code in countries())]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES)
def test_each_country_has_its_row(page: str, request: pytest.FixtureRequest) -> None:
    file = PAGES[page]
    text = file.read_text(encoding="utf-8")
    if request.config.getoption("--update"):
        file.write_text(_ROWS.sub(lambda _found: rows(page), text), encoding="utf-8")
        return
    found = _ROWS.search(text)
    assert found is not None
    assert found[0] == rows(page)


def test_who_checked_each_table_is_said() -> None:
    for code in countries():
        table = law.country_table(code)
        assert table is not None and "no " in table.checked, code
