"""The heap: how far sbrk went and the most that was allocated at a time, with newlib-nano and with an RTOS."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from emulator import Board
from emulator.footprint.usage import HeapUse
from emulator.program.toolchain import compiler_flags
from tests.support.firmware import FOLDER, build, build_text

PROGRAM = r"""
#include <stdlib.h>
#include <string.h>
#include "firmware.h"
static char heap[4096];
static char *end = heap;
void *_sbrk(int increment) {
  char *old = end;
  if (end + increment > heap + sizeof heap) return (void *)-1;
  end += increment;
  return old;
}
__attribute__((noinline)) char *work(int size) { char *p = malloc(size); __asm volatile("" :: "r"(p)); return p; }
int main(void) {
  char *a = work(100), *b = calloc(10, 20);
  __asm volatile("" :: "r"(b));
  a = realloc(a, 500);
  free(b);
  char *c = work(600);
  free(a);
  char *none = malloc(100000);
  return none || !c;
}
"""


def heap_of(elf: bytes | Path, tracer: str) -> tuple[HeapUse | None, Board]:
    board = Board("mps2-an386", tracer=tracer, memory=True)
    board.load(elf)
    result = board.run(max_cycles=1_000_000)
    assert (result.end, result.exit_code) == ("exit", 0)
    return board.memory_use().heap, board


def test_newlib_nano(tracer: str, tmp_path: Path) -> None:
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is None:
        pytest.skip("needs arm-none-eabi-gcc with newlib-nano")
    (tmp_path / "main.c").write_text(PROGRAM)
    flags = [*(compiler_flags("cortex-m4", "gcc") or ()), "-mthumb", "-g", "-O1", "-w", f"-I{FOLDER}", "-nostartfiles"]
    link = ["--specs=nano.specs", "-T", str(FOLDER / "mps2.ld"), "main.c", str(FOLDER / "startup.c"), "-o", "out.elf"]
    built = subprocess.run([gcc, *flags, *link], cwd=tmp_path, capture_output=True, text=True, check=False)
    if built.returncode:
        pytest.skip(f"needs newlib-nano: {built.stderr[-200:]}")
    heap, board = heap_of(tmp_path / "out.elf", tracer)
    assert heap is not None
    assert (heap.allocated, heap.blocks, heap.failed, heap.live) == (1100, 2, 1, 600)
    assert heap.calls == 4
    assert heap.start == board.symbols.find("heap").address
    end = int.from_bytes(board.read(board.symbols.find("end").address, 4), "little")
    assert heap.taken == end - heap.start > 1100
    assert [link.function for link in heap.chain][:3] == ["Reset_Handler", "main", "work"]


def test_an_allocator_by_its_rtos_name(tracer: str) -> None:
    text = (
        '#include "firmware.h"\n#define KEEP __attribute__((noinline))\nstatic char pool[1000]; static int used;\n'
        'KEEP void *pvPortMalloc(uint32_t n) { used += n; __asm volatile(""); return pool + used - n; }\n'
        'KEEP void vPortFree(void *p) { __asm volatile("" :: "r"(p)); }\n'
        "int main(void) { void *a = pvPortMalloc(40); void *b = pvPortMalloc(2); vPortFree(a); pvPortMalloc(30);\n"
        "  return b == 0; }"
    )
    heap, _ = heap_of(build_text(text), tracer)
    assert heap is not None
    assert (heap.allocated, heap.blocks, heap.calls, heap.failed, heap.live) == (42, 2, 3, 0, 32)
    assert (heap.start, heap.taken) == (None, 0)


def test_firmware_without_an_allocator_has_none() -> None:
    board = Board("mps2-an386", memory=True)
    board.load(build("nesting"))
    assert board.memory_use().heap is None
