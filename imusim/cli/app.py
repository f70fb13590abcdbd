"""The application: what is common to all commands, and how errors end."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from imusim.errors import ImusimError, Interrupted

INTERRUPTED = 130
"""Exit code after the keyboard's interrupt, as shells have it."""

app = typer.Typer(
    name="imusim",
    help="Accelerometer and gyroscope corpora with activity text, from motion capture.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        import imusim

        typer.echo(f"imusim {imusim.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Accelerometer and gyroscope corpora with activity text, from motion capture."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; bad input ends in one line and exit code 2."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        code = _call(arguments)
        sys.stdout.flush()
    except Interrupted as error:
        return _fail(str(error), INTERRUPTED)
    except ImusimError as error:
        return _fail("; ".join([str(error), *getattr(error, "__notes__", ())]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", INTERRUPTED)
    except MemoryError:
        return _fail("out of memory")
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{error.strerror or error}")
    return code


def _call(arguments: list[str] | None) -> int:
    """Call typer without its own handling of errors; usage errors become one line."""
    try:
        code: Any = app(arguments, prog_name="imusim", standalone_mode=False)
    except Exception as error:
        message = getattr(error, "format_message", None)  # typer's usage errors, by any base
        if message is None:
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(message())
            return 2
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "imusim"
        return _fail(f"{message().rstrip('.')} (see `{command} --help`)")
    if code == INTERRUPTED:  # typer turns the keyboard's interrupt into this
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int = 2) -> int:
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    return code
