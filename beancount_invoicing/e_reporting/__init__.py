"""What a French firm reports to the tax office by its platform: which sale and which payment goes into which flow, and why.

Flow 10 of the DGFiP's external specifications (v3.2): 10.1 international invoices one by one, 10.2 their payments, 10.3 sales to
consumers by day and rate, 10.4 their payments; and the life-cycle status 212 (encaissée) for the payments of e-invoices.
"""
