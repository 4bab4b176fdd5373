"""The files in which tax offices take lists of sales: DES (France), Intervat (Belgium), Zusammenfassende Meldung (Germany)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from beancount_invoicing.accounting.sales_list import CustomerTurnover, EuSales
from beancount_invoicing.model import ZERO, Seller

_INTERVAT_EMAIL = re.compile(r"[a-zA-Z0-9_.-]+@[a-zA-Z0-9_.-]+\.[a-zA-Z]{2,5}")
"""The e-mail addresses that Intervat takes: none with a longer ending."""
_COMMON = "http://www.minfin.fgov.be/InputCommon"
_INTRA = "http://www.minfin.fgov.be/IntraConsignment"
_CLIENTS = "http://www.minfin.fgov.be/ClientListingConsignment"


def des_xml(lines: Sequence[EuSales], vat_id: str, month: date) -> bytes:
    """The déclaration européenne de services of a month, for the customs' site (DGDDI, schema `fichier_des`): services in whole
    euros. Its number is year and month. Lines of zero are left out, since the schema has none.
    """
    root = etree.Element("fichier_des")
    declaration = etree.SubElement(root, "declaration_des")
    for name, text in (
        ("num_des", f"{month:%Y%m}"), ("num_tvaFr", vat_id), ("mois_des", f"{month:%m}"), ("an_des", f"{month:%Y}"),
    ):  # fmt: skip
        etree.SubElement(declaration, name).text = text
    services = [line for line in lines if line.code == "S" and line.declared]
    for number, line in enumerate(services, 1):
        row = etree.SubElement(declaration, "ligne_des")
        etree.SubElement(row, "numlin_des").text = str(number)
        etree.SubElement(row, "valeur").text = f"{line.declared:.0f}"
        etree.SubElement(row, "partner_des").text = line.vat_id
    return _bytes(root)


def intra_xml(lines: Sequence[EuSales], seller: Seller, since: date, until: date) -> bytes:
    """The relevé intracommunautaire of a month, quarter or year for Intervat (schema NewICO-in 0.9), in euros and cents."""
    root = etree.Element(_in(_INTRA, "IntraConsignment"), nsmap={None: _COMMON, "ns2": _INTRA}, IntraListingsNbr="1")
    listing = etree.SubElement(
        root,
        _in(_INTRA, "IntraListing"),
        SequenceNumber="1",
        ClientsNbr=str(len(lines)),
        DeclarantReference=f"{until:%Y%m}",
        AmountSum=_amount(sum((line.declared for line in lines), ZERO)),
    )
    _declarant(listing, _INTRA, seller)
    period = etree.SubElement(listing, _in(_INTRA, "Period"))
    months = (until.year - since.year) * 12 + until.month - since.month + 1
    if months == 1:
        etree.SubElement(period, _in(_INTRA, "Month")).text = str(until.month)
    elif months == 3:
        etree.SubElement(period, _in(_INTRA, "Quarter")).text = str((until.month + 2) // 3)
    etree.SubElement(period, _in(_INTRA, "Year")).text = str(until.year)
    for number, line in enumerate(lines, 1):
        client = etree.SubElement(listing, _in(_INTRA, "IntraClient"), SequenceNumber=str(number))
        company = etree.SubElement(client, _in(_INTRA, "CompanyVATNumber"), issuedBy=line.vat_id[:2])
        company.text = line.vat_id[2:]
        etree.SubElement(client, _in(_INTRA, "Code")).text = line.code
        etree.SubElement(client, _in(_INTRA, "Amount")).text = _amount(line.declared)
    return _bytes(root)


def clients_xml(lines: Sequence[CustomerTurnover], seller: Seller, year: int) -> bytes:
    """The listing annuel des clients assujettis for Intervat (schema NewLK-in 0.9)."""
    root = etree.Element(
        _in(_CLIENTS, "ClientListingConsignment"), nsmap={None: _COMMON, "ns2": _CLIENTS}, ClientListingsNbr="1"
    )
    listing = etree.SubElement(
        root,
        _in(_CLIENTS, "ClientListing"),
        SequenceNumber="1",
        ClientsNbr=str(len(lines)),
        DeclarantReference=str(year),
        TurnOverSum=_amount(sum((line.turnover for line in lines), ZERO)),
        VATAmountSum=_amount(sum((line.tax for line in lines), ZERO)),
    )
    _declarant(listing, _CLIENTS, seller)
    etree.SubElement(listing, _in(_CLIENTS, "Period")).text = str(year)
    for number, line in enumerate(lines, 1):
        client = etree.SubElement(listing, _in(_CLIENTS, "Client"), SequenceNumber=str(number))
        company = etree.SubElement(client, _in(_CLIENTS, "CompanyVATNumber"), issuedBy="BE")
        company.text = line.vat_id[2:]
        etree.SubElement(client, _in(_CLIENTS, "TurnOver")).text = _amount(line.turnover)
        etree.SubElement(client, _in(_CLIENTS, "VATAmount")).text = _amount(line.tax)
    return _bytes(root)


def zm_csv(lines: Sequence[EuSales]) -> bytes:
    """The lines of a Zusammenfassende Meldung for the import of Mein ELSTER (CSV version 3.0, UTF-8), in whole euros.

    Triangular sales are "D" there. https://www.elster.de/eportal/helpGlobal?themaGlobal=zmdo_import_eop
    """
    rows = ["#v3.0", "USt-IdNr.,Betrag (EUR),Art der Leistung"]
    rows += [f"{line.vat_id},{line.declared:.0f},{'D' if line.code == 'T' else line.code}" for line in lines]
    return "".join(f"{row}\r\n" for row in rows).encode()


def _declarant(listing: Any, namespace: str, seller: Seller) -> None:
    declarant = etree.SubElement(listing, _in(namespace, "Declarant"))
    digits = "".join(letter for letter in seller.vat_id if letter.isdigit())
    for name, text in (
        ("VATNumber", digits),
        ("Name", seller.name),
        ("Street", ", ".join(seller.address.street)),
        ("PostCode", seller.address.postcode),
        ("City", seller.address.city),
        ("CountryCode", seller.address.country),
        ("EmailAddress", seller.email if _INTERVAT_EMAIL.fullmatch(seller.email) else ""),
    ):
        if text:
            etree.SubElement(declarant, _in(_COMMON, name)).text = text


def _in(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _bytes(root: Any) -> bytes:
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return content
