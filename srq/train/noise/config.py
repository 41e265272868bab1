"""What a training of noise is asked for; it stands in its run folder."""

from dataclasses import dataclass

from srq.runs.schema import number


@dataclass(frozen=True)
class NoiseConfig:
    """A training on the pictures in ``clean`` and ``noisy``.

    ``clean_noise`` and ``noisy_noise`` are the deviations, in codes, of the white noise under
    which clean and noisy pictures are to look alike. The weight of the KL rises with the steps,
    by 1 / ``kl_ramp`` each, up to ``kl_weight``. The rate is halved after ``halve_after`` steps.
    """

    clean: str = ""
    noisy: str = ""
    width: int = number(16, 4, 256)
    steps: int = number(100_000, 1)
    batch: int = number(16, 2, 4096)
    patch: int = number(64, 8, 1024)
    lr: float = number(1e-4, 1e-8, 1)
    halve_after: int = number(100_000, 1)
    clean_noise: float = number(15.0, 0, 255)
    noisy_noise: float = number(10.0, 0, 255)
    kl_weight: float = number(1e-4, 0, 1e6)
    kl_ramp: float = number(1e8, 1)
    seed: int = number(0, 0)
    threads: int = number(1, 1)
    log_every: int = number(100, 1)
    save_every: int = number(1000, 1)
