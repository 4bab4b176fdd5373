"""Credit notes, deposits, claims, losses, discounts and links: how far each may go."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from beancount_invoicing.checks import check
from tests.documents import document
from tests.ledgers import sound_book

N1 = document("N1", "100.00", day="2026-01-05")
N2 = document("N2", "50.00", day="2026-01-06")


def told(text: str, *rules: str) -> list[str]:
    """Messages of some rules, or of all but those about series."""
    found = check(sound_book(text))
    wanted = [
        finding for finding in found if (finding.rule in rules if rules else finding.rule != "number-not-in-series")
    ]
    return [f"{finding.severity} {finding.rule}: {finding.message}" for finding in wanted]


def each(found: Sequence[str], expected: Sequence[str]) -> None:
    """Each finding begins as expected."""
    assert len(found) == len(expected), found
    for one, part in zip(found, expected, strict=True):
        assert one.startswith(part), one


def note(net: str, vat: str, number: str = "G1", day: str = "2026-02-01", of: str = "N1") -> str:
    total = f"{-(float(net) + float(vat)):.2f}"
    return (
        f'{day} * "Acme" "Back" ^{number}\n  invoice: "{number}"\n  corrects: "{of}"\n  Assets:Receivable:Acme  {total} EUR\n'
        f'  Income:Services  {net} EUR\n    tax: "FR20"\n  Liabilities:VAT  {vat} EUR\n    tax: "FR20"\n'
    )


CREDIT = ("credit-note-beyond", "credit-note-rest")


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (note("100.00", "20.00"), []),
        (note("40.00", "8.00"), []),
        (note("40.00", "8.00") + note("60.00", "12.00", "G2", "2026-02-02"), []),
        (
            note("100.01", "20.00"),
            ["error credit-note-beyond: G1 credits 120.01 EUR, but only 120.00 EUR of N1 is left to credit: lower it"],
        ),
        (
            note("100.00", "20.01"),
            ["error credit-note-beyond: G1 credits 20.01 EUR of the tax FR20, but of N1 only 20.00 EUR is left"],
        ),
        (
            note("100.00", "19.99"),
            [
                "warning credit-note-rest: G1 credits the rest of the net under FR20 of N1, but 19.99 EUR of its "
                "tax, of which 20.00 EUR is left"
            ],
        ),
        (
            note("40.00", "8.00") + note("61.00", "12.20", "G2", "2026-02-02"),
            [
                "error credit-note-beyond: G2 credits 73.20 EUR, but only 72.00 EUR of N1 is left to credit: lower "
                "it, or correct what it corrects (the net under FR20 61.00 EUR, left 60.00 EUR)"
            ],
        ),
        (note("150.00", "30.00", of="N1 N2"), []),
        (
            note("150.01", "30.00", of="N1 N2"),
            ["error credit-note-beyond: G1 credits 180.01 EUR, but only 180.00 EUR of N1, N2 is left"],
        ),
        (
            note("0.50", "0.05").replace("FR20", "FR10"),
            ["error credit-note-beyond: G1 credits 0.50 EUR of the net under FR10, but of N1 nothing is left"],
        ),
        (
            note("100.00", "20.00").replace("FR20", "FR10"),
            ["error credit-note-beyond: G1 credits 100.00 EUR of the net under FR10, but of N1 nothing is left"],
        ),
    ],
)
def test_a_credit_note_gives_back_no_more_than_is_left(notes: str, expected: list[str]) -> None:
    each(told(N1 + N2 + notes, *CREDIT), expected)


DEPOSIT = """2026-01-05 * "Acme" "Ahead" ^D1
  invoice: "D1"
  kind: "deposit"
  Assets:Receivable:Acme  120.00 EUR
  Liabilities:Deposits  -100.00 EUR
    text: "Ahead"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""


def final(net: str = "100.00", vat: str = "20.00", number: str = "N9", day: str = "2026-02-10", of: str = "D1") -> str:
    total = f"{240 - float(net) - float(vat):.2f}"
    return (
        f'{day} * "Acme" "All" ^{number}\n  invoice: "{number}"\n  Assets:Receivable:Acme  {total} EUR\n'
        '  Income:Services  -200.00 EUR\n    tax: "FR20"\n  Liabilities:VAT  -40.00 EUR\n    tax: "FR20"\n'
        f'  Liabilities:Deposits  {net} EUR\n    deposit: "{of}"\n'
        f'  Liabilities:VAT  {vat} EUR\n    deposit: "{of}"\n    tax: "FR20"\n'
    )


