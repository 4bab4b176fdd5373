"""Invoice transactions: the role of each posting, and the Invoice that follows from them.

One module for each part of a document.
"""
