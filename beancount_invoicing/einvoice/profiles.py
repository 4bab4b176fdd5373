"""Which specification a document names (BT-24): the norm, a profile of Factur-X, or rules that narrow or widen the norm."""

from __future__ import annotations

import re
from typing import NamedTuple

EN16931_SPECIFICATION = "urn:cen.eu:en16931:2017"
"""BT-24 of a document that keeps EN 16931 and nothing else."""

FACTUR_X = ("minimum", "basicwl", "basic", "en16931", "extended", "extended-ctc-fr")
"""The profiles of Factur-X, and of France's platforms (XP Z12-012), as BT-24 ends."""


class Profile(NamedTuple):
    """What a document may say, and by whose rules."""

    name: str
    """As its publisher calls it: "Factur-X BASIC", "Peppol BIS 3", "XRechnung 3.0"; the BT-24 itself of one that is not known."""
    level: str = "en16931"
    """The profile of Factur-X that has its terms: "en16931" for what only narrows the norm (a CIUS)."""
    family: str = ""
    """Whose rules come on top of the norm's: "", "peppol", "xrechnung", "other"."""
    is_extension: bool = False
    """Whether it is an extension, which may say more than the norm."""

    @property
    def has_lines(self) -> bool:
        """Whether its documents have lines: the two smallest profiles have none."""
        return self.level not in {"minimum", "basicwl"}


def profile(specification: str) -> Profile:
    """The profile that BT-24 names; whatever else it says is taken for the norm with rules that are not known here."""
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
