"""What every long-running part needs and that knows nothing of cameras: clock, back-off, fan-out, spool, supervisor."""
