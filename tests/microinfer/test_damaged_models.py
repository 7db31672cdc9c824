"""Damaged model files from reading to running: one clear error or an answer, nothing else, and soon."""

from __future__ import annotations

import random
import time

import pytest

from microinfer.errors import MicroinferError
from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from microinfer.samples.arrays import sample_stacks
from tests.support.kernels import DIGITS

WORDS = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
LONGEST = 2.0


def damaged(content: bytes, generator: random.Random) -> bytes:
    """`content` cut short, with flipped bits, or with words that make no sense, most of them near its tables."""
    data = bytearray(content)
    kind = generator.random()
    if kind < 0.15:
        return bytes(data[: generator.randrange(len(data))])
    if kind < 0.5:
        for _ in range(generator.randrange(1, 20)):
            data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        return bytes(data)
    for _ in range(generator.randrange(1, 6)):
        place = generator.randrange(len(data) // 4) * 4
        word = generator.choice([*WORDS, generator.randrange(2**32)])
        data[place : place + 4] = word.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize("seed", range(10))
def test_damaged_models_end_in_one_line_or_an_answer(seed: int) -> None:
    generator = random.Random(seed)
    content = (DIGITS / "digits.tflite").read_bytes()
    answered = refused = 0
    for _ in range(30):
        file = damaged(content, generator)
        started = time.monotonic()
        try:
            model = parse(file, "damaged.tflite")
            Session(model).run(*sample_stacks(model, None, 0))
            answered += 1
        except MicroinferError as error:
            assert "\n" not in str(error)
            refused += 1
        assert time.monotonic() - started < LONGEST
    assert answered and refused
