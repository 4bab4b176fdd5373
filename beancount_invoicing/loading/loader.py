"""File → entries → Book, fast."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from beancount_invoicing.entries import roots, unparsed
from beancount_invoicing.entries.sources import Sources, expand_include, sources
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.loading import beancount_cache
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding, Source

if TYPE_CHECKING:
    from beancount_invoicing.entries.known_documents import KnownDocuments
    from beancount_invoicing.loading import last_load

_TRACEBACK = "Traceback (most recent call last):"


class Loading(NamedTuple):
    """A loaded ledger: its Book, and what Beancount and other plugins found wrong (rule "beancount").

    `options` are Beancount's own; `checked` means that our plugin ran, and wrote its facts into the entries.
    """

    book: Book
    problems: tuple[Finding, ...]
    errors: tuple[Finding, ...]
    """All errors of the load: `problems`, and those that our plugin found if it ran."""
    entries: Sequence[Any]
    """The entries from which the Book is read: Beancount's own, as they are at our plugin's position."""
    entries_after_plugins: Sequence[Any]
    """Beancount's own entries, as they are after all plugins."""
    options: Mapping[str, Any]
    checked: bool
    documents: KnownDocuments
    """What its transactions yielded."""
    checked_load: last_load.Checked | None
    """What the plugin found, if it ran just now (not before the entries came into Beancount's cache)."""
    sources: Sources
    """Its files as they were just before they were read."""
    notices: tuple[str, ...] = ()
    """A notice about Beancount's cache."""
    harmless_errors: frozenset[Finding] = frozenset()
    """The errors that leave all entries as they are: they do not prevent writing."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it was loaded from, the top one among them."""
        return tuple(self.options.get("include") or (self.book.file,))

    def stale(self) -> bool:
        """Whether one of its files was changed since, was removed, or is new below an include."""
        from beancount import loader

        return sources(self.sources[0].name, self.sources) != self.sources or bool(loader.needs_refresh(self.options))


def load(path: str, *, fresh: bool = False) -> Loading:
    """Loads the ledger at `path`: if `fresh`, from its files alone, for commands that write or send; else from Beancount's
    cache if that can be trusted, and otherwise newly. Raises FileNotFoundError or IsADirectoryError if there is no such file;
    a file that an include reaches and that cannot be read is an error of the ledger.
    """
    file = Path(path)
    if file.is_dir():
        raise IsADirectoryError(path)
    if not file.exists():
        raise FileNotFoundError(path)
    from beancount_invoicing.entries import plugins
    from beancount_invoicing.entries.known_documents import KnownDocuments
    from beancount_invoicing.entries.reader import read_book
    from beancount_invoicing.loading import last_load

    with no_collections():
        files_now = sources(str(file.absolute()))
        notices: tuple[str, ...] = ()
        if no_file := _no_file(files_now):
            after, errors, options = no_file
        elif fresh:
            after, errors, options = _loaded(file, _uncached)
        else:
            (after, errors, options), notices = _by_cache(file, files_now)
            if plugins.any_plugin_after(options) and not last_load.ran(
                options
            ):  # those after ours changed what is in the cache
                after, errors, options = _loaded(file, _uncached)
            if sources(files_now[0].name, files_now) != files_now:
                beancount_cache.forget(
                    file
                )  # it may have been made from what was read before a change, with the times after it
        ran = any(plugin == "beancount_invoicing" for plugin, _config in options.get("plugin", ()))
        entries = last_load.entries_seen_by_plugin(after, options)
        known = last_load.last_checked(entries)
        documents = known.documents if known else KnownDocuments()
        book = known.book if known else read_book(entries, options, plugin_ran=ran, known=documents)
    files = tuple(options.get("include") or (str(file),))
    found = tuple((_problem(error, files, options), _ours(error)) for error in errors)
    problems = tuple(problem for problem, ours in found if not ours)
    every = tuple(finding for finding, _ in found)
    passing = frozenset(finding for (finding, _), error in zip(found, errors, strict=True) if _leaves_entries(error))
    return Loading(book, problems, every, entries, after, options, ran, documents, known, files_now, notices, passing)


