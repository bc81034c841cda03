"""What corrects for need, as tests have it: made up, for the ten members of 2020."""

from pathlib import Path

from asss.catalogue.parameters import SERVICE

__all__ = ["COLUMNS", "MADE_UP", "rows", "write"]

COLUMNS = "part,kommune,year,unit,value,basis,source,collected,note"
UNITS = {
    "need": "indeks",
    "payroll_zone": "sone",
    "wage_share": "prosent",
    "pension": "1000 kr",
    "depreciation": "1000 kr",
    "inhabitants": "personer",
}
#: By kommune: need, zone, wages in percent, pension, depreciation and inhabitants.
MADE_UP = {
    "oslo": (1.34, "I", 46, -52000, 31000, 697010),
    "bergen": (1.05, "I", 44, 9000, 8200, 285601),
    "trondheim": (0.83, "I", 48, -6400, 4100, 207595),
    "stavanger": (0.97, "I", 45, 2500, 3900, 144147),
    "kristiansand": (1.06, "I", 43, 0, 2700, 112588),
    "tromso": (0.84, "IVa", 47, 1800, 900, 77095),
    "sandnes": (0.91, "I", 45, 1200, 1100, 80450),
    "baerum": (0.88, "I", 50, -2100, 2600, 128233),
    "drammen": (1.21, "I", 42, 3300, 2900, 101859),
    "fredrikstad": (1.17, "I", 41, 2600, 1700, 83193),
}


def rows(year: int = 2020) -> list[str]:
    """The lines of the file below its head."""
    return [
        f"{part},{kommune},{year},{UNITS[part]},{value},reconstructed,"
        f"Oppdiktet for en prøve,2026-11-30,"
        for kommune, values in MADE_UP.items()
        for part, value in zip(UNITS, values, strict=True)
    ]


def write(
    parameters: Path,
    lines: list[str] | None = None,
    head: str = COLUMNS,
    service: str = SERVICE,
) -> Path:
    """Write the file of a service area into a ``parameters/`` of a test's own."""
    path = parameters / service / "behov.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "\n".join([head, *(rows() if lines is None else lines)]) + "\n", "utf-8"
    )
    return path
