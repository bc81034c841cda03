"""
Write facts.schema.json anew, after a change of form.

Run ``python -m asss.formats.exports``.
"""

from pathlib import Path

from asss.formats.exports.form import FACTS_SCHEMA_NAME
from asss.formats.exports.schema import written_schema

if __name__ == "__main__":
    place = Path(__file__).with_name(FACTS_SCHEMA_NAME)
    place.write_text(written_schema(), encoding="utf-8")