_Loaded = tuple[Sequence[Any], Sequence[Any], Mapping[str, Any]]
"""Entries, errors and options."""


def _uncached(name: str) -> Any:
    from beancount import loader

    return loader._uncached_load_file(name, None, None, None)


def _by_cache(file: Path, files: Sources) -> tuple[_Loaded, tuple[str, ...]]:
    """A load from Beancount's cache, and a notice if Beancount trusted one that does not know these files."""
    from beancount import loader

    cache = beancount_cache.cache_file(file)
    if cache is None:
        beancount_cache.forget(file)  # as Beancount does when its cache is off
        return _loaded(file, _uncached), ()
    unknown = beancount_cache.newer_file(cache, files)
    if not unknown:
        loaded = _loaded(file, loader.load_file)
        if not _same_file(loaded[2].get("filename"), file):
            # a folder was copied together with Beancount's cache, which still names the files that it was made from
            return _loaded(file, _uncached), ()
        known = set(loaded[2].get("include", ()))
        unknown = next((file.name for file in files if file.seen and file.name not in known), "")
        if not unknown or not cache.exists():
            return loaded, ()
    if beancount_cache.forget(file):
        return _loaded(file, loader.load_file), ()
    return _loaded(file, _uncached), (
        _(
            "{cache}: this Beancount cache does not know the current state of {unknown}, and cannot be removed: "
            "what loads through it (bean-check, bean-query) may show an older ledger until you delete it",
            cache=cache,
            unknown=unknown,
        ),
    )


def _loaded(file: Path, load: Callable[[str], Any]) -> _Loaded:
    """Beancount's load of a ledger; only an error if Beancount itself fails on it."""
    name = str(file.absolute())
    try:
        entries, errors, options = load(name)
    except OSError as error:
        if error.filename in {None, name}:
            raise
        place = _naming(str(error.filename), sources(name)) or Source(name, 0)
        return _nothing(
            name,
            place,
            _(
                "include: {file}: {reason}: include a file, or take this line out",
                file=error.filename,
                reason=error.strerror,
            ),
        )
    except UnicodeEncodeError:
        return _nothing(
            name,
            Source(name, 0),
            _("the name of this folder or file is not UTF-8, the only encoding Beancount reads: rename it"),
        )
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        problem = f"{type(error).__name__} {error}".strip()
        message = _(
            "Beancount cannot load this ledger ({subject}), as bean-check will show: undo the last changes one "
            "by one; a number with too many digits is one cause",
            subject=problem,
        )
        return _nothing(name, Source(name, 0), message)
    return entries, errors, options


def _no_file(files: Sources) -> _Loaded | None:
    """Only an error if an include reaches a device or a pipe, whose end Beancount might wait for forever."""
    for file in files[1:]:
        path = Path(file.name)
        if file.seen and not path.is_file() and not path.is_dir():
            name = files[0].name
            message = _(
                "include: {file} is a device or a pipe: include a file, or take this line out",
                file=file.name,
            )
            return _nothing(name, _naming(file.name, files) or Source(name, 0), message)
    return None


def _nothing(name: str, place: Source, message: str) -> _Loaded:
    """The result if Beancount loads nothing: an error."""
    from beancount.parser.options import OPTIONS_DEFAULTS

    error = _Stumbled(message, {"filename": place.file, "lineno": place.line})
    return [], [error], {**OPTIONS_DEFAULTS, "filename": name}


class _Stumbled(NamedTuple):
    """An error in the form of Beancount's own."""

    message: str
    source: Mapping[str, Any]


def _same_file(name: str | None, file: Path) -> bool:
    return bool(name) and os.path.realpath(str(name)) == os.path.realpath(file)


