"""XML that somebody else wrote, read without trust: no entity, no document type, nothing fetched, nothing huge."""

from lxml import etree

from capcycle.sources.web import SourceError

Element = etree._Element


def parsed(text: bytes, name: str) -> Element:
    """The root of a document; messages call it `name`.

    Errors: SourceError for a web page, for text that is no XML or cut short, and for a document with a document type,
            which neither an instance nor an information table has and which could grow without end.
    """
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        page = b"<html" in text[:2000].lower()
        said = "a web page in place of XML" if page else f"not XML, or cut short: {error.msg}"
        raise SourceError(f"{name}: {said}") from error
    if root.getroottree().docinfo.doctype:
        page = root.tag.lower().endswith("html")
        said = "a web page in place of XML" if page else "it declares a document type, which a filing never does"
        raise SourceError(f"{name}: {said}")
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for a comment.

    >>> local(parsed(b"<a:b xmlns:a='http://example.org'/>", "example"))
    'b'
    """
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text(element: Element, name: str) -> str:
    """The text of the first element of a name below another; empty where there is none.

    >>> text(parsed(b"<a><b> 5 </b></a>", "example"), "b")
    '5'
    """
    found = element.find(f".//{{*}}{name}")
    return (found.text or "").strip() if found is not None else ""
