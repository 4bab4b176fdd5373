"""Invoice transactions: which posting is what, and the Invoice that follows from them. One module for each part of a document."""
