"""Pieces put on pages: what belongs together stays together, and no page holds a signature alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cme_desktop.documents.fonts import FontSet
from cme_desktop.documents.letters import (
    Block,
    Box,
    CutLine,
    FillIn,
    Heading,
    LanguageLine,
    Letter,
    ListBlock,
    NewPage,
    Paragraph,
    Particulars,
    Signature,
    TableBlock,
    TickBoxes,
)
from cme_desktop.documents.page.pieces import (
    BoxPiece,
    ParticularsPiece,
    Piece,
    TablePiece,
    TextPiece,
    list_items,
)
from cme_desktop.documents.page.slips import CutPiece, FillInPiece, LanguagePiece, SignaturePiece, TickPiece
from cme_desktop.documents.page.styles import (
    BODY_TOP_LATER,
    BODY_TOP_LETTER,
    BODY_TOP_PLAIN,
    BOTTOM,
    SECOND_TITLE,
    SMALL,
    Sheet,
    sheet_of,
)
from cme_desktop.domain.errors import UserError

PAGE_ROOM = BOTTOM - BODY_TOP_LATER


class TooLong(UserError):
    """Say that one part of a document is longer than a page and may not be split."""

    code = "too-long"


@dataclass(frozen=True)
class Together:
    """Pieces that stand on one page; ``new_page`` begins one."""

    pieces: tuple[Piece, ...]
    new_page: bool = False


@dataclass(frozen=True)
class Placed:
    """A piece and the place of its upper edge on its page."""

    piece: Piece
    top: float


def lay_out(letter: Letter, fonts: FontSet) -> list[list[Placed]]:
    """Return the pages of a letter; raise TooLong when a part that may not be split is longer than a page."""
    sheet = sheet_of(style=letter.style, statutory=letter.statutory, window=letter.window)
    top = BODY_TOP_LETTER if letter.window else BODY_TOP_PLAIN
    return paginate(list(_groups(letter, sheet, fonts)), top)


def paginate(groups: Sequence[Together], first_top: float) -> list[list[Placed]]:
    """Put groups on pages from above, each whole where it fits on any page at all."""
    pages: list[list[Placed]] = [[]]
    top, after = first_top, 0.0

    def turn() -> None:
        nonlocal top, after
        pages.append([])
        top, after = BODY_TOP_LATER, 0.0

    for group in groups:
        if group.new_page and pages[-1]:
            turn()
        gap = max(after, group.pieces[0].before) if pages[-1] else 0.0
        if pages[-1] and top + gap + _height(group.pieces) > BOTTOM and _may_move(group):
            turn()
        waiting = list(group.pieces)
        while waiting:
            piece = waiting.pop(0)
            gap = max(after, piece.before) if pages[-1] else 0.0
            if top + gap + piece.height > BOTTOM:
                halves = piece.split(BOTTOM - top - gap)
                if halves is None:
                    if not pages[-1]:
                        raise TooLong("One part of this document is longer than a page. Shorten its words.")
                    turn()
                    waiting.insert(0, piece)
                    continue
                piece, rest = halves
                waiting.insert(0, rest)
            pages[-1].append(Placed(piece, top + gap))
            top, after = top + gap + piece.height, piece.after
    return pages


def _height(pieces: Sequence[Piece]) -> float:
    gaps = sum(max(one.after, two.before) for one, two in pairwise(pieces))
    return gaps + sum(piece.height for piece in pieces)


def _may_move(group: Together) -> bool:
    """Return whether the group goes to the next page whole: it fits there, and is no long paragraph."""
    long_paragraph = len(group.pieces) == 1 and group.pieces[0].split(PAGE_ROOM) is not None
    return not long_paragraph and _height(group.pieces) <= PAGE_ROOM


def _groups(letter: Letter, sheet: Sheet, fonts: FontSet) -> Iterator[Together]:
    head = [
        TextPiece.of(letter.line_above, sheet.line_above, fonts),
        TextPiece.of(letter.title, sheet.title, fonts, role="H1"),
    ]
    held: list[Piece] = list(head)  # what must stay with the next piece
    last: list[Piece] = []  # the last paragraph or list, which a signature takes with it
    new_page = False
    blocks = list(letter.blocks)
    for place, block in enumerate(blocks):
        if isinstance(block, NewPage):
            if last:
                yield Together(tuple(last), new_page)
            last, new_page = [], True
            continue
        if isinstance(block, CutLine):
            if last:
                yield Together(tuple(last), new_page)
            slip = [piece for rest in blocks[place:] for piece in _pieces(rest, sheet, fonts)]
            yield Together(tuple(slip))
            return
        if isinstance(block, LanguageLine):
            after_signature = place > 0 and isinstance(blocks[place - 1], Signature)
            pieces: list[Piece] = [LanguagePiece(block, fonts, after_signature=after_signature)]
        else:
            pieces = _pieces(block, sheet, fonts)
        if isinstance(block, Heading):
            held += pieces
        elif isinstance(block, Signature | LanguageLine):
            last += held + pieces
            held = []
        else:
            if last:
                yield Together(tuple(last), new_page)
                new_page = False
            last = held + pieces
            held = []
    if last or held:
        yield Together(tuple(last + held), new_page)


def _pieces(block: Block, sheet: Sheet, fonts: FontSet) -> list[Piece]:
    match block:
        case Paragraph(words, kind):
            style = {"operative": sheet.operative, "small": SMALL}.get(kind, sheet.body)
            return [TextPiece.of(words, style, fonts)]
        case Heading(words, kind):
            style = {"second title": SECOND_TITLE, "slip title": sheet.slip_title}.get(kind, sheet.heading)
            return [TextPiece.of(words, style, fonts, role="H2")]
        case ListBlock(items, numbered):
            return [*list_items(items, sheet.body, sheet.item_after, fonts, numbered=numbered)]
        case Particulars(rows, label_mm):
            return [ParticularsPiece(rows, label_mm, fonts)]
        case Box(title, parts):
            return [BoxPiece(title, sheet.box_title, [_in_box(part, sheet, fonts) for part in parts], fonts)]
        case TableBlock(head, rows, columns):
            return [TablePiece(head, [(row.cells, row.tall) for row in rows], columns, fonts)]
        case TickBoxes():
            return [TickPiece(block, sheet.tick if block.columns > 1 else sheet.body, fonts)]
        case FillIn():
            return [FillInPiece(block, fonts)]
        case Signature():
            return [SignaturePiece(block, sheet.body, fonts)]
        case CutLine():
            return [CutPiece()]
        case LanguageLine() | NewPage():
            return []


def _in_box(part: Paragraph | ListBlock, sheet: Sheet, fonts: FontSet) -> list[Piece]:
    left, width = BoxPiece.left(), BoxPiece.width()
    body = replace(sheet.body, after=sheet.body.after - 0.2)
    if isinstance(part, ListBlock):
        items, numbered = part.items, part.numbered
        return [*list_items(items, body, sheet.item_after, fonts, numbered=numbered, left=left, width=width)]
    return [TextPiece.of(part.words, body, fonts, width=width, indent=BoxPiece.PAD_LEFT)]
