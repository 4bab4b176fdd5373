"""Changing a ledger: everything new is tried together with the whole ledger, and only then written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import date
from os import path as os_path
from pathlib import Path
from typing import Literal, NamedTuple

from beancount_invoicing.billing import BillingNotice, Draft
from beancount_invoicing.checks import OF_ONE_CUSTOMER, check
from beancount_invoicing.entries import plugins, roots
from beancount_invoicing.entries.sources import state_of
from beancount_invoicing.files import FileChanged, must_be_regular, write_if_different
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.ledger import LedgerLoader, check_loading
from beancount_invoicing.loading import beancount_cache
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Finding, Invoice, Source, require_date
from beancount_invoicing.receivables import Position, positions
from beancount_invoicing.writing import git, text, trial, undo_log, writer
from beancount_invoicing.writing.dated_files import expanded_pattern, target_file
from beancount_invoicing.writing.far_ahead import far_ahead


class Refused(Exception):
    """The ledger would have these errors, or has them already: nothing was written."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class NewDirective(NamedTuple):
    """A directive to be written: `render` returns its text for the column of currencies in the file. Unless something else
    decides, it goes into `beside`, the file with others of its kind.
    """

    day: date
    render: Callable[[int], str]
    file: str = ""


def verbatim(entry: str) -> Callable[[int], str]:
    """A directive's text without amounts to align, for any column."""
    return lambda _column: entry


class Changes(NamedTuple):
    """New and changed text in a ledger; `message` describes it in a line, for git."""

    new: tuple[NewDirective, ...] = ()
    edits: tuple[writer.Edit, ...] = ()
    message: str = ""
    notices: tuple[str, ...] = ()
    left_out: tuple[BillingNotice, ...] = ()
    """What is not billed although the user may expect it."""
    nothing_to_do: str = ""
    """The message if there is nothing to do."""
    drafts: tuple[Draft, ...] = ()
    """Notes on how new documents were worked out, in the order of `new`."""
    summary: str = ""
    """What is new, in words, if it is not documents: "80 entries of time"."""
    files: tuple[tuple[Path, bytes], ...] = ()
    """Other files that the new directives name: they are written first."""
    removed_files: tuple[Path, ...] = ()
    """Files that are no longer needed once the directives are written, and are then removed."""
    act: Literal["payment", "bank", "note", "undo", "other"] = "other"
    """What the undo log records about this change; documents are recognised without it."""
    session: str = ""
    """Changes of one session are taken back together."""


class WriteOptions(NamedTuple):
    """How changes are made: only shown, or written; into which file; with a commit in git."""

    write: bool = False
    into: str | Path | None = None
    commit: bool = False
    today: date | None = None
    """The day of the request: documents dated far ahead of it are not written. None: they are intended."""
    strict: bool = False
    """Nothing is written if there is any error, even one that leaves all entries as they are; except those of one customer only."""
    unbalanced: bool = False
    """Whether transactions that do not balance are tolerated, because the new text may balance them."""
    reopening: bool = False
    """Whether changes of closed books are tolerated, because the books are being opened again."""
    shown_state: str = ""
    """`Outcome.shown_state` of what the user saw: if the ledger's files are others now, nothing is written. "" for a command
    that shows and writes at once."""


class Outcome(NamedTuple):
    """What was, or would be, written: the text, the documents as the ledger then has them, and notices."""

    text: str
    book: Book
    documents: tuple[Invoice, ...]
    files: tuple[Path, ...]
    notices: tuple[str, ...]
    warnings: tuple[Finding, ...]
    drafts: tuple[Draft, ...] = ()
    """Notes on how new documents were worked out."""
    summary: str = ""
    """The number of new entries in words, if they are not documents."""
    removed_documents: tuple[Invoice, ...] = ()
    """The documents that are taken out of the ledger."""
    errors: tuple[Finding, ...] = ()
    """The ledger's own errors: nothing is written until they are fixed, and what is shown may be wrong because of them."""
    left_out: tuple[BillingNotice, ...] = ()
    """What is not billed although the user may expect it; not among the notices."""
    nothing_to_do: str = ""
    """The message if there is nothing to do."""
    problem: str = ""
    """What went wrong after everything was written: it was not committed."""
    written: writer.Plan | None = None
    """What was put on the disk; None if nothing was."""
    shown_state: str = ""
    """Identifies the versions of all files from which this was worked out."""


