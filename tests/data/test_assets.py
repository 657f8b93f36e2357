"""The files in assets/: listed, unchanged, licensed, small enough; and clear errors when they are not."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys

import pytest

from course_utils import data
from course_utils.data import assets

FOLDER = assets.assets_folder()
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
TOOLS = {"README.md", "manifest.json", "rebuild.py", ".gitattributes"}


@pytest.fixture
def rebuild(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import rebuild

    yield rebuild
    for name in [n for n in sys.modules if n == "rebuild" or n.split(".")[0] == "rebuilders"]:
        del sys.modules[name]


def files_present():
    paths = [path.relative_to(FOLDER) for path in FOLDER.rglob("*") if path.is_file()]
    return {p.as_posix() for p in paths if p.parts[0] != "rebuilders" and "__pycache__" not in p.parts}


@pytest.mark.parametrize("name", MANIFEST)
def test_file_has_the_size_and_hash_of_the_manifest(name):
    content = (FOLDER / name).read_bytes()
    assert len(content) == MANIFEST[name]["bytes"]
    assert hashlib.sha256(content).hexdigest() == MANIFEST[name]["sha256"]


def test_no_file_is_unlisted_and_none_is_missing():
    assert files_present() - TOOLS == set(MANIFEST)


def test_every_file_states_source_licence_and_treatment():
    for name, entry in MANIFEST.items():
        for key in ("source", "inside", "licence", "rights", "treatment"):
            assert entry[key], f"{name} has no {key}"
        assert "GPL" not in entry["licence"], name


def test_readme_and_manifest_say_what_the_rebuild_script_says(rebuild):
    assert [asset.name for asset in rebuild.catalogue.ASSETS] == list(MANIFEST)
    for asset in rebuild.catalogue.ASSETS:
        entry = rebuild.describe(asset, (FOLDER / asset.name).read_bytes())
        assert entry == MANIFEST[asset.name]
    assert rebuild.readme_table(MANIFEST) in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_total_is_at_most_25_megabytes():
    total = sum((FOLDER / name).stat().st_size for name in files_present())
    print(f"assets: {len(MANIFEST)} files, {total / 1e6:.2f} MB")
    assert total <= 25_000_000


@pytest.fixture
def copied_folder(tmp_path, monkeypatch):
    folder = tmp_path / "assets"
    folder.mkdir()
    for name in ("manifest.json", "digits28.npz"):
        shutil.copy(FOLDER / name, folder / name)
    monkeypatch.setenv("COURSE_ASSETS", str(folder))
    return folder


def test_another_folder_can_be_named(copied_folder):
    assert len(data.load_digits().X_test) == 1000


def test_missing_file_is_named_with_the_way_to_restore_it(copied_folder):
    (copied_folder / "digits28.npz").unlink()
    with pytest.raises(
        data.AssetError, match=r"digits28\.npz is missing; .*git checkout -- assets/digits28\.npz"
    ):
        data.load_digits()


@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_damaged_file_is_named_with_the_way_to_restore_it(copied_folder, damage):
    path = copied_folder / "digits28.npz"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-100]
    else:
        content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        data.AssetError, match=r"digits28\.npz is damaged.*python assets/rebuild\.py digits28\.npz"
    ):
        data.load_digits()


def test_missing_or_broken_manifest_is_named(copied_folder):
    (copied_folder / "manifest.json").write_text("{")
    with pytest.raises(data.AssetError, match=r"manifest\.json is damaged"):
        data.load_digits()
    (copied_folder / "manifest.json").unlink()
    with pytest.raises(data.AssetError, match=r"manifest\.json is missing"):
        assets.read_bytes("digits28.npz")


def test_missing_folder_says_which_variable_to_set(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_ASSETS", str(tmp_path / "nowhere"))
    with pytest.raises(data.AssetError, match="set COURSE_ASSETS to the folder"):
        data.load_digits()
