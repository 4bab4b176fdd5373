"""Words for units of measure, and their codes in UN/ECE Recommendation 20 (BT-130)."""

from __future__ import annotations

from beancount_invoicing.einvoice import codes
from beancount_invoicing.rules.worktime import DAY_WORDS, HOUR_WORDS

ONE = "C62"
"""The code for a single unit."""

UNIT_WORDS = {
    "HUR": HOUR_WORDS,
    "DAY": DAY_WORDS,
    "WEE": "week weeks semaine semaines woche wochen semana semanas settimana settimane weken",
    "MON": "month months mois monat monate mes meses mese mesi maand maanden mês",
    "ANN": "year years an ans année années jahr jahre año años anno anni jaar ano anos",
    "MIN": "minute minutes min",
    "H87": "piece pieces pièce pièces pce stück pieza piezas pezzo pezzi stuk stuks peça peças",
    "KGM": "kg kilogram kilograms kilogramme kilogrammes",
    "GRM": "g gram grams gramme grammes",
    "TNE": "t tonne tonnes",
    "MTR": "m metre metres meter meters mètre mètres",
    "CMT": "cm",
    "MMT": "mm",
    "KMT": "km kilometre kilometres kilometer kilometers kilomètre kilomètres",
    "MTK": "m² m2",
    "MTQ": "m³ m3",
    "LTR": "l litre litres liter liters",
    "KWH": "kwh",
    "MWH": "mwh",
    "LS": "lump-sum forfait forfaits pauschal",
    "SET": "set sets",
    "XBX": "box boxes boîte boîtes",
    "XPX": "pallet pallets palette palettes",
    "P1": "% percent",
    ONE: "one unit units unité unités",
}
"""The words for each code, separated by spaces."""
_CODES = {word: code for code, words in UNIT_WORDS.items() for word in words.split()}


def unit_code(word: str) -> str | None:
    """The code of a unit, given as a word or as the code itself; ONE for "". None if it is unknown."""
    if not word:
        return ONE
    return _CODES.get(word.lower()) or (word if codes.in_code_list(codes.UNITS, word) else None)
