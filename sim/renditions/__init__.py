"""The other streams of a scene's cameras, made of its drawn sub-stream: main streams, and both in H.265."""
