"""Canary: the private NumPy functions are there and do what the public ones do."""

from __future__ import annotations

import numpy as np

from microinfer.fast import calls


def test_private_functions_are_found() -> None:
    assert isinstance(calls.clip, np.ufunc)
    assert calls.clip is not np.clip
    assert calls.einsum is not np.einsum


def test_clip_is_the_public_one() -> None:
    x, out = np.arange(-5, 6, dtype=np.float32), np.empty(11, np.float32)
    calls.clip(x, np.float32(-2), np.float32(3), out)
    np.testing.assert_array_equal(out, np.clip(x, -2, 3))


def test_einsum_writes_where_it_is_told() -> None:
    x, w = np.arange(12, dtype=np.float32).reshape(1, 1, 2, 2, 3), np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    out = np.empty((1, 1, 3), np.float32)
    calls.einsum("nhijx,ijx->nhx", x, w, out=out)
    np.testing.assert_array_equal(out, (x * w).sum(axis=(2, 3)))
