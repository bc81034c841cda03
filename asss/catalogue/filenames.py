"""
What a report can be had as, and what its files are called.

Names only, so that the command line can speak of them without loading what makes them.
Imports nothing.
"""

__all__ = [
    "EDITIONS",
    "EXPORTS",
    "FACTS_NAME",
    "FIGURES_NAME",
    "FORMATS",
    "HTML_NAME",
    "INDEX_NAME",
    "LINKED",
    "NOTEBOOK_NAME",
    "PDF_NAME",
    "REVIEW_NAME",
    "SEEN_BY",
    "USUAL_FORMATS",
    "WORKBOOK_NAME",
]

#: What can be asked for beside HTML and PDF.
EXPORTS = ("xlsx", "csv", "svg", "png")

#: What a report can be had as; PNG, which takes most time, only when asked for.
FORMATS = ("html", "pdf", *EXPORTS)
USUAL_FORMATS = tuple(name for name in FORMATS if name != "png")

#: The public report; and beside it, for reviewers, the same with kildespor.
PUBLIC, REVIEW = "public", "review"
EDITIONS = (PUBLIC, REVIEW)

NOTEBOOK_NAME = "rapport.ipynb"
HTML_NAME = "rapport.html"
REVIEW_NAME = "gjennomgang.html"
PDF_NAME = "rapport.pdf"
FACTS_NAME = "facts.json"
WORKBOOK_NAME = "nokkeltall.xlsx"
FIGURES_NAME = "tall.csv"

#: Files by which it is seen what a report was made as, where its manifest does not say.
SEEN_BY = {
    "html": HTML_NAME,
    "pdf": PDF_NAME,
    "xlsx": WORKBOOK_NAME,
    "csv": FIGURES_NAME,
    "svg": "figurer/*.svg",
    "png": "figurer/*.png",
    REVIEW: REVIEW_NAME,
}

#: What an index links to in the folder of a report, the page itself first.
LINKED = (
    HTML_NAME,
    PDF_NAME,
    REVIEW_NAME,
    NOTEBOOK_NAME,
    WORKBOOK_NAME,
    FIGURES_NAME,
    FACTS_NAME,
)

#: The page that links the reports of a year.
INDEX_NAME = "index.html"
