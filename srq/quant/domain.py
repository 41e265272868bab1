"""Two measures of luma, and the one place where they meet.

A network is trained on n / 255, so that white is 1; a Program reads the same code value n as
u8.8, which is n / 256, and writes u8.8 again. Between the two lies the factor 255 / 256 alone.
A network of convolutions without biases, ReLUs, sums, shuffles and nearest upscales is
positively homogeneous: f(c x) = c f(x) for c > 0. So its trained weights serve either measure,
in which all its values, the output's too, are 255 / 256 of what they were in the other. Biases
do not scale along with the input and take the factor themselves.
"""

from torch import Tensor

UNIT_TO_CODES = 255 / 256
"""Times a value in the training's measure, gives it in the Program's."""


def to_program(values: Tensor) -> Tensor:
    """Luma, or a bias, from the training's measure (n / 255) to the Program's (n / 256)."""
    return values * UNIT_TO_CODES


def to_training(values: Tensor) -> Tensor:
    """Luma from the Program's measure (n / 256) to the training's (n / 255)."""
    return values / UNIT_TO_CODES
