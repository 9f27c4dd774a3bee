"""The server side of the wall: live pictures and events to browser pages. The web UI stands in `wall/web`."""
