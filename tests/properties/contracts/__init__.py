"""Contracts live: random contracts, amended at random days and billed at others; a second model asks of each day what held on it.

`acts` writes the ledger as a person (or a command) would, and tells `model` in a word what was agreed and worked; `verdict` holds
what is billed in the end against what each day was worth, and makes a life that fails as short as it can.
"""
