"""Families of hash functions: from an embedding to the bits of its keys (section 3.3)."""
