"""What an account is for, judging by its name: words of charts of accounts in many languages.

A name is compared word by word, split at colons, hyphens and capital letters. So `SG-Trust` is not `USt`, and `PrivateLoans` is not
`IVA`. Only stems that are in no other word are searched for within words. Accents do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

_PARTS = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"[^\W\d_a-z]+(?=[^\W\d_a-z][a-z])|[^\W\d_]?[a-z]+|[^\W\d_a-z]+|\d+")


def _pieces(name: str) -> tuple[str, ...]:
    """The single words of a name, in its order."""
    plain = "".join(
        character for character in unicodedata.normalize("NFKD", name) if not unicodedata.combining(character)
    )
    found = _PARTS.findall(unicodedata.normalize("NFC", plain))
    return tuple(piece.casefold() for part in found for piece in _CAMEL.findall(part))


@cache
def words_of_account(name: str) -> frozenset[str]:
    """The words of an account, or of a part of it, without accents and in lower case: of `TVA:EnAttente`, tva, en, attente –
    and enattente, because the words of one part also count joined (`MwSt`, `Sales-Tax`).
    """
    found: set[str] = set()
    for part in name.split(":"):
        pieces = _pieces(part)
        found.update(
            "".join(pieces[first:last]) for first in range(len(pieces)) for last in range(first + 1, len(pieces) + 1)
        )
    return frozenset(found)


def _said(name: str, whole: Collection[str], stems: Collection[str] = (), numbers: Collection[str] = ()) -> bool:
    """Whether a name has one of these words, a word with one of these stems, or a part that begins with one of these numbers."""
    words = words_of_account(name)
    return (
        not words.isdisjoint(whole)
        or any(stem in word for word in words for stem in stems)
        or any(word.isdigit() and word.startswith(number) for word in words for number in numbers)
    )


def _of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CUSTOMERS = _of(
    "receivable receivables client clients customer customers debtor debtors"  # English
    " client clients creances debiteur debiteurs"  # French
    " debitor debitoren kunde kunden forderung forderungen"  # German
    " cliente clientes deudor deudores cobrar"  # Spanish
    " clienti crediti debitori"  # Italian
    " klant klanten debiteuren vorderingen"  # Dutch
    " receber devedores"  # Portuguese
    " kund kunder kundfordran kundfordringar"  # Swedish
    " debitorer kundefordringer tilgodehavender"  # Danish, Norwegian
    " asiakkaat myyntisaamiset myyntisaatavat"  # Finnish
    " klienci odbiorcy naleznosci"  # Polish
    " odberatele pohledavky vevok vevokoveteles"  # Czech, Hungarian
    " fordringar fordringer kupci creante alicilar alacaklar"  # Nordic, Croatian and Slovene, Romanian, Turkish
    " дебиторы покупатели заказчики πελατες"  # Russian, Greek
)
_CUSTOMER_STEMS = _of(
    """
    receivable forderung kundfordr kundefordr myyntisaam naleznosc pohledavk 应收 應收 売掛金 매출채권 미수금
    """
)
_CUSTOMER_NUMBERS = ("411",)  # plan comptable général
_NO_CUSTOMERS = _of(
    """
    checking savings card cards brokerage investment investments
    bank banque banken banco banca cash trust escrow loan loans vat gst hst tva ust mwst iva btw moms alv tax
    taxes refund refunds deposit deposits dividend dividends interest employee employees payroll inventory
    """
)
_KINDS = _of(
    """
    account accounts trade current compte comptes cuentas cuenta conti conto contas konto konten rekening por a da
    de des do en e to varios vari diverse diversos lu l from
    due by ar b2b b2c other others sonstige autres divers et und and outstanding invoices
    invoiced invoice unpaid open verso fatture facturas factures rechnungen fakturor tegoed
    """
)
"""Words that only say that an account is for customers, not for which one."""


_PLACES = _of(
    """
    us usa uk gb eu eur usd gbp chf cad aud jpy sek nok dkk pln czk huf inr cny hkd sgd nzd brl mxn de fr es it nl be at ch se no dk
    fi pl cz hu pt ie ca au in cn jp domestic foreign
    """
)


def of_customers(account: str) -> bool:
    """Whether an account (below the root of assets) is likely a customer's: anything below a word for customers, except
    taxes, employees and the like.
    """
    parts = account.split(":")[1:]
    for index, part in enumerate(parts):
        if _said(part, _CUSTOMERS, _CUSTOMER_STEMS) or part.startswith(_CUSTOMER_NUMBERS):
            above = ":".join(parts[: index + 1])
            return words_of_account(above).isdisjoint(_NO_CUSTOMERS) and not any(
                set(_pieces(below)) <= _NO_CUSTOMERS | _KINDS | _CUSTOMERS
                and not words_of_account(below).isdisjoint(_NO_CUSTOMERS)
                for below in parts[index:]
            )
    return False


def of_no_single_customer(part: str) -> bool:
    """Whether a part of an account means customers in general, or a country or currency, and not a single customer."""
    if any(not stem.isascii() and stem in part for stem in _CUSTOMER_STEMS):
        return True
    pieces = _pieces(part)
    known = _CUSTOMERS | _KINDS | _PLACES
    if all(piece.isdigit() for piece in pieces):  # a number alone belongs to somebody
        return part.startswith(_CUSTOMER_NUMBERS)
    return all(piece in known or piece.isdigit() or any(stem in piece for stem in _CUSTOMER_STEMS) for piece in pieces)


_VAT = _of(
    """
    igv itbis igst cgst sgst
    pdv ddv ндс φπα vat gst hst pst qst rst salestax tva tps tvq tvh mwst ust umsatzsteuer mehrwertsteuer iva igic btw
    omzetbelasting moms mva alv podatekvat dph afa fpa kdv ppn ipi icms iss
    """
)
_VAT_STEMS = _of(
    """
    umsatzsteuer mehrwertsteuer omzetbelasting arvonlisavero utgaendemoms utgaendemva 增值税 增值稅 销项税 銷項稅 消費税 부가세
    부가가치세
    """
)
_VAT_NUMBERS = ("4457",)  # plan comptable général: taxe collectée
_PAID_TAX = _of(
    """
    input inputs purchase purchases deductible deductibles recoverable reclaimable achats vorsteuer abziehbar
    soportado soportada credito acquisti voorbelasting ingaende inngaende kobsmoms koebsmoms naliczony 进项税 仮払消費税
    """
)
_COLLECTED = _of(
    """
    output collected collectee percue percues sales sale payable due utgaende udgaende debito vendite ventes
    ventas repercutido repercutida nalezny afdracht verkopen
    """
)
_DEBTS = _of(
    """
    card cards creditcard creditcards credit loan loans mortgage dividend dividends trust payroll wages salary
    income incometax corporate
    """
)


def of_tax(account: str) -> bool:
    """Whether an account is likely that of the tax on sales: VAT, GST, TVA … – not of the tax paid on purchases."""
    _root, _colon, rest = account.partition(":")
    return (
        _said(rest, _VAT, _VAT_STEMS, _VAT_NUMBERS)
        and words_of_account(rest).isdisjoint(_PAID_TAX)
        and words_of_account(rest).isdisjoint(_DEBTS)
        and not _waits(rest)
    )


def of_collected_tax(account: str) -> bool:
    """Whether it also says that the tax is collected, or due."""
    return _said(account, _COLLECTED, (), _VAT_NUMBERS)


_PENDING = _of(
    """
    pending attente enattente deferred suspense suspended notdue notyetdue fallig nichtfallig offen sospeso
    sospesa differita differito diferido diferida pendiente pendente uitgesteld vantande oczekujacy odlozena
    """
)


def _waits(rest: str) -> bool:
    return _said(rest, _PENDING, (), ("4458",))


def of_pending_tax(account: str) -> bool:
    """Whether an account is likely that of tax on sales that is pending because it is due only on payment."""
    _root, _colon, rest = account.partition(":")
    if not words_of_account(rest).isdisjoint(_DEBTS) or not words_of_account(rest).isdisjoint(_PAID_TAX):
        return False
    return _said(rest, (), (), ("4458",)) or (_said(rest, _VAT, _VAT_STEMS) and _said(rest, _PENDING))


_DEPOSITS = _of(
    """
    deposit deposits downpayment downpayments prepayment prepayments advance advances acompte acomptes anzahlung
    anzahlungen anticipo anticipos anticipi acconto acconti aanbetaling aanbetalingen vooruitbetaling
    vooruitbetalingen adiantamento adiantamentos sinais forskott forskud forskudd ennakko ennakot ennakkomaksut
    zaliczka zaliczki zalohy eloleg 预收账款 預收款項 前受金 선수금
    """
)
_DEPOSIT_NUMBERS = ("4191",)
_BESIDE_DEPOSITS = _of(
    """
    current received recus erhaltene erhalten ricevuti recibidos ontvangen erhallna modtagne otrzymane prijate on
    for orders commandes sur auf bestellungen passif courant courants short term
    """
)


def of_deposits(account: str) -> bool:
    """Whether an account is likely that of customers' deposits on orders, and of nothing else (a tenant's bond is a security
    deposit, and a loan is an advance by somebody).
    """
    _root, _colon, rest = account.partition(":")
    parts = rest.split(":")
    if _said(parts[-1], (), (), _DEPOSIT_NUMBERS):
        return True
    allowed = _DEPOSITS | _CUSTOMERS | _KINDS | _BESIDE_DEPOSITS
    pieces = _pieces(rest)
    return _said(parts[-1], _DEPOSITS) and all(piece in allowed for piece in pieces)


_OPENING = _of(
    """
    opening openings openingbalance openingbalances ouverture report reports anouveau eroffnung eroffnungsbilanz
    anfangsbestand apertura aperture abertura begin beginbalans ingaende abning apning avaava otwarcie nyito 期初 期首
    """
)


def of_opening(account: str) -> bool:
    """Whether an equity account is probably that of opening balances."""
    return _said(account.partition(":")[2], _OPENING, ("eroffnung", "opening"))
