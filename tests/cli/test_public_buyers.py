"""French public bodies: electronic invoices only, and what their portal asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from tests.ledgers import PRELUDE, book_of

MAIRIE = """
2026-01-01 open Assets:Receivable:Mairie
  customer: "Commune de Test"
  country: "FR"
  buyer: "{buyer}"
"""


def channel_of(buyer: str, more: str = "") -> str:
    book = book_of(MAIRIE.format(buyer=buyer) + more)
    return book.customers["Assets:Receivable:Mairie"].latest.channel


def test_they_get_e_invoices_where_nothing_else_is_said() -> None:
    assert channel_of("public") == "e-invoice"
    assert channel_of("hospital", '  email: "c@mairie.example"\n') == "e-invoice"
    assert channel_of("public", '  channel: "email"\n') == "email"


def test_a_public_enterprise_is_a_business_in_this() -> None:
    assert channel_of("public-enterprise") == "post"


def test_so_they_do_once_they_are_known_to_be_public() -> None:
    amended = '2026-02-01 custom "invoice-customer" Assets:Receivable:Mairie\n  buyer: "public"\n'
    assert channel_of("business", amended) == "e-invoice"


@pytest.mark.parametrize("said", ['siren: "213504178"', 'siret: "21350417800017"', 'vat-id: "FR00213504178"'])
def test_its_number_says_that_a_public_body_is_french(said: str, tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(
        f'2026-01-01 open Assets:Mairie\n  customer: "Mairie"\n  buyer: "public"\n  {said}\n', encoding="utf-8"
    )
    assert open_ledger(file).book.customers["Assets:Mairie"].latest.channel == "e-invoice"


def test_customer_add_asks_for_what_the_portal_wants(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    said = ("customer", "add", "Mairie de Test", "--country", "FR", "--siren", "213504178", "--buyer", "public")
    result = CliRunner().invoke(main, ["-f", str(file), *said, "--service-code", "FACT", "-w"])
    assert result.exit_code == 0, result.output
    assert "takes electronic invoices only (Code de la commande publique, art. L2192-1 and R2192-3)" in result.output
    assert "numéro d’engagement" in result.output
    assert "code service" not in result.output
    assert open_ledger(file).book.customers["Assets:Receivable:MairieDeTest"].latest.channel == "e-invoice"
