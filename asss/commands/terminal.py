"""
What the commands share: consoles, exit codes, options, and errors in one message.

English for the operator. Exit code 0: done; 1: something failed or differs; 2: asked
for something that does not exist.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from asss import outputs, parameters
from asss.catalogue import Catalogue
from asss.errors import AsssError, UsageError

FAILURE = 1
USAGE = 2

#: The service area that is reported on where none is named.
SERVICE = "sosiale_tjenester"

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ParametersOption = Annotated[
    Path | None,
    typer.Option(
        "--parameters", help="The folder parameters/; found from here upwards."
    ),
]
ServiceOption = Annotated[str, typer.Option(help="A file of parameters/indikatorer/.")]
OutputOption = Annotated[str | None, typer.Option(help="Default: outputs/.")]


@contextmanager
def plain_errors() -> Iterator[None]:
    """One message and an exit code, whatever of ours goes wrong inside."""
    try:
        yield
    except UsageError as error:
        err.print(f"[red]Error:[/red] {safe(error)}")
        raise typer.Exit(USAGE) from None
    except AsssError as error:
        err.print(f"[red]Error:[/red] {safe(error)}")
        raise typer.Exit(FAILURE) from None


def safe(text: object) -> str:
    """Square brackets in a message are not rich's markup."""
    return str(text).replace("[", r"\[")


def parameters_folder(given: Path | None) -> Path:
    """
    The folder ``parameters/``: as given, else found from here upwards.

    Raises
    ------
    UsageError
        If there is none.
    """
    if given is None:
        return parameters.find_folder()
    if not (given / parameters.NETWORK_FILE).is_file():
        msg = f"{given} holds no {parameters.NETWORK_FILE}; it is not a parameters/."
        raise UsageError(msg)
    if given.name != parameters.FOLDER:
        msg = f"The folder must be called {parameters.FOLDER}, not {given.name}."
        raise UsageError(msg)
    return given.resolve()


def output_folder(given: str | None, parameters_: Path) -> Path:
    """
    Where results go: as given, else ``outputs/`` beside ``parameters/``.

    Raises
    ------
    UsageError
        If an address is given that nothing here can speak with.
    """
    if given is not None and outputs.is_address(given):
        return outputs.at(given)
    return Path(given or parameters_.parent / parameters.OUTPUTS).resolve()


def report_id(known: Catalogue, written: str) -> str:
    """
    Whose report is meant: a member's id, or that of the network as a whole.

    Raises
    ------
    UsageError
        If there is no such member; the message suggests the nearest.
    """
    if parameters.fold(written) == parameters.NETWORK:
        return parameters.NETWORK
    return known.network.member(written).id


def span(years: Sequence[int]) -> str:
    """Years for a message: first and last."""
    return f"{years[0]}-{years[-1]}" if years else "no years"
