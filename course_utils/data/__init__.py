"""Loaders of the files in assets/."""
