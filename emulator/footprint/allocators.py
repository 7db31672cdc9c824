"""Functions that hand out memory, by the names that C libraries and an RTOS give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["break", "allocate", "allocate many", "reallocate", "free"]


@dataclass(frozen=True)
class Allocator:
    """`first` is the register of its first argument behind a reentrancy pointer: size, count, pointer or increment."""

    name: str
    kind: Kind
    first: int
    source: str


_NEWLIB = "newlib, libc/stdlib: malloc.c, mallocr.c, nano-mallocr.c; the _r forms take struct _reent * first"
_SBRK = "newlib, libc/reent/sbrkr.c and libgloss: the break moves by the argument, the old one comes back"
_FREERTOS = "FreeRTOS-Kernel, include/portable.h"

ALLOCATORS = (
    Allocator("_sbrk", "break", 0, _SBRK),
    Allocator("sbrk", "break", 0, _SBRK),
    Allocator("_sbrk_r", "break", 1, _SBRK),
    Allocator("malloc", "allocate", 0, _NEWLIB),
    Allocator("_malloc_r", "allocate", 1, _NEWLIB),
    Allocator("calloc", "allocate many", 0, _NEWLIB),
    Allocator("_calloc_r", "allocate many", 1, _NEWLIB),
    Allocator("realloc", "reallocate", 0, _NEWLIB),
    Allocator("_realloc_r", "reallocate", 1, _NEWLIB),
    Allocator("free", "free", 0, _NEWLIB),
    Allocator("_free_r", "free", 1, _NEWLIB),
    Allocator("pvPortMalloc", "allocate", 0, _FREERTOS),
    Allocator("pvPortCalloc", "allocate many", 0, _FREERTOS),
    Allocator("vPortFree", "free", 0, _FREERTOS),
)
