"""Geometry of grids and cameras; coordinates are (lon, lat) in WGS 84."""
