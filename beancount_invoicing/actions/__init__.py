"""What a person asks for, one file each: the only room in which the others are put together."""
