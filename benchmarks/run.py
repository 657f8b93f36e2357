"""Measure every kernel: time, ratio to the textbook loops and to PyTorch, share of GEMM, memory.

    python benchmarks/run.py [--only NAME] [--quick] [--json FILE] [--markdown] [--coretype NAME]

The kernels run in a process of their own, with one thread and a fixed behaviour of malloc.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = ("cases_images", "cases_sequences", "cases_other")

# One thread each: two-thread BLAS collapses on a busy machine. The malloc settings keep freed
# memory in the process; without them PyTorch loses up to 1.8 times on long sequences to the
# system's page handling. All are read when the process starts, hence the process of its own.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TOP_PAD_": "268435456",
}
MARK = "COURSE_BENCH_PROCESS"


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark with the given command line; returns the exit status."""
    argv = sys.argv[1:] if argv is None else list(argv)
    options = parse(argv)
    if os.environ.get(MARK) != "1":
        environment = os.environ | ENVIRONMENT | {MARK: "1"}
        if options.coretype:
            environment["OPENBLAS_CORETYPE"] = options.coretype
        return subprocess.run([sys.executable, str(HERE / "run.py"), *argv], env=environment).returncode
    return run(options)


def parse(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="course bench", description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAME", help="only kernels whose name or shape contains NAME")
    parser.add_argument(
        "--quick", action="store_true", help="three rounds instead of fifteen, rougher numbers"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the numbers to FILE")
    parser.add_argument("--markdown", action="store_true", help="print the table for benchmarks/README.md")
    parser.add_argument("--coretype", metavar="NAME", help="value of OPENBLAS_CORETYPE, for example SkylakeX")
    return parser.parse_args(argv)


def run(options: argparse.Namespace) -> int:
    """Measure in this process and print."""
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    from measure import measure
    from threadpoolctl import threadpool_limits

    try:
        import torch

        torch.set_num_threads(1)
    except ImportError:
        torch = None
    rounds = 3 if options.quick else 15
    results = []
    with threadpool_limits(1):
        about = machine()
        # With --markdown the rows go to the terminal's error stream, so that one sees it working.
        progress = sys.stderr if options.markdown else sys.stdout
        print("\n".join(f"{key:8} {value}" for key, value in about.items()), end="\n\n", file=progress)
        print(HEADER, flush=True, file=progress)
        for name in MODULES:
            for case in importlib.import_module(name).cases(options.only):
                if options.only and options.only not in f"{case.kernel} {case.shape}":
                    continue
                results.append(measure(case, rounds))
                print(line(results[-1]), flush=True, file=progress)
    if not results:
        print(f"no kernel's name or shape contains {options.only!r}", file=sys.stderr)
        return 1
    if options.markdown:
        print(markdown(about, results))
    else:
        print(LEGEND)
    if options.json:
        text = json.dumps({"machine": about, "results": [asdict(r) for r in results]}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 0


def machine() -> dict[str, str]:
    """Name the processor, the libraries, and the speed of a matrix product."""
    import numpy as np
    from measure import gemm_call, seconds
    from threadpoolctl import threadpool_info

    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    described = "; ".join(
        f"{pool['internal_api']} {pool['version']} ({pool.get('architecture', '?')}), "
        f"{pool['num_threads']} thread"
        for pool in blas
    )
    call, flops = gemm_call()
    call()
    gemm = flops / np.median([seconds(call) for _ in range(9)]) / 1e9
    try:
        import torch

        torch_version = f"{torch.__version__}, {torch.get_num_threads()} thread"
    except ImportError:
        torch_version = "not installed"
    return {
        "CPU": processor(),
        "NumPy": f"{np.__version__}, Python {platform.python_version()}",
        "BLAS": described or "unknown",
        "PyTorch": torch_version,
        "GEMM": f"{gemm:.0f} Gflop/s, float32, 768×768×768",
    }


def processor() -> str:
    """Name of the processor as the system gives it."""
    try:
        for row in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if row.startswith("model name"):
                return f"{row.split(':', 1)[1].strip()}, {os.cpu_count()} cores visible"
    except OSError:
        pass
    return platform.processor() or platform.machine()


HEADER = (
    f"{'kernel':22} {'shape':30} {'ms':>9} {'loops':>7} {'torch':>6} {'GEMM':>5} {'extra':>9} {'less pad':>9}"
)
LEGEND = """
ms        median time of one call, float32, one thread
loops     how many times faster than the textbook loops (these run on a part, scaled by its share of the work)
torch     time divided by PyTorch's time, median of interleaved rounds; below 1 is faster than PyTorch
GEMM      arithmetic of the textbook formula per second, as a share of a large matrix product's
extra     peak memory beyond the output, caches between forward and backward included where one row
          measures both; `less pad`: without the padded input as well"""


def texts(result) -> list[str]:
    """One row of the table."""

    def text(value, pattern):
        return "–" if value is None else pattern.format(value)

    return [
        result.kernel,
        result.shape,
        f"{result.milliseconds:.3g}" if result.milliseconds < 100 else f"{result.milliseconds:.0f}",
        text(result.times_textbook, "{:.0f}×"),
        text(result.times_torch, "{:.2f}"),
        text(result.gemm_share, "{:.0%}"),
        size(result.extra_bytes),
        size(result.extra_bytes_beyond_padded),
    ]


def size(n_bytes: int) -> str:
    """Bytes in a unit that can be read."""
    return f"{n_bytes / 2**20:.2f} MiB" if n_bytes >= 2**20 else f"{n_bytes / 2**10:.0f} KiB"


def line(result) -> str:
    """One row for a terminal."""
    t = texts(result)
    return f"{t[0]:22} {t[1]:30} {t[2]:>9} {t[3]:>7} {t[4]:>6} {t[5]:>5} {t[6]:>9} {t[7]:>9}"


def markdown(about: dict[str, str], results: list) -> str:
    """The table for the README."""
    rows = [f"- {key}: {value}" for key, value in about.items()]
    rows += [
        "",
        "| kernel | shape | ms | × loops | / PyTorch | share of GEMM | extra memory | less padding |",
    ]
    rows += ["|---|---|--:|--:|--:|--:|--:|--:|"]
    rows += ["| " + " | ".join(texts(result)) + " |" for result in results]
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
