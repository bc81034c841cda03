"""
Reports from the ASSS network: figures in, finished pages out.

For an analyst, ``import asss`` gives tables in one line each::

    asss.load(2020)                       every figure set against the network
    asss.observations(2020)               what was reported, before that
    asss.index_to_network(observations)   mean, index, rank, spread and change
    asss.indicators(), asss.kommuner(), asss.forbehold()
    asss.report("trondheim", 2020)        one report: its tables, text and parts
    asss.browse(figures)                  one table at a time, chosen from a list
    asss.doubtful(2020)                   figures to look at before they are printed
    asss.robustness(2020)                 which conclusions hang on the mean

and what the notebooks take step by step: ``load_run``, ``load_catalogue``,
``open_snapshot`` and ``assess``. Whatever goes wrong is an ``AsssError``.

Imports point one way only, downwards in this drawing; a test holds them to it. Each
package draws its own modules.

::

  __main__   embedded    the command │ builds the embedded snapshot
      │
     cli                 the commands
      │
     runs                reports, one or many; what was made of what
      │
   formats               HTML, PDF, files for other programs, read-back
      │
page    figures          words and blocks of a page │ pictures
     ╲ ╱
   analysis              loading and indexing; what is worth saying
      │
   statbank              SSB's interface and format; snapshots
      │
  catalogue              what we know: network, indicators, forbehold, phrases
      │
outputs  errors          finished folders and their files │ what may go wrong
"""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asss.analysis.frames import (
        forbehold,
        indicators,
        kommuner,
        load,
        observations,
        open_snapshot,
    )
    from asss.analysis.indexing import index_to_network
    from asss.analysis.robustness import robustness
    from asss.analysis.scrutiny import doubtful
    from asss.catalogue.catalogue import load_catalogue
    from asss.catalogue.parameters import load_run
    from asss.errors import AsssError
    from asss.runs.gallery import browse
    from asss.runs.workbench import assess, report

__version__ = "0.1.0"

__all__ = [
    "AsssError",
    "assess",
    "browse",
    "doubtful",
    "forbehold",
    "index_to_network",
    "indicators",
    "kommuner",
    "load",
    "load_catalogue",
    "load_run",
    "observations",
    "open_snapshot",
    "report",
    "robustness",
]

#: What ``import asss`` gives, and in which module each is. Nothing is loaded before it
#: is asked for, so that a command with nothing to do still skips pandas.
_WHERE = {
    "AsssError": "errors",
    "assess": "runs.workbench",
    "browse": "runs.gallery",
    "doubtful": "analysis.scrutiny",
    "forbehold": "analysis.frames",
    "index_to_network": "analysis.indexing",
    "indicators": "analysis.frames",
    "kommuner": "analysis.frames",
    "load": "analysis.frames",
    "load_catalogue": "catalogue.catalogue",
    "load_run": "catalogue.parameters",
    "observations": "analysis.frames",
    "open_snapshot": "analysis.frames",
    "report": "runs.workbench",
    "robustness": "analysis.robustness",
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        found = getattr(import_module(f"asss.{_WHERE[name]}"), name)
        globals()[name] = found
        return found
    nearest = get_close_matches(name, _WHERE, n=1)
    hint = f" Did you mean {nearest[0]}?" if nearest else ""
    msg = f"asss has no {name!r}.{hint}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
