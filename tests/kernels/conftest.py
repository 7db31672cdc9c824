"""The kernels built once for the host; tests that need them skip where there is no C compiler."""

from __future__ import annotations

import pytest

from tests.kernels.c_header import KERNELS
from tests.kernels.host_library import HostLibrary, compile_shared, compiler, load_library


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> HostLibrary:
    if compiler() is None:
        pytest.skip("no C compiler (cc) on this host")
    built = tmp_path_factory.mktemp("kernels") / "libkernels.so"
    return load_library(compile_shared(sorted((KERNELS / "src").glob("*.c")), built))
