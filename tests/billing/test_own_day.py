"""Each thing is billed by the contract as it held on its own day."""

from __future__ import annotations

from datetime import date

from beancount_invoicing import billing
from beancount_invoicing.billing import ContractFilter, Draft
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from tests.ledgers import book_of

ACCOUNTS = """
2026-01-01 open Assets:Receivable:Bruyere EUR
  customer: "Bruyère SARL"
2026-01-01 open Assets:Receivable:Acme:Retention EUR
2026-01-01 open Assets:Time:One HOUR
2026-01-01 open Assets:Time:Two HOUR
2026-01-01 open Equity:Time HOUR
2026-01-01 custom "invoice-option" "default-tax" "FR20"
2026-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
"""


def book(text: str) -> Book:
    return book_of(ACCOUNTS + text)


def contract(keys: str, mode: str = "", day: str = "2026-01-01", account: str = "Assets:Receivable:Acme") -> str:
    head = f'{day} custom "invoice-contract" {account} "K"' + (f' "{mode}"\n' if mode else "\n")
    return head + "".join(f"  {key.strip()}\n" for key in keys.split(";") if key)


def hours(day: str, number: str, account: str = "Assets:Time:One") -> str:
    return f'{day} * "Work" #time\n  {account}  {number} HOUR\n  Equity:Time\n'


SUBSCRIPTION = 'text: "Care"; account: Income:Services; every: "month"'
TIME = 'text: "Work"; account: Income:Services; price: 100.00; time: Assets:Time:One'
FIXED = 'text: "Site"; account: Income:Services'


def bill(text: str, until: str, customer: str = "") -> tuple[list[Draft], list[str]]:
    """The documents of a run, and what is said beside them."""
    found = book(text)
    wanted = ContractFilter((customer,)) if customer else ContractFilter()
    day = date.fromisoformat(until)
    waiting, notices = billing.unbilled_lines(found, day, wanted)
    drafts, more = billing.compose_drafts(found, waiting, day, billing.next_draft_names(found))
    return drafts, [f"{notice.contract}: {notice.message}" for notice in (*notices, *more)]


def billed(text: str, until: str, customer: str = "") -> list[tuple[str, list[str]]]:
    """To whom, under which order, and the nets of the lines; nothing is left out."""
    drafts, said = bill(text, until, customer)
    assert not said
    return [
        (f"{draft.payee} {draft.purchase_order}".strip(), [str(line.net) for line in draft.lines]) for draft in drafts
    ]


def left_out(text: str, until: str) -> list[str]:
    """What is said of what is not billed, without what to do about it."""
    return [one.partition(";")[0] for one in bill(text, until)[1]]


OVER = contract("", day="2026-03-16", account="Assets:Receivable:Bruyere")


def test_a_contract_that_is_handed_over_is_paid_by_each_for_its_own_days() -> None:
    for prorate in ("", "; prorate: TRUE"):
        text = contract(f"{SUBSCRIPTION}; price: 310.00{prorate}", "subscription") + OVER
        assert billed(text, "2026-03-31") == [
            ("Acme SAS", ["310.00", "310.00", "150.00"]),
            ("Bruyère SARL", ["160.00"]),
        ]
        assert billed(text, "2026-02-28", "Assets:Receivable:Acme") == [("Acme SAS", ["310.00", "310.00"])]
        assert billed(text, "2026-04-30", "Assets:Receivable:Bruyere") == [("Bruyère SARL", ["160.00", "310.00"])]


def test_in_advance_each_is_billed_when_its_days_begin() -> None:
    text = contract(f'{SUBSCRIPTION}; price: 310.00; bill: "advance"', "subscription") + OVER
    assert billed(text, "2026-03-01") == [("Acme SAS", ["310.00", "310.00", "150.00"])]
    assert billed(text, "2026-03-16")[1] == ("Bruyère SARL", ["160.00"])


def test_a_whole_price_cannot_be_shared() -> None:
    text = contract(f"{SUBSCRIPTION}; price: 310.00; prorate: FALSE", "subscription")
    (found,) = [finding for finding in check(book(text + OVER)) if finding.rule == "contract"]
    assert "a period, and prorate: FALSE bills that" in found.message
    on_the_first = contract("", day="2026-04-01", account="Assets:Receivable:Bruyere")
    assert not [finding for finding in check(book(text + on_the_first)) if finding.rule == "contract"]


