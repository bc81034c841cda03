"""The command line: each command is a file of :mod:`asss.commands`."""

import typer

from asss.commands.check import check, list_
from asss.commands.diff import diff
from asss.commands.fetch import examine, fetch
from asss.commands.open import open_
from asss.commands.render import render
from asss.commands.verify import verify

app = typer.Typer(
    help="Reports from the ASSS network, from figures to HTML and PDF.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(render)
app.command("open")(open_)
app.command()(fetch)
app.command("doctor")(examine)
app.command()(verify)
app.command()(diff)
app.command()(check)
app.command("list")(list_)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
