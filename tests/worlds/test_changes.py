"""What a call changed in a world, in lines."""

from __future__ import annotations

from typing import Any

from bench.worlds import ToolError, ToolWorld, WorldSession, text
from bench.worlds.changes import MOST_LINES, SHOWN, changes, kept

WORLD = ToolWorld("shelf")


@WORLD.method("Moves a book.", book=text("Its name"))
def move(state: dict[str, Any], book: str) -> Any:
    if book not in state["shelf"]:
        raise ToolError("not_found", "there is no such book")
    state["desk"][book] = state["shelf"].pop(book)
    state["moved"] += 1
    state["_hidden"] = "s"
    return {}


def test_each_call_says_what_it_changed() -> None:
    session = WorldSession(
        WORLD, {"shelf": {"A": [1], "B": [2]}, "desk": {}, "moved": 0, "_secret": "x"}, WORLD.tools()
    )
    assert session.act("move", {"book": "A"}).changed == ("+ /desk/A: [1]", "~ /moved: 0 -> 1", "- /shelf/A: [1]")
    assert session.act("move", {"book": "A"}).changed == (), "a call that fails changes nothing"
    assert session.act("burn", {"book": "B"}).changed == ()
    assert session.act("move", {"book": "B"}).changed[0] == "+ /desk/B: [2]"


def test_the_lines_are_few_and_short() -> None:
    many = {str(number): "x" * 9_999 for number in range(50)}
    found = changes(kept({"a": {}}), {"a": many})
    assert (len(found), found[-1]) == (MOST_LINES + 1, f"... and {50 - MOST_LINES} more")
    assert max(map(len, found)) < 2 * SHOWN
