"""`python -m beancount_invoicing` is `bean-invoice`."""

from beancount_invoicing.cli import main

main(prog_name="bean-invoice")
