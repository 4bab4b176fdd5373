"""EN 16931: an invoice as business terms, in CII, UBL and Peppol, in the PDF, checked against the official rules."""

from __future__ import annotations

from beancount_invoicing.einvoice.business_terms import EInvoice
from beancount_invoicing.einvoice.layers import Layer, validate
from beancount_invoicing.einvoice.mapping import NoEInvoice, Rejection, e_invoice
from beancount_invoicing.einvoice.pdf import FILE, LIMIT, extract, with_metadata
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.einvoice.syntax import NotReadable, NotWritable, Syntax, read_e_invoice, to_xml

__all__ = [
    "FILE",
    "LIMIT",
    "EInvoice",
    "Layer",
    "NoEInvoice",
    "NotReadable",
    "NotWritable",
    "Problem",
    "Rejection",
    "Syntax",
    "e_invoice",
    "extract",
    "read_e_invoice",
    "to_xml",
    "validate",
    "with_metadata",
]
