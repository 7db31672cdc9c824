"""What a core's data reads cost for their addresses: emulator/timing/data_paths.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from emulator.errors import TimingError

_SHAPES = ("word_at_half_word", "word_at_byte", "half_word_inside", "half_word_across")


@dataclass(frozen=True)
class DataPath:
    """Cycles of unaligned reads by shape, four bits each from the lowest, for the older and the younger of a pair.

    `bank`: bits of an address that tell the banks of two reads in a pair apart, 0 if they never collide. `bus`: the bit
    from which on addresses on different buses differ, 0 if that costs nothing: a read right behind one on another bus
    takes a cycle more, `to_code` if it is the one on the bus of code.
    """

    older: int = 0
    younger: int = 0
    bank: int = 0
    bus: int = 0
    to_code: int = 1


ALIGNED = DataPath()


@cache
def data_path(core: str) -> DataPath:
    """The row of a core; one without a row takes nothing more."""
    text = resources.files("emulator").joinpath("timing", "data_paths.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    if core not in table:
        return ALIGNED
    row = table[core]
    try:
        older, younger = (
            sum(cycles << 4 * shape for shape, cycles in enumerate(row[place][name] for name in _SHAPES))
            for place in ("older", "younger")
        )
    except KeyError as error:
        raise TimingError(f"data_paths.toml, {core}: {error} is missing") from None
    return DataPath(older, younger, row.get("bank", 0), row.get("bus", 0), row.get("to_code", 1))
