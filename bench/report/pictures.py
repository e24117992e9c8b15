"""Whether a published picture is the one that the tables give: it is drawn anew and compared."""

from __future__ import annotations

import contextlib
import io
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from bench import clean
from bench.report.charts import Shape, Style
from bench.report.charts.style import SIZES

KINDS = (".svg", ".png", ".pdf")
"""Endings of pictures."""
_STYLES: tuple[Style, ...] = ("web", "slide", "paper")
_SHAPES: tuple[Shape, ...] = ("wide", "square")
_WIDTHS = {f"{72 * SIZES[style][shape][0]:g}": (style, shape) for style, shape in product(_STYLES, _SHAPES)}
"""Width of a chart, points -> its style and shape; a folder does not say what `bench report` was asked for."""
CLOSE = 0.01
"""By which points another processor may move a line, and by which share it may colour a dot."""
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_MAKER = re.compile(rb"Matplotlib v([\w.+]{1,40})")
_WIDTH = re.compile(rb'<svg [^>]{0,200}?width="([0-9.]{1,9})pt"')
_EMBEDDED = re.compile(r' src="data:image/(?:svg\+xml|png);base64,([A-Za-z0-9+/=]*)')


class Redrawn(NamedTuple):
    """What became of a comparison."""

    same: bool | None
    """Whether it is the same picture; None where nobody can say."""
    why: str = ""
    """Why nobody can."""


def compare(published: bytes, computed: bytes) -> Redrawn:
    """A picture beside the same as it is drawn here; by another version of matplotlib it cannot be compared."""
    if published == computed:
        return Redrawn(True)
    makers = [_MAKER.search(each) for each in (published, computed)]
    theirs, ours = (found[1].decode() if found else "" for found in makers)
    if theirs and ours and theirs != ours:
        return Redrawn(None, f"drawn by Matplotlib {theirs}, and here is {ours}")
    if computed.startswith(b"\x89PNG"):
        return Redrawn(_dots_alike(published, computed))
    return Redrawn(_lines_alike(published, computed))


def _lines_alike(published: bytes, computed: bytes) -> bool:
    """Whether two drawings say the same but for the last digits of their places."""
    if _NUMBER.split(published) != _NUMBER.split(computed):
        return False
    pairs = zip(_NUMBER.findall(published), _NUMBER.findall(computed), strict=True)
    return all(one == other or abs(float(one) - float(other)) <= CLOSE for one, other in pairs)


def _dots_alike(published: bytes, computed: bytes) -> bool:
    """Whether two pictures of dots look alike; of another size they never do, and are not unpacked."""
    if published[:33] != computed[:33]:  # the signature, then width, height and kind
        return False
    import numpy as np
    from matplotlib.image import imread

    try:
        one, other = (imread(io.BytesIO(each)) for each in (published, computed))
    except (OSError, ValueError, SyntaxError):
        return False
    return bool(np.shape(one) == np.shape(other) and np.all(abs(one - other) <= CLOSE))


def of_folder(folder: Path) -> set[str]:
    """The pictures of a run folder, by their names."""
    files = [path for path in folder.glob("charts/*") if path.suffix in KINDS]
    return {str(path.relative_to(folder)) for path in files}


def of_page(html: str) -> list[bytes]:
    """The pictures inside a page, in their order. ValueError for one that cannot be read."""
    return [b64decode(text, validate=True) for text in _EMBEDDED.findall(html)]


def drawn_as(folder: Path, page: str) -> tuple[Style, Shape]:
    """The style and shape of a folder's charts, or of those in its page; the usual ones where they say none."""
    heads: list[bytes] = []
    with contextlib.suppress(OSError, ValueError):
        heads += [
            clean.read_bytes(folder / name, below=folder)[:1000] for name in of_folder(folder) if name[-3:] == "svg"
        ]
    with contextlib.suppress(OSError, ValueError):
        heads += [each[:1000] for each in of_page(clean.read_text(folder / page, below=folder))]
    widths = Counter(found[1].decode() for head in heads if (found := _WIDTH.search(head)))
    known = [_WIDTHS[width] for width, _ in widths.most_common() if width in _WIDTHS]
    return known[0] if known else ("web", "wide")


def each_compared(published: Path, computed: Path, page: str) -> Iterator[tuple[str, str, Redrawn]]:
    """File, place and what became of it, for every picture that two run folders have, and every one of their pages."""
    for name in sorted(of_folder(published) & of_folder(computed)):
        try:
            theirs = clean.read_bytes(published / name, below=published)
        except OSError as error:
            yield name, "the picture", Redrawn(False, str(error.strerror))
            continue
        yield name, "the picture", compare(theirs, clean.read_bytes(computed / name, below=computed))
    if (published / page).is_file() and (computed / page).is_file():
        yield from pages_compared(published / page, computed / page)


def pages_compared(published: Path, computed: Path) -> Iterator[tuple[str, str, Redrawn]]:
    """The same for the pictures of two pages."""
    try:
        theirs, ours = (of_page(clean.read_text(path, below=path.parent)) for path in (published, computed))
    except (ValueError, OSError) as error:
        yield computed.name, "the pictures", Redrawn(False, str(error))
        return
    if len(theirs) != len(ours):
        yield computed.name, "the pictures", Redrawn(False)
        return
    for number, (one, other) in enumerate(zip(theirs, ours, strict=True), 1):
        yield computed.name, f"picture {number}", compare(one, other)
