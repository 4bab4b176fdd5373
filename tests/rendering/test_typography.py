"""Where no line breaks, and what an Italian article before a date becomes."""

from __future__ import annotations

import pytest

from beancount_invoicing.rendering.output import paragraphs
from beancount_invoicing.rendering.typography import bound


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("fr", "TVA non applicable, art. 293 B du CGI : non", "TVA non applicable, art.~293~B du CGI~: non"),
        ("fr", "Code de commerce, art. L441-10 ; n° 4", "Code de commerce, art.~L441-10~; n°~4"),
        ("fr", "au taux de 12 % ; 40 € par facture !", "au taux de 12~% ; 40~€ par facture~!".replace("% ;", "%~;")),
        ("fr", "le « bon » de 12 Heures", "le «~bon~» de 12 Heures"),
        ("de", "§ 19 UStG : 20 %", "§~19 UStG : 20~%"),
        ("en", "art. 5 : 3 A4 sheets", "art.~5 : 3 A4 sheets"),
        ("fr", "part. 3", "part. 3"),
    ],
)
def test_what_stays_together(language: str, text: str, said: str) -> None:
    assert bound(text, language).replace("\xa0", "~") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entro il 8 dicembre 2026", "entro l’8 dicembre 2026"),
        ("Il 11 marzo", "L’11 marzo"),
        ("dal 8 marzo 2026 al 11 aprile 2026", "dall’8 marzo 2026 all’11 aprile 2026"),
        ("promemoria del 8 ottobre", "promemoria dell’8 ottobre"),
        ("fino al 11 ottobre", "fino all’11 ottobre"),
        ("entro il 18 dicembre, il 1º o il 10 maggio", "entro il 18 dicembre, il 1º o il 10 maggio"),
        ("Dal 08/12/2026 al 11/12/2026", "Dal 08/12/2026 al 11/12/2026"),  # in figures it stays
        ("al 8%", "al 8%"),
    ],
)
def test_an_italian_article_is_elided_before_a_date_in_words(text: str, said: str) -> None:
    assert bound(text, "it") == said
    assert bound(text, "es") == text


def test_an_amount_in_a_letter_stays_on_its_line() -> None:
    """A template's line ends are spaces; those inside an amount do not break: 1 461,27 €."""
    text = "Nous vous prions\nde régler  1\u202f461,27\u00a0€.\n\n\nMerci.\n"
    assert paragraphs(text) == ("Nous vous prions de régler 1\u202f461,27\u00a0€.", "Merci.")
