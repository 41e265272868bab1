"""Sharpening, and what it leaves at edges."""
