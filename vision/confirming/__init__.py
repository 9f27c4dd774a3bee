"""An optional object detector that is asked about what a rule is about to tell, and about nothing else."""
