"""Everything microinfer raises on purpose derives from MicroinferError and reads as one line."""


class MicroinferError(Exception):
    """Base class; `str(error)` is what the command line prints."""


class ModelError(MicroinferError):
    """The file is not a model this reader can trust: truncated, damaged, inconsistent."""


class UnsupportedError(MicroinferError):
    """The model is well formed but uses operators, versions or dtypes that have no implementation here."""


class InputError(MicroinferError):
    """An input array has the wrong shape, dtype or number of dimensions."""


class ShapeError(MicroinferError):
    """Shapes, strides or windows of one operator do not fit together."""


class DomainError(MicroinferError):
    """Values for which the runtime refuses to compute, or whose result it leaves undefined: a division by zero."""


class UnknownName(MicroinferError):
    """A profile, tensor or layer of that name does not exist; the message lists those that do."""


class BuildError(MicroinferError):
    """No compiler was found, or it refused the sources."""


class KernelError(MicroinferError):
    """The kernel library lacks a function, refused its arguments, or broke a rule while running."""


class OutputError(MicroinferError):
    """A file that was asked for cannot be written."""


class VerifyError(MicroinferError):
    """A specification, a case or a saved case that cannot be used."""
