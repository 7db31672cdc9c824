"""What the running code may do with each page, asked page by page as it touches them.

The engine's virtual TLB asks once for each page of 1 KiB and remembers the answer until it is told to forget. It costs
nothing until it is switched on. A denied access ends the run in front of its instruction; the size is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from emulator.engine.stop import Access

PAGE_SIZE = 1024


@dataclass(frozen=True)
class TlbNumbers:
    """The engine's numbers: hook and modes of the TLB, its flush, permission bits, and kinds of access."""

    hook: int
    own: int
    virtual: int
    flush: int
    write_control: int
    permissions: dict[str, int]
    reads: int
    writes: int


class PageView:
    """`permissions(page)` gives letters out of "rwx" for the page at that address. `denied` is the access refused."""

    def __init__(self, uc: Any, numbers: TlbNumbers) -> None:
        self.denied: Access | None = None
        self._uc, self._numbers = uc, numbers
        self._permissions: Callable[[int], str] | None = None
        self._hook: int | None = None

    @property
    def on(self) -> bool:
        """Whether pages are asked for."""
        return self._permissions is not None

    def switch(self, permissions: Callable[[int], str] | None) -> None:
        """Ask from now on, or no more with None."""
        if self._hook is None:
            self._hook = self._uc.hook_add(self._numbers.hook, self._on_fill)
        self._permissions = permissions
        self._uc.ctl_set_tlb_mode(self._numbers.own if permissions is None else self._numbers.virtual)
        self.forget()

    def forget(self) -> None:
        """Drop all answers: another view holds."""
        self._uc.ctl(self._numbers.flush, self._numbers.write_control)

    def _on_fill(self, uc: Any, address: int, access: int, entry: Any, data: Any) -> bool:
        assert self._permissions is not None
        page = address & ~(PAGE_SIZE - 1) & 0xFFFFFFFF
        letters = self._permissions(page)
        entry.paddr = page
        entry.perms = sum(self._numbers.permissions[letter] for letter in letters)
        kind: Literal["read", "write", "fetch"] = (
            "read" if access == self._numbers.reads else "write" if access == self._numbers.writes else "fetch"
        )
        if ("x" if kind == "fetch" else kind[0]) in letters:
            return True
        self.denied = Access(kind, address & 0xFFFFFFFF, 0, True)
        return False
