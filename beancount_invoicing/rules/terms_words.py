"""The words of payment terms, by language: how they are printed, and as what they are read.

What is read is written as regular expressions, whatever the case; a letter with an accent also stands for the letter without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["WORDS", "TermsWords"]


class TermsWords(NamedTuple):
    """One language's words.

    `forms` are printed, the singular first where there are two. The others are read: the units by their words; `before` and
    `behind` a number of days, without a meaning of their own; `net` before a number that has no unit; `from_invoice` (the days
    count from the invoice's date); `end` of the month, and `after_end`, which lets days follow it; a `day` of the month,
    `{}`, and `next_month`; due at once (`receipt`); a cash `discount`, `of_net`, and the words before it that say when it is
    `paid`; `other`wise. `samples` are shown to whoever wrote terms that cannot be read.
    """

    forms: Mapping[str, tuple[str, ...]]
    days: str
    weeks: str
    months: str
    years: str
    before: str
    behind: str
    net: str
    from_invoice: str
    end: str
    after_end: str
    day: str
    next_month: str
    receipt: str
    discount: str
    of_net: str
    paid: str
    otherwise: str
    samples: str


WORDS: dict[str, TermsWords] = {
    "en": TermsWords(
        forms={
            "days": ("{} day", "{} days"),
            "months": ("{} month", "{} months"),
            "end of month": ("end of month",),
            "day": ("day {}",),
            "receipt": ("on receipt",),
            "instalment": ("{}% ",),
            "discount": ("{}% ",),
            "of net": ("of net ",),
            "within": ("within {} day", "within {} days"),
            "after": ("after {}",),
        },
        days="day days d",
        weeks="week weeks",
        months="month months",
        years="year years",
        before="payable|payment|due|strictly|within|in|after",
        behind="net|strictly net",
        net="net|n/",
        from_invoice="(from|after) (the )?(invoice date|date of (the )?invoice)",
        end="((at|by) )?(the )?end of (the )?month|eom",
        after_end="after|from|following",
        day="(on )?(the )?day {}|(on )?the {}(st|nd|rd|th)|{}(st|nd|rd|th)",
        next_month="of (the )?(next|following) month",
        receipt="(up)?on receipt( of (the )?invoice)?|immediate(ly)?|cash|at once|cod|c\\.o\\.d|cash on delivery|on delivery",
        discount="((early payment|prompt payment|cash) )?discount|less",
        of_net="of (the )?net( amount)?|excl\\.? (vat|tax)|before tax",
        paid="if paid|if payment|for payment|on payment",
        otherwise="or|otherwise|else",
        samples='"30 days", "45 days, end of month", "on receipt", "30% on receipt; 70% 60 days", "2/10 net 30"',
    ),
    "fr": TermsWords(
        forms={
            "days": ("{} jour", "{} jours"),
            "months": ("{} mois",),
            "end of month": ("fin de mois",),
            "day": ("le {}",),
            "receipt": ("à réception",),
            "instalment": ("{}\u00a0% ",),
            "discount": ("{}\u00a0% ",),
            "of net": ("du HT ",),
            "within": ("sous {} jour", "sous {} jours"),
            "after": ("à {}",),
        },
        days="jour jours j",
        weeks="semaine semaines",
        months="mois",
        years="an ans année années",
        before="payable|paiement|règlement|à|sous|dans les|après|net",
        behind="nets?",
        net="net",
        from_invoice="((à compter de|après|de) )?(la )?date (d'émission )?de (la )?facture",
        end="(à )?(la )?fin (de |du )?mois|fdm",
        after_end="après|à compter de|à partir de",
        day="(le )?jour {}|le (jour )?{}(er)?",
        next_month="du mois (suivant|prochain)",
        receipt="(au )?comptant|((à|dès) )(la )?réception( de (la )?facture)?|immédiat(ement)?|à la livraison",
        discount="(d')?escompte|moins",
        of_net="du ht|du montant ht|ht",
        paid="si payé|si paiement|pour paiement",
        otherwise="ou|sinon",
        samples='"30 jours", "45 jours, fin de mois", "à réception", "30 % à réception; 70 % 60 jours", '
        '"2 % sous 8 jours, 30 jours nets"',
    ),
    "de": TermsWords(
        forms={
            "days": ("{} Tag", "{} Tage"),
            "months": ("{} Monat", "{} Monate"),
            "days after": ("{} Tag", "{} Tagen"),
            "months after": ("{} Monat", "{} Monaten"),
            "end of month": ("Monatsende",),
            "day": ("am {}.",),
            "receipt": ("sofort nach Erhalt",),
            "instalment": ("{}\u00a0%: ",),
            "discount": ("{}\u00a0% ",),
            "of net": ("vom Nettobetrag ",),
            "within": ("innerhalb von {} Tag", "innerhalb von {} Tagen"),
            "after": ("nach {}",),
        },
        days="tag tage tagen",
        weeks="woche wochen",
        months="monat monate monaten",
        years="jahr jahre jahren",
        before="zahlbar|zahlung|zahlungsziel:?|fällig|innerhalb( von)?|binnen|nach|in|(rein )?netto",
        behind="(rein )?netto( kasse)?|ohne abzug",
        net="netto",
        from_invoice="(ab|nach|vom) (rechnungsdatum|datum der rechnung)",
        end="(zum )?monatsende|(zum )?ende des monats|(zum )?monatsletzten",
        after_end="(nach|ab)( dem)?",
        day="(am|zum) {}\\.?( tag)?|{}\\.",
        next_month="des (folgemonats|(folgenden|nächsten) monats)",
        receipt="sofort( (fällig|zahlbar))?( (nach|bei) (erhalt|rechnungserhalt))?( der rechnung)?"
        "|(nach|bei) (erhalt|rechnungserhalt)( der rechnung)?"
        "|prompt|bar|bei lieferung",
        discount="skonto|abzüglich|abzgl\\.?",
        of_net="vom netto(betrag)?",
        paid="bei (be)?zahlung",
        otherwise="oder|sonst|danach",
        samples='"30 Tage", "14 Tage netto", "45 Tage, Monatsende", "sofort", "30 % sofort; 70 % 60 Tage", '
        '"2 % Skonto 7 Tage, 30 Tage netto"',
    ),
    "es": TermsWords(
        forms={
            "days": ("{} día", "{} días"),
            "months": ("{} mes", "{} meses"),
            "end of month": ("fin de mes",),
            "day": ("día {}",),
            "receipt": ("a la recepción",),
            "instalment": ("{}\u00a0%: ",),
            "discount": ("{}\u00a0% ",),
            "of net": ("de la base imponible ",),
            "within": ("en {} día", "en {} días"),
            "after": ("a {}",),
        },
        days="día días",
        weeks="semana semanas",
        months="mes meses",
        years="año años",
        before="pago|pagadero|vencimiento|a|en|neto",
        behind="netos?",
        net="neto",
        from_invoice="((desde|a partir de) )?(la )?fecha (de )?(la )?factura|f\\.?f\\.?",
        end="(a )?(fin|final) de mes",
        after_end="después de|desde( el)?|a partir del?|tras",
        day="(el )?día {}|el {}",
        next_month="del (mes (siguiente|próximo)|próximo mes)",
        receipt="(a la )?recepción( de (la )?factura)?|(al )?contado|inmediato|a la vista|contra reembolso|a la entrega",
        discount="((de|por) )?(descuento|dto\\.?)( del?)?|(por )?pronto pago",
        of_net="de la base( imponible)?",
        paid="si (se paga|paga)",
        otherwise="o|si no",
        samples='"30 días", "30 días fecha factura", "45 días, fin de mes", "al contado", "30 % al contado; 70 % 60 días", '
        '"2 % pronto pago 7 días, 30 días"',
    ),
    "it": TermsWords(
        forms={
            "days": ("{} giorno", "{} giorni"),
            "months": ("{} mese", "{} mesi"),
            "end of month": ("fine mese",),
            "day": ("giorno {}",),
            "receipt": ("a ricevimento fattura",),
            "instalment": ("{}%: ",),
            "discount": ("{}% ",),
            "of net": ("dell’imponibile ",),
            "within": ("entro {} giorno", "entro {} giorni"),
            "after": ("a {}",),
        },
        days="giorno giorni gg",
        weeks="settimana settimane",
        months="mese mesi",
        years="anno anni",
        before="pagamento|scadenza|a|entro|netto",
        behind="netti?|netto",
        net="netto",
        from_invoice="((dalla|da) )?data( (di|della))? fattura|d\\.?f\\.?",
        end="(a )?fine( del)? mese|f\\.?m\\.?",
        after_end="dalla|da|dopo( la)?",
        day="(il )?giorno {}|il {}",
        next_month="del mese (successivo|seguente)",
        receipt="(al? )?ricevimento( della)?( fattura)?|immediato|(in )?contanti|a vista|alla consegna",
        discount="(di )?sconto( del)?|meno",
        of_net="dell'imponibile",
        paid="se pagat[oa]|per pagamento",
        otherwise="o|oppure|altrimenti",
        samples='"30 giorni", "30 giorni data fattura fine mese", "a ricevimento fattura", "30% a ricevimento; 70% 60 giorni", '
        '"2% sconto 7 giorni, 30 giorni"',
    ),
    "nl": TermsWords(
        forms={
            "days": ("{} dag", "{} dagen"),
            "months": ("{} maand", "{} maanden"),
            "end of month": ("einde maand",),
            "day": ("de {}e",),
            "receipt": ("bij ontvangst",),
            "instalment": ("{}%: ",),
            "discount": ("{}% ",),
            "of net": ("van het nettobedrag ",),
            "within": ("binnen {} dag", "binnen {} dagen"),
            "after": ("na {}",),
        },
        days="dag dagen",
        weeks="week weken",
        months="maand maanden",
        years="jaar jaren",
        before="betaling|betaalbaar|te betalen|betaaltermijn:?|binnen|na|netto",
        behind="netto",
        net="netto",
        from_invoice="(na|vanaf) (de )?factuurdatum|factuurdatum",
        end="(op )?(het )?eind(e)? (van (de )?)?maand",
        after_end="(na|vanaf)( het)?",
        day="(op )?(de|dag) {}(e|de|ste)?",
        next_month="van de (volgende|daaropvolgende) maand",
        receipt="(bij|na) ontvangst( van (de )?factuur)?|contant|(per )?direct|onmiddellijk|per omgaande|onder rembours"
        "|bij levering",
        discount="((betalings|contant)?korting)|kredietbeperking|min",
        of_net="van het netto(bedrag)?",
        paid="bij betaling|indien betaald",
        otherwise="of|anders",
        samples='"30 dagen", "30 dagen netto", "45 dagen, einde maand", "bij ontvangst", "30% bij ontvangst; 70% 60 dagen", '
        '"2% korting 7 dagen, 30 dagen"',
    ),
    "pt": TermsWords(
        forms={
            "days": ("{} dia", "{} dias"),
            "months": ("{} mês", "{} meses"),
            "end of month": ("fim de mês",),
            "day": ("dia {}",),
            "receipt": ("contra receção da fatura",),
            "instalment": ("{}%: ",),
            "discount": ("{}% ",),
            "of net": ("do valor sem IVA ",),
            "within": ("no prazo de {} dia", "no prazo de {} dias"),
            "after": ("a {}",),
        },
        days="dia dias",
        weeks="semana semanas",
        months="mês mes meses",
        years="ano anos",
        before="pagamento|vencimento|a|no prazo de|em|líquido",
        behind="líquidos?",
        net="líquido",
        from_invoice="((da|após a|a contar da) )?data (da )?fat?ura|data da emissão( da fatura)?",
        end="(no )?(fim|final) d[eo] mês",
        after_end="após( o)?|a partir do|a contar do|depois do",
        day="(no )?dia {}",
        next_month="do (mês seguinte|próximo mês)",
        receipt="(contra|na|à) recep?ção( da fatura)?|(a )?pronto( pagamento)?|imediato|à vista|contra entrega|à cobrança",
        discount="(de )?desconto( de)?|menos",
        of_net="do valor sem iva",
        paid="se pago|por pagamento",
        otherwise="ou|senão",
        samples='"30 dias", "45 dias, fim de mês", "pronto pagamento", "30% pronto pagamento; 70% 60 dias", '
        '"2% desconto 7 dias, 30 dias"',
    ),
}
"""The languages in which terms are read and printed."""
