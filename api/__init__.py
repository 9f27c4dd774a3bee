"""Composition root, routes, rights at the edge."""