def test_hours_milestones_and_expenses_go_to_who_held_the_contract_on_their_day() -> None:
    text = contract(TIME, "time") + OVER + hours("2026-03-15", "2") + hours("2026-03-16", "3")
    assert billed(text, "2026-03-31") == [("Acme SAS", ["200.00"]), ("Bruyère SARL", ["300.00"])]
    text = contract(f"{FIXED}; price: 10000.00", "fixed") + OVER
    text += '2026-03-01 custom "invoice-milestone" "K" "A"\n  percent: 40\n'
    text += '2026-04-01 custom "invoice-milestone" "K" "B"\n  percent: 60\n'
    assert billed(text, "2026-04-01") == [("Acme SAS", ["4000.00"]), ("Bruyère SARL", ["6000.00"])]


def test_hours_that_one_customer_was_billed_are_not_taken_from_the_others() -> None:
    text = contract(TIME, "time") + OVER + hours("2026-03-10", "2") + hours("2026-03-20", "3")
    text += """
2026-03-31 * "Bruyère SARL" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Bruyere   360.00 EUR
  Income:Services            -300.00 EUR
    text: "Work"
    quantity: 3
    unit: "hour"
    price: 100.00
    tax: "FR20"
    contract: "K"
    from: 2026-03-20
    to: 2026-03-20
  Liabilities:VAT             -60.00 EUR
    tax: "FR20"
  Assets:Time:One                -3 HOUR
  Equity:Time                     3 HOUR
"""
    assert billed(text, "2026-04-30") == [("Acme SAS", ["200.00"])]


def test_a_deposit_is_deducted_from_invoices_to_who_paid_it() -> None:
    text = contract(f"{FIXED}; price: 10000.00", "fixed") + OVER
    text += '2026-02-01 custom "invoice-milestone" "K" "Deposit"\n  percent: 30\n  deposit: TRUE\n'
    text += '2026-04-01 custom "invoice-milestone" "K" "All"\n  percent: 100\n'
    (_deposit, whole), said = bill(text, "2026-04-01")
    assert (whole.payee, whole.deductions, said) == ("Bruyère SARL", (), [])


def test_two_invoices_of_one_run_deduct_a_deposit_once() -> None:
    text = contract(f"{FIXED}; price: 10000.00", "fixed")
    text += '2026-02-01 custom "invoice-milestone" "K" "Deposit"\n  percent: 60\n  deposit: TRUE\n'
    text += '2026-03-01 custom "invoice-milestone" "K" "Half"\n  percent: 50\n'
    text += contract('purchase-order: "PO-2"', day="2026-03-15")
    text += '2026-04-01 custom "invoice-milestone" "K" "Rest"\n  percent: 50\n'
    drafts, said = bill(text, "2026-04-01")
    assert not said
    assert [[str(deduction.amount) for deduction in draft.deductions] for draft in drafts] == [
        [], ["5000.00", "1000.00"], ["1000.00", "200.00"],
    ]  # fmt: skip


def test_each_purchase_order_has_its_own_invoice() -> None:
    keys = f'{SUBSCRIPTION.replace("month", "quarter")}; price: 900.00; purchase-order: "PO-1"'
    text = contract(f"{keys}; prorate: TRUE", "subscription")
    text += contract('purchase-order: "PO-2"; price: 1200.00', day="2026-02-15")
    assert billed(text, "2026-03-31") == [("Acme SAS PO-1", ["450.00"]), ("Acme SAS PO-2", ["600.00"])]
    text = contract(f'{TIME}; purchase-order: "PO-1"', "time") + contract('purchase-order: "PO-2"', day="2026-02-01")
    assert billed(text + hours("2026-01-31", "1"), "2026-02-28") == [("Acme SAS PO-1", ["100.00"])]


def test_a_retention_is_kept_of_what_fell_under_it() -> None:
    kept = "retention: 5; retention-account: Assets:Receivable:Acme:Retention"
    text = contract(f"{FIXED}; price: 1000.00; {kept}", "fixed") + contract("retention: 0", day="2026-03-01")
    text += '2026-02-01 custom "invoice-milestone" "K" "A"\n  percent: 60\n'
    text += '2026-03-01 custom "invoice-milestone" "K" "B"\n  percent: 40\n'
    (draft,), _said = bill(text, "2026-03-31")
    assert [str(receivable.amount) for receivable in draft.receivables] == ["1164.00", "36.00"]


