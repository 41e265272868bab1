"""Noise: what a sensor, film or a cable adds."""
