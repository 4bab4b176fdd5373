"""Documents: finding them, making their files and e-invoices, and comparing them with what was sealed."""
