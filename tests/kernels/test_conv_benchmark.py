"""The benchmark runs, in a process of its own, and writes what it says it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parents[2] / "benchmarks" / "run.py"


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmark and keep what it prints."""
    return subprocess.run([sys.executable, RUN, *arguments], capture_output=True, text=True, encoding="utf-8")


def test_benchmark_of_one_kernel(tmp_path):
    done = bench("--quick", "--only", "8×1000×40→64", "--markdown", "--json", str(tmp_path / "out.json"))
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert set(written["machine"]) == {"CPU", "NumPy", "BLAS", "PyTorch", "GEMM"}
    assert "1 thread" in written["machine"]["BLAS"]
    assert [result["kernel"] for result in written["results"]] == ["conv1d forward", "conv1d backward"]
    for result in written["results"]:
        assert result["milliseconds"] > 0
        assert result["times_textbook"] > 1
        assert 0 < result["textbook_part"] < 1
        assert result["gemm_share"] > 0
        assert result["extra_bytes_beyond_padded"] <= 2 * 2**20
    rows = [row for row in done.stdout.splitlines() if row.startswith("| conv1d")]
    assert len(rows) == 2


def test_unknown_kernel_is_said():
    done = bench("--quick", "--only", "no such kernel")
    assert done.returncode == 1
    assert "no such kernel" in done.stderr
