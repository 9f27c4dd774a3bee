"""What an operator edits, and the strict models that read it."""
