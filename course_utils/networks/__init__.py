"""Models put together from kernels, and loaders of published weights."""
