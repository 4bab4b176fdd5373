"""What accounts are for, by their names."""

from __future__ import annotations

import pytest

from beancount_invoicing.entries import account_words as said


@pytest.mark.parametrize(
    "account",
    [
        "AccountsReceivable", "Debtors", "Clients", "411-Clients", "Creances", "Debitoren", "Forderungen-LuL", "CuentasPorCobrar",
        "Crediti:Clienti", "Debiteuren", "ContasAReceber", "Kundfordringar", "Tilgodehavender", "Kundefordringer", "Myyntisaamiset",
        "Należności", "Pohledávky", "1122-应收账款", "Receivable:Orme", "Receivable:OrmeBank", "Clients:Trust-Company",
    ],
)  # fmt: skip
def test_of_customers(account: str) -> None:
    assert said.of_customers(f"Assets:{account}")


@pytest.mark.parametrize(
    "account",
    [
        "Bank", "Bank:Clients", "VATReceivable", "InterestReceivable", "Receivable:Tax-Refund", "Receivable:Employees",
        "Loans:Clients",        "Checking:4112", "Inventory",
    ],
)  # fmt: skip
def test_not_of_customers(account: str) -> None:
    assert not said.of_customers(f"Assets:{account}")


def test_the_root_of_assets_says_nothing_of_what_is_below() -> None:
    assert not said.of_customers("Crediti:Cassa")
    assert said.of_customers("Crediti:Clienti")


@pytest.mark.parametrize(
    ("part", "nobody"),
    [
        ("AccountsReceivable", True), ("ComptesClients", True), ("Forderungen-aLuL", True), ("DeudoresVarios-115019", True),
        ("US", True),        ("4111", True), ("Orme", False), ("IBM", False), ("1007", False), ("Client-Orme", False),
    ],
)  # fmt: skip
def test_named_after_nobody(part: str, nobody: bool) -> None:
    assert said.of_no_single_customer(part) is nobody


@pytest.mark.parametrize(
    "account",
    [
        "VAT", "VATPayable", "Tax:VAT:Output", "Sales-Tax", "SalesTax", "44571-TVA-Collectee", "TPS-Percue", "USt", "USt19", "MwSt",
        "Umsatzsteuer-19", "IVA:Repercutido", "IVA:Vendite", "BTW", "Moms", "MVA", "ALV", "VATNależny", "DPH", "GST", "2221-增值税",
    ],
)  # fmt: skip
def test_of_tax(account: str) -> None:
    assert said.of_tax(f"Liabilities:{account}")


@pytest.mark.parametrize(
    "account",
    [
        "CreditCard:Gold-Trust", "PrivateLoans", "Trustees", "Industry-Loan", "Elevator", "Custodian", "Adjustments", "Private",
        "Innovation-Grant", "VAT:Input", "Vorsteuer", "CreditCard:VAT", "TVA:EnAttente", "TVA:Deductible", "Taxes:Income",
    ],
)  # fmt: skip
def test_not_of_tax(account: str) -> None:
    assert not said.of_tax(f"Liabilities:{account}")


def test_collected_before_others() -> None:
    assert said.of_collected_tax("Liabilities:VAT:Output")
    assert not said.of_collected_tax("Liabilities:VAT")


@pytest.mark.parametrize(
    ("account", "waits"),
    [
        ("VAT:Pending", True), ("TVA:EnAttente", True), ("44587-TaxesEnAttente", True), ("USt:NichtFaellig", False), ("VAT", False),
        ("Dividends:Pending", False), ("VAT:Input:Pending", False),
    ],
)  # fmt: skip
def test_of_waiting_tax(account: str, waits: bool) -> None:
    assert said.of_pending_tax(f"Liabilities:{account}") is waits


@pytest.mark.parametrize(
    ("account", "deposits"),
    [
        ("Deposits", True), ("Customer-Deposits", True), ("Current:CustomerDeposits", True), ("Acomptes", True),
        ("4191-Avances", True), ("ErhalteneAnzahlungen", True),
        ("Security-Deposits-Owed:3-Hill-Street", False), ("Deposits:Orme", False),
        ("SalaryAdvance", False), ("Loans:Deposits", False),
    ],
)  # fmt: skip
def test_of_deposits(account: str, deposits: bool) -> None:
    assert said.of_deposits(f"Liabilities:{account}") is deposits


@pytest.mark.parametrize(
    ("account", "opening"),
    [
        ("Opening-Balances", True),
        ("Ouverture", True),
        ("Eröffnungsbilanz", True),
        ("Apertura", True),
        ("Capital", False),
    ],
)
def test_of_opening(account: str, opening: bool) -> None:
    assert said.of_opening(f"Equity:{account}") is opening
