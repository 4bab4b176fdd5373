"""How fast it is: ledgers to measure with, and what `make bench` measures."""
