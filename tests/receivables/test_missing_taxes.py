"""Which month lacks which tax: what became due, less what the books moved, in whatever order they did."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing.model import Source, TaxMovement
from beancount_invoicing.receivables.missing_taxes import MissingTaxLine, UnmovedTax, missing_tax_entries
from beancount_invoicing.receivables.pending_taxes import PendingTaxKey

D = Decimal
WHERE = PendingTaxKey("Liabilities:Pending", "FR20E", "EUR")


def moved(day: str, amount: str, reached: str = "", *, taken_over: bool = False) -> TaxMovement:
    return TaxMovement(
        date=date.fromisoformat(day), account=WHERE.account, code=WHERE.code, currency=WHERE.currency,
        amount=D(amount), number="", write_off=False, source=Source("", 0), reached_due_account=D(reached or amount),
        taken_over=taken_over,
    )  # fmt: skip


def moves(due: dict[str, str], *movements: TaxMovement, tied: str = "") -> dict[str, tuple[str, str]]:
    """What is left by month, owed and released, of what became due on days, after the books' movements."""
    tax = UnmovedTax()
    for day, amount in due.items():
        tax.add_due(date.fromisoformat(day), D(amount), D(amount))
    for movement in movements:
        tax.add_moved(movement, date.fromisoformat(tied) if tied else None)
    return {str(month): (str(owed), str(released)) for month, (owed, released) in tax.remainders().items()}


JANUARY, FEBRUARY, MARCH = "2026-01-31", "2026-02-28", "2026-03-31"
THREE = {"2026-01-10": "50.00", "2026-02-11": "30.00", "2026-03-12": "20.00"}


def test_nothing_moved_is_missing_in_each_month() -> None:
    assert moves({**THREE, "2026-01-31": "5.00"}) == {
        JANUARY: ("55.00", "55.00"), FEBRUARY: ("30.00", "30.00"), MARCH: ("20.00", "20.00"),
    }  # fmt: skip


def test_what_a_payment_moves_is_of_its_month_whenever_that_was() -> None:
    left = moves(THREE, moved("2026-03-31", "30.00"), tied="2026-02-11")
    assert left == {JANUARY: ("50.00", "50.00"), MARCH: ("20.00", "20.00")}


def test_an_entry_is_of_the_month_that_lacks_just_that() -> None:
    assert moves(THREE, moved("2026-04-05", "30.00")) == {JANUARY: ("50.00", "50.00"), MARCH: ("20.00", "20.00")}
    assert moves(THREE, moved("2026-02-28", "30.00")) == {JANUARY: ("50.00", "50.00"), MARCH: ("20.00", "20.00")}


def test_of_two_that_lack_as_much_the_one_on_whose_last_day_it_is_else_the_older_one() -> None:
    two = {"2026-01-10": "50.00", "2026-02-10": "50.00"}
    assert moves(two, moved("2026-02-28", "50.00")) == {JANUARY: ("50.00", "50.00")}
    assert moves(two, moved("2026-02-27", "50.00")) == {FEBRUARY: ("50.00", "50.00")}
    assert moves(two, moved("2026-03-05", "50.00")) == {FEBRUARY: ("50.00", "50.00")}


def test_else_it_is_of_the_oldest() -> None:
    assert moves(THREE, moved("2026-03-31", "60.00")) == {FEBRUARY: ("20.00", "20.00"), MARCH: ("20.00", "20.00")}
    assert moves(THREE, moved("2026-03-31", "100.00")) == {}


def test_never_of_a_month_after_its_own() -> None:
    assert moves(THREE, moved("2026-02-15", "20.00")) == {
        JANUARY: ("30.00", "30.00"), FEBRUARY: ("30.00", "30.00"), MARCH: ("20.00", "20.00"),
    }  # fmt: skip


def test_what_was_moved_too_early_or_too_much_is_set_off() -> None:
    assert moves({"2026-02-10": "50.00"}, moved("2026-01-15", "50.00")) == {}
    assert moves({"2026-02-10": "50.00"}, moved("2026-01-15", "30.00")) == {FEBRUARY: ("20.00", "20.00")}
    assert moves({"2026-02-10": "50.00"}, moved("2026-02-15", "70.00")) == {FEBRUARY: ("-20.00", "-20.00")}
    assert moves({"2026-02-10": "-50.00"}, moved("2026-01-15", "-50.00")) == {}, "so is what was taken back too early"


def test_what_is_due_in_one_month_and_cancelled_in_the_next_is_in_both_returns() -> None:
    """A payment that bounces a month later: nothing was moved, and neither month makes up for the other."""
    bounced = {"2026-01-10": "50.00", "2026-02-10": "-50.00"}
    assert moves(bounced) == {JANUARY: ("50.00", "50.00"), FEBRUARY: ("-50.00", "-50.00")}
    assert moves(bounced, moved("2026-01-31", "50.00")) == {FEBRUARY: ("-50.00", "-50.00")}
    assert moves(bounced, moved("2026-02-28", "-50.00")) == {JANUARY: ("50.00", "50.00")}
    assert moves(bounced, moved("2026-01-31", "70.00")) == {
        JANUARY: ("-20.00", "-20.00"), FEBRUARY: ("-50.00", "-50.00"),
    }  # fmt: skip


def test_what_is_taken_back_is_of_a_month_that_owes_less() -> None:
    assert moves({"2026-01-10": "50.00", "2026-02-10": "-20.00"}, moved("2026-02-28", "-20.00")) == {
        JANUARY: ("50.00", "50.00")
    }


