"""
StatBank: SSB's answers, the snapshots that keep them, and the client that asks.

Knows SSB's format, limits and errors, and nothing of indicators; every other room asks
it for cells. The only room that knows HTTP, and in it only ``client`` and
``connection`` do: who asks imports the client from there, so that no report waits for
HTTP to be loaded. Imports ``errors`` only.
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
