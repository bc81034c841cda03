"""The published JSON Schema of facts.json, made from the models in ``form``."""

import json
from importlib import resources
from typing import Any

from asss.formats.exports.form import FACTS_SCHEMA_NAME, FactsFile
from asss.page import sections

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def facts_schema() -> dict[str, Any]:
    """
    Make the JSON Schema (draft 2020-12) of facts.json.

    Nothing that is not described is allowed in it; its ``$id`` bears the version of
    the form.
    """
    made = FactsFile.model_json_schema(by_alias=True)
    head = {
        "$schema": DIALECT,
        "$id": f"urn:asss:facts:{sections.FACTS_FORM}",
        "title": f"facts.json, form {sections.FACTS_FORM}",
        "description": FactsFile.__doc__,
    }
    tidied: dict[str, Any] = _without_titles(made)
    return {**head, **{key: part for key, part in tidied.items() if key not in head}}


def written_schema() -> str:
    """The schema as a file holds it."""
    return json.dumps(facts_schema(), ensure_ascii=False, indent=1) + "\n"


def published_schema() -> str:
    """The schema as the package ships it; a test holds it to be the one made here."""
    return (resources.files("asss.formats.exports") / FACTS_SCHEMA_NAME).read_text(
        "utf-8"
    )


def _without_titles(part: Any) -> Any:
    """Without the titles that pydantic makes of names: they say nothing new."""
    if isinstance(part, list):
        return [_without_titles(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: {name: _without_titles(value) for name, value in item.items()}
        if key in ("properties", "$defs")
        else _without_titles(item)
        for key, item in part.items()
        if not (key == "title" and isinstance(item, str))
    }
