"""The page "Receivables" in Fava: `custom "fava-extension" "beancount_invoicing.fava_ext"`.

Today, who owes what, documents, contracts: one module for the data of each page, and one template. The page follows Fava's time
filter, its account filter, its language and its incognito mode. It changes nothing but by an act that was shown first.
"""

from __future__ import annotations

from beancount_invoicing.fava_ext.extension import Receivables

__all__ = ["Receivables"]
