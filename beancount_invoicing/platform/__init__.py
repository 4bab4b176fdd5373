"""What a platform for e-invoices says of documents, and what follows. Pure: takes events and dates, returns frozen values.

Names and codes are those of AFNOR XP Z12-012 (statuses) and XP Z12-013 (flows).
"""

from __future__ import annotations
