"""Every counting test runs on both tracers."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

NATIVE_BUILT = find_spec("emulator.tracing._tracer") is not None


@pytest.fixture(
    params=[
        "python",
        pytest.param("native", marks=pytest.mark.skipif(not NATIVE_BUILT, reason="the native tracer is not built")),
    ]
)
def tracer(request: pytest.FixtureRequest) -> str:
    """Name of a tracer."""
    name: str = request.param
    return name
