"""Closing entries: what belongs to a period and is not booked in it yet, each with its reversal on the first day after."""
