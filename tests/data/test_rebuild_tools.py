"""The tools of the rebuild script: archives, fixed bytes, splits by class."""

from __future__ import annotations

import importlib
import io
import sys
import tarfile
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data.assets import assets_folder


@pytest.fixture(scope="module")
def tools():
    """The modules rebuild, rebuilders.arrays and rebuilders.packages."""
    sys.path.insert(0, str(assets_folder()))
    try:
        return [importlib.import_module(n) for n in ("rebuild", "rebuilders.arrays", "rebuilders.packages")]
    finally:
        sys.path.remove(str(assets_folder()))


def test_npz_files_have_the_same_bytes_on_every_run_and_numpy_reads_them(tools):
    _, arrays, _ = tools
    content = {"a": np.arange(6, dtype=np.int8).reshape(2, 3), "b.scale": np.float32([0.5])}
    packed = arrays.npz_bytes(content)
    assert packed == arrays.npz_bytes({name: array.copy() for name, array in content.items()})
    with np.load(io.BytesIO(packed), allow_pickle=False) as archive:
        assert archive.files == ["a", "b.scale"]
        for name, array in content.items():
            np.testing.assert_array_equal(archive[name], array)
            assert archive[name].dtype == array.dtype


def test_other_packing_of_the_same_arrays_counts_as_the_same(tools):
    rebuild, arrays, _ = tools
    content = {"a": np.arange(100)}
    loose = io.BytesIO()
    np.savez(loose, **content)
    packed = arrays.npz_bytes(content)
    assert packed != loose.getvalue()
    assert rebuild.same_content("x.npz", packed, loose.getvalue())
    assert not rebuild.same_content("x.npz", packed, arrays.npz_bytes({"a": np.arange(1, 101)}))
    assert not rebuild.same_content("x.npz", packed, arrays.npz_bytes({"b": np.arange(100)}))
    assert not rebuild.same_content("x.txt", b"one", b"two")


@given(st.lists(st.integers(0, 3), min_size=12, max_size=200), st.integers(0, 100))
def test_split_uses_every_example_once_and_deals_classes_evenly(tools, labels, seed):
    _, arrays, _ = tools
    labels = np.array(labels)
    sizes = (len(labels) // 4, len(labels) // 4, len(labels) - 2 * (len(labels) // 4))
    parts = arrays.stratified_split(labels, sizes, seed)
    assert [len(part) for part in parts] == list(sizes)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    for part, size in zip(parts, sizes, strict=True):
        for label in range(4):
            share = (labels == label).sum() * size / len(labels)
            assert abs((labels[part] == label).sum() - share) <= 4
    again = arrays.stratified_split(labels, sizes, seed)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))


@pytest.mark.parametrize("kind", ["whl", "tgz"])
def test_files_are_read_from_archives_by_path_or_pattern(tools, kind, tmp_path):
    _, _, packages = tools
    files = {"pack/data/one.txt": b"1", "pack/data/two.txt": b"2"}
    path = tmp_path / f"thing-1.0.{kind}"
    if kind == "whl":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz") as archive:
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    package = packages.Package("pip", "thing", "1.0", f"thing-1.0.{kind}")
    assert package.read(tmp_path, "pack/data/one.txt") == b"1"
    assert package.read(tmp_path, "*/two.txt") == b"2"
    assert package.paths(tmp_path, "*.txt") == sorted(files)
    with pytest.raises(FileNotFoundError, match=r"thing 1\.0: \*\.txt names 2 files of the archive, needs 1"):
        package.read(tmp_path, "*.txt")


def test_folder_of_packages_is_the_named_one(tools, monkeypatch):
    _, _, packages = tools
    monkeypatch.delenv("COURSE_SOURCE_PACKAGES", raising=False)
    assert packages.source_folder("elsewhere").name == "elsewhere"
    monkeypatch.setenv("COURSE_SOURCE_PACKAGES", "named")
    assert packages.source_folder("elsewhere").name == "named"
