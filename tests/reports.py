"""The reports that tests walk over: ten kommuner, six years of embedded figures."""

from pathlib import Path

KOMMUNER = (
    "oslo",
    "bergen",
    "trondheim",
    "stavanger",
    "kristiansand",
    "tromso",
    "sandnes",
    "baerum",
    "drammen",
    "fredrikstad",
)
YEARS = tuple(range(2015, 2021))


def commented(project: Path, place: str, text: str = "Og mer.") -> Path:
    """Write a comment on a report of a project, of the chapter that its file names."""
    file = project / "parameters" / "sosiale_tjenester" / "kommentarer" / f"{place}.md"
    file.parent.mkdir(exist_ok=True)
    head = 'author: "En"\nsource: "https://ks.no"\ndate: "2021-03-15"\n'
    file.write_text(f"---\n{head}---\n{text}\n", "utf-8")
    return file
