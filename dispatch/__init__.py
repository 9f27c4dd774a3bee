"""Who goes: candidates, ranking, orders."""
