"""`bean-invoice note`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import click

from beancount_invoicing.actions.note import NoteKind, NoteRequest, PromisedPart, note
from beancount_invoicing.cli.common import DayParam, Number, OneOf, Session, date_option, examples
from beancount_invoicing.cli.completion import complete_documents_or_customers
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _

_WITH_UNTIL = frozenset({"promise", "hold", "insolvency"})
_WITH_AMOUNT = frozenset({"promise", "dispute"})


class _PartParam(click.ParamType[PromisedPart]):
    """A part of a payment plan: 600.00=2026-02-28."""

    name = "amount=date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> PromisedPart:
        """The amount and the day of a text."""
        if isinstance(value, PromisedPart):
            return value
        amount_text, equals, day_text = value.partition("=")
        if not equals:
            self.fail(
                _("{value}: write an amount and its last day, such as 600.00=2026-02-28", value=value), param, ctx
            )
        amount = Number().convert(amount_text, param, ctx)
        if amount <= 0:
            self.fail(_("{value}: the amount must be above 0", value=value), param, ctx)
        return PromisedPart(amount, DayParam("last").convert(day_text, param, ctx))


@click.command(
    "note",
    epilog=examples(
        "note promise F2026-0062 --until 2026-12-15",
        'note dispute F2026-0062 --amount 100 --text "Two hours too many" -w',
        'note hold Kerbrat --until 2026-12-31 --text "New address"',
    ),
)
@click.argument("kind", metavar="EVENT", type=OneOf(get_args(NoteKind)))
@click.argument(
    "about", nargs=-1, required=True, metavar="NUMBER|CUSTOMER...", shell_complete=complete_documents_or_customers
)
@click.option(
    "--text", default="", help="Words of your own. Default: what the event is called, in the books' language."
)
@click.option(
    "-u",
    "--until",
    type=DayParam("last"),
    metavar="DATE",
    help="The last day of a promise or a hold; of an insolvency: the last day to declare your claim.",
)
@click.option("--amount", type=Number(), help="Only this part is in dispute, or promised.")
@click.option(
    "--part",
    "parts",
    type=_PartParam(),
    multiple=True,
    metavar="AMOUNT=DATE",
    help="A part of a promised payment plan; give the option once for each part.",
)
@date_option("The day on which it happened.")
@writing_options
@click.pass_obj
def note_command(
    session: Session,
    kind: NoteKind,
    about: tuple[str, ...],
    text: str,
    until: date | None,
    amount: Decimal | None,
    parts: tuple[PromisedPart, ...],
    day: date,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Note what a customer answered, or what became of it: EVENT is dispute, dispute-settled, promise, hold, resume,
    insolvency, declared or acknowledged. Reminders follow it.
    """
    _must_fit(kind, until, amount, parts)
    way = build_write_options(write, into, commit)
    with changing(session):
        print_outcome(note(session.find(), NoteRequest(kind, about, text, until, amount, parts), day, way), way)


def _must_fit(kind: NoteKind, until: date | None, amount: Decimal | None, parts: tuple[PromisedPart, ...]) -> None:
    """Raises click.UsageError if an option has no meaning for this event, or a promise has no day."""
    if amount is not None and amount <= 0:
        raise click.UsageError(_("--amount must be above 0"))
    given = {"--until": until is not None, "--amount": amount is not None, "--part": bool(parts)}
    fitting = {"--until": kind in _WITH_UNTIL, "--amount": kind in _WITH_AMOUNT, "--part": kind == "promise"}
    wrong = [option for option in given if given[option] and not fitting[option]]
    if wrong:
        raise click.UsageError(_("{option} has no meaning for {kind}", option=wrong[0], kind=kind))
    if parts and (until or amount is not None):
        raise click.UsageError(_("--part says amounts and days: leave --until and --amount out"))
    if kind == "promise" and not parts and until is None:
        raise click.UsageError(_("a promise needs its last day: --until DATE"))
