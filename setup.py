"""What pyproject.toml cannot say: an extension that may fail to build, and the C kernels travelling in the wheel."""

from setuptools import Extension, find_packages, setup

KERNELS = "microinfer._kernels"

setup(
    ext_modules=[Extension("emulator._tracer", ["emulator/_tracer.c"], optional=True)],
    packages=[*find_packages(include=["microinfer*", "emulator*"]), KERNELS],
    package_dir={KERNELS: "kernels"},
    package_data={
        KERNELS: ["include/*.h", "src/*.c", "startup/*.c", "linker/*.ld"],
        "emulator": ["cores/*.toml", "boards/*.toml", "peripherals/*.toml", "py.typed", "*.pyi"],
        "microinfer": ["numerics/*.toml", "verify/*.toml", "py.typed"],
    },
)