DEPOSITS = ("deposit", "deposit-beyond", "deposit-tax", "other-customer", "unknown-invoice")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (final(), []),
        (final("50.00", "10.00"), []),
        (final("50.00", "10.00") + final("50.00", "10.00", "N10", "2026-02-11"), []),
        (final("50.00", "10.01"), []),
        (
            final("50.00", "10.02"),
            ["error deposit-tax: N9 deducts 50.00 EUR of D1 and 10.02 EUR of its tax, but 20 % of it is 10.00 EUR"],
        ),
        (
            final("50.00", "9.98"),
            ["error deposit-tax: N9 deducts 50.00 EUR of D1 and 9.98 EUR of its tax, but 20 % of it is 10.00 EUR"],
        ),
        (
            final("100.01", "20.00"),
            [
                "error deposit-beyond: N9: with this invoice, 100.01 EUR of D1 is deducted in all, but that deposit is only "
                "100.00 EUR: deduct at most 100.00 EUR here"
            ],
        ),
        (
            final("100.00", "20.01"),
            [
                "error deposit-beyond: N9: with this invoice, 20.01 EUR of the tax FR20 of D1 is deducted in all, but "
                "that deposit is only 20.00 EUR"
            ],
        ),
        (
            final("60.00", "12.00") + final("50.00", "10.00", "N10", "2026-02-11"),
            [
                "error deposit-beyond: N10: with this invoice, 110.00 EUR of D1 is deducted in all, but that deposit is only "
                "100.00 EUR: deduct at most 40.00",
                "error deposit-beyond: N10: with this invoice, 22.00 EUR of the tax FR20 of D1 is deducted in all, but "
                "that deposit is only 20.00 EUR",
            ],
        ),
        (final(of="D7"), ['error unknown-invoice: N9 deducts the deposit "D7", but there is no such invoice'] * 2),
        (
            final(of="N1"),
            ['error deposit: N9 deducts the deposit "N1", but that is not a deposit invoice (invoice)'] * 2,
        ),
        (
            final(day="2026-01-04"),
            ["error deposit: N9 of 2026-01-04 deducts D1, which is dated later, 2026-01-05: correct one of the dates"]
            * 2,
        ),
        (final(day="2026-01-05"), []),
        (
            final().replace("Assets:Receivable:Acme", "Assets:Receivable:Kiefer"),
            ["error other-customer: N9 deducts D1, which is a deposit of Acme SAS"] * 2,
        ),
        (  # under another rate, of a tax that is owed at once
            final()
            .replace('-40.00 EUR\n    tax: "FR20"', '-20.00 EUR\n    tax: "FR10"')
            .replace('-200.00 EUR\n    tax: "FR20"', '-200.00 EUR\n    tax: "FR10"')
            .replace("  120.00 EUR", "  100.00 EUR"),
            [],
        ),
        (note("50.00", "10.00", of="D1") + final("50.00", "10.00"), []),
        (
            note("50.00", "10.00", of="D1") + final("50.01", "10.00"),
            [
                "error deposit-beyond: N9: with this invoice, 50.01 EUR of D1 is deducted in all, but less its credit notes, "
                "that deposit is only 50.00 EUR"
            ],
        ),
    ],
)
def test_a_deposit_is_deducted_once_and_with_its_tax(text: str, expected: list[str]) -> None:
    each(told(N1 + DEPOSIT + text, *DEPOSITS), expected)


def claim(
    number: str, *lines: str, of: str = "N1", day: str = "2026-06-01", kind: str = "claim", account: str = "Acme"
) -> str:
    amounts = [float(line.split("|")[0]) for line in lines]
    text = f'{day} * "Acme" "Late" ^{number}\n  invoice: "{number}"\n  kind: "{kind}"\n  claims: "{of}"\n'
    text += f"  Assets:Receivable:{account}  {sum(amounts):.2f} EUR\n"
    for line in lines:
        amount, *keys = line.split("|")
        text += f"  Income:Services  -{amount.strip()} EUR\n" + "".join(f"    {key.strip()}\n" for key in keys)
    return text


