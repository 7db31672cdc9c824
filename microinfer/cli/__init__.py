"""The `microinfer` command: one file a subcommand, found by discovery. The only package that prints."""

from microinfer.cli.main import main

__all__ = ["main"]
