"""EN 16931: an invoice as business terms, in CII, UBL and Peppol, in the PDF, checked against the official rules."""
