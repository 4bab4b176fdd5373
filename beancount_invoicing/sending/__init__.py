"""What is sent, each thing at most once, and what the ledger records of it."""
