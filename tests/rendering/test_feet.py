"""The foot of every page: the numbers that a seller is known by; and what a logo's name has to end in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES, word_table
from beancount_invoicing.rendering.parties import legal_lines, logo_file

SELLER = '2026-01-01 custom "invoice-seller" "Lumen"\n  country: "{country}"\n'


@pytest.mark.parametrize(
    ("country", "more", "said"),
    [
        ("BE", '  register-id: "0208:0403019261"\n', "Lumen · 0403019261"),
        ("FR", '  register-id: "0002:732829320"\n  siren: "732829320"\n', "Lumen · SIREN 732829320"),
        ("FR", '  siret: "73282932000074"\n  siren: "732829320"\n', "Lumen · SIRET 73282932000074"),
        ("DE", '  tax-number: "12/345/67890"\n', "Lumen · N° fiscal 12/345/67890"),
        (
            "FR",
            '  legal-form: "EI"\n  insurance: "MAIF, Niort"\n',
            "Lumen – EI\nAssurance : MAIF, Niort",
        ),
        ("FR", '  mention: "Une ligne\\n\\nUne autre"\n', "Lumen\nUne ligne\nUne autre"),
    ],
)
def test_the_foot_says_by_which_numbers_a_seller_is_known(country: str, more: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "main.beancount").write_text(SELLER.format(country=country) + more, encoding="utf-8")
    known = open_ledger(tmp_path / "main.beancount").book.seller
    assert known
    seller = known.at(date(2026, 6, 1))
    assert "\n".join(legal_lines(seller, word_table((BUILT_IN_TEMPLATES,), "fr"))) == said


def test_a_logo_is_a_picture_that_pages_can_show(tmp_path: Path) -> None:
    (tmp_path / "logo.gif").write_bytes(b"GIF89a")
    (tmp_path / "main.beancount").write_text(SELLER.format(country="FR") + '  logo: "logo.gif"\n', encoding="utf-8")
    book = open_ledger(tmp_path / "main.beancount").book
    assert book.seller
    file, notices = logo_file(book, book.seller.at(date(2026, 6, 1)), date(2026, 6, 1))
    assert file == ""
    assert "logo.gif must be svg, png or jpg" in notices[0]
