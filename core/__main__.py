"""The command line: ``python -m core --help``."""

import sys

from .threads import wait_without_spinning


def main() -> int:
    """Run the command that the process was started with; return its exit code."""
    wait_without_spinning()
    from .cli import main as run  # noqa: PLC0415  brings PyTorch along

    return run()


if __name__ == "__main__":
    sys.exit(main())
