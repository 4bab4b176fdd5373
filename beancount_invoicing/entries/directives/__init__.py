"""Directives: sellers, options, taxes, items, customers, contracts and more, which later directives amend."""
