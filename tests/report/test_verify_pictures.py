"""`bench verify` draws every picture anew, those inside the page too, and finds each that is another one."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.report import charts, pictures
from bench.report.charts.style import SIZES
from bench.report.verify import verify
from bench.report.write import write_report
from tests.report.page import sample


def in_page(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Changes the first picture of the page."""

    def edit(folder: Path) -> None:
        text = (folder / "report.html").read_text(encoding="utf-8")
        found = re.search(r"(data:image/svg\+xml;base64,)([A-Za-z0-9+/=]+)", text)
        assert found
        other = base64.b64encode(change(base64.b64decode(found[2]))).decode()
        (folder / "report.html").write_text(text.replace(found[2], other, 1), encoding="utf-8")

    return edit


def in_file(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def darker(png: bytes) -> bytes:
    """The same picture with one letter's worth of other dots."""
    import io

    from matplotlib.image import imread, imsave

    dots = imread(io.BytesIO(png)).copy()
    dots[20:30, 20:30, :3] = 0.5
    out = io.BytesIO()
    imsave(out, dots, format="png")
    return out.getvalue()


def scripted(svg: bytes) -> bytes:
    return svg.replace(b"</svg>", b"<script>1</script></svg>")


FORGED = {
    "another picture in the page": (in_page(lambda _: b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "report.html"),
    "a script in a picture of the page": (in_page(scripted), "report.html"),
    "a chart that says other words": (
        in_file("charts/tokens.svg", lambda svg: svg.replace(b"<title>", b"<title>Forged ")),
        "charts/tokens.svg",
    ),
    "a script in a chart": (in_file("charts/tokens.svg", scripted), "charts/tokens.svg"),
    "a line that lies elsewhere": (
        in_file("charts/tokens.svg", lambda svg: re.sub(rb'd="M (\d+)', rb'd="M 1\1', svg, count=3)),
        "charts/tokens.svg",
    ),
    "other dots": (in_file("charts/tokens.png", darker), "charts/tokens.png"),
    "a chart of another size": (
        in_file("charts/tokens.png", lambda png: png[:16] + b"\0\1\0\0" + png[20:]),
        "charts/tokens.png",
    ),
    "a chart nobody made": (lambda folder: (folder / "charts" / "z.svg").write_bytes(b"<svg/>"), "charts/z.svg"),
    "a chart that is a link": (
        lambda folder: [
            (folder / "charts/tokens.svg").unlink(),
            (folder / "charts/tokens.svg").symlink_to("/dev/zero"),
        ],
        "charts/tokens.svg",
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_another_picture_is_named(reported: Path, tmp_path: Path, what: str) -> None:
    change, file = FORGED[what]
    folder = tmp_path / "run"
    shutil.copytree(reported, folder)
    change(folder)
    planted = pictures.of_folder(folder) - pictures.of_folder(reported)
    seen = [name for name, _, found in pictures.each_compared(folder, reported, "report.html") if found.same is False]
    assert {*seen, *planted} == {file}


@pytest.mark.parametrize("style", ["web", "slide", "paper"])
@pytest.mark.parametrize("shape", ["wide", "square"])
def test_the_style_of_a_folders_pictures_is_seen(tmp_path: Path, style: charts.Style, shape: charts.Shape) -> None:
    from matplotlib.figure import Figure

    (tmp_path / "charts").mkdir()
    assert pictures.drawn_as(tmp_path, "report.html") == ("web", "wide")
    Figure(SIZES[style][shape]).savefig(tmp_path / "charts" / "a.svg")
    assert pictures.drawn_as(tmp_path, "report.html") == (style, shape)
    picture = base64.b64encode((tmp_path / "charts" / "a.svg").read_bytes()).decode()
    (tmp_path / "charts" / "a.svg").unlink()
    (tmp_path / "report.html").write_text(f'<img src="data:image/svg+xml;base64,{picture}">')
    assert pictures.drawn_as(tmp_path, "report.html") == (style, shape)


@pytest.mark.slow
def test_pictures_of_another_style_are_drawn_anew(tmp_path: Path) -> None:
    folder = sample.write(tmp_path / "run", 6)
    with charts.vectors_only(), charts.styled_as("slide"):
        write_report(folder, "square")
    [found] = verify([folder])
    assert (found.differing, found.unseen) == ((), ())
    FORGED["a script in a chart"][0](folder)
    [found] = verify([folder])
    assert [(each.file, each.place) for each in found.differing] == [("charts/tokens.svg", "the picture")]


def test_another_matplotlib_draws_other_pictures() -> None:
    ours, theirs = (b"<svg>Matplotlib v%s 1.0001 <b>" % version for version in (b"3.11.2", b"3.9.0"))
    assert pictures.compare(ours, ours) == (True, "")
    assert pictures.compare(theirs, ours) == (None, "drawn by Matplotlib 3.9.0, and here is 3.11.2")
    assert pictures.compare(ours.replace(b"1.0001", b"1.0002"), ours).same is True, "another processor's last digit"
    assert pictures.compare(ours.replace(b"1.0001", b"1.2"), ours).same is False
    assert pictures.compare(ours.replace(b"<b>", b"<i>"), ours).same is False
    assert pictures.compare(b"", ours).same is False
    assert pictures.compare(b"\x89PNG", b"\x89PNG\r\n\x1a\n" + b"0" * 40).same is False
