"""Numerics profiles: which rounding and which multiplier derivation each operator uses in which runtime.

A profile is a TOML file in this folder; a new runtime is a new file.
"""

from microinfer.numerics.profile import Numerics, Profile, profile, profile_names

__all__ = ["Numerics", "Profile", "profile", "profile_names"]
