"""A business lives: random acts on a ledger, and a second, simple model of money and documents that knows what is right.

`acts` writes the ledger as a person (or a command) would, and tells `model` in a word what happened; `life` plays acts, compares
what the reports say at every date with the model, and makes a life that fails as short as it can.
"""
