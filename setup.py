"""What pyproject.toml cannot say: an extension that may fail to build, and the C kernels travelling in the wheel."""

from pathlib import Path

from setuptools import Extension, find_packages, setup

KERNELS = "microinfer._kernels"
STACK_WATCH = "emulator/footprint/_stackwatch.c"
SOURCES = Path("emulator/tracing")
TRACER = sorted(map(str, SOURCES.glob("_*.c")))

setup(
    ext_modules=[
        Extension("emulator.tracing._tracer", TRACER, depends=sorted(map(str, SOURCES.glob("_*.h"))), optional=True),
        Extension("emulator.footprint._stackwatch", [STACK_WATCH], optional=True),
    ],
    packages=[*find_packages(include=["microinfer*", "emulator*"]), KERNELS],
    package_dir={KERNELS: "kernels"},
    package_data={
        KERNELS: ["include/*.h", "src/*.c", "startup/*.c", "linker/*.ld"],
        "emulator": [
            *(f"{folder}/*.toml" for folder in ("cores", "boards", "memories", "timing", "peripherals")),
            *("accuracy/published/*.toml", "accuracy/*.csv"),
            *("py.typed", "*/*.pyi", "roms/*.hex", "roms/*.s"),
        ],
        "microinfer": ["numerics/*.toml", "verify/*.toml", "py.typed"],
    },
)
