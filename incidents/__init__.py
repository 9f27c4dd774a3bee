"""The case: states, classes, deadlines, evidence, trace; accounts and rights; the store."""
