"""Domes as the API process knows them: who may turn one, where it points, what is kept for it."""
