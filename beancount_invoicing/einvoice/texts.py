"""Language and characters of the texts in an e-invoice."""

from __future__ import annotations

from datetime import date

PHRASE_LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")
PHRASES: dict[str, dict[str, str]] = {
    "item": {
        "de": "Leistung", "en": "Item", "es": "Concepto", "fr": "Prestation", "it": "Prestazione", "nl": "Prestatie",
        "pt": "Prestação",
    },
    "rounding": {
        "de": "Rundung", "en": "Rounding", "es": "Redondeo", "fr": "Arrondi", "it": "Arrotondamento", "nl": "Afronding",
        "pt": "Arredondamento",
    },
    "discount": {
        "de": "Rabatt", "en": "Discount", "es": "Descuento", "fr": "Remise", "it": "Sconto", "nl": "Korting",
        "pt": "Desconto",
    },
    "charge": {
        "de": "Zuschlag", "en": "Charge", "es": "Recargo", "fr": "Frais", "it": "Maggiorazione", "nl": "Toeslag",
        "pt": "Encargo",
    },
    "exempt": {
        "de": "Von der Umsatzsteuer befreit", "en": "Exempt from VAT", "es": "Exento de IVA", "fr": "Exonéré de TVA",
        "it": "Esente da IVA", "nl": "Vrijgesteld van btw", "pt": "Isento de IVA",
    },
    "withheld": {
        "de": "Bei der Zahlung einzubehalten: {label}, {amount} {currency}",
        "en": "Withheld: {label}, {amount} {currency}",
        "es": "A retener en el pago: {label}, {amount} {currency}",
        "fr": "À déduire du paiement : {label}, {amount} {currency}",
        "it": "Da trattenere al pagamento: {label}, {amount} {currency}",
        "nl": "In te houden bij betaling: {label}, {amount} {currency}",
        "pt": "A reter no pagamento: {label}, {amount} {currency}",
    },
    "instalment": {
        "de": "{amount} {currency} fällig am {date}", "en": "{amount} {currency} due {date}",
        "es": "{amount} {currency} con vencimiento el {date}", "fr": "{amount} {currency} au {date}",
        "it": "{amount} {currency} con scadenza il {date}", "nl": "{amount} {currency} te betalen op {date}",
        "pt": "{amount} {currency} com vencimento em {date}",
    },
    "retention": {
        "de": "{amount} {currency} Sicherheitseinbehalt, fällig {length} nach der Abnahme",
        "en": "{amount} {currency} retention, due {length} after the acceptance of the works",
        "es": "{amount} {currency} retención de garantía, a pagar {length} después de la recepción de las obras",
        "fr": "{amount} {currency} de retenue de garantie, {length} après la réception des travaux",
        "it": "{amount} {currency} ritenuta a garanzia, {length} dopo il collaudo dei lavori",
        "nl": "{amount} {currency} garantie-inhouding, te betalen {length} na de oplevering",
        "pt": "{amount} {currency} retenção de garantia, a pagar {length} após a receção da obra",
    },
    "replaces": {
        "de": "Diese Rechnung ersetzt die Rechnung {number} vom {date}, die hiermit storniert wird.",
        "en": "This invoice cancels and replaces invoice {number} of {date}.",
        "es": "Esta factura anula y sustituye a la factura n.º {number} de {date}.",
        "fr": "Cette facture annule et remplace la facture n° {number} du {date}.",
        "it": "La presente fattura annulla e sostituisce la fattura n. {number} del {date}.",
        "nl": "Deze factuur annuleert en vervangt factuur {number} van {date}.",
        "pt": "Esta fatura anula e substitui a fatura n.º {number} de {date}.",
    },
    "in-place-of": {
        "de": "Diese Rechnung wird anstelle der Rechnung {number} vom {date} ausgestellt.",
        "en": "This invoice is issued in place of invoice {number} of {date}.",
        "es": "Esta factura se emite en lugar de la factura n.º {number} de {date}.",
        "fr": "Cette facture est émise en remplacement de la facture n° {number} du {date}.",
        "it": "La presente fattura è emessa in sostituzione della fattura n. {number} del {date}.",
        "nl": "Deze factuur komt in de plaats van factuur {number} van {date}.",
        "pt": "Esta fatura é emitida em substituição da fatura n.º {number} de {date}.",
    },
    "date": {
        "de": "%d.%m.%Y", "en": "%Y-%m-%d", "es": "%d/%m/%Y", "fr": "%d/%m/%Y", "it": "%d/%m/%Y", "nl": "%d-%m-%Y",
        "pt": "%d/%m/%Y",
    },
}  # fmt: skip
"""The texts that we write into an e-invoice ourselves, by language."""


def phrase(name: str, language: str) -> str:
    """The word or sentence in a language, or else in English."""
    words = PHRASES[name]
    return words.get(language[:2].lower(), words["en"])


def numeric_date(day: date, language: str) -> str:
    """A date in figures, as a language writes it."""
    return day.strftime(phrase("date", language))


def without_control_characters(text: str) -> str:
    """A text without the control characters that XML cannot hold; line breaks stay, a tab is a blank."""
    return "".join(
        sign
        for sign in text.replace("\t", " ")
        if sign == "\n" or sign.isprintable() or (sign.isspace() and sign > " ")
    ).strip()
