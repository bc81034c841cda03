"""
A finished page as a Word document: its own tree, in WordprocessingML.

::

        blocks        headings, paragraphs, lists, figures, and the sheet they stand on
        tables        header rows, cells, numbers that stand under each other
        lines         what stands within a paragraph: marks, links, signs
        package       the file: what its parts are called, and what a document refers to
        markup        elements in the order in which Word wants them

Each module imports those below it. What a style looks like stands in
``page/templates/word/styles.xml``; what has no rule here stops the work, so that
nothing of a page is left out without a word.
"""

from asss.formats import manuscript
from asss.formats.word import blocks
from asss.formats.word.package import Package

__all__ = ["to_docx"]


def to_docx(html: str) -> bytes:
    """
    Set a page for Word: A4, with styles, tables, notes and pictures of Word's own.

    The same bytes for the same page; no clock, no macro, and no field to be updated.

    Parameters
    ----------
    html : str
        A finished page of ours: well-formed but for what HTML leaves open.

    Raises
    ------
    RenderError
        If there is no rule for something on the page, or a link leads to no place.
    """
    page = manuscript.read(html)
    package = Package.of(page)
    return package.closed(blocks.document(page["page"], package))
