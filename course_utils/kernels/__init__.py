"""Forward and backward pairs in pure NumPy."""
