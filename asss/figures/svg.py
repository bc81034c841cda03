"""Matplotlib's SVG in a third of its bytes, and in colours that a page can change."""

import re
import xml.etree.ElementTree as ET

__all__ = ["tidy"]

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
LINK = f"{{{XLINK}}}href"

#: What an attribute is when nothing is said; saying it only makes the file larger.
UNSAID = {
    "fill": "#000000",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-linecap": "butt",
    "text-anchor": "start",
    "font-weight": "400",
}

#: Parts of a style that the whole figure has in common.
COMMON = ("font-family", "stroke-linejoin", "stroke-miterlimit")

#: What an element passes on to what lies in it.
INHERITED = ("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-dasharray")


def tidy(written: str, name: str, *, family: str) -> str:
    """
    Say the same in a third of the bytes, and so that a page can change the colours.

    Looks become attributes, which any stylesheet overrules and every program reads. An
    id ``m3/snitt`` puts an element in the part ``m3`` (see
    :meth:`asss.figures.canvas.Canvas.part`) and leaves it the id ``snitt``.

    Parameters
    ----------
    written : str
        The SVG as matplotlib writes it.
    name : str
        The figure's id, which every id in it begins with.
    family : str
        The typeface.
    """
    plain = written[written.index("<svg") :].replace(f' xmlns="{SVG}"', "", 1)
    root = ET.fromstring(plain)
    root.attrib.pop("version", None)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style") or _is_empty(child):
                parent.remove(child)
    _gather(root)
    for element in root.iter():
        _make_plain(element)
    for shape in root.iterfind(".//defs/path"):
        # A page's stylesheet reaches those who use a shape, and not the shape itself.
        for key in INHERITED:
            shape.attrib.pop(key, None)
    _rename(root, name)
    _flatten(root)
    root.attrib.update({"id": name, "font-family": family, "stroke-linejoin": "round"})
    ET.register_namespace("xlink", XLINK)
    body = ET.tostring(root, encoding="unicode").strip()
    return re.sub(r">\s+<", "><", body).replace("<svg", f'<svg xmlns="{SVG}"', 1)


def _is_empty(element: ET.Element) -> bool:
    """Whether it holds other elements only, and none of them shows anything."""
    holders = ("g", "defs", "style", "metadata")
    return element.tag in ("g", "defs") and all(
        inner.tag in holders for inner in element.iter()
    )


def _gather(element: ET.Element) -> None:
    """Put what belongs to one part, and is drawn in one go, in a group of its own."""
    last = ""
    for child in list(element):
        part, is_named, name = child.get("id", "").partition("/")
        if is_named:
            if part != last:
                group = ET.Element("g", {"class": part})
                element.insert(list(element).index(child), group)
            element.remove(child)
            group.append(child)
            del child.attrib["id"]
            if name:
                child.set("id", name)
        else:
            _gather(child)
        last = part if is_named else ""


def _make_plain(element: ET.Element) -> None:
    """Take a style apart into attributes, and leave out what goes without saying."""
    for part in element.attrib.pop("style", "").split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key and key not in COMMON:
            element.set(key, value.removesuffix("px"))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for key, value in list(element.attrib.items()):
        if UNSAID.get(key) == value and (key, element.tag) != ("stroke", "g"):
            del element.attrib[key]
        elif key in ("x", "y", "d", "stroke-width"):
            element.set(key, _short(value))


def _short(numbers: str) -> str:
    """Numbers to a tenth of a point: less than that the eye cannot see."""
    tenths = re.sub(
        r"-?\d+\.\d+", lambda match: f"{round(float(match[0]), 1):g}", numbers
    )
    return re.sub(r" ?([A-Za-z]) ?", r"\1", re.sub(r"\s+", " ", tenths.strip()))


def _rename(root: ET.Element, name: str) -> None:
    """Keep ids that are pointed to or given by us, behind the figure's name."""
    used = {use.get(LINK, "")[1:] for use in root.iter("use")}
    for element in root.iter():
        if link := element.get(LINK):
            element.set(LINK, f"#{name}-{link[1:]}")
        given = element.attrib.pop("id", None)
        # Matplotlib's own end in a number: patch_1.
        if given is not None and (given in used or not re.search(r"_\d+$", given)):
            element.set("id", f"{name}-{given}")


def _flatten(element: ET.Element) -> None:
    """Take away groups that only hold, and say once what all in a group share."""
    for child in list(element):
        _flatten(child)
    for place, child in reversed(list(enumerate(element))):
        if child.tag == "g" and not child.attrib:
            element[place : place + 1] = list(child)
    shown = [child for child in element if child.tag != "defs"]
    if element.tag == "g" and len(shown) > 1:
        for key in INHERITED:
            values = {child.get(key) for child in shown}
            if len(values) == 1 and None not in values:
                element.set(key, values.pop() or "")
                for child in shown:
                    del child.attrib[key]
