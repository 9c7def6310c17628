"""The twelve categories: how each object looks and where it may stand."""
