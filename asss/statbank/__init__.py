"""
StatBank: SSB's answers, the snapshots that keep them, and the client that asks.

The only package that knows HTTP, and in it only ``client`` and ``connection`` do: who
asks imports the client from there, so that no report waits for HTTP to be loaded.

::

  retrieval     doctor       fetch a snapshot │ is what we ask for still there?
  questions     holdings     what is asked of SSB │ which figures a snapshot has
          client             SSB's interface
    connection   pace        proxies and certificates │ not faster than SSB allows
         snapshots           SSB's answers as they came, with when and how
          jsonstat           SSB's format
"""

from asss.statbank.jsonstat import (
    CONTENTS,
    TIME,
    Dataset,
    Dimension,
    Metadata,
    Selection,
    as_body,
    join,
    nearest,
    oslo_date,
    read_dataset,
    read_metadata,
    same_label,
    spans,
)
from asss.statbank.snapshots import (
    MANIFEST,
    Cell,
    Snapshot,
    Store,
    day_of,
    digest,
    disagreement,
    embedded_folder,
    open_snapshot,
    sidecar,
    summed,
)

__all__ = [
    "CONTENTS",
    "MANIFEST",
    "TIME",
    "Cell",
    "Dataset",
    "Dimension",
    "Metadata",
    "Selection",
    "Snapshot",
    "Store",
    "as_body",
    "day_of",
    "digest",
    "disagreement",
    "embedded_folder",
    "join",
    "nearest",
    "open_snapshot",
    "oslo_date",
    "read_dataset",
    "read_metadata",
    "same_label",
    "sidecar",
    "spans",
    "summed",
]
