"""Records what was sent in the ledger, line by line, while it is being sent.

Everything that may have to be written is tried with the whole ledger once, before anything is sent. Each line is then appended to
one file by the one writer, under the ledger's lock: others may change the ledger in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from beancount_invoicing.entries import roots
from beancount_invoicing.files import FileChanged
from beancount_invoicing.loading import beancount_cache
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.locks import LockTaken, file_lock
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Finding
from beancount_invoicing.writing import trial, writer
from beancount_invoicing.writing.changes import Changes, trial_outcome

_TRIES = 20
SENDING_LOCK = ".bean-invoice-sending"


@contextmanager
def sending_locked(top: Path) -> Iterator[None]:
    """A context in which no other process of ours sends from this ledger. Raises writer.CannotWrite if one does;
    OSError.
    """
    try:
        with file_lock(top.resolve().parent / SENDING_LOCK, 0):
            yield
    except LockTaken:
        raise writer.CannotWrite(
            _("another bean-invoice is sending from {top}: wait until it has finished, then try again", top=top)
        ) from None


class LedgerAppender:
    """The file to which directives are appended, one after the other."""

    def __init__(self, loading: Loading, target: Path) -> None:
        self._top = Path(loading.book.file)
        self._included = loading.files
        self._needed = roots.root_option_lines(loading.options)
        self._target = target

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are changed: the target, and the top file if it must come to include it."""
        is_included = self._target.resolve() in {Path(name).resolve() for name in self._included}
        return (self._target,) if is_included else tuple(dict.fromkeys((self._top, self._target)))

    def append(self, text: str) -> None:
        """Appends directives, on the disk. Raises writer.CannotWrite, FileChanged, OSError; then nothing was appended."""
        with writer.locked(self._top):
            beancount_cache.forget(self._top)  # a new file below a pattern would not make Beancount load again
            for attempt in range(_TRIES):
                try:
                    addition = writer.Addition(self._target, text)
                    planned = writer.plan(self._top, self._included, [addition], needed=self._needed)
                    if wrong := trial.unreadable(planned):
                        raise writer.CannotWrite(
                            _("Beancount would not be able to read what was to be written: {wrong}", wrong=wrong)
                        )
                    writer.write(planned)
                    break
                except FileChanged:  # somebody's editor has saved it at this very moment
                    if attempt == _TRIES - 1:
                        raise
        self._included = (str(self._top), str(self._target))  # it is there, whichever the others are


def try_directives(loading: Loading, known_findings: Sequence[Finding], target: Path, texts: Sequence[str]) -> None:
    """Checks that the ledger would still be valid with all these directives. Raises Refused, writer.CannotWrite."""
    addition = writer.Addition(target, joined("\n", texts))
    planned = writer.plan(
        Path(loading.book.file), loading.files, [addition], needed=roots.root_option_lines(loading.options)
    )
    trial_outcome(loading, known_findings, planned, addition.text, Changes())
