"""Arithmetic and law that stand alone: pure functions on values, each result with its steps.

Modules: payment_terms, tax, interest, numbering, periods, identifiers and others; import the one that you need.
"""

__all__ = [
    "accents",
    "currencies",
    "exact",
    "hosts",
    "identifiers",
    "interest",
    "numbering",
    "payment_terms",
    "periods",
    "references",
    "steps",
    "tax",
    "tiers",
    "worktime",
]
