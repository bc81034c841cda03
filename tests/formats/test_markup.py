"""A page is read as it is written, or not at all: a browser mends, and we do not."""

import pytest

from asss.catalogue.catalogue import Catalogue
from asss.errors import RenderError
from asss.formats.readback import markup

PAGE = (
    '<!doctype html>\n<html lang="nb"><head><meta charset="utf-8"><title>Vi</title>'
    "<style>p > b{color:#000}</style></head>\n<body><main><h1>Tall&nbsp;1</h1>"
    '<p id="en">Snittet er <b>3</b>.<br>Mer &amp; mindre.</p><!-- years -->'
    '<table><caption id="to">Tabell</caption><tbody><tr><th>A</th><td>1</td></tr>'
    '</tbody></table><ul><li>En <a href="#en">vei</a></li></ul></main></body></html>'
)

#: What is changed on the page, and what is said of it.
FAULTS = {
    "old way of reading": ("<!doctype html>", "", "does not begin with"),
    "end that is missing": ("3</b>.", "3.", "Opening and ending tag mismatch"),
    "ends that cross": ("<b>3</b>.<br>", "<b><i>3</b></i>", "ending tag mismatch"),
    "paragraph in a paragraph": ("<b>3</b>", "<p>3</p>", "<p> holds <p>"),
    "block that ends a paragraph": ("<b>3</b>", "<ul></ul>", "<p> holds <ul>"),
    "link in a link": (">vei<", "><a href='#to'>x</a><", "<a> holds <a>"),
    "words beside cells": ("<tr><th>", "<tr>7<th>", "<tr> holds words: «7"),
    "element beside cells": ("</td></tr>", "</td><b>7</b></tr>", "<b> does not bel"),
    "row without its group": ("<tbody>", "<tr><td>7</td></tr><tbody>", "<tr> does not"),
    "text in the head": ("<title>", "<p>7</p><title>", "<p> does not belong in <head>"),
    "text behind the page": ("</body>", "</body><p>7</p>", "one head and one body"),
    "element closed at once": ("<b>3</b>", "<b/>3", "<b> is closed"),
    "end of what has none": ("<br>", "<br>x</br>", "mismatch"),
    "remark": ("<h1>", "<!-- 7 --><h1>", "seen by no reader"),
    "remark that a browser ends": ("<h1>", "<!--><h1>7</h1>--><h1>", "by no reader"),
    "section of letters": ("<h1>", "<![CDATA[7]]><h1>", "seen by no reader"),
    "letter by another name": ("&nbsp;", "&minus;", "Entity 'minus' not defined"),
    "letter that is not closed": ("&amp;", "&amp", "EntityRef: expecting ';'"),
    "sign that is not written out": ("&amp;", "&", "xmlParseEntityRef"),
    "id given twice": ('id="to"', 'id="en"', "the id en is given twice"),
    "attribute given twice": ('id="to"', 'id="to" id="tre"', "redefined"),
    "attribute in capitals": ('id="to"', 'ID="to"', "has the attribute ID"),
    "attribute without marks": ('id="to"', "id=to", "AttValue"),
    "element in capitals": ("<b>3</b>", "<B>3</B>", "<B> is no element of ours"),
    "unknown element": ("<b>3</b>", "<noscript>3</noscript>", "<noscript> is no elem"),
    "style that a browser ends": (
        "</style>",
        "</style ><h1>7</h1><style></style>",
        "<h1> does not belong in <head>",
    ),
    "style in the text": ("<h1>", "<style>b{}</style><h1>", "<style> does not belong"),
    "drawing outside a drawing": ("<b>3</b>", "<text>3</text>", "<text> does not bel"),
}


def test_sound_page_is_read_as_it_is_written(known: Catalogue) -> None:
    """Hard spaces as spaces, and no word of styles."""
    root = markup.page(PAGE, known.phrases.words)
    body = root.find("body")
    assert markup.said(body) == "Tall 1Snittet er 3.Mer & mindre.TabellA1En vei"
    assert markup.text(body).startswith("Tall 1Snittet er 3. Mer & mindre.")
    assert not root.findtext(".//style")


@pytest.mark.parametrize(("old", "new", "said"), FAULTS.values(), ids=FAULTS)
def test_what_a_browser_would_mend_is_refused(
    old: str, new: str, said: str, known: Catalogue
) -> None:
    """It would show another page than the one that was read."""
    assert PAGE.count(old) == 1, old
    with pytest.raises(RenderError, match=said):
        markup.page(PAGE.replace(old, new), known.phrases.words)
