"""Timers against the manuals: when they reach zero, what they read, what they pend."""

from __future__ import annotations

from emulator.exceptions.numbers import SYSTICK
from tests.support.peripheral import Bench


def test_systick_counts_down_and_reloads() -> None:
    """DDI0403E B3.3.3: after a write to CVR the counter reloads on the next clock; COUNTFLAG clears by reading."""
    timer = Bench("systick")
    timer[0x4] = 9
    timer[0x8] = 5
    timer[0x0] = 5
    values = []
    for _ in range(13):
        values.append(timer[0x8])
        timer.wait(1)
    assert values == [0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8]
    assert timer[0x0] == 0x10005
    assert timer[0x0] == 5


def test_systick_pends_every_period() -> None:
    timer = Bench("systick")
    timer[0x4] = 99
    timer[0x8] = 0
    timer[0x0] = 7
    seen = []
    for time in range(0, 400, 10):
        if timer.controller.pending >> SYSTICK & 1:
            seen.append(time)
            timer.controller.pending = 0
        timer.wait(10)
    assert seen == [100, 200, 300]


def test_systick_reference_clock() -> None:
    timer = Bench("systick", reference_divider=8)
    timer[0x4] = 3
    timer[0x8] = 0
    timer[0x0] = 1
    timer.wait(8)
    assert timer[0x8] == 3
    timer.wait(24)
    assert timer[0x8] == 0
    assert timer[0x0] >> 16 == 1


def test_systick_without_a_reference_clock_says_so() -> None:
    timer = Bench("systick")
    timer[0x0] = 1
    assert timer[0x0] == 5
    assert timer[0xC] >> 31 == 1


def test_cmsdk_timer() -> None:
    timer = Bench("cmsdk_timer", "update")
    timer[0x8] = 49
    timer[0x0] = 9
    timer.wait(20)
    assert timer[0x4] == 29
    timer.wait(30)
    assert (timer.pending(), timer[0xC]) == (True, 1)
    timer.controller.pending = 0
    timer[0xC] = 1
    assert timer[0xC] == 0
    timer.wait(50)
    assert timer.pending()


def test_stm32_timer() -> None:
    timer = Bench("stm32_timer", "update")
    timer[0x28] = 9
    timer[0x2C] = 99
    timer[0x0C] = 1
    timer[0x00] = 1
    timer.wait(505)
    assert timer[0x24] == 50
    assert not timer.pending()
    timer.wait(495)
    assert (timer.pending(), timer[0x10], timer[0x24]) == (True, 1, 0)
    timer[0x10] = 0
    assert timer[0x10] == 0


def test_dwt_counts_while_enabled() -> None:
    dwt = Bench("dwt")
    dwt.wait(5)
    assert dwt[4] == 0
    dwt[0] = 1
    dwt.wait(5)
    assert dwt[4] == 0, "DEMCR.TRCENA is not set"
    dwt.peripheral.port.system.unit.settings.traced(True)
    dwt.wait(7)
    assert dwt[4] == 7
    dwt[4] = 100
    dwt.wait(1)
    dwt[0] = 0
    dwt.wait(50)
    assert dwt[4] == 101
