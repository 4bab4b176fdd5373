"""Arithmetic and law that stand alone: pure functions on values, each result with its steps.

Modules: currencies, identifiers, interest, numbering, steps, tax, terms; import the one that you need.
"""

__all__ = [
    "currencies",
    "exact",
    "identifiers",
    "interest",
    "letters",
    "numbering",
    "periods",
    "references",
    "servers",
    "steps",
    "tax",
    "terms",
    "tiers",
    "worktime",
]
