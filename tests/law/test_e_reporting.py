"""When e-reporting is due: the table of decree no. 2022-1299, as legifiscal.fr and pyfrctc have it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from beancount_invoicing.law.e_reporting import (
    REPORT_KINDS,
    VAT_REGIMES,
    ReportKind,
    VatRegime,
    e_reporting_since,
    report_periods,
)

DAY = date.fromisoformat


@pytest.mark.parametrize(
    ("regime", "kind", "month", "expected"),
    [
        ("monthly", "transactions", "2027-10", [
            ("2027-10-01", "2027-10-10", "2027-10-20"), ("2027-10-11", "2027-10-20", "2027-10-31"),
            ("2027-10-21", "2027-10-31", "2027-11-10"),
        ]),
        ("monthly", "transactions", "2028-02", [
            ("2028-02-01", "2028-02-10", "2028-02-20"), ("2028-02-11", "2028-02-20", "2028-02-29"),
            ("2028-02-21", "2028-02-29", "2028-03-10"),
        ]),
        ("monthly", "payments", "2027-12", [("2027-12-01", "2027-12-31", "2028-01-10")]),
        ("quarterly", "transactions", "2027-10", [("2027-10-01", "2027-10-31", "2027-11-10")]),
        ("quarterly", "payments", "2027-10", [("2027-10-01", "2027-10-31", "2027-11-10")]),
        ("simplified", "payments", "2027-10", [("2027-10-01", "2027-10-31", "2027-11-25")]),
        ("franchise", "transactions", "2027-10", [("2027-09-01", "2027-10-31", "2027-11-25")]),
        ("franchise", "transactions", "2027-09", [("2027-09-01", "2027-10-31", "2027-11-25")]),
        ("monthly", "transactions", "2026-08", []),
    ],
)  # fmt: skip
def test_periods_and_last_days(
    regime: VatRegime, kind: ReportKind, month: str, expected: list[tuple[str, str, str]]
) -> None:
    since = DAY(f"{month}-01")
    found = report_periods(regime, kind, since, since + timedelta(days=27))
    assert [(str(period.since), str(period.until), str(period.due)) for period in found] == expected


def test_the_simplified_scheme_and_the_franchise_have_until_the_30th() -> None:
    assert report_periods("simplified", "payments", DAY("2028-01-31"), DAY("2028-01-31"))[0].at_latest == DAY(
        "2028-02-29"
    )
    assert report_periods("franchise", "payments", DAY("2027-12-31"), DAY("2027-12-31"))[0].at_latest == DAY(
        "2028-01-30"
    )


@pytest.mark.parametrize("regime", VAT_REGIMES)
@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_each_day_is_in_one_period(regime: VatRegime, kind: ReportKind) -> None:
    periods = report_periods(regime, kind, DAY("2027-09-01"), DAY("2029-12-31"))
    assert periods[0].since == DAY("2027-09-01")
    for before, after in pairwise(periods):
        assert before.until + timedelta(days=1) == after.since
        assert before.until < before.due <= before.at_latest


def test_small_firms_report_a_year_later() -> None:
    assert (e_reporting_since("large"), e_reporting_since("small")) == (DAY("2026-09-01"), DAY("2027-09-01"))