def test_a_cap_holds_from_its_day_on_and_takes_nothing_back() -> None:
    raised = contract(f"{TIME}; cap: 1000.00", "time") + contract("cap: 3000.00", day="2026-02-15")
    raised += hours("2026-01-10", "15")
    drafts, said = bill(raised, "2026-01-31")
    assert [str(draft.net) for draft in drafts] == ["1000.00"]
    assert said == ["K: the cap of 1000.00 is reached: 5.00 HOUR of K stays unbilled"]
    assert billed(raised, "2026-02-15") == [("Acme SAS", ["1500.00"])]
    lowered = contract(f"{TIME}; cap: 3000.00", "time") + contract("cap: 1000.00", day="2026-02-15")
    assert billed(lowered + hours("2026-01-10", "15"), "2026-02-28") == [("Acme SAS", ["1500.00"])]


def test_another_time_account_strands_no_hour() -> None:
    text = contract(TIME, "time") + contract("time: Assets:Time:Two", day="2026-02-01")
    text += hours("2026-01-10", "3") + hours("2026-02-03", "4", "Assets:Time:Two")
    assert billed(text, "2026-01-31") == [("Acme SAS", ["300.00"])]
    assert billed(text, "2026-02-28") == [("Acme SAS", ["700.00"])]


def test_a_milestone_has_the_price_of_its_day() -> None:
    text = contract(f"{FIXED}; price: 10000.00", "fixed") + contract("price: 12000.00", day="2026-03-01")
    text += '2026-02-01 custom "invoice-milestone" "K" "A"\n  percent: 50\n'
    text += '2026-02-15 custom "invoice-milestone" "K" "B"\n  percent: 50\n'
    assert billed(text, "2026-02-15") == [("Acme SAS", ["5000.00", "5000.00"])]


def test_an_end_that_has_passed_is_an_end() -> None:
    text = contract(f"{SUBSCRIPTION}; price: 300.00; until: 2026-03-31", "subscription")
    text += contract("until: 2026-12-31", day="2026-06-10")
    assert billed(text, "2026-05-31") == [("Acme SAS", ["300.00"] * 3)]
    assert billed(text, "2026-07-31") == [("Acme SAS", ["300.00", "300.00", "300.00", "210.00", "300.00"])]


def test_a_trial_is_billed_on_the_first_day_that_costs() -> None:
    keys = f'{SUBSCRIPTION}; price: 310.00; anchor: 2026-03-01; bill: "advance"; prorate: TRUE; paused: TRUE'
    text = contract(keys, "subscription", "2026-03-05") + contract("paused: FALSE", day="2026-03-15")
    assert billed(text, "2026-03-14") == []
    assert billed(text, "2026-03-15") == [("Acme SAS", ["170.00"])]


def test_what_falls_outside_the_contract_is_named() -> None:
    text = contract(f"{TIME}; until: 2026-03-31", "time", "2026-02-01") + hours("2026-01-31", "1")
    text += contract("paused: TRUE", day="2026-03-01") + contract("paused: FALSE", day="2026-03-11")
    text += hours("2026-03-10", "2") + hours("2026-03-11", "3") + hours("2026-04-01", "4")
    (draft,), _said = bill(text, "2026-04-30")
    assert str(draft.net) == "300.00"
    assert left_out(text, "2026-04-30") == [
        "K: 1 HOUR of 2026-01-31 is not billed: K begins on 2026-02-01: correct the day, or amend K",
        "K: 2 HOUR of 2026-03-10 are not billed: K is paused: correct the day, or amend K",
        "K: 4 HOUR of 2026-04-01 are not billed: K ended on 2026-03-31: correct the day, or amend K",
    ]


def test_a_report_knows_nothing_of_a_later_day() -> None:
    early = contract(f'{SUBSCRIPTION}; item: "CARE"; prorate: TRUE; bill: "advance"', "subscription")
    early += '2026-01-01 custom "invoice-item" "CARE" "Care" Income:Services\n  price: 100.00\n'
    late = '2026-02-15 custom "invoice-item" "CARE"\n  price: 200.00\n' + OVER
    late += contract("until: 2026-02-20", day="2026-02-10")
    day = date(2026, 2, 1)
    of_then, of_now = (billing.contract_statuses(book(text), day, ContractFilter()) for text in (early, early + late))
    assert [(status.unbilled, status.price, status.customer, status.ends) for status in of_then] == [
        (status.unbilled, status.price, status.customer, status.ends) for status in of_now
    ]