def test_an_exchange_difference_goes_with_what_is_released() -> None:
    tax = UnmovedTax()
    tax.add_due(date(2026, 1, 10), D("55.00"), D("50.00"))
    tax.add_moved(moved("2026-01-31", "50.00", "55.00"), None)
    assert tax.remainders() == {}
    half = UnmovedTax()
    half.add_due(date(2026, 1, 10), D("55.00"), D("50.00"))
    half.add_moved(moved("2026-01-31", "20.00", "22.00"), None)
    assert half.remainders() == {date(2026, 1, 31): (D("33.00"), D("30.00"))}
    alone = UnmovedTax()
    alone.add_due(date(2026, 1, 10), D("55.00"), D("50.00"))
    alone.add_moved(moved("2026-02-15", "50.00"), None)
    alone.add_moved(moved("2026-02-15", "0.00", "5.00"), None)  # the difference is booked later
    assert alone.remainders() == {}


def test_what_leaves_where_it_waits_without_its_difference_leaves_that_to_be_booked() -> None:
    """60.00 of 70.00 that waited: the oldest month lacks its difference only, the next one the rest and its own."""
    tax = UnmovedTax()
    tax.add_due(date(2026, 1, 10), D("55.00"), D("50.00"))
    tax.add_due(date(2026, 2, 10), D("22.00"), D("20.00"))
    tax.add_moved(moved("2026-03-15", "60.00"), None)
    assert tax.remainders() == {
        date(2026, 1, 31): (D("5.00"), D(0)), date(2026, 2, 28): (D("12.00"), D("10.00")),
    }  # fmt: skip


def test_what_earlier_books_brought_goes_out_again_without_a_month() -> None:
    assert moves({}, moved("2026-01-01", "-40.00", taken_over=True)) == {}
    assert moves({}, moved("2026-01-01", "-40.00", taken_over=True), moved("2026-02-10", "40.00")) == {}
    assert moves({}, moved("2026-01-01", "-40.00", taken_over=True), moved("2026-02-10", "60.00")) == {
        FEBRUARY: ("-20.00", "-20.00")
    }
    first = moves({"2026-02-01": "30.00"}, moved("2026-01-01", "-40.00", taken_over=True), moved("2026-02-10", "50.00"))
    assert first == {}


def test_entries_by_month_the_running_one_today() -> None:
    tax, other = UnmovedTax(), PendingTaxKey("Liabilities:Pending", "FR10E", "EUR")
    tax.add_due(date(2026, 1, 10), D("50.00"), D("50.00"))
    tax.add_due(date(2026, 2, 10), D("55.00"), D("50.00"))
    more = UnmovedTax()
    more.add_due(date(2026, 2, 11), D("7.00"), D("7.00"))
    found = missing_tax_entries(
        {WHERE: tax, other: more},
        {WHERE: "Liabilities:VAT", other: None},
        {WHERE: ["Expenses:Exchange"], other: ["Expenses:Exchange"]},
        date(2026, 2, 15),
    )
    assert [(str(entry.date), entry.lines) for entry in found] == [
        ("2026-01-31", (MissingTaxLine(WHERE, "Liabilities:VAT", D("50.00"), D("50.00"), ""),)),
        (
            "2026-02-15",
            (
                MissingTaxLine(other, "", D("7.00"), D("7.00"), ""),
                MissingTaxLine(WHERE, "Liabilities:VAT", D("50.00"), D("55.00"), "Expenses:Exchange"),
            ),
        ),
    ]
    assert found[1].lines[1].difference == 5


def test_what_reached_the_tax_alone_is_of_the_oldest_month_that_lacks_some_up_to_its_own() -> None:
    """What an exchange rate adds, for one, waits nowhere."""
    rest = {FEBRUARY: ("30.00", "30.00"), MARCH: ("20.00", "20.00")}
    for due in (THREE, dict(reversed(THREE.items()))):
        assert moves(due, moved("2026-02-15", "0", "20.00")) == {JANUARY: ("30.00", "50.00"), **rest}
    first = moved("2026-02-15", "0", "50.00")
    assert moves(THREE, first) == {JANUARY: ("0.00", "50.00"), **rest}
    others = moved("2026-02-28", "0", "20.00"), moved("2026-02-28", "30.00")
    assert moves(THREE, first, *others) == {
        JANUARY: ("0.00", "20.00"), FEBRUARY: ("0.00", "30.00"), MARCH: ("0.00", "20.00"),
    }  # fmt: skip
    later = {"2026-03-10": "20.00"}
    assert moves(later, moved("2026-02-15", "0", "20.00"), moved("2026-03-31", "20.00")) == {FEBRUARY: ("-20.00", "0")}
    cents = moves({"2026-01-10": "0.50", "2026-02-10": "0.50"}, moved("2026-02-28", "0", "0.50"))
    assert cents == {JANUARY: ("0.00", "0.50"), FEBRUARY: ("0.50", "0.50")}
    back = moves({"2026-01-10": "-50.00", "2026-02-10": "30.00"}, moved("2026-02-28", "0", "-20.00"))
    assert back == {JANUARY: ("-30.00", "-50.00"), FEBRUARY: ("30.00", "30.00")}


def test_what_comes_from_earlier_books_waits_until_it_is_moved_on() -> None:
    here = {"2026-01-10": "0.50"}
    assert moves(here, moved(JANUARY, "0.50", taken_over=True)) == {}
    assert moves(here, moved(JANUARY, "0", "0.50", taken_over=True)) == {JANUARY: ("0.00", "0.50")}
    assert moves({}, moved(JANUARY, "-0.50", taken_over=True), moved("2026-02-10", "0.50")) == {}
