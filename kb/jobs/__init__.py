"""What a scheduled job needs around its stages: its lock, log, progress, timer, and health."""
