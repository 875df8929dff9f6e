"""The thin layer that tags a PDF: marked content while drawing, and the structure tree at the end.

ReportLab has no tags. This leans on its inside, which is why its version is pinned exactly and the tree is tested.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from cme_desktop.documents.page.styles import PAGE_HEIGHT, PAGE_WIDTH

LANGUAGE = "en-GB"
_PDF_VERSION = (1, 7)


class Element:
    """One element of the structure tree: its role, its attributes, and its kids or the content that it marks."""

    def __init__(self, role: str, *, alt: str = "", actual: str = "", scope: str = "") -> None:
        self.role = role
        self.alt = alt
        self.actual = actual
        self.scope = scope
        self.kids: list[Element | tuple[int, int]] = []


class Written(pdfdoc.PDFObject):
    """An object of the file whose text is known: much quicker than one made of ReportLab's parts."""

    text = ""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """Return the object as it stands in the file."""
        return self.text.encode("ascii")


class TaggedCanvas(Canvas):
    """A canvas on which every drawing belongs to an element of the structure or is an artifact."""

    _code: list[str]
    _doc: Any  # its type information leaves out what the tags need

    def __init__(self, *, title: str, author: str, subject: str, base_font: str) -> None:
        self._file = io.BytesIO()
        super().__init__(
            self._file,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pageCompression=1,
            invariant=1,
            pdfVersion=_PDF_VERSION,
            initialFontName=cast("Any", base_font),  # its type information says a number
            lang=LANGUAGE,
        )
        self.setTitle(title)
        self.setAuthor(author)
        self.setSubject(subject)
        self.setCreator("CME Desktop")
        self._title = title
        self._root = Element("Document")
        self._open = [self._root]
        self._marked: list[list[Element]] = []
        self._page = 0
        self._begin_page()

    def draw(self, code: str) -> None:
        """Add operators to the page."""
        self._code.append(code)

    @property
    def document(self) -> pdfdoc.PDFDocument:
        """Return the document that fonts are added to."""
        document: pdfdoc.PDFDocument = self._doc
        return document

    @contextmanager
    def element(self, element: Element) -> Iterator[None]:
        """Put what is drawn inside under an element; one that was begun before is taken up again."""
        parent = self._open[-1]
        if element not in parent.kids:
            parent.kids.append(element)
        self._open.append(element)
        yield
        self._open.pop()

    @contextmanager
    def content(self) -> Iterator[None]:
        """Mark what is drawn inside as content of the element that is open."""
        self._begin_content()
        yield
        self._end_content()

    @contextmanager
    def inline(self, element: Element) -> Iterator[None]:
        """Interrupt the content of a paragraph by an element of its own, such as a name in another script."""
        self._end_content()
        with self.element(element), self.content():
            yield
        self._begin_content()

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Keep what is drawn inside out of the structure: page numbers, rules, watermark."""
        self.draw("/Artifact BMC")
        yield
        self.draw("EMC")

    @contextmanager
    def actual_text(self, text: str) -> Iterator[None]:
        """Say what the glyphs drawn inside read as."""
        self.draw(f"/Span <</ActualText <{_utf16(text)}>>> BDC")
        yield
        self.draw("EMC")

    def end_page(self) -> None:
        """Finish the page and begin the next."""
        super().showPage()
        page = self._doc.Pages.pages[-1]
        # The page writes only attributes that it knows: these two are added to its own list.
        page.__NoDefault__ = [*type(page).__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = self._page - 1
        page.Tabs = pdfdoc.PDFName("S")
        page.Contents = pdfdoc.PDFStream(content=page.stream, filters=[pdfdoc.PDFZCompress])
        self._begin_page()

    def finish(self) -> bytes:
        """Write the structure tree and the document's own description, and return the bytes."""
        del self._code[:]
        self._marked.pop()
        document, catalogue = self._doc, self._doc.Catalog
        catalogue.StructTreeRoot = self._tree()
        catalogue.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        catalogue.ViewerPreferences = pdfdoc.PDFDictionary({"DisplayDocTitle": "true"})
        catalogue.Metadata = self._metadata()
        document.SaveToFile(self._file, self)
        return self._file.getvalue()

    def _begin_page(self) -> None:
        self._page += 1
        self._marked.append([])

    def _begin_content(self) -> None:
        element, marked = self._open[-1], self._marked[-1]
        element.kids.append((self._page, len(marked)))
        self.draw(f"/{element.role} <</MCID {len(marked)}>> BDC")
        marked.append(element)

    def _end_content(self) -> None:
        self.draw("EMC")

    def _tree(self) -> Written:
        """Write the structure: elements from the top, and for each page its elements in number order."""
        root, root_number = self._reserve("StructTreeRoot")
        parents, parents_number = self._reserve("ParentTree")
        numbers: dict[Element, int] = {}
        top = self._add(self._root, root_number, numbers)
        pages = (
            f"{index} [{' '.join(f'{numbers[element]} 0 R' for element in marked)}]"
            for index, marked in enumerate(self._marked)
        )
        parents.text = f"<< /Nums [{' '.join(pages)}] >>"
        root.text = (
            f"<< /Type /StructTreeRoot /K [{top} 0 R] /ParentTree {parents_number} 0 R"
            f" /ParentTreeNextKey {len(self._marked)} >>"
        )
        return root

    def _reserve(self, name: str) -> tuple[Written, int]:
        """Return an object to be written later, and its number in the file."""
        written = Written()
        self._doc.Reference(written, name)
        return written, self._number(name)

    def _number(self, name: str) -> int:
        number: int = self._doc.idToObjectNumberAndVersion[name][0]
        return number

    def _add(self, element: Element, parent: int, numbers: dict[Element, int]) -> int:
        written, number = self._reserve(f"StructElem{len(numbers)}")
        numbers[element] = number
        kids = []
        for kid in element.kids:
            if isinstance(kid, Element):
                kids.append(f"{self._add(kid, number, numbers)} 0 R")
            else:
                page, mark = kid
                kids.append(f"<< /Type /MCR /Pg {self._number(f'Page{page}')} 0 R /MCID {mark} >>")
        entries = [f"/Type /StructElem /S /{element.role} /P {parent} 0 R /K [{' '.join(kids)}]"]
        if element.alt:
            entries.append(f"/Alt <{_utf16(element.alt)}>")
        if element.actual:
            entries.append(f"/ActualText <{_utf16(element.actual)}>")
        if element.scope:
            entries.append(f"/A << /O /Table /Scope /{element.scope} >>")
        written.text = f"<< {' '.join(entries)} >>"
        return number

    def _metadata(self) -> pdfdoc.PDFStream:
        packet = _XMP.format(title=escape(self._title), language=LANGUAGE)
        described = {"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}
        return pdfdoc.PDFStream(dictionary=pdfdoc.PDFDictionary(described), content=packet.encode())


def _utf16(text: str) -> str:
    return "FEFF" + text.encode("utf-16-be").hex().upper()


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
