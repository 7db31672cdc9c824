"""Files of semihosting: inside one directory only; no .., no absolute paths, no links, regular files only."""

from __future__ import annotations

import os
import stat
from pathlib import Path

# ISO C modes by semihosting number: r, rb, r+, r+b, w, wb, w+, w+b, a, ab, a+, a+b.
_MODES = (
    os.O_RDONLY,
    os.O_RDWR,
    os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    os.O_RDWR | os.O_CREAT | os.O_TRUNC,
    os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    os.O_RDWR | os.O_CREAT | os.O_APPEND,
)
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class SharedFolder:
    """A directory that firmware may use; every method raises OSError for what is refused or fails."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, name: str, mode: int) -> int:
        """A file descriptor; `mode` is the semihosting number 0 to 11."""
        if not 0 <= mode < 12:
            raise OSError(f"open mode {mode}")
        parent, last = self._parent(name)
        try:
            wanted = _MODES[mode // 2]
            handle = os.open(last, wanted & ~os.O_TRUNC | _SAFE, 0o644, dir_fd=parent)
        finally:
            os.close(parent)
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            os.close(handle)
            raise OSError(f"{name}: not a plain file")
        if wanted & os.O_TRUNC:
            os.ftruncate(handle, 0)
        return handle

    def remove(self, name: str) -> None:
        """Delete a file."""
        parent, last = self._parent(name)
        try:
            os.unlink(last, dir_fd=parent)
        finally:
            os.close(parent)

    def rename(self, old: str, new: str) -> None:
        """Move a file inside the directory."""
        source, last = self._parent(old)
        try:
            target, name = self._parent(new)
            try:
                os.rename(last, name, src_dir_fd=source, dst_dir_fd=target)
            finally:
                os.close(target)
        finally:
            os.close(source)

    def _parent(self, name: str) -> tuple[int, str]:
        """Descriptor of the directory that holds `name`, and the last part of it."""
        parts = name.split("/")
        if "\0" in name or "\\" in name or any(part in ("", ".", "..") for part in parts):
            raise OSError(f"{name!r}: only names inside the shared directory")
        handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts[:-1]:
            try:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=handle)
            finally:
                os.close(handle)
            handle = inner
        return handle, parts[-1]
