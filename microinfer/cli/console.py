"""Where commands print: rich tables to standard output, progress to standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


def console() -> Console:
    """Standard output; as wide as the table needs where it is not a terminal."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160)


def error_console() -> Console:
    """Standard error, for what is no result; as wide as a table needs where it is not a terminal."""
    return Console(file=sys.stderr, width=None if sys.stderr.isatty() else 160)


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[..., None]]:
    """A bar on standard error that goes away when done; yields a function that advances it by one step."""
    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(title, total=total)

        def advance(*_: object) -> None:
            bar.advance(task)

        yield advance
