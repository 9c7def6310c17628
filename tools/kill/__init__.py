"""Work that is killed at random moments, and faults of the machine: ``python -m tools.kill``."""
