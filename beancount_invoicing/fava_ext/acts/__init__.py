"""What can be done from the page in Fava: each act is a form, the command that does the same, and one call of `actions`."""
