"""XML of strangers read safely: no external entities, no document types, no endless nesting; namespaces left out."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from outage_feed.errors import Nonsense
from outage_feed.formats import shorten
from outage_feed.names import clean

_DEEPEST = 100
_MOST = 2_000_000
"""Elements of one document; a feed of a whole company has a hundredth of it."""


class _Builder:
    """Builds a tree of the elements, and refuses one that is too deep or too large."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._words: list[str] = []
        self._root: Element | None = None
        self._number = 0

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self._number += 1
        if len(self._open) >= _DEEPEST or self._number > _MOST:
            raise Nonsense("the XML is nested too deeply" if self._number <= _MOST else "the XML has too many elements")
        element = Element(local(tag), {local(name): value for name, value in attributes.items()})
        if self._open:
            self._keep_words()
            self._open[-1].append(element)
        else:
            self._root = element
        self._open.append(element)
        return element

    def end(self, tag: str) -> Element:
        self._keep_words()
        return self._open.pop()

    def data(self, text: str) -> None:
        self._words.append(text)

    def _keep_words(self) -> None:
        """The words so far belong to the open element; joined once, for adding to a text again and again is slow."""
        self._open[-1].text = " ".join(filter(None, (self._open[-1].text, "".join(self._words))))
        self._words.clear()

    def close(self) -> Element:
        assert self._root is not None  # the parser itself refuses a document without elements
        return self._root


def read_xml(data: bytes) -> Element:
    """The root of the document, names without their namespaces. Raises Nonsense where it is none, or is not safe."""
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data.lstrip())
        root = parser.close()
    except DefusedXmlException as error:
        raise Nonsense(f"XML that may not be trusted: {type(error).__name__}") from None
    except (ParseError, ValueError, LookupError) as error:
        begins = shorten(data[:200].decode("utf-8", errors="replace"), 80)
        raise Nonsense(f"not XML, or cut off: {error}; it begins with «{begins}»") from None
    assert isinstance(root, Element)
    return root


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def text_at(element: Element, *path: str) -> str:
    """The text of the first element under that path, on one line; "" where there is none."""
    for name in path:
        found = element.find(name)
        if found is None:
            return ""
        element = found
    return clean(element.text or "")


def texts_in(element: Element, name: str) -> Iterator[str]:
    """The texts of all elements of that name below, those that are not empty."""
    return filter(None, (clean(found.text or "") for found in element.iter(name)))
