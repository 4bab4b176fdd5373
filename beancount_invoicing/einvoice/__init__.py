"""EN 16931: an invoice as business terms, in CII, UBL and Peppol, in the PDF, checked against the official rules."""

from __future__ import annotations

from beancount_invoicing.einvoice.layers import Layer, validate
from beancount_invoicing.einvoice.mapping import NoEInvoice, Reason, e_invoice
from beancount_invoicing.einvoice.pdf import FILE, LIMIT, extract, with_metadata
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.einvoice.syntax import NotReadable, NotWritable, Syntax, read, to_xml
from beancount_invoicing.einvoice.terms import EInvoice

__all__ = [
    "FILE",
    "LIMIT",
    "EInvoice",
    "Layer",
    "NoEInvoice",
    "NotReadable",
    "NotWritable",
    "Problem",
    "Reason",
    "Syntax",
    "e_invoice",
    "extract",
    "read",
    "to_xml",
    "validate",
    "with_metadata",
]
