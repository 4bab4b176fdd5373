"""Arithmetic and law that stand alone: pure functions on values, each result with its steps."""
