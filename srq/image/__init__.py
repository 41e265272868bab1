"""Pictures: files in and out, colour, resizing and quality metrics (NumPy and Pillow only)."""