def is_all_that_changed(outcome: Outcome, before: Loading, after: Loading) -> bool:
    """Whether the files of a ledger differ between two loads only by what an outcome added at their ends."""
    if outcome.written is None or outcome.written.replaced:
        return False
    written = {os_path.normpath(file.file.absolute()): file.new_bytes for file in outcome.written.files}
    stamps = {file.name: file.seen for file in before.sources}
    names = {file.name for file in after.sources}
    return stamps.keys() <= names and all(
        Path(file.name).read_bytes() == written[file.name]
        if file.name in written
        else stamps.get(file.name) == file.seen
        for file in after.sources
    )


def written_positions(outcome: Outcome) -> tuple[Position, ...]:
    """The states of an outcome's documents as of the ledger's last day after the change, in their order."""
    sources = {document.source for document in outcome.documents}
    written = [
        position for position in positions(outcome.book, outcome.book.last_date) if position.invoice.source in sources
    ]
    return tuple(sorted(written, key=lambda position: (position.invoice.date, position.invoice.source)))


def change(
    file: str | Path,
    make_changes: Callable[[Loading], Changes],
    write_options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> Outcome:
    """Loads the ledger, asks `make_changes` for the new text, tries it, and writes it if `write_options` says so.

    The ledger is read from its files, never from a cache; `loader`: that of the same command, if it has loaded the ledger already.
    From loading to writing, no other process of ours changes the ledger. Raises Refused, writer.CannotWrite, FileChanged,
    git.GitError and OSError; then nothing was written. If something is written, but could not be committed, the outcome has a
    `problem`.
    """
    file = Path(file)
    with writer.locked(file) if write_options.write else nullcontext(), no_collections():
        loading = (loader or LedgerLoader(file)).load(fresh=write_options.write)
        state = state_of(loading.sources)
        if write_options.shown_state and write_options.shown_state != state:
            raise FileChanged(_("the ledger has changed since this was shown: nothing was written; look at it again"))
        errors = loading.errors if loading.checked else check_loading(loading).errors
        grave = _grave_errors(loading, errors, write_options)
        changes = make_changes(loading)
        beside = tuple(
            _(
                "{place}: {message} (this hides no entry, and does not prevent anything from being written)",
                place=error.source,
                message=error.message,
            )
            for error in errors
            if error not in grave
        )
        changes = changes._replace(notices=(*loading.notices, *changes.notices, *beside))
        if not changes.new and not changes.edits:
            nothing = Outcome("", loading.book, (), (), changes.notices, (), errors=grave, shown_state=state)
            return nothing._replace(left_out=changes.left_out, nothing_to_do=changes.nothing_to_do)
        planned, shown = _planned(loading, file, changes, write_options.into)
        if loading.stale():
            raise FileChanged(_("the ledger changed while it was being read: nothing was written; try again"))
        outcome = trial_outcome(loading, errors, planned, shown, changes)._replace(errors=grave, shown_state=state)
        outcome = _must_be_near(outcome, write_options)
        return _write(file, planned, changes, outcome, write_options.commit) if write_options.write else outcome


def _grave_errors(loading: Loading, errors: Sequence[Finding], write_options: WriteOptions) -> tuple[Finding, ...]:
    """The errors beside which nothing may be written. Raises Refused if something is to be, or nothing could be shown."""
    grave = tuple(
        error
        for error in errors
        if error.rule not in OF_ONE_CUSTOMER
        and (write_options.strict or error not in loading.harmless_errors)
        and not (write_options.unbalanced and error.message.startswith("Transaction does not balance"))
        and not (write_options.reopening and error.rule == "closed-period")
    )
    # what is shown would be wrong all over
    misplaced = any(finding.rule == plugins.ORDER_RULE for finding in grave)
    if grave and (write_options.write or misplaced):
        raise Refused(
            _(
                "the ledger has errors: nothing is written into it until they are corrected (a broken entry may hide "
                "a number)"
            ),
            grave,
        )
    return grave


def _must_be_near(outcome: Outcome, write_options: WriteOptions) -> Outcome:
    """The outcome, with a notice where its documents are far ahead of today. Raises Refused if they are to be written."""
    if not write_options.today or not (problem := far_ahead(outcome.documents, write_options.today)):
        return outcome
    problem += _(": give --yes if that is intended")
    if write_options.write:
        raise Refused(_("nothing is written: {text}", text=problem))
    return outcome._replace(notices=(*outcome.notices, problem))


def _write(file: Path, planned: writer.Plan, changes: Changes, outcome: Outcome, commit: bool) -> Outcome:
    """Writes what was tried, and commits it. Raises writer.CannotWrite, git.GitError before anything is written, and OSError."""
    files = tuple(file.file for file in planned.files)
    if commit:
        git.must_be_clean(files)
    for named, content in changes.files:
        write_if_different(named, content)
    top = Path(outcome.book.file or file)
    with undo_log.recorded(top, _act(top, changes, planned, outcome), planned):
        beancount_cache.forget(file)  # a file that is new below a pattern would not make Beancount do so
        writer.write(planned)
    outcome = outcome._replace(written=planned)
    tracked = git.tracked(changes.removed_files) if commit else ()
    for removed in changes.removed_files:
        removed.unlink(missing_ok=True)
    if commit:
        try:
            git.commit([*files, *(named for named, _content in changes.files), *tracked], changes.message)
        except git.GitError as error:
            return outcome._replace(problem=_uncommitted(outcome, error))
    return outcome


def _act(top: Path, changes: Changes, planned: writer.Plan, outcome: Outcome) -> undo_log.Act | None:
    """What is about to be written, so that `undo` knows what came last; None if it takes something back."""
    if changes.act == "undo":
        return None
    kind: undo_log.ActKind = "documents" if outcome.documents and changes.act == "other" else changes.act
    act = undo_log.act_of(top, kind, changes.message, planned, changes.edits, outcome.book)
    return act._replace(session=changes.session) if act else None


def _uncommitted(outcome: Outcome, error: git.GitError) -> str:
    """The message that the documents are in the ledger all the same, by their numbers: writing them again would double them."""
    names = ", ".join(document.number for document in outcome.documents) or outcome.summary
    subject = f"{names}: " if names else ""
    files = ", ".join(os_path.relpath(file, Path(outcome.book.file).parent) for file in outcome.files)
    return _(
        "{subject}written to {files}, but not committed: {error}; do not do it again, just commit it",
        subject=subject,
        files=files,
        error=error,
    )


def _planned(loading: Loading, file: Path, changes: Changes, into: str | Path | None) -> tuple[writer.Plan, str]:
    top = Path(loading.book.file or file)
    columns: dict[Path, int] = {}
    by_file: dict[Path, list[str]] = {}
    for new in changes.new:
        require_date(new.day)
        target = target_file(into, new.day) if into else _target(loading.book, top, new)
        if target not in columns:
            must_be_regular(target)
            present = target.read_text(encoding="utf-8", errors="replace") if target.exists() else ""
            columns[target] = text.column_of(present)
        by_file.setdefault(target, []).append(new.render(columns[target]))
    additions = [writer.Addition(target, joined("\n", texts)) for target, texts in by_file.items()]
    planned = writer.plan(top, loading.files, additions, changes.edits, needed=roots.root_option_lines(loading.options))
    shown = [edit.new for edit in changes.edits if edit.new] + [addition.text for addition in additions]
    return planned, joined("\n", (part.rstrip("\n") + "\n" for part in shown))


def _target(book: Book, top: Path, new: NewDirective) -> Path:
    """The file for something new: what the option `file` says, else where its like is, else the top file."""
    pattern = book.option("file", new.day)
    if new.file:
        return Path(new.file)
    if pattern:
        return top.parent / expanded_pattern(pattern, new.day)
    return top


def trial_outcome(
    loading: Loading, known_findings: Sequence[Finding], planned: writer.Plan, shown: str, changes: Changes
) -> Outcome:
    """The outcome if the change were written. Raises Refused if the ledger would have errors that are not in
    `known_findings`.
    """
    result = trial.try_plan(loading, planned)
    before = Counter((finding.rule, finding.message) for finding in known_findings)
    errors = [Finding("error", "beancount", message, source) for source, message in result.errors]
    warnings = []
    for found in check(result.book):
        if found.severity == "warning":
            if any(_within(piece, found.source) for piece in planned.pieces):
                warnings.append(found)
        elif before[found.rule, found.message]:
            before[found.rule, found.message] -= 1
        else:
            errors.append(found)
    out = {(str(edit.file), edit.line) for edit in changes.edits if not edit.new}
    if errors:
        raise Refused(_("this cannot be written: the ledger would then have errors"), errors)
    return Outcome(
        text=shown,
        book=result.book,
        documents=tuple(invoice for invoice in result.book.invoices if invoice.source in result.sources),
        files=tuple(file.file for file in planned.files),
        notices=changes.notices,
        warnings=tuple(warnings),
        drafts=changes.drafts,
        summary=changes.summary,
        removed_documents=tuple(
            invoice for invoice in loading.book.invoices if (invoice.source.file, invoice.source.line) in out
        ),
        errors=tuple(known_findings),
        left_out=changes.left_out,
    )


def _within(piece: writer.NewText, source: Source) -> bool:
    """Whether a place is in what is new."""
    return source.file == str(piece.file) and piece.line <= source.line <= piece.line + piece.text.count("\n")
