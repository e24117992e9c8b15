"""Tables: a price is looked up, an order added up over two tables, a kind of orders over three."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from random import Random
from typing import Any

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily

_SIZE = {1: (4, 5, 0, 0), 2: (6, 5, 4, 3), 3: (8, 5, 9, 4), 5: (10, 7, 15, 7), 6: (12, 9, 22, 12), 7: (12, 12, 30, 18)}
"""Articles, customers, orders, and lines beyond one an order, by level: the family's dial."""
_GOODS = (
    *(
        ("lamp", "台灯"),
        ("chair", "椅子"),
        ("kettle", "水壶"),
        ("clock", "闹钟"),
        ("mirror", "镜子"),
        ("basket", "篮子"),
    ),
    *(
        ("blanket", "毯子"),
        ("vase", "花瓶"),
        ("shelf", "书架"),
        ("carpet", "地毯"),
        ("teapot", "茶壶"),
        ("candle", "蜡烛"),
    ),
)
_ROOMS = (("kitchen", "厨房"), ("bedroom", "卧室"), ("office", "办公室"))
_CITIES = (("Oslo", "奥斯陆"), ("Lima", "利马"), ("Cairo", "开罗"), ("Hanoi", "河内"))
_STATES = (("paid", "已付款"), ("cancelled", "已取消"))
_GOODS_HEAD = (("code", "编号"), ("article", "商品"), ("department", "部门"), ("price", "单价"))
_ORDERS_HEAD = (("order", "订单"), ("customer", "客户"), ("code", "商品编号"), ("quantity", "数量"), ("status", "状态"))
_CUSTOMERS_HEAD = (("customer", "客户"), ("city", "城市"))
Texts = tuple[str, str]
"""English and Chinese."""
Row = Sequence[Any]
"""A table's row: numbers, codes, and texts in both languages."""


def _params(rng: Random, level: int) -> Drawn:
    articles, clients, count, further = _SIZE[level]
    goods = rng.sample(_GOODS, articles)
    codes = [f"K{number}" for number in sorted(rng.sample(range(10, 100), len(goods)))]
    table = [(c, g, rng.choice(_ROOMS), rng.randint(3, 60)) for c, g in zip(codes, goods, strict=True)]
    customers = [(f"C{number}", rng.choice(_CITIES)) for number in rng.sample(range(10, 100), clients)]
    drawn: Drawn = {"goods": table, "customers": customers, "wanted": rng.choice(table)}
    if level == 1:
        return {**drawn, "orders": [], "order": ""}
    numbers = rng.sample(range(100, 1000), count)
    lines = [0, 0, 1, 1, 2, 2, 3] if level == 2 else [*range(count), *rng.sample(range(count), further)]
    owner = {number: rng.choice(customers)[0] for number in numbers}
    state = {number: _STATES[level > 2 and rng.random() < 0.3] for number in numbers}
    orders = [
        (numbers[line], owner[numbers[line]], rng.choice(codes), rng.randint(2, 9), state[numbers[line]])
        for line in lines
    ]
    rng.shuffle(orders)
    drawn |= {"orders": orders, "order": numbers[0]}
    if level > 2:
        drawn |= {"city": rng.choice(customers)[1], "room": rng.choice(table)[2], "by": rng.choice(["room", "price"])}
        drawn["least"] = rng.randint(10, 40)
        matter = len(_counted(Params(level=level, **drawn)))
        if (
            not max(2, 2 * level - 6)
            <= matter
            < len(_counted(Params(level=level, **{**drawn, "by": "price", "least": 0})))
        ):
            return _params(rng, level)
    return drawn


def _counted(p: Params) -> list[int]:
    """What each order line comes to that a question from level 3 on asks for."""
    result = []
    for _, customer, code, quantity, state in p.orders:
        for other, _, room, price in p.goods:
            wanted = room == p.room if p.by == "room" else price > p.least
            if other == code and wanted and state != _STATES[1] and (customer, p.city) in p.customers:
                result.append(quantity * price)
    return result


