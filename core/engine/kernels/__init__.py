"""The engine's inner loops, twice: to be read, and compiled by numba."""
