"""Live delivery to browsers (server side); the web UI stands in wall/web."""
