"""The simulated town as base maps: aerial pictures and vector tiles of it in files, and a service that gives tiles."""
