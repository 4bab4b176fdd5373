"""The tax of one document as its settlements go by: 200.00 on a claim of 1200.00, if nothing else is said."""

from __future__ import annotations

from decimal import Decimal

from beancount_invoicing.receivables.exchange import DayRate
from beancount_invoicing.receivables.tax_shares import RunningTax, TaxEffect, TwoCurrencyAmount
from beancount_invoicing.rules.steps import recompute

D = Decimal


def running(at_once: str = "0", own_rate: str = "") -> RunningTax:
    tax, base = TwoCurrencyAmount(D("200.00"), D("200.00")), TwoCurrencyAmount(D("1000.00"), D("1000.00"))
    if own_rate:
        tax, base = (
            TwoCurrencyAmount(D("200.00") * D(own_rate), tax.in_document_currency),
            TwoCurrencyAmount(D("1000.00") * D(own_rate), base.in_document_currency),
        )
    return RunningTax(D("1200.00"), tax, base, D(at_once), D(own_rate) if own_rate else None, 2)


def said(made: list[TaxEffect]) -> list[tuple[str, str, str, str]]:
    """What each is, its amount, what is released, its base; every figure follows from its steps."""
    for effect in made:
        for step in effect.steps:
            assert recompute(step) == step.result, step
        assert effect.steps[-1].result == effect.amount
    return [(one.kind, str(one.amount), str(one.released), str(one.base)) for one in made]


def at(rate: str) -> DayRate:
    return DayRate(D(rate), "of the day")


def test_thirds_of_the_claim_make_thirds_of_the_tax_due_and_add_up() -> None:
    tax = RunningTax(
        D("100.00"), TwoCurrencyAmount(D("16.67"), D("16.67")), TwoCurrencyAmount(D("83.33"), D("83.33")), D(0), None, 2
    )
    parts = [said(tax.settle(D(part), None)) for part in ("33.33", "33.33", "33.34")]
    assert parts == [
        [("due", "5.56", "5.56", "27.77")],
        [("due", "5.55", "5.55", "27.78")],
        [("due", "5.56", "5.56", "27.78")],
    ]


def test_what_comes_back_is_due_no_more() -> None:
    tax = running()
    tax.settle(D("600.00"), None)
    assert said(tax.settle(D("-300.00"), None)) == [("due", "-50.00", "-50.00", "-250.00")]
    assert said(tax.settle(D("0.01"), None)) == []


def test_what_was_owed_at_once_is_due_no_more() -> None:
    tax = running(at_once="50.00")
    assert said(tax.settle(D("300.00"), None)) == []
    assert said(tax.settle(D("300.00"), None)) == [("due", "50.00", "50.00", "250.00")]


def test_what_is_given_up_and_lost_cancels_its_share() -> None:
    tax = running()
    assert said(tax.settle(D("600.00"), None)) == [("due", "100.00", "100.00", "500.00")]
    assert said(tax.discount(D("24.00"))) == [("discount", "4.00", "4.00", "20.00")]
    assert said(tax.write_off(D("576.00"))) == [("lost", "96.00", "96.00", "480.00")]
    assert said(tax.write_off(D("-60.00"))) == [("lost", "-10.00", "-10.00", "-50.00")]
    assert said(tax.settle(D("60.00"), None)) == [("due", "10.00", "10.00", "50.00")]


def test_what_was_given_up_or_lost_and_is_taken_back_waits_again() -> None:
    tax = running()
    for change in (tax.discount, tax.write_off):
        what = "discount" if change == tax.discount else "lost"
        assert said(change(D("60.00"))) == [(what, "10.00", "10.00", "50.00")]
        assert said(change(D("-60.00"))) == [(what, "-10.00", "-10.00", "-50.00")]
    assert said(tax.settle(D("1200.00"), None)) == [("due", "200.00", "200.00", "1000.00")]


def test_cents_of_what_is_given_up_and_lost_add_up_with_what_is_due() -> None:
    tax = RunningTax(
        D("100.00"), TwoCurrencyAmount(D("16.67"), D("16.67")), TwoCurrencyAmount(D("83.33"), D("83.33")), D(0), None, 2
    )
    parts = [*tax.settle(D("33.33"), None), *tax.discount(D("33.33")), *tax.write_off(D("33.34"))]
    assert said(parts) == [
        ("due", "5.56", "5.56", "27.77"),
        ("discount", "5.55", "5.55", "27.78"),
        ("lost", "5.56", "5.56", "27.78"),
    ]


def test_a_credit_note_lowers_the_claim_and_the_tax_by_its_own() -> None:
    tax = running()
    tax.settle(D("600.00"), None)
    assert (
        said(
            tax.credit(
                D("240.00"), TwoCurrencyAmount(D("-40.00"), D("-40.00")), TwoCurrencyAmount(D("-200.00"), D("-200.00"))
            )
        )
        == []
    )
    assert said(tax.settle(D("360.00"), None)) == [("due", "60.00", "60.00", "300.00")]


def test_a_credit_note_without_tax_makes_what_was_paid_bear_more() -> None:
    """Half was paid; what is left of the claim is a half less, so that all of the tax is due."""
    tax = running()
    tax.settle(D("600.00"), None)
    assert said(tax.credit(D("600.00"), TwoCurrencyAmount(D(0), D(0)), TwoCurrencyAmount(D(0), D(0)))) == [
        ("due", "100.00", "100.00", "500.00")
    ]


