"""Answers as plain data, the stable form of `--format json`: by subject."""
