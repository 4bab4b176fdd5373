"""How a ledger is loaded, and what is kept of a load: in the process, and beside Beancount's cache for the next command."""
