"""Money of the ledger that nobody can tell anything of without a person: what a plugin made, and what goes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_match import MatchedMoney, UnsettledMoney, matched_money, unsettled_money
from beancount_invoicing.loading.loader import Loading, load
from tests.actions.test_bank_match import FROM_PAYER, LEDGER, OF_PAYER, PLUGIN, matched, squeezed

MADE = {"filename": "<a_plugin>", "lineno": 0}


def money_of(folder: Path, text: str) -> tuple[Loading, UnsettledMoney]:
    """The only transaction of a ledger that settles nothing."""
    file = folder / "main.beancount"
    file.write_text(LEDGER + text + PLUGIN, encoding="utf-8")
    loading = load(str(file))
    (money,) = unsettled_money(loading)
    return loading, money


def only(loading: Loading, money: UnsettledMoney) -> MatchedMoney:
    (found,) = matched_money(loading, [money])
    return found


def test_what_stands_in_a_file_is_written_there(tmp_path: Path) -> None:
    found = only(*money_of(tmp_path, OF_PAYER))
    assert found.booked.is_booked
    assert squeezed(found.new_text) == squeezed(FROM_PAYER.rstrip("\n"))


@pytest.mark.parametrize("part", ["entry", "counter"])
def test_what_a_plugin_made_is_shown_with_the_reason(tmp_path: Path, part: str) -> None:
    loading, money = money_of(tmp_path, OF_PAYER)
    assert money.counter is not None
    counter = money.counter._replace(meta=MADE)
    if part == "entry":
        money = money._replace(entry=money.entry._replace(meta={**money.entry.meta, **MADE}))
    else:
        money = money._replace(counter=counter, entry=money.entry._replace(postings=[money.money, counter]))
    found = only(loading, money)
    assert (found.booked.proposal.action, found.new_text) == ("propose", "")
    assert found.booked.proposal.against[-1] == (
        f"{money.line.source}: the entry cannot be changed there by the program: write into it what it settles"
    )


def test_money_that_goes_out_to_a_customer_is_theirs_though_it_names_nothing(tmp_path: Path) -> None:
    to_customer = '2026-02-06 * "Acme" "back"\n  Assets:Bank  -5.00 EUR\n  Assets:Clients:Acme\n'
    to_nobody = to_customer.replace("Assets:Clients:Acme", "Assets:Suspense").replace('"Acme"', '"Shop"')
    actions = []
    for money in (to_customer, to_nobody):
        done, text = matched(tmp_path, money)
        assert text == money
        actions += [found.booked.proposal.action for found in done.found]
    assert actions == ["propose", "not-ours"]
