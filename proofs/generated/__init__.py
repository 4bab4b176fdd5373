"""E-invoices of generated documents: nine countries and one more, every category, kind, currency and syntax."""
