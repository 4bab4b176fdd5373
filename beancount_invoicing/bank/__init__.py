"""What a bank statement says, and which documents its money settles. Pure: values in, values out."""
