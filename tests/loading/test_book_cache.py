"""A kept Book, and what Beancount's cache says, never say anything else than the ledger's files."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from beancount import loader
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.entries.sources import file_stamp, sources
from beancount_invoicing.ledger import Ledger, open_for_aging, open_ledger
from beancount_invoicing.loading import beancount_cache, book_cache
from beancount_invoicing.loading import loader as ledger_loader
from beancount_invoicing.receivables import aging, positions
from tests.ledgers import EXAMPLE, PRELUDE, month_ends

INVOICE = """
2026-02-02 * "Kiefer" "Work" ^F-{number}
  invoice: "F-{number}"
  Assets:Receivable:Kiefer  {amount}.00 EUR
  Income:Services          -{amount}.00 EUR
    tax: "REVERSE"
"""
PLUGIN = 'plugin "beancount_invoicing"\n'
LATER = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _cached(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Beancount keeps a cache of small ledgers too."""
    monkeypatch.delenv("BEANCOUNT_DISABLE_LOAD_CACHE", raising=False)
    monkeypatch.delenv("BEANCOUNT_LOAD_CACHE_FILENAME", raising=False)
    monkeypatch.setattr(loader, "PICKLE_CACHE_THRESHOLD", 0.0)
    loader.initialize(use_cache=True)
    yield
    monkeypatch.undo()
    loader.initialize(use_cache=True)


def written(folder: Path) -> Path:
    """A ledger of two files."""
    top = folder / "main.beancount"
    (folder / "months").mkdir()
    (folder / "months" / "first.beancount").write_text("; nothing yet\n", "utf-8")
    includes = 'include "more.beancount"\ninclude "months/**/*.beancount"\n'
    top.write_text(PRELUDE + includes + INVOICE.format(number=1, amount=100) + PLUGIN, "utf-8")
    (folder / "more.beancount").write_text(INVOICE.format(number=2, amount=200), "utf-8")
    return top


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return written(tmp_path)


def kept_file(top: Path) -> Path:
    return top.with_name(".main.beancount.beancount_invoicing.picklecache")


def beancounts(top: Path) -> Path:
    return top.with_name(".main.beancount.picklecache")


def owed(ledger: Ledger) -> list[str]:
    return [f"{invoice.number} {invoice.payable}" for invoice in ledger.book.invoices]


def without_loading(monkeypatch: pytest.MonkeyPatch, top: Path) -> Ledger:
    """Opens a ledger, and fails where that needs its files."""
    with monkeypatch.context() as patched:
        patched.setattr(ledger_loader, "load", lambda _path: pytest.fail("it was loaded"))
        return open_ledger(top)


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_second_time_nothing_is_loaded_and_the_answer_is_the_same(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_ledger(top)
    again = without_loading(monkeypatch, top)
    assert again == first
    assert owed(again) == ["F-1 100.00", "F-2 200.00"]
    assert {finding.rule for finding in again.findings} == {finding.rule for finding in first.findings}


def test_what_was_kept_gives_the_same_reports_on_every_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLE.parent, tmp_path / "books", ignore=shutil.ignore_patterns(".*"))
    top = tmp_path / "books" / "main.beancount"
    first = open_ledger(top)
    again = without_loading(monkeypatch, top)
    assert again == first
    for day in month_ends(date(2025, 3, 31), date(2027, 1, 31)):
        allocated = again.allocated_at(day)
        assert aging(again.book, day, allocated=allocated) == aging(first.book, day)
        assert positions(again.book, day, allocated) == positions(first.book, day)


def included(top: Path) -> str:
    third = top.with_name("third.beancount")
    third.write_text(INVOICE.format(number=3, amount=300), encoding="utf-8")
    return third.name


def month(top: Path) -> Path:
    """A file that only a pattern reaches."""
    folder = top.parent / "months" / "2026"
    folder.mkdir()
    file = folder / "03.beancount"
    file.write_text(INVOICE.format(number=3, amount=300), encoding="utf-8")
    return file


def an_old_month(top: Path) -> None:
    """It was made long before, elsewhere, and is moved here."""
    time.sleep(0.02)
    aside = top.parent / "aside"
    aside.write_text(INVOICE.format(number=3, amount=300), encoding="utf-8")
    os.utime(aside, (1, 1))
    time.sleep(0.02)
    aside.rename(top.parent / "months" / "old.beancount")


def a_month_while_others_load(top: Path) -> None:
    """It came when its folder had been looked into, and before the cache was written."""
    month(top)
    time.sleep(0.02)
    os.utime(beancounts(top))


