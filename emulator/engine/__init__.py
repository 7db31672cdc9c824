"""The CPU: Unicorn behind an interface of our own, its hooks, its memory and registers, and why a run of it ended."""
