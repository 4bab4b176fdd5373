"""Where no line breaks."""

from __future__ import annotations

import pytest

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
