"""Which line under an image is its caption, in any of the markups of the portals."""

from collections.abc import Sequence

from archive.blocks import Block
from spiders.reading.landmarks import END_MARK, has_photo_credit

FRAME_WORDS = 80  # a table or figure with more words is layout, not the frame of one picture
CAPTION_WORDS = 60


def split_images(blocks: Sequence[Block]) -> tuple[list[Block], list[tuple[Block, str | None]]]:
    """The text of a story, and its images, each with its caption; captions are no part of the text."""
    text: list[Block] = []
    images: list[tuple[Block, str | None]] = []
    under: Block | None = None
    for block in blocks:
        if block.kind == "img":
            images.append((block, None))
            under = block
        elif under is not None and _is_caption(block, under):
            images[-1] = (under, block.text)
            under = None
        else:
            text.append(block)
            under = None
    return text, images


def _is_caption(block: Block, image: Block) -> bool:
    """A line under an image: set apart by its style, its own small table or figure, or by being short."""
    if block.kind != "p" or block.words > CAPTION_WORDS or block.linked > 0.5 or END_MARK in block.text:
        return False
    if has_photo_credit(block.text) or _framed_together(block, image):
        return True
    if block.bold > 0.8 or block.text.endswith((":", ";")):
        return False  # a sub-heading, or the opening of a list
    around = (block.element, block.element.getparent())
    named = " ".join((element.get("class") or "") for element in around if element is not None)
    if block.italic > 0.8 or block.align == "center" or "caption" in named.lower():
        return True
    return block.words <= (25 if block.text.endswith(".") else 45)


def _framed_together(block: Block, image: Block) -> bool:
    frame = block.frame
    return frame is not None and frame is image.frame and len(frame.text_content().split()) < FRAME_WORDS
