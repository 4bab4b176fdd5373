"""`bean-invoice contract add`, `change`, `pause`, `stop`, `milestone` and `list`."""

from __future__ import annotations

from copy import copy
from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from beancount_invoicing.actions import contract
from beancount_invoicing.actions.contract import ContractRequest
from beancount_invoicing.cli.common import Commands, DayParam, OneOf, Session, date_option, examples, from_option
from beancount_invoicing.cli.completion import complete_contracts, complete_customers
from beancount_invoicing.cli.contracts import contracts_command
from beancount_invoicing.cli.key_options import given_values, key_options
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.entries import keys
from beancount_invoicing.model import Mode

_code = click.argument("code", shell_complete=complete_contracts)


@click.group(
    cls=Commands, epilog=examples("contract list", "contract change VAND-SUIVI --price 250 --from 2027-01-01 -w")
)
def contract_group() -> None:
    """Contracts: add, change, pause, stop, list, and milestones."""


contract_list_command = copy(contracts_command)
contract_list_command.epilog = examples(
    "contract list", "contract list Vandamme --as-of month-end", "contract list --contract CLIN-MAINT --explain"
)
contract_group.add_command(contract_list_command, "list")


@contract_group.command(
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
@key_options(keys.CONTRACT_DIRECTIVE)
@writing_options
@click.pass_obj
def contract_add_command(
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
    """Add a contract: what is billed to a customer, by periods (subscription), by the time worked (time), or at a fixed
    price by milestones.
    """
    way = build_write_options(write, into, commit)
    wanted = ContractRequest(customer, code, mode, day, given_values(keys.CONTRACT_DIRECTIVE, values))
    with changing(session):
        print_outcome(contract.add_contract(session.find(), wanted, way), way)


@contract_group.command(
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
@key_options(keys.CONTRACT_DIRECTIVE)
@writing_options
@click.pass_obj
def contract_change_command(
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
    """Amend a contract from a day on: only what you give changes. An option with an empty value ("") ends that part of
    the agreement.
    """
    way = build_write_options(write, into, commit)
    with changing(session):
        outcome = contract.change_contract(
            session.find(), code, day, given_values(keys.CONTRACT_DIRECTIVE, values), customer, way
        )
        print_outcome(outcome, way)


@contract_group.command(
    "pause",
    epilog=examples(
        "contract pause VAND-SUIVI --from 2027-07-01 --to 2027-08-31 -w",
        "contract pause CLIN-MAINT --from 2027-07-01 -w",
    ),
)
@_code
@from_option
@click.option("--to", "last", type=DayParam(), metavar="DATE", help="The last day. Default: until you change it.")
@writing_options
@click.pass_obj
def contract_pause_command(
    session: Session, code: str, day: date, last: date | None, write: bool, into: Path | None, commit: bool
) -> None:
    """Bill nothing of a contract for a while."""
    way = build_write_options(write, into, commit)
    with changing(session):
        print_outcome(contract.pause_contract(session.find(), code, day, last, way), way)


@contract_group.command("stop", epilog=examples("contract stop VAND-SUIVI --on 2027-12-31 -w"))
@_code
@click.option("--on", "last", type=DayParam(), required=True, metavar="DATE", help="Its last day.")
@date_option("The day of the agreement.")
@writing_options
@click.pass_obj
def contract_stop_command(
    session: Session, code: str, last: date, day: date, write: bool, into: Path | None, commit: bool
) -> None:
    """End a contract; it is not renewed any more."""
    way = build_write_options(write, into, commit)
    with changing(session):
        print_outcome(contract.stop_contract(session.find(), code, last, day, way), way)


@contract_group.command(
    "milestone", epilog=examples('contract milestone CLIN-MAINT "Mise en service" --price 250 --date 2026-12-15 -w')
)
@_code
@click.argument("name")
@date_option("The day from which it may be billed.")
@key_options(keys.MILESTONE)
@writing_options
@click.pass_obj
def contract_milestone_command(
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
    """Add a milestone: for a fixed price, a percentage, the part done so far, or an amount; for other contracts, an
    amount billed once.
    """
    way = build_write_options(write, into, commit)
    with changing(session):
        outcome = contract.add_milestone(session.find(), code, name, day, given_values(keys.MILESTONE, values), way)
        print_outcome(outcome, way)
