"""The version of srq, where every room may read it; the build reads it here too."""

__version__ = "0.1.0"
