"""Orders at an exchange that show a small part of themselves, traded part by part, however often that is."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import (
    HARD_LEVELS,
    YES_NO,
    Args,
    CodingFamily,
    Drawn,
    Edges,
    Kind,
    Params,
    Prose,
    choose,
)
from bench.suites.coding.solvers.icebergs import plainly, second


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, most=range(3, 8), resting=YES_NO, newest=YES_NO, refill=YES_NO, seen=YES_NO, deep=[1, 2, 3])
    return {**drawn, **choose(rng, cancel=YES_NO, payer=YES_NO, part=range(3, 9), last=[0, 2, 3])}


def _prose(p: Params) -> Prose:
    how = ", how" if p.level >= 6 else ""
    owner = ", owner" if p.level >= 7 else ""
    fee = "the resting order" if p.payer else "the incoming order"
    return [
        f"`orders` is a list of the orders that reach an exchange, one after another. An order is a list [side, price, "
        f'size, shown{how}{owner}]. Its side is "buy" or "sell". Its price, for one piece, its size, in pieces, and '
        "`shown` are whole numbers, at least 1 and at most 10 ** 18; `shown` may be greater than the size.",
        "- The order that has just come is the incoming one. Those that came before it and were not traded to the end "
        "may be resting. A resting order consists of a tip, which is the part that can be seen, and of a "
        "reserve, which "
        "is hidden. A tip has at most `shown` pieces, and never more than "
        f"{p.most}, whatever `shown` is: this smaller number is the order's full tip.",
        "- An incoming order to buy trades with resting orders to sell whose price is not higher than its own, those "
        "with the lowest price first. One to sell trades with resting orders to buy whose price is not lower than its "
        "own, those with the highest price first. Resting orders of the same side and price stand in a queue, and the "
        "first one in the queue trades first.",
        "- A trade moves as many pieces as the incoming order still wants, but no more than the tip of the resting "
        f"order has. Each piece is paid with the price of the {'resting' if p.resting else 'incoming'} order. So one "
        "order may need many trades, and the incoming order goes on until it wants nothing more, or finds no order "
        "to trade with.",
        "- When a tip has been traded to its last piece, the resting order takes a new tip out of its reserve at once: "
        "a full tip, or, if the reserve has fewer pieces, all of them. It then goes to the end of its queue, and the "
        "incoming order goes on with whichever is then the first. An order whose reserve is empty at that moment "
        "rests no more.",
        "- What an incoming order still wants in the end becomes a resting order: a full tip, or all of it if it is "
        f"less, and the others in reserve. It stands {'before' if p.newest else 'behind'} all that are in its queue.",
        "- After that, but before the next order comes, "
        + (
            "every resting order whose tip is smaller than a full one adds to it from its reserve, up to a full "
            "tip, as "
            "far as the reserve goes. It keeps its place."
            if p.refill
            else "nothing changes: a tip that was traded in part stays as it is, and its order keeps its place."
        ),
        p.level >= 6
        and '- `how` is "rest", "take" or "all". With "rest" all is as said. With "take", what the order still wants '
        'in the end is dropped and does not rest. An order with "all" is first examined: all orders that it could '
        "trade with by their side and price are counted, "
        + ("each with the pieces of its tip only." if p.seen else "each with the pieces of its tip and its reserve.")
        + " If they are fewer pieces together than its size, it is dropped as a whole and trades nothing; otherwise it "
        "is treated as any other.",
        p.level >= 6
        and f"- No incoming order trades at more than {p.deep} {'price' if p.deep == 1 else 'different prices'} of "
        f"resting orders. If it has traded at {'one price' if p.deep == 1 else 'so many'}, and the next order in turn "
        "has another price, then what it still wants is dropped, whatever its `how` is. In the examination of an order "
        'with "all", only orders at the best '
        f"{'price' if p.deep == 1 else str(p.deep) + ' prices'} that it could trade at are counted.",
        p.level >= 7
        and "- `owner` is a text. Nobody trades with themselves. If the next order in turn has the owner of the "
        "incoming one, "
        + (
            "this resting order is removed with its reserve, without a trade, and the incoming order goes on."
            if p.cancel
            else "what the incoming order still wants is dropped, whatever its `how` is; the resting order stays."
        )
        + " The rule on different prices comes first: where it drops an order, nothing of this happens. For the "
        'examination of an order with "all", orders of the same owner are as if they were not there, with their '
        "prices.",
        p.level >= 7
        and f"- Every trade has a fee: its amount of money divided by {p.part}, rounded down, for each trade by "
        f"itself. {fee.capitalize()} pays it. "
        + (
            "But the trade by which the incoming order gets its last piece has no fee."
            if p.last == 0
            else f"But for the trade by which the incoming order gets its last piece, the rounded fee is paid {p.last} "
            "times."
        ),
        "Return a list with a list [traded, money, left] for each order, in the order of `orders`: how many of its "
        "pieces were traded, as the incoming or as a resting order; the money that it paid, if it bought, or got, if "
        f"it sold, for all of them together{_fees(p)}; and how many of its pieces rest, tip and reserve, when all "
        "orders have come.",
        "Sizes may be so large that no computer can make all trades one by one; all hidden calls together may take 5 "
        "seconds.",
    ]


def _fees(p: Params) -> str:
    if p.level < 7:
        return ""
    return ", to which its fees are added, if it bought, or from which they are taken, if it sold"


def _match_orders(p: Params, orders: list[list[Any]]) -> list[list[int]]:
    book: list[Any] = []
    done: list[list[int]] = []
    for side, price, left, shown, *more in orders:
        buys = side in ["buy"]
        limit = price if buys else -price
        mine = [0, 0, 0]
        done.append(mine)
        full = min(shown, p.most)
        if p.level >= 6:
            how, *owner = more
            met: list[int] = []
            if how in ["all"]:
                near = [each for each in book if each["buys"] is not buys and each["rank"] <= limit]
                if p.level >= 7:
                    near = [each for each in near if each["owner"] not in [owner]]
                best = sorted({each["rank"] for each in near})[: p.deep]
                near = [each for each in near if each["rank"] in best]
                if sum([each["tip"] if p.seen else each["tip"] + each["reserve"] for each in near]) < left:
                    left = 0
        while left > 0:
            facing = [each for each in book if each["buys"] is not buys and each["rank"] <= limit]
            if not facing:
                break
            rank = min([each["rank"] for each in facing])
            queue = [each for each in facing if each["rank"] in [rank]]
            if p.level >= 6 and rank not in met and len(met) in [p.deep]:
                left = 0
            elif p.level >= 7 and queue[0]["owner"] in [owner]:
                if p.cancel:
                    book = [each for each in book if each is not queue[0]]
                else:
                    left = 0
            else:
                if p.level >= 6 and rank not in met:
                    met.append(rank)
                turn = sum([each["tip"] for each in queue])
                rounds = [each["reserve"] // each["full"] * (each["tip"] // each["full"]) for each in queue]
                if p.level >= 7:
                    rounds += [0 for each in queue if each["owner"] in [owner]]
                times = min([(left if p.level < 7 else left - 1) // turn, *rounds])
                for each in queue if times else [queue[0]]:
                    times = times or 1
                    pieces = min(left, each["tip"])
                    left -= pieces * times
                    money = pieces * (abs(rank) if p.resting else price)
                    for had in [each["result"], mine]:
                        had[0] += pieces * times
                        had[1] += money * times
                    if p.level >= 7:
                        fee = money // p.part * times * (1 if left else p.last)
                        if p.payer:
                            each["result"][1] += -fee if buys else fee
                        else:
                            mine[1] += fee if buys else -fee
                    each["tip"] -= pieces
                    if not each["tip"]:
                        book = [other for other in book if other is not each]
                        each["tip"] = min(each["full"], each["reserve"])
                        each["reserve"] -= each["tip"] * times
                        if each["tip"]:
                            book.append(each)
        if p.level >= 6 and how in ["take"]:
            left = 0
        if left:
            order: Any = {"buys": buys, "rank": -limit, "full": full, "result": mine}
            order["tip"], order["reserve"] = min(full, left), max(left - full, 0)
            if p.level >= 7:
                order["owner"] = owner
            book = [order, *book] if p.newest else [*book, order]
        if p.refill:
            for each in book:
                added = min(each["full"] - each["tip"], each["reserve"])
                each["tip"] += added
                each["reserve"] -= added
    for each in book:
        each["result"][2] = each["tip"] + each["reserve"]
    return done


def _order(p: Params, order: list[Any], how: str = "rest", owner: str = "") -> list[Any]:
    return [*order, *([how] if p.level >= 6 else []), *([owner or "AB"[order[0] == "buy"]] if p.level >= 7 else [])]


def _large(p: Params) -> list[Args]:
    rng = Random(repr(p))
    made: list[Args] = []
    for _ in range(12):
        sides = rng.sample(["buy", "sell"], 2)
        rest = [[sides[0], 50 + rng.randrange(2), rng.randint(10**16, 10**18), rng.randint(1, 9)] for _ in range(4)]
        back = [[sides[1], rng.choice([40, 60, 50]), rng.randint(10**16, 10**18), rng.randint(1, 9)] for _ in range(2)]
        small = [sides[1], 40 if sides[1] == "sell" else 60, rng.randint(1, 9), 1]
        orders: list[list[Any]] = [*rest[:3], small, back[0], rest[3], back[1]]
        made.append(([_order(p, order, owner="" if rng.random() < 0.8 else "C") for order in orders],))
    return made


def _edges(p: Params) -> Edges:
    full, first = p.most, ["sell", 5, 2 * p.most + 1, 9]
    ties: list[list[list[Any]]] = [[first, ["buy", 5, more, 1]] for more in (1, full, full + 1, 2 * full, 3 * full)]
    ties += [[first, ["sell", 5, 4, 1], ["buy", 5, more, 9]] for more in (full - 1, full, full + 2, 2 * full + 2)]
    ties += [[first, ["sell", 5, 9, 2], ["buy", 7, 1, 1], ["sell", 5, 3, 1], ["buy", 6, more, 1]] for more in (5, 9)]
    ties += [[["buy", 4, 9, 2], ["buy", 4, 5, 5], ["buy", 6, 3, 3], ["sell", 4, more, 2]] for more in (3, 4, 7, 30)]
    ties += [[["buy", 4, 9, 2], ["sell", 5, 9, 2], ["sell", 4, 3, 1], ["buy", 5, 8, 1]]]
    asked: list[list[list[Any]]] = [[_order(p, each) for each in orders] for orders in ties]
    if p.level >= 6:
        steps: list[list[Any]] = [["sell", price, 4, 3] for price in (3, 3, 4, 5, 6)]
        for how, sizes in {"take": (9, 16, 19), "all": (6, 8, 9, 11, 12, 14, 16, 17, 19), "rest": (9, 14, 19)}.items():
            for size in sizes:
                asked.append([*(_order(p, each) for each in steps), _order(p, ["buy", 6, size, 2], how)])
    if p.level >= 7:
        own = [_order(p, ["sell", price, 4, 2], owner=who) for price, who in [(3, "B"), (3, "A"), (3, "B"), (4, "A")]]
        asked += [[*own, _order(p, ["buy", 9, size, 1], "all", "A")] for size in (4, 6, 8, 9)]
        most: list[list[Any]] = [["sell", 3, 30, 2], ["sell", 3, 8, 2], ["buy", 3, 20, 2]]
        for owners in ("BAA", "ABA"):
            asked.append([_order(p, order, owner=who) for order, who in zip(most, owners, strict=True)])
    asked += [_draw(Random(number), p)[0] for number in range(20)]
    one = [[_order(p, ["sell", 3, 2, 1])], [_order(p, ["buy", 7, 10**18, 10**18])]]
    long = [_order(p, [side, 5, 9, 2]) for side in ["sell"] * 8 + ["buy"] * 9]
    return Edges([([],)], [(orders,) for orders in one], [(orders,) for orders in asked], [(long,)])


def _draw(rng: Random, p: Params) -> Args:
    orders = []
    for _ in range(rng.randint(6, 14)):
        order = [rng.choice(["buy", "sell"]), rng.randint(3, 7), rng.randint(1, rng.choice([6, 30])), rng.randint(1, 9)]
        orders.append(_order(p, order, rng.choice(["rest", "rest", "rest", "take", "all"]), rng.choice("ABC")))
    return (orders,)


def _wrong(p: Params) -> dict[str, tuple[str, str]]:
    others = "[other for other in book if other is not each]"
    misread = {
        "an order with a new tip keeps its place": ("book.append(each)", "book.insert(0, each)"),
        f"a tip may have more than {p.most} pieces": (f"min(shown, {p.most})", "shown"),
        "the worst price comes first": ("rank = min(", "rank = max("),
        "pieces are paid with the other order's price": (
            ("money = pieces * abs(rank)", "money = pieces * price")
            if p.resting
            else ("money = pieces * price", "money = pieces * abs(rank)")
        ),
        "a new order takes the other end of its queue": (
            ("[order, *book]", "[*book, order]") if p.newest else ("[*book, order]", "[order, *book]")
        ),
        "an order whose tip is traded in part goes to the end, too": (
            "each['tip'] -= pieces\n",
            f"each['tip'] -= pieces; book = {others} + [each] if each['tip'] else book\n",
        ),
    }
    if p.level >= 7:
        misread["the fee of equal trades is rounded once"] = (
            f"money // {p.part} * times",
            f"money * times // {p.part}",
        )
    return misread


FAMILY = CodingFamily(
    "icebergs",
    Kind.COMPLETE,
    _params,
    _prose,
    _match_orders,
    second,
    _edges,
    _draw,
    levels=HARD_LEVELS,
    plain=plainly,
    large=_large,
    wrong=_wrong,
    loops=3_000,
)
