"""Service areas lie side by side, and nothing of one reaches another."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.errors import ParameterError, UsageError
from asss.runs import report

ONE, OTHER = "sosiale_tjenester", "barnevern"

#: What is planted with ids that the other area has as well, each with a word of its own
#: that stands nowhere else.
COMMENT = "Plantekommentar"
CAVEAT = "Planteforbehold"
WORD = "Planteord"
SENTENCE = "Plantesetning"
VALUE = 1.87
PLANTED = (COMMENT, CAVEAT, WORD, SENTENCE, "1,87")


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """The real parameters/, with a service area that has the same ids as another."""
    found = tmp_path / "parameters"
    shutil.copytree(root / "parameters", found)
    _second(found)
    return found


def _second(folder: Path) -> None:
    """Let there be another service area, with the files of the first but comments."""
    other = folder / OTHER
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(
        folder / ONE, other, ignore=shutil.ignore_patterns("kommentarer", "fraser*")
    )
    content = _read(other / "indikatorer.yaml")
    content |= {"service": OTHER, "name": "Barnevern", "in_text": "barnevern"}
    content |= {"per": "innbygger 0–17 år"}
    _write(other / "indikatorer.yaml", content)


def _plant(folder: Path) -> None:
    """Put something of each kind into the other area alone."""
    other = folder / OTHER
    comment = other / "kommentarer" / "trondheim-2020" / "kvalitet.md"
    comment.parent.mkdir(parents=True)
    comment.write_text(
        '---\nauthor: "En"\nsource: "https://ks.no"\ndate: "2021-09-10"\n---\n'
        f"{COMMENT} om kvaliteten.\n",
        "utf-8",
    )
    content = _read(other / "forbehold.yaml")
    content["forbehold"].append(
        {
            "id": "plantet_2020",
            "kind": "definition_differs",
            "kommuner": ["trondheim"],
            "indicators": ["sykefravaer"],
            "years": [2020],
            "text": f"{CAVEAT} om sykefraværet.",
            "label": f"{CAVEAT} om sykefraværet",
            "source": "https://ks.no",
            "date": "2021",
        }
    )
    _write(other / "forbehold.yaml", content)
    manual = other / "manuelle" / "ressursbruksindikator.csv"
    (row,) = [
        x
        for x in manual.read_text("utf-8").split("\n")
        if ",2020," in x and "trondheim" in x
    ]
    value = row.split(",")[2]
    text = manual.read_text("utf-8").replace(row, row.replace(value, str(VALUE), 1))
    manual.write_text(text, "utf-8")
    phrases = _read(folder / "fraser.yaml")
    level = phrases["phrases"]["level"]
    level = {
        "sentence": f"{SENTENCE}: {level['sentence']}",
        "example": {
            "given": {**level["example"]["given"]},
            "reads": f"{SENTENCE}: {level['example']['reads']}",
        },
    }
    own = {"words": {"summary_heading": WORD}, "phrases": {"level": level}}
    _write(other / "fraser.yaml", own)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
    path.write_text(text, "utf-8")


def test_nothing_of_one_area_is_known_of_another(folder: Path) -> None:
    """The ids agree, so only the folder can tell them apart."""
    before = catalogue.load_catalogue(folder)
    nynorsk = catalogue.load_catalogue(folder, language="nn")
    _plant(folder)
    assert catalogue.load_catalogue(folder) == before
    assert catalogue.load_catalogue(folder, language="nn") == nynorsk
    other = catalogue.load_catalogue(folder, service=OTHER)
    assert [one.text for one in other.comments] == [f"{COMMENT} om kvaliteten."]
    assert "plantet_2020" in {one.id for one in other.forbehold}
    assert other.manual["ressursbruksindikator", "trondheim", 2020].value == VALUE
    assert other.phrases.words["summary_heading"] == WORD
    assert other.phrases.phrases["level"].sentence.startswith(SENTENCE)


def test_nothing_of_one_area_is_on_a_page_of_another(
    project: Path, tmp_path: Path
) -> None:
    """Comments, forbehold, figures by hand and words: each area has its own only."""
    folder = project / "parameters"
    _second(folder)
    _plant(folder)
    told = {}
    for service in (ONE, OTHER):
        run = parameters.Run(
            kommune="trondheim", year=2020, service=service, snapshot="embedded"
        )
        place = tmp_path / service
        report.render_report(run, root=project, output=place, formats=("html",))
        (page,) = place.rglob(report.HTML_NAME)
        (facts,) = place.rglob("facts.json")
        told[service] = page.read_text("utf-8") + facts.read_text("utf-8")
    assert [one for one in PLANTED if one in told[ONE]] == []
    assert [one for one in PLANTED if one not in told[OTHER]] == []
    said = catalogue.load_catalogue(folder).comments_on("trondheim", 2020)
    assert said
    for one in said:
        words = one.text.replace("|", "").split()[:4]
        assert " ".join(words) not in told[OTHER]


def test_no_sentence_of_one_area_names_another(folder: Path) -> None:
    """«Bruker mer på sosiale tjenester» stood on a page on barnevern."""
    known = catalogue.load_catalogue(folder, service=OTHER)
    said = [phrase.sentence for phrase in known.phrases.phrases.values()]
    said += known.phrases.words.values()
    assert "barnevern" in known.phrases.phrases["spending"].sentence
    assert "per innbygger 0–17 år" in known.phrases.phrases["spending"].sentence
    of_one = re.compile("sosial|stønad|18–66|mottaker|KVP", re.IGNORECASE)
    assert [one for one in said if of_one.search(one)] == []


def test_areas_are_kept_in_every_language(folder: Path) -> None:
    """A page in nynorsk of one area would else be another's."""
    runs = [
        parameters.Run(kommune="oslo", year=2020, service=OTHER, language=language)
        for language in ("nb", "nn")
    ]
    found = catalogue.of_runs(folder, runs)
    assert {(one.service.service, one.language) for one in found.values()} == {*found}


