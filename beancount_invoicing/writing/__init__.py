"""The one way into ledger text: what shall be new is tried with the whole ledger, and only then put on the disk."""
