"""Camera to access units to frames."""
