"""
Large inputs: a snapshot of all kommuner, a catalogue of 100 indicators, 400 reports.

What they cost is told as ratios to what is usual. Each is measured in a process of its
own, with the notebook run in it, in CPU time: other programs on the machine then count
little.
"""

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import yaml

from asss import statbank
from asss.analysis import indexing, sources
from asss.catalogue import catalogue
from asss.catalogue.parameters import EMBEDDED, Run
from asss.statbank import holdings
from asss.statbank.snapshots import digest, dump
from endurance.project import ROOT, Project, Trial

KOMMUNER: Final = 357
YEARS: Final = 12
INDICATORS: Final = 100

#: What is measured, in the order in which it is done.
STEPS: Final = ("read", "load", "index", "render")


def trials(place: Path, _: int, __: random.Random) -> Iterator[Trial]:
    """Read, load, index and render what is usual, and what is large."""
    project = Project(place)
    usual = _measured(project.root, EMBEDDED)
    wide = _widened(place / "wide")
    yield _compared(
        f"{KOMMUNER} kommuner x {YEARS} years in the snapshot",
        usual,
        _measured(project.root, str(wide)),
    )
    _multiply(project.root / "parameters")
    yield _compared(
        f"{INDICATORS} indicators", usual, _measured(project.root, EMBEDDED)
    )
    yield _network(ROOT)
    shutil.rmtree(place, ignore_errors=True)


def _compared(what: str, usual: dict[str, Any], large: dict[str, Any]) -> Trial:
    if "error" in large:
        return Trial(what, [large["error"]])
    ratios = [f"{name} {large[name] / usual[name]:.1f}" for name in (*STEPS, "memory")]
    amiss = [] if large["shown"] else ["the report does not show all"]
    return Trial(what, amiss, f"times what is usual: {', '.join(ratios)}")


def _measured(root: Path, snapshot: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "endurance.large", str(root), snapshot]
    done = subprocess.run(words, cwd=ROOT / "tests", capture_output=True, text=True)
    if done.returncode:
        return {"error": done.stderr[-1500:]}
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


# -- what is large ---------------------------------------------------------------------


def _widened(folder: Path) -> Path:
    """The embedded snapshot, with all kommuner and twice the years in each answer."""
    source = statbank.embedded_folder()
    shutil.copytree(source, folder)
    manifest = json.loads((folder / statbank.MANIFEST).read_bytes())
    manifest["name"] = folder.name
    for entry in manifest["tables"].values():
        (part,) = entry["parts"]
        cube = json.loads((folder / part["file"]).read_bytes())
        places = _widen(cube)
        raw = dump(cube)
        (folder / part["file"]).write_bytes(raw)
        part["sha256"] = entry["sha256"] = digest(raw)
        moved = {int(old): new for new, old in reversed([*enumerate(places)])}
        for group in entry["cells"]:
            group["index"] = [moved[flat] for flat in group["index"]]
    (folder / statbank.MANIFEST).write_bytes(dump(manifest))
    return folder


def _widen(cube: dict[str, Any]) -> "np.ndarray[Any, Any]":
    """Widen an answer in place; of each of its cells now, which it is made from."""
    names, size = cube["id"], cube["size"]
    places = np.arange(np.prod(size)).reshape(size)
    time_ = names.index("Tid")
    first = int(next(iter(cube["dimension"]["Tid"]["category"]["index"])))
    more = {
        0: [f"K{number:03}" for number in range(KOMMUNER - size[0])],
        time_: [str(first - back) for back in range(YEARS - size[time_], 0, -1)],
    }
    for axis, codes in more.items():
        category = cube["dimension"][names[axis]]["category"]
        held = list(category["index"])
        # What is added comes after those that are there, and years before them.
        order = [*codes, *held] if axis == time_ else [*held, *codes]
        taken = [
            held.index(c) if c in held else n % len(held) for n, c in enumerate(order)
        ]
        places = places.take(taken, axis=axis)
        category["index"] = {code: number for number, code in enumerate(order)}
        category["label"] = {c: category["label"].get(c, f"{c}") for c in order}
    cube["size"] = list(places.shape)
    flat = places.ravel()
    cube["value"] = [cube["value"][old] for old in flat]
    signs = cube.get("status", {})
    cube["status"] = {
        str(new): signs[str(old)] for new, old in enumerate(flat) if str(old) in signs
    }
    return np.asarray(flat)


