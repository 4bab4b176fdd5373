"""What the accountant, the tax office and the auditor ask for: journals, lettering, the FEC. Pure: values in, values out."""