DAYS = "2.00 | from: {} | to: {}"
CLAIMS = ("claims", "claimed-twice", "unknown-invoice", "other-customer", "claim-tax")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (claim("C1", DAYS.format("2026-03-01", "2026-03-31"), '40.00 | text: "Indemnity"'), []),
        (
            claim("C1", DAYS.format("2026-03-01", "2026-03-31"))
            + claim("C2", DAYS.format("2026-04-01", "2026-04-30"), day="2026-06-02"),
            [],
        ),
        (
            claim("C1", DAYS.format("2026-03-01", "2026-03-31"))
            + claim("C2", DAYS.format("2026-03-31", "2026-04-30"), day="2026-06-02"),
            [
                "warning claimed-twice: the interest from 2026-03-31 to 2026-04-30 of N1 is already charged, at "
                "least in part"
            ],
        ),
        (
            claim("C1", DAYS.format("2026-03-05", "2026-03-31"))
            + claim("C2", DAYS.format("2026-03-01", "2026-03-05"), day="2026-06-02"),
            ["warning claimed-twice: the interest from 2026-03-01 to 2026-03-05 of N1 is already charged"],
        ),
        (
            claim("C1", DAYS.format("2026-03-05", "2026-03-31"))
            + claim("C2", DAYS.format("2026-03-01", "2026-03-04"), day="2026-06-02"),
            [],
        ),
        (
            claim("C1", '40.00 | text: "Indemnity"') + claim("C2", '40.00 | text: "Indemnity"', day="2026-06-02"),
            ["warning claimed-twice: the fixed indemnity of N1 is already charged"],
        ),
        (
            claim("C1", '40.00 | text: "Indemnity"')
            + claim("C2", DAYS.format("2026-03-01", "2026-03-05"), day="2026-06-02"),
            [],
        ),
        (
            claim("C1", '40.00 | text: "Indemnity"')
            + claim("C2", '40.00 | text: "Indemnity"', of="N2", day="2026-06-02"),
            [],
        ),
        (claim("C1", "2.00", of="N7"), ['error unknown-invoice: C1: claims "N7", but there is no such invoice']),
        (
            claim("C1", "2.00", account="Kiefer"),
            ["error other-customer: C1 of Kiefer GmbH claims interest on N1, which is an invoice of Acme SAS"],
        ),
        (
            document("C1", "10.00", keys='claims: "N1"'),
            ['error claims: C1 claims interest on N1, but is not a claim: write kind: "claim", or take claims: out'],
        ),
        (
            document("G1", "-10.00", keys='claims: "N1" | corrects: "N1"'),
            ["error claims: G1 claims interest on N1, but gives it back: write corrects:"],
        ),
        (
            claim("C1", "10.00") + note("10.00", "2.00", of="C1", day="2026-07-01"),
            [
                "warning claim-tax: G1 gives back C1 with tax, but a claim for late interest is outside VAT: also "
                "write kind"
            ],
        ),
    ],
)
def test_claims_for_late_interest(text: str, expected: list[str]) -> None:
    each(told(N1 + N2 + text, *CLAIMS), expected)


def lost(base: str, vat: str, bank: str = "", means: str = "write-off") -> str:
    gone = float(base) + float(vat)
    whole = gone + float(bank or 0)
    text = f'2026-02-01 * "Acme" "Gone" ^N1{" #write-off" if means == "write-off" else ""}\n'
    text += f"  {'Expenses:BadDebt' if means == 'write-off' else 'Income:Discounts'}  {base} EUR\n"
    if float(vat):
        text += f'  Liabilities:VAT  {vat} EUR\n    tax: "FR20"\n'
    if bank:
        text += f"  Assets:Bank  {bank} EUR\n"
    return text + f"  Assets:Receivable:Acme  {-whole:.2f} EUR\n"


TAKEN = ("write-off-tax", "discount-tax", "discount-late")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (lost("100.00", "20.00"), []),
        (lost("120.00", "0"), []),  # nothing taken back is a choice
        (lost("99.99", "20.01"), []),
        (
            lost("99.98", "20.02"),
            [
                "warning write-off-tax: N1: 120.00 EUR is lost, and 20.02 EUR of FR20 is taken back, but the tax in "
                'it is 20.00 EUR: write Liabilities:VAT 20.00 EUR with tax: "FR20", and the other 100.00 EUR on'
            ],
        ),
        (
            lost("100.02", "19.98"),
            ["warning write-off-tax: N1: 120.00 EUR is lost, and 19.98 EUR of FR20 is taken back, but"],
        ),
        (lost("50.00", "10.00", "60.00"), []),
        (
            lost("45.00", "15.00", "60.00"),
            ["warning write-off-tax: N1: 60.00 EUR is lost, and 15.00 EUR of FR20 is taken back, but"],
        ),
        (note("40.00", "8.00") + lost("60.00", "12.00").replace("02-01", "02-03"), []),
        (lost("10.00", "2.00", "108.00", "discount"), []),
        (
            lost("9.00", "3.00", "108.00", "discount"),
            ["warning discount-tax: N1: 12.00 EUR is given up, and 3.00 EUR of FR20 is taken back, but"],
        ),
    ],
)
def test_the_tax_in_losses_and_discounts(text: str, expected: list[str]) -> None:
    found = told(N1 + text, *TAKEN)
    if expected and not found:  # a base that is not the tax's own is no discount
        pytest.fail("nothing was said")
    each(found, expected)