def _ours(error: Any) -> bool:
    """Whether an error is the plugin's: the reader finds those again, except what only the plugin can see."""
    rule = getattr(error, "rule", None)
    return rule is not None and rule not in {"reserved-key", "plugin-twice", "plugin-order"}


def _leaves_entries(error: Any) -> bool:
    """Whether an error leaves all entries as they are: a balance or a pad that fails, a deprecation, a finding of another
    plugin. An error of the parser, of booking or of loading may have cost an entry.
    """
    module, name, entry = type(error).__module__, type(error).__name__, type(getattr(error, "entry", None)).__name__
    if module.startswith("beancount."):
        asserted = name == "BalanceError" and entry == "Balance"
        return asserted or name in {"PadError", "DeprecatedError"} or module.startswith("beancount.plugins.")
    return not module.startswith("beancount_invoicing")


_NO_PLUGIN = re.compile(r'Error importing "(?P<name>[^"]*)": (?P<why>.*)\Z')
_NO_FILE = re.compile(r'File glob "(.*)" does not match any files\Z')


def _included(name: str, files: Sequence[str]) -> Source | None:
    """The line that includes `name`; None if none of the files does."""
    line = re.compile(rf'include\s+"{re.escape(name)}"')
    for file in files:
        with suppress(OSError):
            for number, text in enumerate(Path(file).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if line.match(text):
                    return Source(file, number)
    return None


def _naming(included: str, files: Sources) -> Source | None:
    """The include line that reaches a file, possibly by a pattern; None if none does."""
    for file in files:
        for place, pattern in enumerate(file.includes):
            if included in map(os.path.normpath, expand_include(pattern)):
                source_lines = Path(file.name).read_bytes().splitlines()
                lines = [number for number, line in enumerate(source_lines, 1) if re.match(rb'include[ \t]*"', line)]
                return Source(file.name, lines[place] if place < len(lines) else 0)
    return None


def _problem(error: Any, files: Sequence[str], options: Mapping[str, Any]) -> Finding:
    from beancount_invoicing.entries import plugins

    source = getattr(error, "source", None) or {}
    place = Source(str(source.get("filename", "<unknown>")), int(source.get("lineno", 0) or 0))
    message = str(getattr(error, "message", error))
    if _TRACEBACK in message:  # of a plugin that raised: the place was for its author, the message for its user
        before, _it, after = message.partition(_TRACEBACK)
        message = f"{before} {after.strip().rpartition(chr(10))[2]}"
    message = " ".join(message.split())
    missing, plugin = _NO_FILE.match(message), _NO_PLUGIN.match(message)
    if missing and (line := _included(missing.group(1), files)):  # Beancount does not say where
        place, name = line, missing.group(1)
        folder = str(Path(place.file).absolute().parent)
        message = _('include "{name}": there is no such file: put it back, or take this line out', name=name)
        if re.search(r"[*?\[]", folder):
            message = _(
                'include "{name}" is not found: the name of the folder {folder} contains * ? or [, which Beancount '
                "takes for a pattern: rename it",
                name=name,
                folder=folder,
            )
    elif plugin:
        top = str(options.get("filename", ""))
        place = Source(top, plugins.plugin_line(plugin["name"], top))
        message = _(
            'plugin "{name}" cannot be imported ({reason}): install its package, or take this line out',
            name=plugin["name"],
            reason=plugin["why"],
        )
    elif message.startswith("Invalid token: '\ufeff"):
        message = _(
            "the file begins with a byte order mark (BOM), which Beancount cannot read: save it as UTF-8 without it"
        )
    elif message.startswith("UnicodeDecodeError"):
        message = _("this is not UTF-8: save the file as UTF-8 ({message})", message=message)
    else:
        message = unparsed.explain_parse_error(roots.explain_missing_options(message, options), place)
    return Finding("error", getattr(error, "rule", "beancount"), message, place)
