"""A shop: customers, their orders and the lines of these."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from bench.suites.tools.families.draws import goods, ids, people
from bench.worlds import Caller, Setting, ToolError, ToolFamily, ToolWorld, code, listed, one_of, text, whole

WORLD = ToolWorld("shop")
"""The shop's methods."""


def _order(state: dict[str, Any], order_id: str) -> dict[str, Any]:
    if order_id not in state["orders"]:
        raise ToolError("not_found", "no order has this id")
    order: dict[str, Any] = state["orders"][order_id]
    return order


@WORLD.method("Finds customers by their full name.", name=text("The customer's full name"))
def find_customer(state: dict[str, Any], name: str) -> Any:
    """Customers of a name."""
    found = [{"customer_id": key, "name": each} for key, each in state["customers"].items() if each == name]
    return {"customers": found}


@WORLD.method("Lists a customer's orders, with their dates.", customer_id=text("The customer's id"))
def list_orders(state: dict[str, Any], customer_id: str) -> Any:
    """Orders of a customer."""
    mine = {key: each for key, each in state["orders"].items() if each["customer"] == customer_id}
    return {"orders": [{"order_id": key, "date": each["date"]} for key, each in mine.items()]}


@WORLD.method("Shows an order's lines: line ids, articles, pieces and prices.", order_id=text("The order's id"))
def get_order(state: dict[str, Any], order_id: str) -> Any:
    """An order."""
    order = _order(state, order_id)
    lines = [{"line_id": key, **each} for key, each in order["lines"].items()]
    return {"order_id": order_id, "date": order["date"], "lines": lines}


@WORLD.method(
    "Refunds some pieces of one line of an order. It cannot be taken back.",
    order_id=text("The order's id"),
    line_id=text("The line's id"),
    pieces=whole("How many pieces", 1),
    reason=one_of("Why", "damaged", "late", "unwanted"),
)
def refund_line(state: dict[str, Any], order_id: str, line_id: str, pieces: int, reason: str) -> Any:
    """A refund."""
    line = _order(state, order_id)["lines"].get(line_id)
    if line is None:
        raise ToolError("not_found", "the order has no line of this id")
    refund = {"order": order_id, "line": line_id, "pieces": pieces, "reason": reason}
    given = code(state, "RF", refund)
    state["refunds"][given] = refund
    return {"refund_code": given}


@WORLD.method(
    "Writes an invoice over an amount in cents for some orders.",
    order_ids=listed("Ids of the orders", text("An order's id")),
    cents=whole("The amount in cents", 1, 100_000_000),
)
def write_invoice(state: dict[str, Any], order_ids: list[str], cents: int) -> Any:
    """An invoice."""
    for each in order_ids:
        _order(state, each)
    given = code(state, "IN", sorted(order_ids), cents)
    state["invoices"][given] = {"orders": sorted(order_ids), "cents": cents}
    return {"invoice_code": given}


def _filled(rng: Random, level: int) -> dict[str, Any]:
    """Customers, each with orders of other days, each with lines."""
    names = people(rng, 3 + level)
    customers = dict(zip(ids(rng, "C", len(names)), names, strict=True))
    orders: dict[str, Any] = {}
    lines = iter(ids(rng, "L", 400))
    for customer in customers:
        for order_id, month in zip(ids(rng, "O", 2 + level), rng.sample(range(1, 13), 2 + level), strict=True):
            held = {
                next(lines): {"article": each, "pieces": rng.randint(2, 9), "cents_each": rng.randint(150, 9900)}
                for each in goods(rng, 1 + level)
            }
            day = f"2027-{month:02d}-{rng.randint(1, 28):02d}"
            orders[order_id] = {"customer": customer, "date": day, "lines": held}
    return {"customers": customers, "orders": orders, "refunds": {}, "invoices": {}}


def _draw_chained(rng: Random, level: int) -> Setting:
    state = _filled(rng, level)
    customer = rng.choice([*state["customers"]])
    order = rng.choice([each for each in state["orders"].values() if each["customer"] == customer])
    wanted = rng.sample([*order["lines"].values()], min(level, len(order["lines"])))
    refunds = [[line["article"], rng.randint(1, line["pieces"]), rng.choice(("damaged", "late"))] for line in wanted]
    what = "; ".join(f"{pieces} x {article} ({reason})" for article, pieces, reason in refunds)
    user = (
        f"{state['customers'][customer]} wants money back for parts of the order of {order['date']}: {what}. Refund "
        f"exactly that, in this order, and tell me the refund code of the last one, the {refunds[-1][0]}."
    )
    params = {"name": state["customers"][customer], "date": order["date"], "refunds": refunds}
    return Setting(user=user, state=state, params=params)


def _solve_chained(call: Caller, p: Mapping[str, Any]) -> str:
    customer = call("find_customer", name=p["name"])["customers"][0]["customer_id"]
    orders = call("list_orders", customer_id=customer)["orders"]
    order = next(each["order_id"] for each in orders if each["date"] == p["date"])
    lines = {each["article"]: each["line_id"] for each in call("get_order", order_id=order)["lines"]}
    made: Any = {}
    for article, pieces, reason in p["refunds"]:
        made = call("refund_line", order_id=order, line_id=lines[article], pieces=pieces, reason=reason)
    return f"Done: {made['refund_code']}."


def _draw_computed(rng: Random, level: int) -> Setting:
    state = _filled(rng, level)
    customer = rng.choice([*state["customers"]])
    mine = sorted((each["date"] for each in state["orders"].values() if each["customer"] == customer), reverse=True)
    latest, percent = min(level, len(mine)), rng.choice((5, 10, 15, 20)) if level > 2 else 0
    less = f", less {percent} % (round down to a whole cent)" if percent else ""
    user = (
        f"Write one invoice for {state['customers'][customer]} over the latest {latest} of their orders: the sum of "
        f"pieces times price of all lines{less}. Tell me the invoice code."
    )
    params = {"name": state["customers"][customer], "latest": latest, "percent": percent}
    return Setting(user=user, state=state, params=params)


def _solve_computed(call: Caller, p: Mapping[str, Any], tail: int = 0) -> str:
    customer = call("find_customer", name=p["name"])["customers"][0]["customer_id"]
    orders = sorted(call("list_orders", customer_id=customer)["orders"], key=lambda each: str(each["date"]))
    chosen = [each["order_id"] for each in orders[-p["latest"] :]]
    lines = [line for each in chosen for line in call("get_order", order_id=each)["lines"]]
    cents = sum(line["pieces"] * line["cents_each"] for line in lines) + tail
    made = call("write_invoice", order_ids=chosen, cents=cents * (100 - p["percent"]) // 100)
    return f"The invoice is {made['invoice_code']}."


FAMILIES = (
    ToolFamily(name="chained_ids", world=WORLD, draw=_draw_chained, solve=_solve_chained),
    ToolFamily(
        name="computed_amount",
        world=WORLD,
        draw=_draw_computed,
        solve=_solve_computed,
        traps={"a cent too many": lambda call, p: _solve_computed(call, p, tail=100)},
    ),
)
"""Ids that only earlier results tell; an amount that is worked out from results."""
