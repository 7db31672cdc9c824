"""What pyproject.toml cannot say: an extension that may fail to build, and the C kernels travelling in the wheel."""

from setuptools import Extension, find_packages, setup

KERNELS = "microinfer._kernels"
NATIVE = [f"emulator/_{part}.c" for part in ("tracer", "memories", "memories_type", "accesses", "operands")]
HEADERS = ["emulator/_memories.h", "emulator/_accesses.h"]

setup(
    ext_modules=[
        Extension("emulator._tracer", NATIVE, depends=HEADERS, optional=True),
        Extension("emulator._stackwatch", ["emulator/_stackwatch.c"], optional=True),
    ],
    packages=[*find_packages(include=["microinfer*", "emulator*"]), KERNELS],
    package_dir={KERNELS: "kernels"},
    package_data={
        KERNELS: ["include/*.h", "src/*.c", "startup/*.c", "linker/*.ld"],
        "emulator": [
            *(f"{folder}/*.toml" for folder in ("cores", "boards", "memories", "timing", "peripherals")),
            *("py.typed", "*.pyi", "roms/*.hex", "roms/*.s"),
        ],
        "microinfer": ["numerics/*.toml", "verify/*.toml", "py.typed"],
    },
)
