"""Profiles in the formats of other tools, a file each with `render(profile) -> str`; found by file name."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from emulator.errors import EmulatorError, suggestion
from emulator.profile.tree import Profile


def formats() -> list[str]:
    """Names of all formats."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def render(profile: Profile, name: str) -> str:
    """The profile as text in a format. Raises EmulatorError for an unknown one."""
    if name not in formats():
        raise EmulatorError(f"no profile format {name}; {suggestion(name, formats())}")
    text: str = import_module(f"{__name__}.{name}").render(profile)
    return text
