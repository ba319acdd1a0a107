"""The two C extensions, for every CPython from 3.11 on; everything else stands in pyproject.toml.

HEMLINE_PURE=1 leaves them out. So does a machine without a compiler, or one that has no OpenMP.
Training then takes PyTorch's path, and says what that costs.
"""

import os

from setuptools import Extension, setup

_LIMITED = ("Py_LIMITED_API", "0x030B0000")  # Python 3.11


def _extension(name: str) -> Extension:
    return Extension(
        name,
        [f"src/{name.replace('.', '/')}.c"],
        define_macros=[_LIMITED],
        extra_compile_args=["-O3", "-fno-math-errno", "-fno-trapping-math", "-fopenmp"],
        extra_link_args=["-fopenmp"],
        py_limited_api=True,
        optional=True,
    )


if os.environ.get("HEMLINE_PURE") == "1":
    setup()
else:
    setup(
        ext_modules=[_extension("hemline.training._dense"), _extension("hemline.networks._fused")],
        options={"bdist_wheel": {"py_limited_api": "cp311"}},
    )
