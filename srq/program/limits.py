"""How large a Program may be, so that a hostile file cannot make a reader work or allocate."""

MAX_OPS = 256
MAX_CHANNELS = 1024
MAX_KERNEL = 64
MAX_SCALE = 16
MAX_WEIGHTS = 1 << 22
MAX_NAME = 64
MIN_WEIGHT_BITS = 2
MAX_WEIGHT_BITS = 16
MAX_VALUE_BITS = 16
"""The widest value a requantization gives; only accumulators are wider, at 32."""

MAX_HEADER_BYTES = 4 << 20
MAX_FILE_BYTES = 32 << 20
