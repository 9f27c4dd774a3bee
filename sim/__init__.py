"""A simulated town: cameras, what happens in front of them, grid workers with phones."""
