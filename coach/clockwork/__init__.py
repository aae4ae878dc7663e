"""Who calls the jobs."""
