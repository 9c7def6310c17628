"""The command line: one file per command, each with ``configure`` and ``run``.

Exit codes: 0 done; 1 a clear sentence says what to put right; 2 the command was mistyped;
130 interrupted.
"""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from .. import __version__
from ..errors import COMMAND, HashlightError
from .printing import printable

COMMANDS = ("search", "index", "evaluate", "train", "benchmark", "render-scenes")
# What `pip install hashlight[experiment]` brings, and hashlight[scale].
EXPERIMENT = {"cv2", "openTSNE", "scipy", "sklearn", "threadpoolctl"}
SCALE = {"lancedb", "pyarrow", "ray"}
EXAMPLES = f"""\
examples:
  {COMMAND} search photo.jpg                       neighbours in the built-in gallery
  {COMMAND} search photo.jpg --gallery ~/Pictures  neighbours in a folder of yours
  {COMMAND} index --gallery corel1k                embed a gallery once; later it is instant
  {COMMAND} COMMAND --help                         what a command can do

Data sets are found through $HASHLIGHT_DATA; embeddings are kept under $HASHLIGHT_HOME.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the process's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console may lack half of the letters in names
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except HashlightError as error:
        print(f"hashlight: {printable(str(error))}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        if not (needs := _needs(error)):
            raise
        print(f"hashlight: this command {needs}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hashlight: interrupted; what was done is kept.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands whose packages are installed."""
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Hashlight: find images by content, with attention and hashing.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Hashlight {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        try:
            module = import_module(f".{name.replace('-', '_')}", __package__)
        except ModuleNotFoundError as error:
            if not (needs := _needs(error)):
                raise
            # Whatever stands after it is taken, options too, to answer with what is missing.
            lacking = commands.add_parser(
                name, help=f"({needs})", add_help=False, prefix_chars="\0"
            )
            lacking.add_argument("arguments", nargs="*")
            lacking.set_defaults(run=_lacks(error))
            continue
        summary = (module.__doc__ or "").splitlines()[0]
        command = commands.add_parser(name, help=summary, description=module.__doc__)
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        module.configure(command)
        command.set_defaults(run=module.run)
    return parser


def _needs(error: ModuleNotFoundError) -> str | None:
    """Say which extra brings the packages that a command lacks; None for others."""
    root = (error.name or "").partition(".")[0]
    extras = {"experiment": EXPERIMENT, "scale": SCALE}
    extra = next((extra for extra, brought in extras.items() if root in brought), None)
    return extra and f"needs more packages: pip install 'hashlight[{extra}]'"


def _lacks(error: ModuleNotFoundError) -> Callable[[argparse.Namespace], None]:
    """Return what a command does that can't be imported: say so when it is run."""

    def run(options: argparse.Namespace) -> None:
        raise error

    return run
