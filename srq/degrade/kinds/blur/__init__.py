"""Blurs: what a lens, a hand or a sensor smears."""
