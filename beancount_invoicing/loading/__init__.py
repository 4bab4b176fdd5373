"""How a ledger is loaded, and how a load is cached: in the process, and beside Beancount's cache for the next command."""
