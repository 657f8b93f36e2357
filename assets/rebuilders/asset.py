"""What is recorded about each file in assets/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .packages import Package


@dataclass(frozen=True)
class Asset:
    """One file in assets/ and how it is made.

    name      : its path below assets/
    packages  : the packages it is made from; none when the course's authors wrote or generated it
    inside    : the files used inside the packages
    licence   : SPDX name or a short statement
    rights    : who holds the rights, and where the licence is written
    treatment : what was done to the original
    build     : takes the folder of downloaded packages, returns the bytes of the file;
                None for a file that is written by hand in assets/ itself
    """

    name: str
    packages: tuple[Package, ...]
    inside: str
    licence: str
    rights: str
    treatment: str
    build: Callable[[Path], bytes] | None

    @property
    def source(self) -> str:
        return " + ".join(package.label for package in self.packages) or "this project"
