"""What entries say that are written for a person: a narration in the language of the books, whoever writes it.

The language is `Book.books_language`, not that of the person at the terminal: the same ledger gets the same bytes.
"""

from __future__ import annotations

from typing import Literal

Narration = Literal[
    "paid",
    "on-account",
    "returned",
    "paid-back",
    "allocated",
    "allocated-from",
    "tax-due",
    "taken-over",
    "taken-out",
    "opening-balance",
]

_NARRATIONS: dict[str, dict[Narration, str]] = {
    "de": {
        "paid": "Zahlung {numbers}",
        "on-account": "Zahlung ohne Zuordnung",
        "returned": "Rückgabe durch die Bank",
        "paid-back": "Rückzahlung",
        "allocated": "Zugeordnet: {numbers}",
        "allocated-from": "Zugeordnet: {numbers}, aus {source}",
        "tax-due": "Mit der Zahlung fällige Steuer",
        "taken-over": "Offene Posten übernommen",
        "taken-out": "Offene Posten übernommen: dieselben Summen, aus dem Bestand ohne Nummer",
        "opening-balance": "Anfangsbestand",
    },
    "en": {
        "paid": "Payment of {numbers}",
        "on-account": "Payment on account",
        "returned": "Returned by the bank",
        "paid-back": "Paid back",
        "allocated": "Allocated: {numbers}",
        "allocated-from": "Allocated: {numbers}, from {source}",
        "tax-due": "Tax due on payments",
        "taken-over": "Open items taken over",
        "taken-out": "Open items taken over: the same sums, out of what has no number",
        "opening-balance": "Opening balance",
    },
    "es": {
        "paid": "Cobro de {numbers}",
        "on-account": "Cobro a cuenta",
        "returned": "Devuelto por el banco",
        "paid-back": "Reembolso",
        "allocated": "Aplicado: {numbers}",
        "allocated-from": "Aplicado: {numbers}, de {source}",
        "tax-due": "Impuesto devengado con el cobro",
        "taken-over": "Partidas abiertas traspasadas",
        "taken-out": "Partidas abiertas traspasadas: los mismos importes, de lo que no tiene número",
        "opening-balance": "Saldo inicial",
    },
    "fr": {
        "paid": "Règlement de {numbers}",
        "on-account": "Règlement non affecté",
        "returned": "Rejeté par la banque",
        "paid-back": "Remboursement",
        "allocated": "Affectation : {numbers}",
        "allocated-from": "Affectation : {numbers}, depuis {source}",
        "tax-due": "Taxe exigible sur encaissements",
        "taken-over": "Reprise des créances ouvertes",
        "taken-out": "Reprise des créances ouvertes : les mêmes sommes, tirées de ce qui est sans numéro",
        "opening-balance": "Solde d’ouverture",
    },
    "it": {
        "paid": "Pagamento di {numbers}",
        "on-account": "Pagamento in acconto",
        "returned": "Stornato dalla banca",
        "paid-back": "Rimborso",
        "allocated": "Imputato: {numbers}",
        "allocated-from": "Imputato: {numbers}, da {source}",
        "tax-due": "Imposta esigibile all’incasso",
        "taken-over": "Partite aperte riprese",
        "taken-out": "Partite aperte riprese: gli stessi importi, da ciò che è senza numero",
        "opening-balance": "Saldo iniziale",
    },
    "nl": {
        "paid": "Betaling van {numbers}",
        "on-account": "Betaling zonder toewijzing",
        "returned": "Door de bank teruggeboekt",
        "paid-back": "Terugbetaling",
        "allocated": "Toegewezen: {numbers}",
        "allocated-from": "Toegewezen: {numbers}, uit {source}",
        "tax-due": "Bij betaling verschuldigde belasting",
        "taken-over": "Openstaande posten overgenomen",
        "taken-out": "Openstaande posten overgenomen: dezelfde bedragen, uit wat geen nummer heeft",
        "opening-balance": "Beginsaldo",
    },
    "pt": {
        "paid": "Pagamento de {numbers}",
        "on-account": "Pagamento por conta",
        "returned": "Devolvido pelo banco",
        "paid-back": "Reembolso",
        "allocated": "Imputado: {numbers}",
        "allocated-from": "Imputado: {numbers}, de {source}",
        "tax-due": "Imposto exigível no recebimento",
        "taken-over": "Itens em aberto transitados",
        "taken-out": "Itens em aberto transitados: as mesmas quantias, do que não tem número",
        "opening-balance": "Saldo inicial",
    },
}
_COLONS = {"fr": " : "}
LANGUAGES = tuple(_NARRATIONS)
"""The languages in which narrations are written; in any other they are English."""


def narration(language: str, words: Narration, /, about: str = "", **values: str) -> str:
    """The narration of an entry in the language of the books (two letters), with its {placeholders} filled in; `about` follows it
    after a colon. English if the language is not known here.
    """
    text = _NARRATIONS.get(language, _NARRATIONS["en"])[words].format_map(values)
    return f"{text}{_COLONS.get(language, ': ')}{about}" if about else text