def test_of_a_claim_that_is_credited_whole_nothing_is_due() -> None:
    tax = running()
    tax.settle(D("600.00"), None)
    whole = TwoCurrencyAmount(D("-200.00"), D("-200.00")), TwoCurrencyAmount(D("-1000.00"), D("-1000.00"))
    assert said(tax.credit(D("1200.00"), *whole)) == [("due", "-100.00", "-100.00", "-500.00")]


def test_a_final_invoice_deducts_what_waits() -> None:
    """Of 200.00 a quarter became due; the final invoice deducts the rest, and a payment after it makes nothing due."""
    tax = running()
    assert said(tax.settle(D("300.00"), None)) == [("due", "50.00", "50.00", "250.00")]
    assert said(tax.deduct(D("150.00"), "F2")) == []
    assert said(tax.settle(D("900.00"), None)) == []


def test_what_is_deducted_too_late_is_owed_no_more() -> None:
    tax = running()
    tax.settle(D("300.00"), None)
    assert said(tax.deduct(D("180.00"), "F2")) == [("deducted", "-30.00", "-30.00", "-150.00")]
    assert said(tax.settle(D("900.00"), None)) == []


def test_what_is_deducted_in_part_leaves_the_rest_to_the_rest_of_the_claim() -> None:
    tax = running()
    tax.settle(D("300.00"), None)
    assert said(tax.deduct(D("90.00"), "F2")) == []
    assert said(tax.settle(D("450.00"), None)) == [("due", "30.00", "30.00", "150.00")]
    assert said(tax.settle(D("450.00"), None)) == [("due", "30.00", "30.00", "150.00")]


# in another currency: 200 of 1200 dollars, booked at 0.90 ----------------------------------------------------------------


def test_the_tax_is_worth_what_the_rate_of_the_day_makes_of_it() -> None:
    tax = running(own_rate="0.90")
    assert said(tax.settle(D("600.00"), at("0.95"))) == [("due", "95.00", "90.00", "475.00")]
    assert said(tax.settle(D("600.00"), at("0.80"))) == [("due", "80.00", "90.00", "400.00")]


def test_what_bounces_comes_back_at_its_own_rate_the_last_first() -> None:
    tax = running(own_rate="0.90")
    tax.settle(D("600.00"), at("0.95"))
    tax.settle(D("300.00"), at("0.80"))
    assert said(tax.settle(D("-450.00"), at("1.20"))) == [
        ("due", "-63.75", "-67.50", "-318.75")
    ]  # 300 at 0.80, 150 at 0.95
    (again,) = tax.settle(D("-450.00"), at("1.20"))
    assert (str(again.amount), str(again.rate)) == ("-71.25", "0.95")
    assert said(tax.settle(D("1200.00"), at("0.90"))) == [("due", "180.00", "180.00", "900.00")]


def test_what_comes_back_and_had_never_come_is_worth_the_day_s_rate() -> None:
    tax = running(own_rate="0.90")
    (back,) = tax.settle(D("-600.00"), at("0.95"))
    assert (str(back.amount), str(back.released), str(back.rate)) == ("-95.00", "-90.00", "0.95")


def test_a_credit_note_keeps_the_exchange_difference_in_proportion() -> None:
    tax = running(own_rate="0.90")
    tax.settle(D("600.00"), at("0.95"))
    half = TwoCurrencyAmount(D("-90.00"), D("-100.00")), TwoCurrencyAmount(D("-450.00"), D("-500.00"))
    assert said(tax.credit(D("600.00"), *half)) == []
    assert said(tax.settle(D("-600.00"), at("1.00"))) == [("due", "-95.00", "-90.00", "-475.00")]


def test_money_on_a_claim_that_was_credited_whole_is_worth_no_tax() -> None:
    tax = running(own_rate="0.90")
    tax.credit(
        D("1200.00"), TwoCurrencyAmount(D("-180.00"), D("-200.00")), TwoCurrencyAmount(D("-900.00"), D("-1000.00"))
    )
    assert said(tax.settle(D("600.00"), at("0.95"))) == []


def test_at_the_document_s_own_rate_no_difference_is_told() -> None:
    tax = running(own_rate="0.90")
    (effect,) = tax.settle(D("600.00"), at("0.90"))
    assert [step.because for step in effect.steps if step.figure == "exchange rate"] == ["of the day"]
    assert not any("was worth above or below" in step.because for step in effect.steps)
    (other,) = tax.settle(D("300.00"), at("0.95"))
    assert any("was worth above or below 0.90, the invoice's rate" in step.because for step in other.steps)


def test_a_second_invoice_that_deducts_finds_nothing_left() -> None:
    tax = running()
    assert said(tax.deduct(D("200.00"), "F2")) == []
    assert said(tax.deduct(D("50.00"), "F3")) == []


def test_each_step_goes_on_from_the_one_before_it() -> None:
    """After a deduction what was due before it is added to the share of the rest."""
    tax = running()
    tax.settle(D("300.00"), None)
    tax.deduct(D("90.00"), "F2")
    (made,) = tax.settle(D("450.00"), None)
    assert [(step.operation, str(step.result)) for step in made.steps] == [
        ("share of", "30.00"), ("rounded", "30.00"), ("sum", "80.00"), ("difference", "30.00"),
    ]  # fmt: skip
