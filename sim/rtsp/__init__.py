"""An RTSP server that shows pre-encoded clips as live cameras."""
