"""Rendering on several processes: the same files as on one, in the same order."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.documents.render import RenderContext, render, render_context
from beancount_invoicing.documents.written_files import Output, WrittenFile
from beancount_invoicing.model import Book, Invoice


class _Task(NamedTuple):
    """What every process renders from, and how."""

    book: Book
    invoices: Sequence[Invoice]
    folder: Path
    outputs: Sequence[Output]
    plain: bool


class _Process:
    """The task of this process."""

    task: _Task | None = None
    prepared: RenderContext | None = None


def _start(task: _Task) -> None:
    _Process.task = task
    _Process.prepared = render_context(task.book)


def _rendered(places: range) -> list[tuple[tuple[WrittenFile, ...], list[str]]]:
    """The documents at some places, each with its notices."""
    task = _Process.task
    assert task is not None
    result = []
    notices: list[str] = []
    invoices = [task.invoices[place] for place in places]
    for files in render(task.book, invoices, task.folder, task.outputs, notices.append, task.plain, _Process.prepared):
        result.append((files, notices[:]))
        notices.clear()
    return result


def render_in_parallel(
    book: Book,
    invoices: Sequence[Invoice],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
    plain: bool = False,
    jobs: int = 2,
) -> Iterator[tuple[WrittenFile, ...]]:
    """As `render`, on `jobs` processes; documents come in order. Raises TemplateError, OSError."""
    # not forked: a fork of a process whose renderer has threads would wait for them for ever
    context = multiprocessing.get_context("spawn")
    task = _Task(book, invoices, Path(folder), outputs, plain)
    size = max(1, min(50, len(invoices) // (jobs * 4)))
    parts = [range(start, min(start + size, len(invoices))) for start in range(0, len(invoices), size)]
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(task,)) as pool:
        for part in pool.map(_rendered, parts):
            for files, notices in part:
                for text in notices:
                    notice(text)
                yield files