def _multiply(folder: Path) -> None:
    """Let the catalogue have as many indicators, most of them copies of one."""
    path = folder / "sosiale_tjenester" / "indikatorer.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    model = next(i for i in content["indicators"] if i["id"] == MODEL)
    place = content["indicators"].index(model) + 1
    numbers = range(INDICATORS - len(content["indicators"]), 0, -1)
    for number in numbers:
        copy = {
            name: f"{value} ({number})" if name in NAMES else value
            for name, value in model.items()
        }
        copied = deepcopy({**copy, "id": f"{model['id']}_{number}"})
        content["indicators"].insert(place, copied)
    path.write_text(
        yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8"
    )

    # The same is to be said of all of them.
    told = folder / "sosiale_tjenester" / "forbehold.yaml"
    line = f"      - {MODEL}\n"
    lines = line + "".join(f"      - {MODEL}_{number}\n" for number in numbers)
    told.write_text(told.read_text("utf-8").replace(line, lines), "utf-8")


#: The indicator that the others are copies of.
MODEL: Final = "andel_mottakere_18_66"

#: What no two indicators may have in common.
NAMES: Final = ("name", "short_name", "subject", "mention")


def _network(root: Path) -> Trial:
    """Set every kommune's figures against those of all, where all are members."""
    known = catalogue.load_catalogue(root / "parameters")
    usual = sources.load_observations(
        known, holdings.open_snapshot(EMBEDDED), until=2020
    )
    members = list(dict.fromkeys(usual["kommune"]))
    parts = []
    for number in range(KOMMUNER):
        part = usual[usual["kommune"] == members[number % len(members)]]
        earlier = part.assign(year=part["year"] - YEARS // 2)
        whole = pd.concat([earlier, part], ignore_index=True)
        parts.append(whole.assign(kommune=f"k{number:03}"))
    large = pd.concat(parts, ignore_index=True)
    seconds = []
    for rows in (usual, large):
        begun = time.process_time()
        found = indexing.index_to_network(rows, rule=known.mean_rule)
        seconds.append(time.process_time() - begun)
        assert len(found) == len(rows)
    told = (
        f"{len(large) / len(usual):.0f} times the rows, {seconds[1] / seconds[0]:.0f} "
    )
    return Trial(
        f"{KOMMUNER} members x {YEARS} years, indexed", [], f"{told}times as long"
    )


# -- in a process of its own -----------------------------------------------------------


def main() -> None:
    """Measure one project with one snapshot, and print what each step took."""
    import inprocess

    from asss.runs import report

    root, snapshot = Path(sys.argv[1]), sys.argv[2]
    report._run_notebook = inprocess.execute
    known = catalogue.load_catalogue(root / "parameters")
    taken: dict[str, Any] = {}
    begun = time.process_time()

    def step(name: str) -> None:
        nonlocal begun
        taken[name] = time.process_time() - begun
        begun = time.process_time()

    opened = holdings.open_snapshot(snapshot, root=root)
    step("read")
    observations = sources.load_observations(known, opened, until=2020)
    step("load")
    indexing.index_to_network(observations, rule=known.mean_rule)
    step("index")
    report.warm_up()
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as output:
        run = Run(kommune="trondheim", year=2020, snapshot=snapshot)
        made = report.render_report(
            run, root=root, output=Path(output), formats=("html", "csv")
        )
        step("render")
        facts = json.loads((made.folder / report.FACTS_NAME).read_bytes())["facts"]
    shown = {fact["indicator"] for fact in facts if fact["year"] == 2020}
    taken["shown"] = shown >= {one.id for one in known.service.indicators}
    taken["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{json.dumps(taken)}\n")


if __name__ == "__main__":
    main()
