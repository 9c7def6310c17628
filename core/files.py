"""Files that must be whole: the one way to write them, and the digest that they are known by."""

import hashlib


def file_digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, 64 hex digits."""
    return hashlib.sha256(data).hexdigest()
