"""Chinese township street scenes as a fixed camera sees them: laid out in metres, drawn and encoded once, cached."""
