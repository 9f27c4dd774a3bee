"""Building the estate: cameras from a township's table, what is wrong with it, and what the cameras really do."""
