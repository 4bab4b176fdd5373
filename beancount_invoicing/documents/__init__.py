"""Documents found, made as files and e-invoices, and held against what was sealed."""