@pytest.mark.parametrize(
    ("day", "late"), [("2026-01-15", ""), ("2026-01-16", "1 day late"), ("2026-01-17", "2 days late")]
)
def test_a_cash_discount_is_taken_by_its_last_day(day: str, late: str) -> None:
    offered = document("N1", "100.00", day="2026-01-05", keys='cash-discount: "2% within 10 days"')
    found = told(offered + lost("2.00", "0.40", "117.60", "discount").replace("2026-02-01", day), *TAKEN)
    assert len(found) == bool(late), found
    assert late in "".join(found)


PAID = '2026-02-01 * "Acme" "Paid" ^{}\n  Assets:Bank  {} EUR\n  Assets:Receivable:Acme  -{} EUR\n'
SERIES = document("F2026-0001", "100.00", day="2026-01-05") + document("F2026-0002", "50.00", day="2026-01-06")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PAID.format("F2026-0001", "120.00", "120.00"), []),
        (PAID.format("trip-to-rome", "120.00", "120.00"), []),  # a link of one's own
        (
            PAID.format("F2026-0011", "120.00", "120.00"),
            [
                "warning unknown-link: ^F2026-0011 looks like a number of your documents, but none has it: 120.00 "
                "EUR stays unallocated"
            ],
        ),
        (
            PAID.format("F2026-0021", "60.00", "60.00"),
            ["warning unknown-link: ^F2026-0021 looks like a number of your documents"],
        ),
        (
            PAID.format("F2026-0011", "60.00", "60.00"),
            ["warning unknown-link: ^F2026-0011 looks like a number of your documents"],
        ),
        (
            '2025-01-02 custom "invoice-option" "checked-from" 2026-02-02\n'
            + PAID.format("F2026-0011", "120.00", "120.00"),
            [],
        ),
        (
            '2025-01-02 custom "invoice-option" "checked-from" 2026-02-01\n'
            + PAID.format("F2026-0011", "120.00", "120.00"),
            ["warning unknown-link: ^F2026-0011 looks like"],
        ),
        (
            PAID.replace("^{}", "{}").format("", "120.00", "120.00") + '    settles: "F2026-0011"\n',
            [
                'error unknown-invoice: settles: there is no invoice "F2026-0011": 120.00 EUR stays unallocated; did '
                "you mean sett"
            ],
        ),
        (
            PAID.replace("^{}", "{}").format("", "999.00", "999.00") + '    settles: "Q"\n',
            [
                'error unknown-invoice: settles: there is no invoice "Q": 999.00 EUR stays unallocated; correct it, '
                "or take it out"
            ],
        ),
        (
            document("A2026-0001", "-100.00", day="2026-02-01").replace("^A2026-0001", "^A2026-0001 ^F2026-0011"),
            [
                "warning unknown-link: A2026-0001 links to ^F2026-0011, but there is no such document: it corrects "
                "nothing; did yo"
            ],
        ),
    ],
)
def test_names_that_no_document_has(text: str, expected: list[str]) -> None:
    each(told(SERIES + text, "unknown-link", "unknown-invoice"), expected)


@pytest.mark.parametrize(
    ("moved", "charged", "expected"),
    [
        ("120.00", "2026-02-20", 1),  # who had it before was charged already
        ("60.00", "2026-03-10", 0),  # each for a part of its own
        ("60.00", "2026-03-01", 1),
    ],
)
def test_a_claim_on_who_took_an_invoice_over_charges_nothing_twice(moved: str, charged: str, expected: int) -> None:
    taken = f'2026-03-01 * "Taken over" ^N1\n  Assets:Receivable:Acme  -{moved} EUR\n  Assets:Receivable:Kiefer  {moved} EUR\n'
    first = claim("C1", '40.00 | text: "Indemnity"', day=charged)
    second = claim("C2", '40.00 | text: "Indemnity"', account="Kiefer")
    assert len(told(N1 + taken + first + second, "claimed-twice")) == expected


