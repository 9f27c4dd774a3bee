"""Simulated domes: how they turn, where they stand, and what they see of the town."""