def test_own_words_are_not_those_of_all_in_another_language(folder: Path) -> None:
    """Said anew in bokmål, it must be said anew in nynorsk: until then it lacks."""
    _plant(folder)
    nynorsk = catalogue.load_catalogue(folder, service=OTHER, language="nn")
    assert "level" not in nynorsk.phrases.phrases
    assert "summary_heading" not in nynorsk.phrases.words
    file = f"{OTHER}/fraser.nn.yaml"
    assert f"{file}: phrases: 1 missing: level" in nynorsk.untranslated
    assert f"{file}: words: 1 missing: summary_heading" in nynorsk.untranslated


@pytest.mark.parametrize("asked", [ONE, OTHER])
def test_mistake_in_any_area_is_told_with_its_folder(folder: Path, asked: str) -> None:
    """Whoever is asked for: a mistake that waits for its season is found too late."""
    content = _read(folder / OTHER / "forbehold.yaml")
    content["forbehold"][-1]["kind"] = "nothing"
    _write(folder / OTHER / "forbehold.yaml", content)
    with pytest.raises(ParameterError) as refusal:
        catalogue.load_catalogue(folder, service=asked)
    (problem,) = refusal.value.problems
    assert problem.startswith(f"{OTHER}/forbehold.yaml: forbehold[")


def _of_some(folder: Path) -> str:
    content = _read(folder / "forbehold.yaml")
    content["forbehold"][0]["indicators"] = ["sykefravaer"]
    _write(folder / "forbehold.yaml", content)
    return "forbehold.yaml: forbehold[brudd_2020_trondheim].indicators: should be alle"


def _of_two_names(folder: Path) -> str:
    content = _read(folder / OTHER / "indikatorer.yaml")
    content["service"] = "barnehage"
    _write(folder / OTHER / "indikatorer.yaml", content)
    return f"{OTHER}/indikatorer.yaml: service: should be {OTHER}"


def _of_two_measures(folder: Path) -> str:
    content = _read(folder / OTHER / "indikatorer.yaml")
    content["measures"][0]["name"] = "Et annet tall"
    _write(folder / OTHER / "indikatorer.yaml", content)
    return (
        f"{OTHER}/indikatorer.yaml and {ONE}/indikatorer.yaml: "
        f"measures[{content['measures'][0]['id']}] differ"
    )


def _of_two_tables(folder: Path) -> str:
    content = _read(folder / OTHER / "indikatorer.yaml")
    table = content["tables"][-1]
    before, table["year_offset"] = table["year_offset"], 0
    _write(folder / OTHER / "indikatorer.yaml", content)
    return (
        f"{OTHER}/indikatorer.yaml and {ONE}/indikatorer.yaml: "
        f"tables[{table['id']}].year_offset: 0 and {before}; write the same"
    )


def _of_no_use(folder: Path) -> str:
    _write(folder / OTHER / "fraser.yaml", {"words": {"summary_headng": "Funn"}})
    return f"{OTHER}/fraser.yaml: words: unknown 'summary_headng'. Did you mean"


@pytest.mark.parametrize(
    "spoil", [_of_some, _of_two_names, _of_two_measures, _of_two_tables, _of_no_use]
)
def test_areas_at_odds_are_refused(folder: Path, spoil: Any) -> None:
    """One network, one snapshot and one set of words serve all of them."""
    wanted = spoil(folder)
    with pytest.raises(ParameterError) as refusal:
        catalogue.load_catalogue(folder)
    (problem,) = refusal.value.problems
    assert problem.startswith(wanted)


def test_old_layout_is_told_what_to_move(folder: Path) -> None:
    """One clear error, and no page with half of what is known."""
    (folder / "indikatorer").mkdir()
    shutil.move(
        folder / ONE / "indikatorer.yaml", folder / "indikatorer" / f"{ONE}.yaml"
    )
    shutil.move(folder / ONE / "manuelle", folder / "manuelle")
    with pytest.raises(UsageError) as refusal:
        catalogue.load_catalogue(folder)
    for part in (
        "indikatorer/<name>.yaml to <name>/indikatorer.yaml",
        "manuelle/ to <name>/manuelle/",
        "forbehold.yaml",
    ):
        assert part in str(refusal.value)


def test_area_that_is_not_there_is_named_with_the_nearest(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"'barnevrn'\. Did you mean barnevern"):
        catalogue.load_catalogue(folder, service="barnevrn")


def test_areas_are_the_folders_with_indicators(folder: Path, known: Catalogue) -> None:
    (folder / "barnehage").mkdir()
    assert {ONE, OTHER} <= {*catalogue.services(folder)}
    assert "barnehage" not in catalogue.services(folder)
    assert known.service.service in catalogue.services(known.folder)
