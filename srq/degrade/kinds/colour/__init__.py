"""Degradations of colour, one file each."""
