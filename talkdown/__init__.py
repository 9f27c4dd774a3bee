"""Talk-down: what is said through loudspeakers, by whom, and what became of it at each."""
