"""`bean-invoice`: one small file per command. Each parses the options, calls one action or report, and prints the
result.
"""

from __future__ import annotations

from beancount_invoicing.cli.main import main

__all__ = ["main"]
