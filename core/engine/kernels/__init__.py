"""the engine's kernels, twice: to be read, and compiled by numba."""
