"""Measurements, each kept beside the command that made it."""
