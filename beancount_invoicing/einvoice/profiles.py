"""The specification that a document names (BT-24): the norm, a profile of Factur-X, or rules that narrow or widen the
norm.
"""

from __future__ import annotations

import re
from typing import NamedTuple

EN16931_SPECIFICATION = "urn:cen.eu:en16931:2017"
"""BT-24 of a document that follows EN 16931 and nothing else."""

FACTUR_X = ("minimum", "basicwl", "basic", "en16931", "extended", "extended-ctc-fr")
"""The profiles of Factur-X and of the French platforms (XP Z12-012), by the end of BT-24."""


class Profile(NamedTuple):
    """The terms that a document may have, and the rules that apply."""

    name: str
    """The publisher's name for it: "Factur-X BASIC", "Peppol BIS 3", "XRechnung 3.0"; for an unknown profile, BT-24
    itself.
    """
    level: str = "en16931"
    """The Factur-X profile with the same terms: "en16931" for rules that only narrow the norm (a CIUS)."""
    family: str = ""
    """Whose rules apply beside the norm's: "", "peppol", "xrechnung", "other"."""
    is_extension: bool = False
    """Whether it is an extension, with terms beyond the norm."""

    @property
    def has_lines(self) -> bool:
        """Whether its documents have lines: the two smallest profiles have none."""
        return self.level not in {"minimum", "basicwl"}


def profile(specification: str) -> Profile:
    """The profile that BT-24 names. An unknown value is treated as the norm with rules that are not known here."""
    if "peppol" in specification:
        return Profile("Peppol BIS 3", family="peppol")
    if versions := re.findall(r"(:extension)?:xrechnung_(\d[\d.]*)", specification):
        extension, version = versions[-1]
        kind = " Extension" if extension else " CVD" if "xrechnung:cvd" in specification else ""
        return Profile(f"XRechnung {version}{kind}", family="xrechnung", is_extension=bool(extension))
    level = specification.rpartition(":")[2]
    if level in FACTUR_X:
        return Profile(f"Factur-X {level.upper()}", level, is_extension=level.startswith("extended"))
    if specification in {EN16931_SPECIFICATION, ""}:
        return Profile("EN 16931")
    return Profile(specification, family="other", is_extension="#conformant#" in specification)
