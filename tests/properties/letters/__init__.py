"""Letters over generated histories, held against the history itself by an independent reader of their text."""