def under_its_old_time(top: Path) -> None:
    """An amount of the same length, as `cp -p`, `rsync -t` or `touch -r` leave a file."""
    before = top.stat()
    time.sleep(0.02)
    replace(top, "100.00", "150.00")
    os.utime(top, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "an amount of the same length": lambda top: replace(top, "100.00", "150.00"),
    "an amount in an included file": lambda top: replace(top.with_name("more.beancount"), "200.00", "250.00"),
    "an included file that is gone": lambda top: top.with_name("more.beancount").unlink(),
    "one more file": lambda top: replace(top, PLUGIN, f'include "{included(top)}"\n{PLUGIN}'),
    "a new file below a pattern": month,
    "an old file below a pattern": an_old_month,
    "a file below a pattern, before the cache was written": a_month_while_others_load,
    "an amount, under the same time and size": under_its_old_time,
    "nothing but the time": lambda top: os.utime(top, (1, 1)),
    "Beancount's cache is gone": lambda top: beancounts(top).unlink(),
    "Beancount's cache is another": lambda top: os.utime(beancounts(top), (1, 1)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_a_change_the_ledger_is_read_again(
    top: Path, change: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(top)
    change(top)
    loaded = []
    load = ledger_loader.load

    def noted(path: str) -> ledger_loader.Loading:
        loaded.append(path)
        return load(path)

    with monkeypatch.context() as patched:
        patched.setattr(ledger_loader, "load", noted)
        answer = open_ledger(top)
    assert loaded == [str(top)]
    kept_file(top).unlink()
    assert answer == open_ledger(top)
    beancounts(top).unlink()
    assert answer == open_ledger(top), "Beancount's cache, too, was not believed"


def test_another_program_does_not_believe_it(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ledger(top)
    assert book_cache.cached_book(top) is not None
    monkeypatch.setattr(book_cache, "_program", lambda: b"a later version, or another library of holidays")
    assert book_cache.cached_book(top) is None


def test_the_program_is_its_code_and_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    this = book_cache._program()
    assert this
    assert book_cache._program() == this
    (tmp_path / "holidays-99.dist-info").mkdir()
    with monkeypatch.context() as patched:
        patched.syspath_prepend(str(tmp_path))
        assert book_cache._program() != this
    monkeypatch.setattr(book_cache, "imported_at", time.time_ns() + 10**12)
    shutil.copytree(book_cache._PACKAGE / "rules", tmp_path / "rules")
    monkeypatch.setattr(book_cache, "_PACKAGE", tmp_path)
    before = book_cache._program()
    replace(tmp_path / "rules" / "tax.py", "rate / 100", "rate / 101")
    assert book_cache._program() != before


@pytest.mark.parametrize("what", ["our code", "a package"])
def test_a_process_whose_code_was_replaced_keeps_nothing_and_takes_nothing(
    what: str, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it works out, and the shape of it, is the old code's; on the disk there is the new one."""
    open_ledger(top)
    assert book_cache.cached_book(top) is not None
    monkeypatch.setattr(book_cache, "imported_at", _newest(book_cache._PACKAGE.rglob("*.py")) - 1)
    if what == "a package":
        newest = _newest(Path(pytest.__file__).parent.parent.glob("*.dist-info"))
        monkeypatch.setattr(book_cache, "imported_at", newest - 1)
        monkeypatch.setattr(book_cache, "_PACKAGE", top.parent / "months")
    assert book_cache.cached_book(top) is None
    kept_file(top).unlink()
    assert owed(open_ledger(top)) == ["F-1 100.00", "F-2 200.00"]
    assert not kept_file(top).exists()


def _newest(files: Iterator[Path]) -> int:
    return max(file.stat().st_ctime_ns for file in files)


@given(
    st.lists(
        st.sampled_from(["ask", "amount", "included", "month", "time", "beancount", "plugin", "keep"]),
        min_size=2,
        max_size=7,
    )
)
def test_whatever_happens_it_says_what_is_said_without_it(happens: list[str]) -> None:
    """A plugin that reads a file of its own, too: Beancount's cache does not notice that, and neither more nor less do we."""
    with TemporaryDirectory() as folder:
        top = written(Path(folder))
        (Path(folder) / "reads_a_file.py").write_text(
            "from pathlib import Path\n__plugins__ = ['run']\n"
            "def run(entries, options):\n"
            "    text = Path(options['filename']).with_name('own.txt').read_text()\n"
            "    return [e._replace(narration=text) if hasattr(e, 'narration') else e for e in entries], []\n"
        )
        own = Path(folder) / "own.txt"
        own.write_text("first")
        replace(top, PLUGIN, f'option "insert_pythonpath" "TRUE"\nplugin "reads_a_file"\n{PLUGIN}')
        sys.modules.pop("reads_a_file", None)
        for number, what in enumerate([*happens, "ask"]):
            if what == "amount":
                top.write_text(top.read_text().replace("100.00", "150.00"))
            elif what == "included":
                top.with_name("more.beancount").write_text(INVOICE.format(number=2, amount=300 + number))
            elif what == "month":
                (Path(folder) / "months" / f"{number}.beancount").write_text(INVOICE.format(number=9, amount=number))
            elif what == "time":
                os.utime(top, (number + 1, number + 1))
            elif what == "beancount":
                beancounts(top).unlink(missing_ok=True)
            elif what == "keep":
                kept_file(top).unlink(missing_ok=True)
            elif what == "plugin":
                own.write_text(f"text {number}")
            else:
                answer = open_ledger(top)
                kept_file(top).unlink()
                assert answer == open_ledger(top)


@given(st.data())
def test_a_damaged_file_is_as_if_it_were_not_there(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        top = written(Path(folder))
        whole = open_ledger(top)
        good = kept_file(top).read_bytes()
        place = data.draw(st.integers(0, len(good) - 1))
        damage = data.draw(
            st.sampled_from([
                good[:place],
                good[:place] + bytes([good[place] ^ (1 << place % 8)]) + good[place + 1 :],
                good[:place] + b"\x80\x05N." + good[place:],
                b"",
                book_cache._MARK,
            ])
        )  # fmt: skip
        kept_file(top).write_bytes(damage)
        assert open_ledger(top) == whole


class Runs:
    """Pickled, it is a call of a function."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.file,)


def forged(top: Path, *parts: bytes) -> None:
    """A kept file of other parts, which are bound to what they should be."""
    program = book_cache._program()
    assert program is not None
    known_by = tuple((len(part), blake2b(part, digest_size=16).digest()) for part in parts)
    bound = book_cache._Bound(
        os.path.realpath(top), program, file_stamp(beancounts(top)), sources(str(top)), (), known_by
    )
    kept_file(top).write_bytes(b"".join((book_cache._MARK, pickle.dumps(bound), *parts)))


def test_a_file_that_would_run_something_runs_nothing(top: Path, tmp_path: Path) -> None:
    open_ledger(top)
    trap = tmp_path / "run"
    pickle.loads(pickle.dumps(Runs(trap)))  # noqa: S301 - of our own
    assert trap.exists(), "it would"
    trap.unlink()
    kept_file(top).write_bytes(book_cache._MARK + pickle.dumps(Runs(trap)))
    assert owed(open_ledger(top)) == ["F-1 100.00", "F-2 200.00"]
    forged(top, *[pickle.dumps(Runs(trap))] * 2)
    assert owed(open_ledger(top)) == ["F-1 100.00", "F-2 200.00"]
    forged(top, *[pickle.dumps(Runs(trap))] * 2)
    assert book_cache.cached_for_aging(top) is None
    assert not trap.exists()


@pytest.mark.parametrize("what", [None, 5, ("book",), book_cache._Bound("", b"", (), (), (), ())])
def test_a_file_of_something_else_is_passed_over(top: Path, what: object) -> None:
    open_ledger(top)
    forged(top, *[pickle.dumps(what)] * 2)
    assert book_cache.cached_book(top) is None
    assert book_cache.cached_for_aging(top) is None


def test_a_copied_folder_speaks_of_itself(top: Path, tmp_path: Path) -> None:
    open_ledger(top)
    for name in ("copy", "changed"):
        copy = tmp_path / name
        copy.mkdir()
        for file in (top, top.with_name("more.beancount"), beancounts(top), kept_file(top)):
            shutil.copy2(file, copy / file.name)
        shutil.copytree(top.parent / "months", copy / "months")
    assert {
        Path(invoice.source.file).parent.name for invoice in open_ledger(tmp_path / "copy" / top.name).book.invoices
    } == {"copy"}
    replace(tmp_path / "changed" / top.name, "100.00", "170.00")
    assert owed(open_ledger(tmp_path / "changed" / top.name)) == ["F-1 170.00", "F-2 200.00"]
    assert owed(open_ledger(top)) == ["F-1 100.00", "F-2 200.00"]


def test_where_it_cannot_be_written_nothing_is_said_and_nothing_is_left(
    top: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept_file(top).mkdir()
    first = open_ledger(top)
    assert open_ledger(top) == first
    assert sorted(file.name for file in top.parent.iterdir()) == [
        kept_file(top).name, beancounts(top).name, "main.beancount", "months", "more.beancount",
    ]  # fmt: skip
    assert capfd.readouterr() == ("", "")


def test_beancounts_variables_turn_it_off_and_move_it(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEANCOUNT_DISABLE_LOAD_CACHE", "1")
    open_ledger(top)
    assert not kept_file(top).exists()
    monkeypatch.delenv("BEANCOUNT_DISABLE_LOAD_CACHE")
    elsewhere = top.parent / "cache"
    elsewhere.mkdir()
    monkeypatch.setenv("BEANCOUNT_LOAD_CACHE_FILENAME", str(elsewhere / "of-{filename}.cache"))
    loader.initialize(use_cache=True)
    first = open_ledger(top)
    assert sorted(file.name for file in elsewhere.iterdir()) == [
        "of-main.beancount.beancount_invoicing.cache",
        "of-main.beancount.cache",
    ]
    assert without_loading(monkeypatch, top) == first


@pytest.fixture
def small(top: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger that loads in less than a second: Beancount keeps no cache of it."""
    monkeypatch.setattr(loader, "PICKLE_CACHE_THRESHOLD", 1000.0)
    loader.initialize(use_cache=True)
    return top


def test_of_a_small_ledger_the_book_alone_is_kept(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_ledger(small)
    assert not beancounts(small).exists()
    assert without_loading(monkeypatch, small) == first
    month(small)
    assert owed(open_ledger(small)) == ["F-1 100.00", "F-2 200.00", "F-3 300.00"]


@pytest.mark.parametrize(
    "line",
    ['plugin "beancount.plugins.auto_accounts"\n', 'plugin "tests.ledgers"\n', 'option "documents" "documents"\n'],
)
def test_a_small_ledger_that_depends_on_more_than_its_files_is_loaded_each_time(small: Path, line: str) -> None:
    """Somebody may be writing the plugin, or put a document into the folder."""
    (small.parent / "documents").mkdir()
    replace(small, PLUGIN, line + PLUGIN)
    open_ledger(small)
    assert not kept_file(small).exists()


def test_a_document_that_is_gone_or_back_is_noticed(small: Path) -> None:
    document = small.with_name("contract.pdf")
    document.write_bytes(b"signed")
    with small.open("a", encoding="utf-8") as file:
        file.write('2026-03-01 document Assets:Receivable:Kiefer "contract.pdf"\n')
    first = open_ledger(small)
    document.unlink()
    gone = open_ledger(small)
    assert {finding.message for finding in gone.findings} - {finding.message for finding in first.findings} == {
        f'File does not exist: "{document}"'
    }
    document.write_bytes(b"signed")
    assert open_ledger(small) == first


def test_several_processes_at_once_agree(top: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from beancount import loader; loader.PICKLE_CACHE_THRESHOLD = 0.0;"
        "loader.initialize(True); from beancount_invoicing.ledger import open_ledger;"
        "books = [open_ledger(Path(sys.argv[1])).book for _ in range(20)];"
        "print(*sorted({f'{one.number} {one.payable}' for book in books for one in book.invoices}))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(top)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for _ in range(10):
        kept_file(top).unlink(missing_ok=True)
        os.utime(top)
        open_ledger(top)
    assert [process.communicate()[0] for process in running] == ["F-1 100.00 F-2 200.00\n"] * 3


def test_what_is_changed_while_it_is_loaded_is_not_kept(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = ledger_loader.load

    def slow(path: str) -> ledger_loader.Loading:
        loading = load(path)
        replace(top, "100.00", "150.00")
        return loading

    with monkeypatch.context() as patched:
        patched.setattr(ledger_loader, "load", slow)
        open_ledger(top)
    assert owed(open_ledger(top)) == ["F-1 150.00", "F-2 200.00"]


def test_two_ledgers_may_share_one_name_of_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEANCOUNT_LOAD_CACHE_FILENAME", str(tmp_path / "one.cache"))
    loader.initialize(use_cache=True)
    ledgers = []
    for name, amount in (("one", "100.00"), ("two", "150.00")):
        (tmp_path / name).mkdir()
        ledgers.append(written(tmp_path / name))
        replace(ledgers[-1], "100.00", amount)
    for _ in range(2):
        assert [owed(open_ledger(path))[0] for path in ledgers] == ["F-1 100.00", "F-1 150.00"]


def other_programs(top: Path) -> list[str]:
    """What bean-check, or whatever else loads through Beancount's cache, reads."""
    found, _errors, _options = loader.load_file(str(top))
    return sorted(entry.meta["invoice"] for entry in found if "invoice" in entry.meta)


def test_a_cache_that_beancount_would_believe_is_made_anew(top: Path) -> None:
    open_ledger(top)
    month(top)
    assert other_programs(top) == ["F-1", "F-2"], "so it is with Beancount's own cache"
    assert [invoice.number for invoice in open_ledger(top).book.invoices] == ["F-1", "F-2", "F-3"]
    assert other_programs(top) == ["F-1", "F-2", "F-3"]
    assert open_ledger(top).notices == ()


def test_where_it_cannot_be_made_anew_that_is_said_and_the_files_are_read(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(top)
    time.sleep(0.02)
    file = month(top)
    monkeypatch.setattr(beancount_cache, "forget", lambda _ledger: False)
    ledger = open_ledger(top)
    assert [invoice.number for invoice in ledger.book.invoices] == ["F-1", "F-2", "F-3"]
    assert ledger.notices == (
        f"{beancounts(top)}: this Beancount cache does not know the current state of {file}, and cannot be removed: what loads"
        " through it (bean-check, bean-query) may show an older ledger until you delete it",
    )
    assert owed(open_ledger(top))[-1] == "F-3 300.00", "nothing is kept beside it"


@pytest.mark.parametrize(
    ("more", "read_again"), [('plugin "beancount.plugins.currency_accounts" "Equity:Conversions"\n', True), ("", False)]
)
def test_with_a_plugin_after_ours_the_files_are_read_each_time(top: Path, more: str, read_again: bool) -> None:
    replace(top, PLUGIN, PLUGIN + more)
    assert ledger_loader.load(str(top)).checked_load is not None, "our plugin ran"
    assert (ledger_loader.load(str(top)).checked_load is not None) == read_again


def test_where_caches_are_off_none_is_left_for_others(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other_programs(top)
    assert beancounts(top).exists()
    monkeypatch.setenv("BEANCOUNT_DISABLE_LOAD_CACHE", "1")
    open_ledger(top)
    assert not beancounts(top).exists()


def test_what_is_missing_and_put_back_is_there_again(top: Path) -> None:
    more = top.with_name("more.beancount")
    aside = more.rename(top.with_name("aside"))
    assert any("there is no such file: put it back" in error.message for error in open_ledger(top).errors)
    time.sleep(0.02)
    aside.rename(more)
    assert not any("there is no such file" in error.message for error in open_ledger(top).errors)
    assert owed(open_ledger(top)) == ["F-1 100.00", "F-2 200.00"]


def test_what_changes_between_reading_and_the_end_of_a_load_is_in_no_cache(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beancount notes the times of the files at the end of a load, when their text was read long before."""
    run = loader.run_transformations

    def late(*arguments: Any) -> Any:
        replace(top, "100.00", "150.00")
        return run(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(loader, "run_transformations", late)
        open_ledger(top)
    assert owed(open_ledger(top)) == ["F-1 150.00", "F-2 200.00"]
    assert not ledger_loader.load(str(top)).stale()


def test_the_aged_balance_reads_only_what_is_open(top: Path) -> None:
    whole = open_ledger(top)
    assert aging(open_for_aging(top, LATER).book, LATER) == aging(whole.book, LATER)
    still_open = book_cache.cached_for_aging(top)
    assert still_open is not None
    forged(top, pickle.dumps(still_open), b"what stands behind is not looked at")
    assert open_for_aging(top, LATER).book == still_open.book
    assert open_for_aging(top, whole.book.last_date).book == still_open.book


def test_the_aged_balance_of_an_earlier_day_is_of_all_that_there_was(top: Path) -> None:
    whole = open_ledger(top)
    assert open_for_aging(top, whole.book.last_date - timedelta(days=1)) == whole


def test_the_aged_balance_after_a_change_is_of_the_ledger_as_it_is(top: Path) -> None:
    open_ledger(top)
    top.write_text(top.read_text().replace("100.00", "150.00"))
    totals = [total.total for total in aging(open_for_aging(top, LATER).book, LATER).totals]
    assert totals == [Decimal("350.00")]
