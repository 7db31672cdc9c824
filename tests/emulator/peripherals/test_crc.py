"""The CRC unit against check values of well-known CRCs (of the nine bytes "123456789") and against zlib."""

from __future__ import annotations

import zlib

import pytest

from tests.support.peripheral import Bench

DATA = b"123456789"


@pytest.mark.parametrize(
    ("width", "polynomial", "start", "reverse", "xor", "check"),
    [
        (0, 0x04C11DB7, 0xFFFFFFFF, 0, 0, 0x0376E6E7),
        (0, 0x04C11DB7, 0xFFFFFFFF, 0xA0, 0xFFFFFFFF, 0xCBF43926),
        (1, 0x1021, 0xFFFF, 0, 0, 0x29B1),
        (1, 0x8005, 0, 0xA0, 0, 0xBB3D),
        (2, 0x07, 0, 0, 0, 0xF4),
        (3, 0x09, 0, 0, 0, 0x75),
    ],
    ids=["CRC-32/MPEG-2", "CRC-32", "CRC-16/CCITT-FALSE", "CRC-16/ARC", "CRC-8", "CRC-7/MMC"],
)
def test_check_values(width: int, polynomial: int, start: int, reverse: int, xor: int, check: int) -> None:
    crc = Bench("stm32_crc")
    crc[0x14], crc[0x10] = polynomial, start
    crc[0x08] = width << 3 | reverse | 1
    for byte in DATA:
        crc.peripheral.write(0, 1, byte)
    assert crc[0] ^ xor == check


def test_words_in_reversed_units() -> None:
    """Words written as they lie in memory, bits reversed word by word, give zlib's CRC of the bytes."""
    data = bytes(range(16))
    crc = Bench("stm32_crc")
    crc[0x08] = 3 << 5 | 1 << 7 | 1
    for start in range(0, 16, 4):
        crc[0] = int.from_bytes(data[start : start + 4], "little")
    assert crc[0] ^ 0xFFFFFFFF == zlib.crc32(data)


def test_reset_bit_starts_again() -> None:
    crc = Bench("stm32_crc")
    crc[0] = 1
    assert crc[0] != 0xFFFFFFFF
    crc[0x08] = 1
    assert (crc[0], crc[0x08]) == (0xFFFFFFFF, 0)
