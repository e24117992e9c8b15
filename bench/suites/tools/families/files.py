"""A store of documents: long results with one fact that matters, and lists in pages behind a server that is busy."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from bench.suites.tools.families.draws import goods, ids, people
from bench.worlds import Caller, Setting, ToolError, ToolFamily, ToolWorld, code, day, one_of, optional, text, whole

WORLD = ToolWorld("files")
"""The store's methods."""
PAGE = 5
"""Documents of one page of a list."""
STATES = ("draft", "final", "void")
"""What a document can be."""


@WORLD.method("Reads a register: all its entries.", register_id=text("The register's id"))
def read_register(state: dict[str, Any], register_id: str) -> Any:
    """Many entries."""
    if register_id not in state["registers"]:
        raise ToolError("not_found", "there is no such register")
    return {"register_id": register_id, "entries": state["registers"][register_id]}


@WORLD.method(
    "Files a receipt for an entry of a register.",
    register_id=text("The register's id"),
    entry=text("The entry's key"),
    cents=whole("The entry's amount in cents", 1, 10_000_000),
    due=day("The entry's due day"),
)
def file_receipt(state: dict[str, Any], register_id: str, entry: str, cents: int, due: str) -> Any:
    """A receipt."""
    receipt = {"register": register_id, "entry": entry, "cents": cents, "due": due}
    given = code(state, "RC", receipt)
    state["receipts"][given] = receipt
    return {"receipt_code": given}


@WORLD.method(
    f"Lists documents, {PAGE} a page; `next` is the page to ask for next, null on the last one.",
    page=optional(whole("Which page; 1 if left out", 1, 1000)),
)
def list_documents(state: dict[str, Any], page: int = 1) -> Any:
    """A page of documents."""
    rows = [{"document_id": key, **each} for key, each in state["documents"].items()]
    more = len(rows) > page * PAGE
    return {"documents": rows[(page - 1) * PAGE : page * PAGE], "next": page + 1 if more else None}


@WORLD.method(
    "Puts a stamp on a document. Each stamp stays.",
    document_id=text("The document's id"),
    stamp=one_of("Which stamp", "checked", "archived", "returned"),
)
def stamp_document(state: dict[str, Any], document_id: str, stamp: str) -> Any:
    """A stamp more."""
    if document_id not in state["documents"]:
        raise ToolError("not_found", "there is no such document")
    given = code(state, "ST", document_id, stamp)
    state["stamps"][given] = {"document": document_id, "stamp": stamp}
    return {"stamp_code": given}


def _empty() -> dict[str, Any]:
    return {"registers": {}, "receipts": {}, "documents": {}, "stamps": {}}


def _draw_long(rng: Random, level: int) -> Setting:
    state, count = _empty(), (15, 35, 60, 90)[level - 1]
    register, keys = ids(rng, "G", 1)[0], ids(rng, "E", count)
    owners, things = people(rng, count), goods(rng, min(count, 60))
    entries = [
        {
            "key": key, "owner": owners[n], "article": things[n % len(things)], "cents": rng.randint(100, 900_000),
            "due": f"2027-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}", "status": rng.choice(STATES),
        }
        for n, key in enumerate(keys)
    ]  # fmt: skip
    at = rng.randrange(count)
    wanted = entries[at]
    if level > 2:  # the same owner and article stand there again, void
        entries[(at + count // 2) % count] |= {"owner": wanted["owner"], "article": wanted["article"], "status": "void"}
        wanted["status"] = "final"
    state["registers"][register] = entries
    only = " that is not void" if level > 2 else ""
    user = (
        f"In register {register}, find the entry of {wanted['owner']} about the {wanted['article']}{only} and file a "
        "receipt for it. Tell me the receipt code."
    )
    params = {"register": register, "owner": wanted["owner"], "article": wanted["article"], "void": level <= 2}
    return Setting(user=user, state=state, params=params)


def _solve_long(call: Caller, p: Mapping[str, Any], first: bool = False) -> str:
    found = [
        each
        for each in call("read_register", register_id=p["register"])["entries"]
        if (each["owner"], each["article"]) == (p["owner"], p["article"]) and (p["void"] or each["status"] != "void")
    ]
    entry = found[0]
    cents = entry["cents"] + first
    made = call("file_receipt", register_id=p["register"], entry=entry["key"], cents=cents, due=entry["due"])
    return f"Filed: {made['receipt_code']}"


def _draw_recovering(rng: Random, level: int) -> Setting:
    state, count = _empty(), (6, 11, 16, 21)[level - 1]
    titles = goods(rng, count)
    for key, title in zip(ids(rng, "D", count), titles, strict=True):
        state["documents"][key] = {"title": title, "status": rng.choice(("draft", "void"))}
    finals = rng.sample([*state["documents"]], level)
    for key in finals:
        state["documents"][key]["status"] = "final"
    stamp = rng.choice(("checked", "archived", "returned"))
    last = max(finals, key=[*state["documents"]].index)
    busy = {"times": (level + 1) // 2, "code": "busy", "message": "the server is busy; nothing was done, call again"}
    state["_trouble"] = {"list_documents": dict(busy)} | ({"stamp_document": dict(busy)} if level > 2 else {})
    user = (
        f"Put the stamp '{stamp}' once on each document in the list that is final, on all pages, in the list's order. "
        f"Tell me the stamp code of the last one, '{state['documents'][last]['title']}'."
    )
    return Setting(user=user, state=state, params={"stamp": stamp})


def _patient(call: Caller, tool: str, tries: int, **arguments: Any) -> Any:
    made: Any = {}
    for _ in range(tries):
        made = call(tool, **arguments)
        if "error" not in made:
            break
    return made


def _solve_recovering(call: Caller, p: Mapping[str, Any], tries: int = 4, pages: int = 100) -> str:
    made: Any = {}
    page: Any = 1
    finals: list[str] = []
    while page and page <= pages:
        seen = _patient(call, "list_documents", tries, page=page)
        finals += [each["document_id"] for each in seen["documents"] if each["status"] == "final"]
        page = seen["next"]
    for each in finals:
        made = _patient(call, "stamp_document", tries, document_id=each, stamp=p["stamp"])
    return f"Stamped: {made['stamp_code']}"


FAMILIES = (
    ToolFamily(
        name="long_results",
        world=WORLD,
        draw=_draw_long,
        solve=_solve_long,
        traps={"a cent too many": lambda call, p: _solve_long(call, p, first=True)},
    ),
    ToolFamily(
        name="errors_and_pages",
        world=WORLD,
        draw=_draw_recovering,
        solve=_solve_recovering,
        traps={"gives up": lambda call, p: _solve_recovering(call, p, tries=1)},
    ),
)
"""One entry among many; errors that pass, and pages to the last."""
