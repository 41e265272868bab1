"""Data sets: benchmark sets, training pools and their samplers, manifests, downloads."""
