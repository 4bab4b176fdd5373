"""The only way into ledger text: everything new is tried with the whole ledger, and only then written to the disk."""
