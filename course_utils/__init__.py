"""Everything the lessons share: kernels, networks, training, data, explorers and grading."""

__version__ = "0.1.0"
