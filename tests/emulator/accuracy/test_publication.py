"""Published counts as data: what a file says, and what a wrong one is told."""

from __future__ import annotations

import pytest

from emulator.accuracy.publication import Call, FirmwareImage, measurements, publications, read_publication
from emulator.accuracy.recorded import Recorded, read_rows, recorded, write_rows
from emulator.errors import AccuracyError

HEAD = 'title = "T"\nsource = "S"\nbuild = "B"\n'
ROUTINES = """
overhead = 4
[calls]
"a" = ["f", "random 16", 10]
"b" = ["part:g", "zeros 64", "/ 4"]
[tasks]
"AES-128 block" = ["b"]
[[set]]
core = "cortex-m4"
board = "X"
memory = "stm32f4_flash"
wait_states = 5
[set.cycles]
"a" = 100
"b" = 2.5
"""
IMAGE = """
[[image]]
routine = "kws"
core = "cortex-m4"
board = "X"
memory = ""
wait_states = 0
clock_hz = 120_000_000
inferences_per_second = 20.0
file = "kws.bin"
runs_on = "nucleo-l4r5zi"
base = 0x08000000
input_bytes = 490
"""


def test_routines_and_how_they_are_called() -> None:
    a, b = read_publication("p", HEAD + ROUTINES).measurements
    assert (a.key, a.cycles, a.overhead, a.memory, a.wait_states) == ("p: a, X, 5 WS", 100, 4, "stm32f4_flash", 5)
    assert a.run == Call("", "f", ("random 16", 10), 1)
    assert b.run == Call("part", "g", ("zeros 64",), 4)


def test_a_routine_may_have_an_overhead_of_its_own() -> None:
    a, b = read_publication("p", HEAD + ROUTINES + "[overheads]\nb = 0.5\n").measurements
    assert (a.overhead, b.overhead) == (4, 0.5)
    with pytest.raises(AccuracyError, match=r"p.toml: \[overheads\]: no call of c; there are: a, b"):
        read_publication("p", HEAD + ROUTINES + "[overheads]\nc = 1\n")


def test_rows_are_told_apart_by_the_memory_of_code_or_else_of_data() -> None:
    slow_data = ROUTINES.replace("wait_states", 'data_memory = "stm32l4_sram"\nwait_states')
    first = read_publication("p", HEAD + slow_data).measurements[0]
    assert (first.data_memory, first.slow_memory) == ("stm32l4_sram", "stm32f4_flash")
    first = read_publication("p", HEAD + slow_data.replace('"stm32f4_flash"', '""')).measurements[0]
    assert first.slow_memory == "stm32l4_sram"


def test_routines_of_one_task_share_its_name_and_others_have_their_own() -> None:
    a, b = read_publication("p", HEAD + ROUTINES).measurements
    (image,) = read_publication("p", HEAD + IMAGE).measurements
    assert (a.task, b.task, image.task) == ("p: a", "AES-128 block", "kws")


def test_images_have_cycles_by_their_clock() -> None:
    (only,) = read_publication("p", HEAD + IMAGE).measurements
    assert only.cycles == 6_000_000
    assert only.run == FirmwareImage("kws.bin", "nucleo-l4r5zi", 0x08000000, 490, "int8")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ROUTINES, "'build' is missing"),
        (HEAD + ROUTINES.replace("cortex-m4", "cortex-m5"), "cortex-m5 is no core"),
        (HEAD + ROUTINES.replace("stm32f4_flash", "flash"), "flash is no memory"),
        (HEAD + ROUTINES.replace("wait_states", 'data_memory = "sram"\nwait_states'), "sram is no memory"),
        (HEAD + ROUTINES.replace("random 16", "noise"), "'noise' is none of"),
        (HEAD + ROUTINES.replace('"a" = 100', '"c" = 100'), "'c' is missing"),
        (HEAD + ROUTINES.replace('= ["b"]', '= ["c"]'), "[tasks]: no call of c; there are: a, b"),
        ("title =", "published/p.toml"),
    ],
)
def test_a_wrong_file_is_named(text: str, says: str) -> None:
    with pytest.raises(AccuracyError, match=r"published/p\.toml") as error:
        read_publication("p", text)
    assert says in str(error.value)


def test_every_row_of_ours_has_a_published_one() -> None:
    keys = [m.key for m in measurements()]
    assert len(set(keys)) == len(keys)
    assert set(recorded()) <= set(keys)


def test_every_publication_says_where_it_is_from() -> None:
    assert all(p.source and p.build and p.measurements for p in publications())


def test_rows_survive_their_file() -> None:
    rows = [
        Recorded(
            "p: a, b", 12.25, 8, 0, "0123", "run it", (("load", 0.75), ("one cycle", 0.25)), (("pair a + b", 0.5),)
        ),
        Recorded("a", 7, 7, 1, "4567", "run it", ()),
    ]
    text = write_rows(rows)
    assert read_rows(text) == rows[::-1]
    assert write_rows(read_rows(text)) == text


def test_a_damaged_file_is_told() -> None:
    with pytest.raises(AccuracyError, match="want columns key, cycles"):
        read_rows("key,cycles\na,many\n")
