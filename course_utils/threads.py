"""One BLAS thread for every process the course starts."""

from __future__ import annotations

# Stored numbers must not depend on the number of cores, and small products on several threads collapse
# when anything else runs. BLAS reads these when NumPy is imported, so a process gets them at its start.
ONE_BLAS_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
