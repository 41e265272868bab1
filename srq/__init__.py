"""srq: quantized super-resolution, from photos to integer programs that every engine runs alike."""

__version__ = "0.1.0"
