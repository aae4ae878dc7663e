"""Content files as validated values of the core."""
