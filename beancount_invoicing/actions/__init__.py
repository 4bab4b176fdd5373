"""What a user asks for, one file each: the only package that puts the others together."""
