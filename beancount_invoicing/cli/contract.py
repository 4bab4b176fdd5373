"""`bean-invoice contract add`, `change`, `pause`, `stop`, `milestone` and `list`."""

from __future__ import annotations

from copy import copy
from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from beancount_invoicing import actions
from beancount_invoicing.cli.changing import changing, how, print_outcome, write_options
from beancount_invoicing.cli.common import Commands, Day, OneOf, Session, date_option, examples, from_option
from beancount_invoicing.cli.completion import complete_contracts, complete_customers
from beancount_invoicing.cli.contracts import contracts
from beancount_invoicing.cli.keyed import key_options, said
from beancount_invoicing.entries import keys
from beancount_invoicing.model import Mode

_code = click.argument("code", shell_complete=complete_contracts)


@click.group(
    cls=Commands, epilog=examples("contract list", "contract change VAND-SUIVI --price 250 --from 2027-01-01 -w")
)
def contract() -> None:
    """Contracts: add, change, pause, stop, list, and milestones."""


listed = copy(contracts)
listed.epilog = examples(
    "contract list", "contract list Vandamme --as-of month-end", "contract list --contract CLIN-MAINT --explain"
)
contract.add_command(listed, "list")


@contract.command(
    "add",
    epilog=examples(
        "contract add Vandamme VAND-CAPT subscription --item CAPTEUR --quantity 4 --every year --from 2027-01-01 -w",
        "contract add Garnier GARN-ETU time --item ETU --cap 20000 -w",
    ),
)
@click.argument("customer", shell_complete=complete_customers)
@click.argument("code")
@click.argument("mode", type=OneOf(get_args(Mode)))
@from_option
@key_options(keys.CONTRACT)
@write_options
@click.pass_obj
def add(
    session: Session,
    /,
    customer: str,
    code: str,
    mode: Mode,
    day: date,
    write: bool,
    into: Path | None,
    commit: bool,
    **values: Any,
) -> None:
    """Agree on a contract: what is billed to a customer, by periods (subscription), by the time that is worked (time), or a fixed
    price by milestones."""
    way = how(write, into, commit)
    wanted = actions.ContractWanted(customer, code, mode, day, said(keys.CONTRACT, values))
    with changing(session):
        print_outcome(actions.add_contract(session.find(), wanted, way), way)


@contract.command(
    "change",
    epilog=examples(
        "contract change VAND-SUIVI --price 250 --from 2027-01-01 -w",
        'contract change CLIN-MAINT --purchase-order "PO 2027-118" --from 2027-01-01 -w',
    ),
)
@_code
@from_option
@click.option(
    "-c", "--customer", default="", shell_complete=complete_customers, help="The customer who takes it over then."
)
@key_options(keys.CONTRACT)
@write_options
@click.pass_obj
def change(
    session: Session,
    /,
    code: str,
    day: date,
    customer: str,
    write: bool,
    into: Path | None,
    commit: bool,
    **values: Any,
) -> None:
    """Amend a contract: only what is said changes, from a day on. An option with an empty value ("") says that nothing is agreed
    of it any more."""
    way = how(write, into, commit)
    with changing(session):
        outcome = actions.change_contract(session.find(), code, day, said(keys.CONTRACT, values), customer, way)
        print_outcome(outcome, way)


@contract.command(
    "pause",
    epilog=examples(
        "contract pause VAND-SUIVI --from 2027-07-01 --to 2027-08-31 -w",
        "contract pause CLIN-MAINT --from 2027-07-01 -w",
    ),
)
@_code
@from_option
@click.option("--to", "last", type=Day(), metavar="DATE", help="The last day; until it is changed, if not said.")
@write_options
@click.pass_obj
def pause(
    session: Session, code: str, day: date, last: date | None, write: bool, into: Path | None, commit: bool
) -> None:
    """Bill nothing of a contract for a while."""
    way = how(write, into, commit)
    with changing(session):
        print_outcome(actions.pause_contract(session.find(), code, day, last, way), way)


@contract.command("stop", epilog=examples("contract stop VAND-SUIVI --on 2027-12-31 -w"))
@_code
@click.option("--on", "last", type=Day(), required=True, metavar="DATE", help="Its last day.")
@date_option("The day on which that is agreed.")
@write_options
@click.pass_obj
def stop(session: Session, code: str, last: date, day: date, write: bool, into: Path | None, commit: bool) -> None:
    """End a contract; it renews itself no more."""
    way = how(write, into, commit)
    with changing(session):
        print_outcome(actions.stop_contract(session.find(), code, last, day, way), way)


@contract.command(
    "milestone", epilog=examples('contract milestone CLIN-MAINT "Mise en service" --price 250 --date 2026-12-15 -w')
)
@_code
@click.argument("name")
@date_option("The day from which it may be billed.")
@key_options(keys.MILESTONE)
@write_options
@click.pass_obj
def milestone(
    session: Session,
    /,
    code: str,
    name: str,
    day: date,
    write: bool,
    into: Path | None,
    commit: bool,
    **values: Any,
) -> None:
    """Add a milestone: of a fixed price a percentage, what is done by then, or a sum; of other contracts a sum, billed once."""
    way = how(write, into, commit)
    with changing(session):
        outcome = actions.add_milestone(session.find(), code, name, day, said(keys.MILESTONE, values), way)
        print_outcome(outcome, way)
