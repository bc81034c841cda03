"""Write facts.schema.json anew: ``python -m asss.exports``, after a change of form."""

from pathlib import Path

from asss.exports.form import FACTS_SCHEMA_NAME
from asss.exports.schema import written_schema

if __name__ == "__main__":
    place = Path(__file__).with_name(FACTS_SCHEMA_NAME)
    place.write_text(written_schema(), encoding="utf-8")
