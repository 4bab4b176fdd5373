"""DATEV's own CSV (DATEV-Format, EXTF): a header, the titles of the columns, and a line for each booking or customer.

Fields are separated by semicolons, texts are in quotation marks, lines end with CR LF, in Windows-1252. Columns and expressions
as in DATEV's developer portal, https://developer.datev.de/datev/platform/de/dtvf: header version 700, Buchungsstapel version 13,
Debitoren/Kreditoren version 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from beancount_invoicing.accounting.charsets import in_charset
from beancount_invoicing.accounting.datev_bookings import DatevBooking
from beancount_invoicing.accounting.datev_settings import DatevSettings
from beancount_invoicing.model import Customer

ENCODING = "cp1252"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NOT_IN_REFERENCES = re.compile(r"[^A-Za-z0-9_$&%*+/-]")
"""Belegfeld 1 takes no spaces, umlauts, full stops …"""


def _numbered(count: int, *titles: str) -> list[str]:
    return [f"{title} {number}" for number in range(1, count + 1) for title in titles]


BOOKING_COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto",
    "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext",
    "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
    *_numbered(8, "Beleginfo - Art", "Beleginfo - Inhalt"), "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge",
    "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L",
    "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
    *_numbered(20, "Zusatzinformation - Art", "Zusatzinformation - Inhalt"), "Stück", "Gewicht", "Zahlweise", "Forderungsart",
    "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)",
    "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)",
    "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername",
    "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit",
    "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
"""The titles of a Buchungsstapel, version 13."""

_BANK = (
    "Bankleitzahl", "Bankbezeichnung", "Bankkonto-Nummer", "Länderkennzeichen", "IBAN", "Leerfeld", "SWIFT-Code",
    "Abw. Kontoinhaber", "Kennz. Haupt-Bankverb.",
)  # fmt: skip


def _banks(first: int, last: int) -> list[str]:
    return [
        title
        for number in range(first, last + 1)
        for title in (
            *(f"{title} {number}" for title in _BANK),
            f"Bankverb. {number} Gültig von",
            f"Bankverb. {number} Gültig bis",
        )
    ]


_BILLING_ADDRESS = (
    "Abweichende Anrede", "Adressart", "Straße", "Postfach", "Postleitzahl", "Ort", "Land", "Versandzusatz", "Adresszusatz",
    "Abw. Zustellbezeichnung 1", "Abw. Zustellbezeichnung 2", "Adresse Gültig von", "Adresse Gültig bis",
)  # fmt: skip
DEBTOR_COLUMNS = (
    "Konto", "Name (Adressatentyp Unternehmen)", "Unternehmensgegenstand", "Name (Adressatentyp natürl. Person)",
    "Vorname (Adressatentyp natürl. Person)", "Name (Adressatentyp keine Angabe)", "Adressatentyp", "Kurzbezeichnung", "EU-Land",
    "EU-USt-IdNr.", "Anrede", "Titel/Akad. Grad", "Adelstitel", "Namensvorsatz", "Adressart", "Straße", "Postfach", "Postleitzahl",
    "Ort", "Land", "Versandzusatz", "Adresszusatz", "Abweichende Anrede", "Abw. Zustellbezeichnung 1", "Abw. Zustellbezeichnung 2",
    "Kennz. Korrespondenzadresse", "Adresse Gültig von", "Adresse Gültig bis", "Telefon", "Bemerkung (Telefon)",
    "Telefon Geschäftsleitung", "Bemerkung (Telefon GL)", "E-Mail", "Bemerkung (E-Mail)", "Internet", "Bemerkung (Internet)", "Fax",
    "Bemerkung (Fax)", "Sonstige", "Bemerkung (Sonstige)", *_banks(1, 5), "Leerfeld 11", "Briefanrede", "Grußformel",
    "Kundennummer", "Steuernummer", "Sprache", "Ansprechpartner", "Vertreter", "Sachbearbeiter", "Diverse-Konto", "Ausgabeziel",
    "Währungssteuerung", "Kreditlimit (Debitor)", "Zahlungsbedingung", "Fälligkeit in Tagen (Debitor)",
    "Skonto in Prozent (Debitor)", "Kreditoren-Ziel 1 (Tage)", "Kreditoren-Skonto 1 (%)", "Kreditoren-Ziel 2 (Tage)",
    "Kreditoren-Skonto 2 (%)", "Kreditoren-Ziel 3 Brutto (Tage)", "Kreditoren-Ziel 4 (Tage)", "Kreditoren-Skonto 4 (%)",
    "Kreditoren-Ziel 5 (Tage)", "Kreditoren-Skonto 5 (%)", "Mahnung", "Kontoauszug", "Mahntext", "Mahntext 2", "Mahntext 3",
    "Kontoauszugstext", "Mahnlimit Betrag", "Mahnlimit %", "Zinsberechnung", "Mahnzinssatz 1", "Mahnzinssatz 2", "Mahnzinssatz 3",
    "Lastschrift", "Verfahren", "Mandantenbank", "Zahlungsträger", *_numbered(15, "Indiv. Feld"),
    *(f"{title} (Rechnungsadresse)" for title in _BILLING_ADDRESS), *_banks(6, 10), "Nummer Fremdsystem", "Insolvent",
    *_numbered(10, "SEPA-Mandatsreferenz"), "Verknüpftes OPOS-Konto", "Mahnsperre bis", "Lastschriftsperre bis",
    "Zahlungssperre bis", "Gebührenberechnung", "Mahngebühr 1", "Mahngebühr 2", "Mahngebühr 3", "Pauschalberechnung",
    "Verzugspauschale 1", "Verzugspauschale 2", "Verzugspauschale 3", "Alternativer Suchname", "Status",
    "Anschrift manuell geändert (Korrespondenzadresse)", "Anschrift individuell (Korrespondenzadresse)",
    "Anschrift manuell geändert (Rechnungsadresse)", "Anschrift individuell (Rechnungsadresse)", "Fristberechnung bei Debitor",
    "Mahnfrist 1", "Mahnfrist 2", "Mahnfrist 3", "Letzte Frist",
)  # fmt: skip
"""The titles of Debitoren/Kreditoren, version 5."""


def bookings_file(
    bookings: Iterable[DatevBooking], since: date, until: date, settings: DatevSettings, currency: str
) -> bytes:
    """A Buchungsstapel: the bookings from `since` to `until` (inclusive, within one financial year). They can still be changed in
    DATEV (Festschreibung 0). `Erzeugt am` is the last day of the period, so that the same ledger gives the same file.
    """
    head = _header(21, "Buchungsstapel", 13, until, settings)
    head[14:22] = [
        _day(since), _day(until), _text(f"{since:%m/%Y}" if since.month == until.month else f"{since:%m}-{until:%m/%Y}"), _text(""),
        "1", "0", "0", _text(currency),
    ]  # fmt: skip
    return _encoded([head, list(BOOKING_COLUMNS), *(_row(BOOKING_COLUMNS, _booking(booking)) for booking in bookings)])


def debtors_file(customers: Mapping[str, Customer], until: date, settings: DatevSettings) -> bytes:
    """The master data of customers by their number, as of the last day of a period."""
    head = _header(16, "Debitoren/Kreditoren", 5, until, settings)
    rows = [_row(DEBTOR_COLUMNS, _debtor(number, customer)) for number, customer in sorted(customers.items())]
    return _encoded([head, list(DEBTOR_COLUMNS), *rows])


def _header(category: int, name: str, version: int, made: date, settings: DatevSettings) -> list[str]:
    """The 31 fields of the first line; what only postings need is left empty."""
    empty = _text("")
    return [
        _text("EXTF"), "700", str(category), _text(name), str(version), f"{made:%Y%m%d}000000000", "", _text("RE"), empty, empty,
        settings.consultant, settings.client, _day(settings.year_start), str(settings.account_length), "", "", empty, empty,
        "", "", "", empty, "", empty, "", "", _text(settings.chart), "", "", empty, empty,
    ]  # fmt: skip


def _booking(booking: DatevBooking) -> dict[str, str]:
    fields = {
        "Umsatz (ohne Soll/Haben-Kz)": _amount(booking.amount),
        "Soll/Haben-Kennzeichen": _text("S" if booking.is_debit else "H"),
        "Konto": booking.account,
        "Gegenkonto (ohne BU-Schlüssel)": booking.contra,
        "BU-Schlüssel": _text(booking.key.zfill(4)) if booking.key else "",
        "Belegdatum": f"{booking.date:%d%m}",
        "Belegfeld 1": _text(_NOT_IN_REFERENCES.sub("-", in_charset(booking.reference, "ascii"))[:36]),
        "Buchungstext": _text(booking.text, 60),
        "EU-Land u. UStID (Bestimmung)": _text(booking.vat_id, 15) if booking.vat_id else "",
        "Festschreibung": "0",
    }
    if booking.supplied_on:
        fields["Leistungsdatum"] = _german(booking.supplied_on)
        fields["Datum Zuord. Steuerperiode"] = _german(booking.supplied_on)
    if booking.due:
        fields["Fälligkeit"] = _german(booking.due)
    return fields


def _debtor(number: str, customer: Customer) -> dict[str, str]:
    address = customer.address
    person = customer.buyer == "consumer"
    vat_id = customer.vat_id.upper()
    return {
        "Konto": number,
        "Name (Adressatentyp Unternehmen)": "" if person else _text(customer.name, 50),
        "Name (Adressatentyp keine Angabe)": _text(customer.name, 50) if person else "",
        "Adressatentyp": _text("0" if person else "2"),
        "EU-Land": _text(vat_id[:2]) if vat_id else "",
        "EU-USt-IdNr.": _text(vat_id[2:], 13) if vat_id else "",
        "Straße": _text(", ".join(address.street), 36),
        "Postleitzahl": _text(address.postcode, 10),
        "Ort": _text(address.city, 30),
        "Land": _text(address.country, 2),
        "Telefon": _text(customer.phone, 60),
        "E-Mail": _text(customer.email) if len(customer.email) <= 60 else "",  # cut off, it would be another address
    }


def _row(columns: Iterable[str], fields: Mapping[str, str]) -> list[str]:
    return [fields.get(column, "") for column in columns]


def _encoded(lines: Iterable[Iterable[str]]) -> bytes:
    return "".join(";".join(line) + "\r\n" for line in lines).encode(ENCODING, errors="replace")


def _text(text: str, most: int | None = None) -> str:
    """A text in quotation marks, in the characters of Windows-1252, without control characters."""
    plain = " ".join(_CONTROLS.sub(" ", in_charset(text, ENCODING)).split())[:most]
    return '"' + plain.rstrip().replace('"', '""') + '"'


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _german(day: date) -> str:
    return f"{day:%d%m%Y}"
