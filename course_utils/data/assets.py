"""Find, verify and read the files in assets/.

Every file is compared with its hash in assets/manifest.json when it is read, and what was read is
kept, so the second call costs nothing. What is kept is read-only; the loaders hand out copies.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from functools import lru_cache
from pathlib import Path

import numpy as np

FOLDER_VARIABLE = "COURSE_ASSETS"


class AssetError(RuntimeError):
    """A file of assets/ is missing or damaged; the message says which and how to get it back."""


def assets_folder() -> Path:
    """Return the folder of data and weights.

    It is the folder that the environment variable COURSE_ASSETS names, else `assets/` beside the
    package `course_utils`. Raises AssetError when there is no such folder.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "assets"
    if not folder.is_dir():
        reason = f"which {FOLDER_VARIABLE} names" if named else "where the course keeps its data"
        raise AssetError(
            f"there is no folder {folder}, {reason}; "
            f"set {FOLDER_VARIABLE} to the folder assets/ of the course"
        )
    return folder


def asset_path(name: str) -> Path:
    """Return the path of one file below assets/, e.g. "digits28.npz".

    Raises AssetError that names the file and how to get it back when it is missing.
    """
    path = assets_folder() / name
    if not path.is_file():
        raise AssetError(f"{path} is missing; {_restore(name)}")
    return path


def read_bytes(name: str) -> bytes:
    """Read one file of assets/ and compare it with its hash.

    name : path below assets/
    Raises AssetError when the file is missing, not listed in manifest.json, or damaged.
    """
    path = asset_path(name)
    entry = _manifest(asset_path("manifest.json")).get(name)
    if entry is None:
        raise AssetError(f"{path} is not listed in manifest.json; {_restore('manifest.json')}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise AssetError(
            f"{path} is damaged: it has {len(content):,} bytes that differ from the {entry['bytes']:,} bytes "
            f"in manifest.json; {_restore(name)}"
        )
    return content


def read_small(name: str) -> bytes:
    """Read one small file of assets/, once; errors as in read_bytes."""
    return _small(asset_path(name), name)


def read_text(name: str) -> str:
    """Read one UTF-8 text file of assets/, once; errors as in read_bytes."""
    return read_small(name).decode("utf-8")


def read_npz(name: str) -> dict[str, np.ndarray]:
    """Read the arrays of one .npz file of assets/, once; later calls return the same arrays.

    Returns name -> read-only array; errors as in read_bytes.
    """
    return dict(_npz(asset_path(name), name))


@lru_cache(maxsize=256)
def _small(path: Path, name: str) -> bytes:
    return read_bytes(name)


@lru_cache(maxsize=64)
def _npz(path: Path, name: str) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(read_bytes(name)), allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


@lru_cache(maxsize=4)
def _manifest(path: Path) -> dict[str, dict]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AssetError(f"{path} is damaged ({error}); {_restore('manifest.json')}") from error


def _restore(name: str) -> str:
    way = f"restore it with: git checkout -- assets/{name}"
    return (
        way if name == "manifest.json" else f"{way}   or make it anew with: python assets/rebuild.py {name}"
    )
