"""Slow memories: kinds as data (*.toml), where a board has them, and what they add to a run's cycles."""
