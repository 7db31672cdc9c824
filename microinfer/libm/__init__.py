"""float32 functions of the C library, to the bit: expf, expm1f, logf, sinf, cosf, tanhf.

NumPy's own may differ from C, and from one build of NumPy to the next, in the last bit. These are the functions of
glibc 2.28 to 2.40 and of newlib: expf, logf, sinf and cosf work in double on short polynomials (Arm Optimized
Routines), expm1f and tanhf in float32 (fdlibm). All take and return float32 arrays of one shape; infinities and NaN
come out as in C, and nothing is raised.
"""

from microinfer.libm.exp import expf
from microinfer.libm.expm1 import expm1f
from microinfer.libm.log import logf
from microinfer.libm.sine import cosf, sinf
from microinfer.libm.tanh import tanhf

__all__ = ["cosf", "expf", "expm1f", "logf", "sinf", "tanhf"]
