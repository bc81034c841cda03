"""The reports that tests walk over: ten kommuner, six years of embedded figures."""

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
