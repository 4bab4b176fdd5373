"""What went wrong with an invoice, and how it is put right: the way follows from the cause and from what its platform says of it.

- An invoice that was refused (210) or rejected (213) was never valid: it is reversed in the books without a credit note, and issued
  anew under a new number (XP Z12-014, annex A, 2.4).
- One that is merely wrong, disputed (207) or not, gets a corrective invoice (type 384), or a credit note and a new invoice (CGI,
  art. 289, I, 5; directive 2006/112/EC, art. 219). Peppol accepts only the latter; and a customer who should never have had the
  invoice needs a credit note, because the corrective invoice goes to somebody else.
- One that bills what another one bills already is credited, and nothing is issued.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, get_args

from beancount_invoicing.billing.correcting import CannotCorrect, Correction, Way
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Event, Invoice
from beancount_invoicing.platform.life_cycle import document_state, flow_states, refusal_of
from beancount_invoicing.platform.statuses import status_in_words

Cause = Literal[
    "refused", "wrong-customer", "wrong-price", "wrong-quantity", "wrong-tax", "wrong-details", "forgotten-line", "doubled",
]  # fmt: skip
"""What went wrong, as `--because` says it."""

CAUSES: tuple[Cause, ...] = get_args(Cause)

CAUSE_WORDS: Mapping[Cause, str] = {
    "refused": _("the customer refused it, or a platform rejected it"),
    "wrong-customer": _("it went to the wrong customer"),
    "wrong-price": _("a price or a discount is wrong"),
    "wrong-quantity": _("a quantity is wrong"),
    "wrong-tax": _("a tax is wrong"),
    "wrong-details": _("an address, an order number, a text, a day or a term is wrong"),
    "forgotten-line": _("a line is missing"),
    "doubled": _("another invoice bills the same"),
}
"""Each cause in words, as it is asked."""

_NEEDED: Mapping[Cause, str] = {
    "wrong-customer": _("say whom it should have gone to: --customer"),
    "wrong-price": _("say the right price: --price or --discount, with --line if there are several lines"),
    "wrong-quantity": _("say the right quantity: --quantity, with --line if there are several lines"),
    "wrong-tax": _("say the right tax code: --tax, with --line if it is that of one line only"),
    "forgotten-line": _('say what is missing: --add "1 Audit @ 450"'),
    "doubled": _("say which invoice is the right one: --duplicate-of"),
}


def must_fit(invoice: Invoice, cause: Cause | None, correction: Correction, adds: bool, duplicate_of: str) -> None:
    """Raises CannotCorrect if what is to be changed does not put the cause right. `adds`: whether lines are added."""
    lines = correction.lines
    given: dict[Cause, bool] = {
        "wrong-customer": bool(correction.customer),
        "wrong-price": any(line.price is not None or line.discount is not None for line in lines),
        "wrong-quantity": any(line.quantity is not None for line in lines),
        "wrong-tax": bool(correction.tax) or any(line.tax for line in lines),
        "forgotten-line": adds,
        "doubled": bool(duplicate_of),
    }
    if cause and cause in _NEEDED and not given[cause]:
        raise CannotCorrect(
            _("{number}: because {cause}: {needed}", number=invoice.number, cause=cause, needed=_NEEDED[cause])
        )
    if duplicate_of and cause != "doubled":
        raise CannotCorrect(
            _("{number}: --duplicate-of is for an invoice that bills twice: --because doubled", number=invoice.number)
        )
    changed = Correction(correction.reason) != correction or adds
    if cause == "doubled" and changed:
        raise CannotCorrect(
            _(
                "{number} is credited whole because {other_number} bills the same: nothing in it can be changed",
                number=invoice.number,
                other_number=duplicate_of,
            )
        )


def way_of(book: Book, invoice: Invoice, cause: Cause | None, asked: Way | None, day: date, *, peppol: bool) -> Way:
    """How an invoice is put right on a day. `asked`: the way that a person wants; `peppol`: whether its customer gets e-invoices
    through Peppol. Raises CannotCorrect if the cause or the way does not fit what the platform says.
    """
    refusal = refusal_of(book, invoice.number, day)
    if refusal is not None:
        if asked:
            raise CannotCorrect(_not_for_refused(invoice, refusal, asked))
        return "reversal"
    if cause == "refused":
        raise CannotCorrect(_not_refused(book, invoice, day))
    if asked:
        return asked
    return "credit-note" if peppol or cause == "wrong-customer" else "corrective"


def _not_for_refused(invoice: Invoice, refusal: Event, asked: Way) -> str:
    if asked == "credit-note":
        return _(
            "{number} was refused on {day}, {status}: a refused invoice gets no credit note, because it was never valid; leave "
            "out --credit-note: it is taken out of the books, and issued anew",
            number=invoice.number,
            day=refusal.date,
            status=status_in_words(refusal),
        )
    return _(
        "{number} was refused on {day}, {status}: a refused invoice gets no corrective invoice, because it was never valid; "
        "leave out --corrective: it is taken out of the books, and issued anew",
        number=invoice.number,
        day=refusal.date,
        status=status_in_words(refusal),
    )


def _not_refused(book: Book, invoice: Invoice, day: date) -> str:
    """Why an invoice is not corrected as a refused one."""
    states = flow_states((event for event in book.events if event.date <= day), invoice.number)
    state = document_state(states)
    twice = next((found for found in states if found.standing == "duplicate"), None)
    if twice and twice.decisive:
        return _(
            "{number}: its platform has it already, {status}: the first deposit is valid, and nothing is to be done; if the "
            "invoice itself is wrong, say how: --because wrong-price, for example",
            number=invoice.number,
            status=status_in_words(twice.decisive),
        )
    if state and state.standing == "disputed" and state.decisive:
        return _(
            "{number} is disputed, not refused: {status}; it stays valid until it is corrected: say what is wrong, --because "
            "wrong-price, for example",
            number=invoice.number,
            status=status_in_words(state.decisive),
        )
    return _(
        "{number} was neither refused (210) nor rejected (213) by {day}, as far as the ledger knows: bean-invoice platform "
        "fetch --write; if it is wrong all the same, say how: --because wrong-price, for example",
        number=invoice.number,
        day=day,
    )
