"""What the directory of platforms said, each with its day, in a file that may be deleted at any time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from beancount_invoicing import files
from beancount_invoicing.platform.directory import DirectoryEntry, DirectoryLine

if TYPE_CHECKING:
    from beancount_invoicing.delivery.platform_api import Platform

FRESH = timedelta(days=7)
"""How long an answer counts."""


class DatedEntry(NamedTuple):
    """What the directory said of a firm, and on which day."""

    entry: DirectoryEntry
    day: date


def cache_file(environment: Mapping[str, str]) -> Path:
    """The file with the answers, in the user's folder of caches."""
    home = environment.get("XDG_CACHE_HOME") or str(Path(environment.get("HOME") or Path.home()) / ".cache")
    return Path(home) / "bean-invoice" / "directory.json"


class CachedDirectory:
    """The directory of a platform on `day`: what it said in the last days is not asked again if the firm can be reached."""

    def __init__(self, platform: Platform, file: Path, day: date) -> None:
        self.platform = platform
        self._file, self._day = file, day

    def entry(self, siren: str, *, again: bool = False) -> DatedEntry:
        """What the directory says of a SIREN; `again`: now, whatever it said before. Raises as `Platform.search`."""
        from beancount_invoicing.delivery.directory_api import directory_entry

        key = self.platform.server.directory
        known = _read(self._file)
        before = None if again else _dated(siren, known.get(key, {}).get(siren))
        if (
            before
            and abs(self._day - before.day) < FRESH
            and any(line.status == "Enabled" for line in before.entry.lines)
        ):
            return before
        entry = directory_entry(self.platform, siren)
        told = {
            "day": self._day.isoformat(),
            "known": entry.known,
            "name": entry.name,
            "lines": [*map(list, entry.lines)],
        }
        known.setdefault(key, {})[siren] = told
        with suppress(OSError):  # without it, the directory is asked again
            self._file.parent.mkdir(parents=True, exist_ok=True)
            files.put(self._file, json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n")
        return DatedEntry(entry, self._day)


def _read(file: Path) -> dict[str, dict[str, Any]]:
    """What the file holds; nothing if there is none, or it is not ours."""
    try:
        known = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {key: value for key, value in known.items() if isinstance(value, dict)}


def _dated(siren: str, told: Any) -> DatedEntry | None:
    """An answer of the file; None if it is not as it was written."""
    try:
        lines = tuple(DirectoryLine(*line) for line in told["lines"])
        return DatedEntry(
            DirectoryEntry(siren, bool(told["known"]), str(told["name"]), lines), date.fromisoformat(told["day"])
        )
    except (TypeError, KeyError, ValueError):
        return None
