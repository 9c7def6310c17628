"""The engine's innermost loops, twice: to be read, and compiled by numba."""