def test_a_claim_that_was_given_back_may_be_made_again() -> None:
    back = (
        '2026-06-10 * "Acme" "Back" ^G1\n  invoice: "G1"\n  corrects: "C1"\n  kind: "claim"\n'
        "  Assets:Receivable:Acme  -40.00 EUR\n  Income:Services  40.00 EUR\n"
    )
    first = claim("C1", '40.00 | text: "Indemnity"')
    again = claim("C2", '40.00 | text: "Indemnity"', day="2026-06-20")
    assert told(N1 + first + back + again, *CLAIMS) == []
    assert len(told(N1 + first + again, *CLAIMS)) == 1
    assert len(told(N1 + first + back + again.replace("2026-06-20", "2026-06-05"), *CLAIMS)) == 1


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("120.00", 'did you mean settles: "F2026-0001" (settled)?'),  # what was paid comes back
        ("50.00", 'did you mean settles: "F2026-0001" (settled)?'),
        ("-60.00", 'did you mean settles: "F2026-0002" (60.00 EUR open)?'),
    ],
)
def test_money_that_comes_back_was_likely_of_what_is_settled(amount: str, says: str) -> None:
    paid = PAID.format("F2026-0001", "120.00", "120.00")
    other = f'2026-02-10 * "Acme" "By the bank"\n  Assets:Bank  {-float(amount):.2f} EUR\n  Assets:Receivable:Acme  {amount} EUR\n'
    (found,) = told(SERIES + paid + other + '    settles: "F2026-0003"\n', "unknown-link", "unknown-invoice")
    assert found.endswith(says)


def test_of_three_as_likely_two_are_named() -> None:
    three = (
        SERIES + document("F2026-0003", "100.00", day="2026-01-07") + document("F2026-0004", "100.00", day="2026-01-08")
    )
    (found,) = told(three + PAID.format("F2026-0009", "120.00", "120.00"), "unknown-link")
    assert found.endswith("did you mean ^F2026-0001 (120.00 EUR open) or ^F2026-0003 (120.00 EUR open)?")


def test_a_credit_note_that_says_what_it_corrects_may_link_to_anything() -> None:
    credit = note("40.00", "8.00", "A2026-0001", of="F2026-0001").replace("^A2026-0001", "^A2026-0001 ^F2026-0099")
    assert told(SERIES + credit, "unknown-link", "unknown-invoice") == []


def test_a_loss_whose_tax_is_wrong_is_told_beside_money_that_settles_nothing() -> None:
    nothing = lost("10.00", "2.00").replace("^N1", "^N1 ^N2").replace("02-01", "01-20").replace("N1 ^N2", "elsewhere")
    (found,) = told(N1 + nothing + lost("99.98", "20.02"), "write-off-tax")
    assert found.startswith("warning write-off-tax: N1: 120.00 EUR is lost, and 20.02 EUR of FR20 is taken back")


@pytest.mark.parametrize("payee", ["Acme SAS Nord", "ACME SAS NORD virement 12"])
def test_money_above_the_customers_is_that_of_the_whole_name(payee: str) -> None:
    """Two customers' names begin alike."""
    ledger = f"""
2025-01-01 open Assets:Receivable
2025-01-01 open Assets:Receivable:Nord
  customer: "Acme SAS Nord"
2026-02-03 * "{payee}" "Acompte"
  Assets:Bank  40.00 EUR
  Assets:Receivable  -40.00 EUR
2026-02-04 * "Acme SAS" "Acompte"
  Assets:Bank  40.00 EUR
  Assets:Receivable  -40.00 EUR
"""
    other, own = told(ledger, "upper-account")
    assert "book it on Assets:Receivable:Nord, which belongs to that customer" in other
    assert "book it on Assets:Receivable:Acme, which belongs to that customer" in own


def test_a_part_of_a_larger_invoice_is_likelier_than_more_than_a_smaller_one() -> None:
    """Both numbers are one slip away: 100.00 may be a part of 120.00, and are more than 60.00."""
    (found,) = told(SERIES + PAID.format("F2026-0003", "100.00", "100.00"), "unknown-link")
    assert "F2026-0001" in found
    assert "F2026-0002" not in found


def test_a_sum_that_is_off_names_what_is_rounded() -> None:
    """120.00 and 0.02 of rounding are 120.02; booked on the account are 120.00."""
    rounded = "  Expenses:Rounding  -0.02 EUR\n    rounding: TRUE\n  Equity:Opening  0.02 EUR"
    text = "2025-01-01 open Expenses:Rounding\n" + document("N1", "100.00", more=rounded)
    (message,) = [finding.message for finding in check(sound_book(text)) if finding.rule == "sum"]
    assert "lines 100.00 EUR, taxes 20.00 EUR, rounding 0.02 EUR make 120.02 EUR: 0.02 EUR missing" in message
