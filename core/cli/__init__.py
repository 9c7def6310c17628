"""The command line: one file per command, each with ``configure`` and ``run``.

Exit codes: 0 done; 1 a clear sentence says what to put right; 2 the command was mistyped;
130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from .. import __version__
from ..errors import HashlightError
from . import benchmark, evaluate, index, render_scenes, search, train

COMMANDS = {
    "search": search,
    "index": index,
    "evaluate": evaluate,
    "train": train,
    "benchmark": benchmark,
    "render-scenes": render_scenes,
}
EXAMPLES = """\
examples:
  python -m core search photo.jpg                       neighbours in the built-in gallery
  python -m core search photo.jpg --gallery ~/Pictures  neighbours in a folder of yours
  python -m core index --gallery corel1k                embed a gallery once; later it is instant
  python -m core COMMAND --help                         what a command can do

Data sets are found through $HASHLIGHT_DATA; embeddings are kept under $HASHLIGHT_HOME.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the process's exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description="Hashlight: find images by content, with attention and hashing.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Hashlight {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, module in COMMANDS.items():
        summary = (module.__doc__ or "").splitlines()[0]
        command = commands.add_parser(name, help=summary, description=module.__doc__)
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        module.configure(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except HashlightError as error:
        print(f"hashlight: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hashlight: interrupted; what was done is kept.", file=sys.stderr)
        return 130
