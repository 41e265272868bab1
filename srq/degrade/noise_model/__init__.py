"""Noise models: what the noise of some camera is like, fitted to noisy pictures alone.

``patches`` finds the flattest patches of a picture, ``fit`` makes a model of them, ``model`` is
the model and its file, ``field`` draws correlated noise.
"""

from srq.degrade.noise_model.model import NoiseModel

__all__ = ["NoiseModel"]
