"""Text for a terminal: names of files may hold anything."""


def printable(text: str) -> str:
    """Return text in one line that does nothing to a terminal: escape codes are spelled out."""
    return "".join(it if it.isprintable() else ascii(it)[1:-1] for it in text)
