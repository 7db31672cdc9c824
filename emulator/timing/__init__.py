"""Cycle costs: core tables (emulator/cores), pipelines that walk blocks with them, and the cost of an edge."""
