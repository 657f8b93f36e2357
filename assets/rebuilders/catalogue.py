"""All files in assets/, in the order of README.md."""

from __future__ import annotations

from . import digits
from .asset import Asset

ASSETS: list[Asset] = [*digits.ASSETS]
