"""What `make proof` proves."""
