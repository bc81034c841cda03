"""
The command line: the commands are in :mod:`asss.cli`.

A command is loaded when it is asked for: most of them stand on libraries that take far
longer to load than ``asss render`` takes to find that nothing has changed.
"""

import gc
import re
import sys
from importlib import import_module
from typing import Any


def _lacking(error: ModuleNotFoundError) -> str:
    """What to install, where the small library is here and its command is not."""
    if (error.name or "asss").startswith("asss"):
        raise error
    return (
        f"The command asss needs {error.name}, which is not installed. "
        "Try: pip install 'asss[report]'"
    )


try:
    import typer
    from typer.core import TyperCommand, TyperGroup
except ModuleNotFoundError as error:
    sys.exit(_lacking(error))

#: The commands in the order of the help: module, function, and what it is for.
COMMANDS = {
    "render": ("render", "render", "Make reports: those that have changed."),
    "watch": ("watch", "watch", "Show in the browser what a saved file changes."),
    "open": ("project", "open_", "Open the index of a year, or one report."),
    "fetch": ("fetch", "fetch", "Fetch the figures from Statistics Norway."),
    "doctor": ("fetch", "examine", "Look for what is amiss: here, and at SSB."),
    "verify": ("project", "verify", "Check snapshots and reports, file by file."),
    "status": ("status", "status", "Show what of a year's work is still to be done."),
    "diff": ("diff", "diff", "Show what differs between snapshots or renderings."),
    "check": ("project", "check", "Read and cross-check everything under parameters/."),
    "new": ("project", "new", "Show what was said last year, to ask again."),
    "list": ("project", "list_", "Show kommuner, years and indicators."),
    "init": ("project", "init", "Lay out a project of one's own in an empty folder."),
}


#: New objects after which Python looks for what nobody holds any more.
OBJECTS = 50_000


class Commands(TyperGroup):
    """Commands that are known by name, and loaded when one of them is to run."""

    def resolve_command(
        self, ctx: Any, args: list[str]
    ) -> tuple[str | None, Any, list[str]]:
        """Find the command that is named, and load it."""
        from asss.cli.terminal import speak_plainly, visible

        speak_plainly()
        for arg in args:
            if visible(arg) != arg:
                ctx.fail(f"{visible(arg)!r} holds a character that steers a terminal.")
            if not arg or re.fullmatch(r"--[a-z-]+=", arg):
                # An empty variable of somebody's script must not mean the default.
                option = arg or args[args.index(arg) - 1]
                ctx.fail(f"Nothing is given for {option.removesuffix('=')}.")
        name, _, rest = super().resolve_command(ctx, args)
        return name, _load(name or ""), rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is named, until it is done or told to end."""
        from asss.cli.terminal import Ended

        try:
            return super().invoke(ctx)
        except Ended as ended:
            raise typer.Exit(ended.code) from None


def _load(name: str) -> TyperCommand:
    module, function, _ = COMMANDS[name]
    loaded = _typer()
    loaded.command(name)(getattr(import_module(f"asss.cli.{module}"), function))
    command = typer.main.get_command(loaded)
    assert isinstance(command, TyperCommand)
    return command


def _typer(**settings: Any) -> typer.Typer:
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, **settings)


def _unloaded() -> None:
    """Stand in for a command in the help, which does not run it."""


app = _typer(
    cls=Commands,
    help="Reports from the ASSS network, from figures to HTML and PDF.",
    no_args_is_help=True,
)
for _name, (_, _, _purpose) in COMMANDS.items():
    app.command(_name, help=_purpose)(_unloaded)


def main() -> None:
    """Run the command line."""
    # What is imported and read stays: to look through it for what nobody holds after
    # each 700 objects is a tenth of a command that has nothing to do.
    gc.set_threshold(OBJECTS)
    try:
        from asss.cli.terminal import heed_signals

        heed_signals()
        app()
    except ModuleNotFoundError as error:
        sys.exit(_lacking(error))


if __name__ == "__main__":
    main()
