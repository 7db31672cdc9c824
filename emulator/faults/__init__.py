"""What went wrong in a run, and how it is told."""
