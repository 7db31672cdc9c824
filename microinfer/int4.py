"""Int4 values as models store them: two a byte, low nibble first, rows one after the other without padding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def unpack_int4(packed: NDArray[np.uint8], count: int) -> NDArray[np.int8]:
    """The first `count` values of `packed`, -8 to 7, as int8 of shape (count,)."""
    nibbles = np.stack((packed << 4, packed & 0xF0), axis=-1).reshape(-1)[:count]
    return np.asarray(nibbles.view(np.int8) >> 4, np.int8)


def pack_int4(values: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Values of any shape, -8 to 7, as (elements + 1) // 2 bytes; an odd last nibble is zero."""
    nibbles = values.reshape(-1).astype(np.uint8) & 0x0F
    even = np.append(nibbles, np.zeros(nibbles.size % 2, np.uint8))
    return np.asarray(even[::2] | even[1::2] << 4, np.uint8)
