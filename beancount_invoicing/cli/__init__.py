"""`bean-invoice`: one small file per command; each parses, calls one action or report, and prints."""

from __future__ import annotations

from beancount_invoicing.cli.main import main

__all__ = ["main"]
