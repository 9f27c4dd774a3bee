"""Makes the simulated township: its land, roads, villages, grids, cameras and grid workers, as ordinary input files."""

from sim.geography.town import TownFiles, generate

__all__ = ["TownFiles", "generate"]
