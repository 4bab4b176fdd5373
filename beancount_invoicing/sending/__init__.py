"""What leaves, each thing at most once, and what the ledger is told of it."""
