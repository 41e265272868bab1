"""Every mistake a user can make, as one clear sentence.

A message says what was wanted, what came and what to do; the command line prints it
and exits with code 2. Anything that is not an ``SrqError`` is a defect of srq itself.
"""


class SrqError(Exception):
    """The base of all errors that are the user's to mend; ``str(error)`` is one sentence."""


class ConfigError(SrqError):
    """A configuration file, recipe or option does not say what it must."""


class ImageError(SrqError):
    """A picture cannot be read, written or used as it is."""


class DamagedImageError(ImageError):
    """A picture file is cut short or broken."""


class UnsupportedImageError(ImageError):
    """A picture file may be sound, but is of a kind that srq does not read."""


class VideoError(SrqError):
    """A video cannot be read, written or used as it is."""


class DataError(SrqError):
    """A data set, manifest or folder is missing, empty or inconsistent."""


class ModelError(SrqError):
    """A network is unknown or cannot be built as asked."""


class CheckpointError(SrqError):
    """A checkpoint is damaged or belongs to something else."""


class ProgramError(SrqError):
    """A Program is malformed, unsafe or of a version this srq does not know."""


class MissingDependencyError(SrqError):
    """An optional package or tool is not installed; the sentence says how to get it."""


class StorageError(SrqError):
    """The file system refused: disk full, no permission, no such folder."""