def _reference(p: Params) -> str:
    if p.level == 1:
        return str(p.wanted[3])
    if p.level > 2:
        return str(sum(_counted(p)))
    price = {code: cost for code, _, _, cost in p.goods}
    return str(sum(quantity * price[code] for order, _, code, quantity, _ in p.orders if order == p.order))


def _second(p: Params) -> str:
    """SQL's answer."""
    database = sqlite3.connect(":memory:")
    database.executescript("CREATE TABLE g(c, n, r, p); CREATE TABLE o(o, k, c, q, s); CREATE TABLE k(k, t);")
    for table, rows in (("g", p.goods), ("o", p.orders), ("k", p.customers)):
        for row in rows:
            values = [value[0] if isinstance(value, tuple) else value for value in row]
            database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(values))})", values)
    joined = "SELECT sum(q * p) FROM o JOIN g USING (c) JOIN k USING (k) WHERE "
    if p.level == 1:
        query, values = "SELECT p FROM g WHERE n = ?", [p.wanted[1][0]]
    elif p.level == 2:
        query, values = joined + "o = ?", [p.order]
    elif p.by == "room":
        query, values = joined + "s = 'paid' AND t = ? AND r = ?", [p.city[0], p.room[0]]
    else:
        query, values = joined + "s = 'paid' AND t = ? AND NOT p <= ?", [p.city[0], p.least]
    (result,) = database.execute(query, values).fetchone()
    database.close()
    return str(result)


def _english(p: Params) -> str:
    form = "X is a whole number."
    lines = ["Articles (prices in euros each):", _table(_GOODS_HEAD, p.goods, 0)]
    if p.level == 1:
        return "\n".join([*lines, "", f"What is the price of a {p.wanted[1][0]}? {form}"])
    lines += ["", "Order lines:", _table(_ORDERS_HEAD, p.orders, 0)]
    if p.level == 2:
        question = f"How many euros does order {p.order} come to, all its lines together?"
        return "\n".join([*lines, "", f"{question} {form}"])
    lines += ["", "Customers:", _table(_CUSTOMERS_HEAD, p.customers, 0)]
    which = f"of the {p.room[0]} department" if p.by == "room" else f"with a price of more than {p.least} euros each"
    question = (
        f"How many euros do the order lines of customers from {p.city[0]} come to, counting only articles {which}?"
    )
    return "\n".join([*lines, "", f"{question} Cancelled lines do not count. {form}"])


def _chinese(p: Params) -> str:
    form = "X是一个整数。"
    lines = ["商品表（单价以欧元计）：", _table(_GOODS_HEAD, p.goods, 1)]
    if p.level == 1:
        return "\n".join([*lines, "", f"{p.wanted[1][1]}的单价是多少？{form}"])
    lines += ["", "订单明细表：", _table(_ORDERS_HEAD, p.orders, 1)]
    if p.level == 2:
        return "\n".join([*lines, "", f"订单{p.order}的所有明细合计多少欧元？{form}"])
    lines += ["", "客户表：", _table(_CUSTOMERS_HEAD, p.customers, 1)]
    which = f"{p.room[1]}部门的商品" if p.by == "room" else f"单价高于{p.least}欧元的商品"
    question = f"{p.city[1]}客户的订单明细中，只计算{which}，金额合计多少欧元？"
    return "\n".join([*lines, "", f"{question}已取消的明细不计算在内。{form}"])


def _table(head: Sequence[Texts], rows: Sequence[Row], language: int) -> str:
    """A table in Markdown."""
    cells = [[value[language] if isinstance(value, tuple) else str(value) for value in row] for row in (head, *rows)]
    cells.insert(1, ["---"] * len(head))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


FAMILY = ReasoningFamily(
    name="lookup",
    params=_params,
    dial=Dial("articles, customers, orders, further order lines", _SIZE),
    english=_english,
    chinese=_chinese,
    reference=_reference,
    second=_second,
)
