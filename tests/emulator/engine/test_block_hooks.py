"""Several callbacks in front of blocks, all of them silenced for a while."""

from __future__ import annotations

from emulator.engine.engine import Engine

ADD_AND_LOOP = bytes.fromhex("01 30 05 28 fc d1 00 bf".replace(" ", ""))
"""adds r0, #1; cmp r0, #5; bne back; nop"""


def test_all_are_called_and_all_are_silenced() -> None:
    engine = Engine("CORTEX_M4")
    engine.map(0, 0x1000, "rx")
    engine.write(0, ADD_AND_LOOP)
    engine.set_exit(6)
    seen: list[tuple[str, int]] = []
    for name in "ab":
        engine.block_hooks.call(lambda address, size, name=name: seen.append((name, address)) or False)
    assert engine.run(0).kind == "exit"
    assert seen == [("a", 0), ("b", 0)] * 5
    with engine.block_hooks.silenced():
        engine.run(0)
    assert len(seen) == 10
    engine.run(4)
    assert seen[10:] == [("a", 4), ("b", 4)]
