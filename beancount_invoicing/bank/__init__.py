"""The content of bank statements, and which documents their money settles. Pure: values in, values out."""
