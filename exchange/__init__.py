"""Ways in and out: what other systems report, and what they are told."""
