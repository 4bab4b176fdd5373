"""Small rules of what commands do, each by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from beancount import loader

from beancount_invoicing.actions.adopt import _takeover, _Waiting
from beancount_invoicing.actions.init import LedgerSetup, first_ledger
from beancount_invoicing.actions.seal import verify
from beancount_invoicing.billing import Draft
from beancount_invoicing.documents import seal_chain
from beancount_invoicing.documents.differences import Altered, Difference, _differences
from beancount_invoicing.documents.originals import sealed_documents
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.legacy_books import LegacyOpenItem
from beancount_invoicing.model import Book, Event, Invoice, Seal, Source
from beancount_invoicing.sending import letter_dispatches, staging
from beancount_invoicing.sending.event_directives import SentFacts, not_sent_directive, record_file, sent_directives
from beancount_invoicing.writing.changes import _within
from beancount_invoicing.writing.dated_files import expanded_pattern, target_file
from beancount_invoicing.writing.far_ahead import far_ahead
from beancount_invoicing.writing.new_documents import document_changes
from beancount_invoicing.writing.writer import CannotWrite, NewText
from tests.documents import document
from tests.ledgers import sound_book

TODAY = date(2026, 1, 31)
ACME = "Assets:Receivable:Acme"
MARK = "1b7d77df62be722c8979c675a6bf369778c17c26ad7fd4318dc6b68cc722871e"


# what is dated far ahead ------------------------------------------------------------------------------------------------


def ahead(text: str) -> str:
    return far_ahead(sound_book(text).invoices, TODAY)


def test_a_month_ahead_is_not_far() -> None:
    assert ahead(document("N1", "100.00", day="2026-02-28")) == ""
    assert ahead("") == ""
    assert ahead(document("N1", "100.00", day="2026-03-01")) == (
        "1 document dated 2026-03-01, 1 line, 120.00 EUR: more than a month ahead of today, 2026-01-31"
    )


def test_what_is_far_ahead_is_counted_with_its_periods_and_by_currency() -> None:
    line = '100.00 | from: {} | to: {} | text: "Care"'
    several = document("N1", line.format("2027-01-01", "2027-01-31"), "5.00", day="2027-01-05")
    several += document("N2", line.format("2026-12-01", "2026-12-31"), day="2027-02-05")
    several += document("N3", "10.00", day="2027-03-05").replace("EUR", "CHF") + document(
        "N4", "1.00", day="2026-01-05"
    )
    assert ahead(several) == (
        "3 documents dated 2027-01-05 to 2027-03-05, 4 lines of 2026-12-01 to 2027-01-31, 12.00 CHF, 246.00 "
        "EUR: more than a"
        " month ahead of today, 2026-01-31"
    )


def test_open_items_that_are_taken_over_are_not_new() -> None:
    opening = (
        f'2027-01-01 * "Taken over"\n  kind: "opening"\n  {ACME}  240.00 EUR\n    invoice: "OLD1"\n  Equity:Opening\n'
    )
    assert ahead(opening) == ""


# the chain of seals -----------------------------------------------------------------------------------------------------


def seal(day: int, number: str, previous: str = "") -> Seal:
    where = Source("main.beancount", day)
    return Seal(date(2026, 1, day), ACME, (number,), (), "sealed", f"{number}.pdf", f"{day}aa", where, "F", previous)


def chained(*seals: Seal) -> Book:
    return replace(sound_book(""), seals=seals)


def test_the_next_seal_names_the_last_of_the_chain() -> None:
    first = seal(1, "N1")
    second = seal(2, "N2", seal_chain.seal_hash(first))
    old = seal(9, "N9")  # from before there were chains: later, but named by none
    assert seal_chain.tip(chained()) == ""
    assert seal_chain.tip(chained(first)) == seal_chain.seal_hash(first)
    assert seal_chain.tip(chained(second, first, old)) == seal_chain.seal_hash(second)
    back = seal(1, "N4", seal_chain.seal_hash(second))  # written for an earlier day
    assert seal_chain.tip(chained(first, second, back)) == seal_chain.seal_hash(back)
    branch = seal(3, "N3", seal_chain.seal_hash(first))
    assert seal_chain.tip(chained(first, branch, second)) == seal_chain.seal_hash(branch)  # the later of two branches


def test_what_is_gone_or_altered_leaves_a_gap() -> None:
    first = seal(1, "N1")
    second = seal(2, "N2", seal_chain.seal_hash(first))
    third = seal(3, "N3", seal_chain.seal_hash(second))
    assert seal_chain.seals_after_gaps(chained(first, second, third)) == ()
    assert seal_chain.seals_after_gaps(chained(first, third)) == (third,)
    assert seal_chain.seals_after_gaps(chained(second, third)) == (second,)
    for altered in (
        second._replace(event="sent"),
        second._replace(sha256="2ab"),
        second._replace(content_digest=""),
        second._replace(previous="x"),
        second._replace(date=date(2026, 1, 5)),
    ):
        assert third in seal_chain.seals_after_gaps(chained(first, altered, third))
    moved = second._replace(file="elsewhere.pdf", source=Source("b", 7))
    assert seal_chain.seals_after_gaps(chained(first, moved, third)) == ()
    lost = second._replace(numbers=(), unknown_links=("N2",))  # its invoice has been deleted: the links are the same
    assert seal_chain.seals_after_gaps(chained(first, lost, third)) == ()


def test_a_mark_is_known_by_its_beginning() -> None:
    book = chained(seal(1, "N1"), seal(2, "N2"))
    mark = seal_chain.seal_hash(book.seals[0])
    assert seal_chain.has_seal(book, mark[: seal_chain.SHORT_HASH].upper())
    assert not seal_chain.has_seal(book, "z" * seal_chain.SHORT_HASH)


def test_a_mark_stays_what_it_is_whichever_way_round_the_links_stand() -> None:
    """Marks are written into ledgers, and noted elsewhere: another way to work them out would break every chain."""
    several = seal(1, "N1")._replace(numbers=("N5", "N 1", "N3"), unknown_links=("N-4", "N-2"))
    assert seal_chain.seal_hash(several) == MARK


def test_what_is_written_has_the_mark_that_is_read_of_it() -> None:
    meta = [("event", "sealed"), ("sha256", "ab"), ("facts", "F")]
    directive, mark = seal_chain.seal_link(date(2026, 1, 5), ACME, "N1.pdf", ["N-1"], meta, "before")
    assert directive == (
        f'2026-01-05 document {ACME} "N1.pdf" ^N-1\n  event: "sealed"\n  sha256: "ab"\n  facts: "F"\n  previous: "before"\n'
    )
    read = Seal(date(2026, 1, 5), ACME, ("N 1",), (), "sealed", "N1.pdf", "ab", Source("a", 1), "F", "before")
    assert seal_chain.seal_hash(read) == mark
    _directive, bare = seal_chain.seal_link(date(2026, 1, 5), ACME, "N1.pdf", ["N-1"], meta[:2], "before")
    assert seal_chain.seal_hash(read._replace(content_digest="")) == bare


# files that wait for their names -----------------------------------------------------------------------------------------


def test_a_file_has_its_name_once_the_ledger_knows_of_it(tmp_path: Path) -> None:
    file = tmp_path / "outbox" / "N1.pdf"
    staging.stage(file, b"one")
    assert not file.exists()
    staging.put_in_place(file)
    assert file.read_bytes() == b"one"
    assert [path.name for path in file.parent.iterdir()] == ["N1.pdf"]
    staging.stage(file, b"one")  # it is there as it should be
    assert not staging.staged_path(file).exists()
    staging.stage(file, b"two")
    assert file.read_bytes() == b"one"
    file.chmod(0o640)
    staging.put_in_place(file)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"two", 0o640)
    assert not staging.staged_path(file).exists()
    staging.put_in_place(file)  # nothing waits
    assert file.read_bytes() == b"two"


def test_what_an_ended_command_left_gets_its_name_or_goes(tmp_path: Path) -> None:
    known, other, wrong, path = (tmp_path / name for name in ("known.pdf", "other.pdf", "wrong.pdf", "there.pdf"))
    for file in (known, other, wrong):
        staging.stage(file, b"one")
    path.write_bytes(b"old")
    staging.stage(path, b"new")
    mark = sha256(b"one").hexdigest()
    (tmp_path / ".N2.pdf-x7_kq0ab").write_bytes(b"half of it")
    staging.finish_staged({known: mark, wrong: sha256(b"two").hexdigest(), path: ""}, [tmp_path, tmp_path])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["known.pdf", "there.pdf"]
    assert path.read_bytes() == b"old"
    staging.stage(other, b"one")
    staging.finish_staged({other: ""}, [])
    assert other.read_bytes() == b"one"


# files by day ---------------------------------------------------------------------------------------------------------


def test_files_are_named_by_the_day() -> None:
    assert expanded_pattern("{year}/{month}-{day}.beancount", date(826, 3, 1)) == "0826/03-{day}.beancount"
    assert target_file("/books/{x}/a-{year}.beancount", TODAY) == Path("/books/{x}/a-2026.beancount")
    with pytest.raises(CannotWrite, match=r"--into a-\{x\}: \{x\} has no meaning there"):
        target_file("a-{x}", TODAY)


def test_what_is_sent_is_recorded_by_year_beside_the_ledger() -> None:
    book = replace(sound_book(""), file="/books/main.beancount")
    assert record_file(book, TODAY) == Path("/books/sent-2026.beancount")
    text = '2025-01-01 custom "invoice-option" "sent-file" "mail/{year}-{month}.beancount"\n'
    book = replace(sound_book(text), file="/books/main.beancount")
    assert record_file(book, TODAY) == Path("/books/mail/2026-01.beancount")


# what the ledger is told -------------------------------------------------------------------------------------------------

SENT = SentFacts(
    "sent", TODAY, ACME, ("N 1",), None, None, "", "email", "<a@b>", "ab", "Invoice\nN 1", facts_digest="F"
)


def test_a_note_says_what_was_sent() -> None:
    (note,), mark = sent_directives(
        Path("sent.beancount"), [SENT._replace(level=2, tone="firm", refused_recipients="c@d")], None, "before", "en"
    )
    assert note == (
        f'2026-01-31 note {ACME} "Sent: Invoice N 1" ^N-1\n  event: "sent"\n  level: 2\n  tone: "firm"\n  channel: "email"\n'
        '  message-id: "<a@b>"\n  sha256: "ab"\n  not-to: "c@d"\n'
    )
    assert mark == "before"


def test_the_document_is_kept_with_the_first_of_those_that_it_was_sent_for() -> None:
    other = SENT._replace(numbers=("N2",))
    target = Path("/books/sent/2026.beancount")
    (kept, note), mark = sent_directives(target, [SENT, other], Path("/books/documents/N1.pdf"), "before", "en")
    assert kept.startswith(f'2026-01-31 document {ACME} "../documents/N1.pdf" ^N-1\n  event: "sent"\n')
    assert '\n  sha256: "ab"\n  facts: "F"\n' in kept
    assert kept.endswith('\n  previous: "before"\n')
    assert note.startswith(f'2026-01-31 note {ACME} "Sent: Invoice N 1" ^N2\n')
    assert mark not in {"", "before"}


@pytest.mark.parametrize(("day", "said"), [(date(2026, 1, 1), "2026-01-31"), (date(2026, 2, 1), "2026-02-01")])
def test_what_has_not_left_is_said_on_its_day_or_later(day: date, said: str) -> None:
    opened = Event(
        TODAY,
        "sending",
        ACME,
        ("N 1",),
        "",
        Source("a", 1),
        level=1,
        channel="post",
        sends_kind="reminder",
        message_id="m",
    )
    assert not_sent_directive(day, ACME, "Not\nsent", opened) == (
        f'{said} note {ACME} "Not sent" ^N-1\n  event: "not-sent"\n  sends: "reminder"\n  level: 1\n  channel: "post"\n'
        '  message-id: "m"\n'
    )


@pytest.mark.parametrize(("line", "new"), [(4, False), (5, True), (6, True), (7, True), (8, False)])
def test_which_lines_are_new(line: int, new: bool) -> None:
    assert _within(NewText(Path("a"), 5, "one\ntwo\nthree"), Source("a", line)) is new
    assert not _within(NewText(Path("a"), 5, "one\ntwo\nthree"), Source("b", line))


def test_amounts_of_what_is_far_ahead_are_those_to_be_paid() -> None:
    less = document("N1", "100.00", day="2027-01-05", more=f"  {ACME}  -20.00 EUR\n  Assets:Bank  20.00 EUR")
    assert sound_book(less).invoices[0].payable == Decimal("120.00")
    assert ", 120.00 EUR: more" in ahead(less)


def test_the_sealed_document_of_an_invoice_is_its_pdf() -> None:
    text = seal(2, "N1")._replace(file="N1.txt")
    letter = seal(3, "N1")._replace(event="reminder")
    other = seal(4, "N2")._replace(numbers=("N2", "N3"), event="sent")
    assert {
        number: seal.file for number, seal in sealed_documents(chained(seal(1, "N1"), text, letter, other)).items()
    } == {
        "N1": "N1.pdf",
        "N2": "N2.pdf",
        "N3": "N2.pdf",
    }


def test_what_was_sent_and_has_no_document_any_more_is_told_of_the_numbers_that_are_asked_for() -> None:
    sent = '2026-02-01 note {} "Sent" ^{}\n  event: "sent"\n  sha256: "{}"\n'
    book = sound_book(
        document("N1", "100.00")
        + document("N2", "50.00")
        + sent.format(ACME, "N1", "aa")
        + sent.format(ACME, "N2", "bb")
    )
    assert [(verified.number, verified.differences[0].sealed) for verified in verify(book)] == [
        ("N1", "aa"),
        ("N2", "bb"),
    ]
    assert [verified.number for verified in verify(book, ["N2"])] == ["N2"]
    assert [verified.unchanged for verified in verify(book, ["N1"])] == [False]


def test_what_cannot_be_told_of_a_sealed_document_is_said_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    book = sound_book(
        document("N1", "100.00") + document("N2", "50.00") + document("N3", "5.00") + document("N4", "5.00")
    )
    seals = {number: seal(1, number) for number in ("N1", "N2", "N3")}

    def as_sealed(_book: Book, invoice: Invoice, _seal: Seal) -> tuple[bytes, str]:
        if invoice.number == "N3":
            raise Altered("is not as it was sealed")
        return (
            b"as it was",
            "" if invoice.number == "N1" else "cannot be compared",
        )

    monkeypatch.setattr(letter_dispatches, "as_sealed", as_sealed)
    assert letter_dispatches._as_sealed(book, book.invoices, seals) == (
        {"N1": b"as it was", "N2": b"as it was"},
        ["N3 is not as it was sealed"],
        ["N2: cannot be compared"],
    )


def test_open_items_that_come_to_nothing_are_taken_over_without_a_posting_of_nothing() -> None:
    start = LedgerSetup("A", (), "exempt", (), "EUR", "en", "30 days", "F{seq}", TODAY)
    items = [
        (LegacyOpenItem(ACME, currency, number, TODAY, Decimal(amount), Source("a", 1)), ACME)
        for currency, number, amount in (("EUR", "O1", "50.00"), ("EUR", "O2", "-50.00"), ("CHF", "O3", "20.00"))
    ]
    text = _takeover(items, _Waiting("", ()), {}, TODAY, start, "Equity:Opening", 52)
    assert [" ".join(line.split()) for line in text.splitlines() if "Equity:" in line] == [
        "Equity:Opening -20.00 CHF",
        "Equity:Opening 20.00 CHF",
    ]
    assert text.count("invoice:") == 3


# what is committed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, ""),
        (1, "Invoices: N1"),
        (5, "Invoices: N1, N2, N3, N4, N5"),
        (6, "Invoices: N1, N2, N3, N4, N5 and 1 more"),
        (8, "Invoices: N1, N2, N3, N4, N5 and 3 more"),
    ],
)
def test_a_commit_names_the_first_five_documents(count: int, said: str) -> None:
    drafts = [
        Draft("invoice", ACME, "Acme SAS", TODAY, "EUR", (), (), (), (), number=f"N{n + 1}") for n in range(count)
    ]
    assert document_changes(sound_book(""), drafts).message == said


@pytest.mark.parametrize(("before", "after"), [("", "12"), (None, "12")])
def test_what_a_sealed_document_did_not_say_was_nothing(before: str | None, after: str) -> None:
    assert [*_differences("note", before, after)] == [Difference("note", "nothing", "12")]
    assert [*_differences("note", after, before)] == [Difference("note", "12", "nothing")]


def test_the_one_stop_shop_knows_the_rates_that_follow() -> None:
    """Estonia has 24 % since 1 July 2025 (before: 22 %)."""
    start = LedgerSetup(
        "A",
        (("country", "FR"),),
        "debits",
        (Decimal(20),),
        "EUR",
        "en",
        "30 days",
        "F{seq}",
        date(2025, 1, 1),
        oss=True,
    )
    entries, _errors, options = loader.load_string("\n".join(first_ledger(start).values()))
    estonian = read_book(entries, options).taxes["OSS-EE"]
    rates = [(str(day), str(tax.rate), tax.sold_to) for day, tax in estonian.versions]
    assert rates == [("2025-01-01", "22", "EE consumer"), ("2025-07-01", "24", "EE consumer")]
