"""Solutions of icebergs written from its text alone: trade by trade, and by how much whole rounds of a queue give."""

from __future__ import annotations

from typing import Any

from bench.suites.coding.family import Params


def plainly(p: Params, orders: list[list[Any]]) -> list[list[int]]:
    """The plain program, by making every trade."""
    resting: list[list[Any]] = []
    paid = [[0, 0, 0] for _ in orders]

    def next_in_turn(number: int) -> Any:
        side, price = orders[number][:2]
        chosen: Any = None
        for order in resting:
            its_side, its_price = orders[order[0]][:2]
            if its_side == side or (its_price > price if side == "buy" else its_price < price):
                continue
            best = orders[chosen[0]][1] if chosen else None
            if best is None or (its_price < best if side == "buy" else its_price > best):
                chosen = order
        return chosen

    def reachable(number: int) -> int:
        side, price = orders[number][:2]
        by_price: dict[int, int] = {}
        for order in resting:
            other = orders[order[0]]
            if other[0] == side or (other[1] > price if side == "buy" else other[1] < price):
                continue
            if p.level < 7 or other[5] != orders[number][5]:
                by_price[other[1]] = by_price.get(other[1], 0) + order[1] + (0 if p.seen else order[2])
        prices = sorted(by_price, reverse=side == "sell")
        return sum([by_price[each] for each in prices[: p.deep]])

    for number, order in enumerate(orders):
        wants = order[2]
        prices: set[int] = set()
        if p.level > 5 and order[4] == "all" and reachable(number) < order[2]:
            wants = 0
        while wants > 0:
            other = next_in_turn(number)
            if other is None:
                break
            its = orders[other[0]]
            if p.level > 5 and its[1] not in prices and len(prices) >= p.deep:
                wants = 0
            elif p.level > 6 and its[5] == order[5]:
                if p.cancel:
                    resting.remove(other)
                else:
                    wants = 0
            else:
                prices.add(its[1])
                moved = min(wants, other[1])
                wants -= moved
                other[1] -= moved
                amount = moved * (its[1] if p.resting else order[1])
                for each in (number, other[0]):
                    paid[each][0] += moved
                    paid[each][1] += amount
                if p.level > 6:
                    payer = other[0] if p.payer else number
                    fee = amount // p.part
                    if wants == 0:
                        fee *= p.last
                    paid[payer][1] += fee if orders[payer][0] == "buy" else -fee
                if other[1] == 0:
                    resting.remove(other)
                    if other[2]:
                        new = min(p.most, its[3], other[2])
                        resting.append([other[0], new, other[2] - new])
        if wants and (p.level < 6 or order[4] != "take"):
            new = min(p.most, order[3], wants)
            resting.insert(0 if p.newest else len(resting), [number, new, wants - new])
        if p.refill:
            for each in resting:
                while each[2] and each[1] < min(p.most, orders[each[0]][3]):
                    each[1] += 1
                    each[2] -= 1
    for each in resting:
        paid[each[0]][2] = each[1] + each[2]
    return paid


class _Resting:
    """What rests of an order."""

    def __init__(self, number: int, full: int, size: int) -> None:
        self.number, self.full = number, full
        self.tip = min(full, size)
        self.reserve = size - self.tip

    def after(self, rounds: int) -> int:
        """The pieces that so many rounds take, the tip being full or the last one."""
        return min(self.tip + self.reserve, rounds * self.full)


def second(p: Params, orders: list[list[Any]]) -> list[list[int]]:
    """The second reference: one queue a price; the first round by single trades, then as many as fit at once."""
    queues: dict[str, dict[int, list[_Resting]]] = {"buy": {}, "sell": {}}
    result = [[0, 0, 0] for _ in orders]
    for number, (side, price, _, shown, *more) in enumerate(orders):
        facing = queues["sell" if side == "buy" else "buy"]
        reached = sorted(price_of for price_of in facing if price_of == price or (price_of < price) == (side == "buy"))
        if side == "sell":
            reached.reverse()
        wants = _wanted(p, orders, number, [facing[each] for each in reached])
        traded = 0
        for rate in reached:
            if wants and facing[rate] and p.level >= 6 and traded == p.deep:
                wants = 0
            before = wants
            had = result[number][0]
            wants = _sweep(p, orders, result, (number, wants), (rate, facing[rate]))
            traded += result[number][0] > had
            if not before:
                break
        if wants and "take" not in more[:1]:
            queue = queues[side].setdefault(price, [])
            queue.insert(0 if p.newest else len(queue), _Resting(number, min(shown, p.most), wants))
        if p.refill:
            for each in (each for of_side in queues.values() for queue in of_side.values() for each in queue):
                everything = each.tip + each.reserve
                each.tip = min(each.full, everything)
                each.reserve = everything - each.tip
    for each in (each for of_side in queues.values() for queue in of_side.values() for each in queue):
        result[each.number][2] = each.tip + each.reserve
    return result


def _wanted(p: Params, orders: list[list[Any]], number: int, reached: list[list[_Resting]]) -> int:
    """What an incoming order wants: nothing, if it is for all or nothing, and there is less."""
    size: int = orders[number][2]
    if "all" not in orders[number][4:5]:
        return size
    others = [
        [each for each in queue if p.level < 7 or orders[each.number][5] != orders[number][5]] for queue in reached
    ]
    counted = [queue for queue in others if queue][: p.deep]
    there = sum(each.tip + (not p.seen) * each.reserve for queue in counted for each in queue)
    return size if there >= size else 0


def _sweep(
    p: Params, orders: list[list[Any]], result: list[list[int]], incoming: tuple[int, int], at: tuple[int, Any]
) -> int:
    """Trades with a queue; what the incoming order, a number and what it wants, still wants then."""
    (number, wants), (rate, queue) = incoming, at

    def trade(each: _Resting, pieces: int, times: int = 1) -> None:
        nonlocal wants
        wants -= pieces * times
        amount = pieces * (rate if p.resting else orders[number][1])
        for party in (number, each.number):
            result[party][0] += pieces * times
            result[party][1] += amount * times
        if p.level >= 7:
            fee = amount // p.part * (times if wants else p.last)
            payer = each.number if p.payer else number
            result[payer][1] += fee if orders[payer][0] == "buy" else -fee

    def single(each: _Resting) -> None:
        """The first of the queue, which has been taken out, trades once."""
        pieces = min(wants, each.tip)
        trade(each, pieces)
        each.tip -= pieces
        if each.tip:
            queue.insert(0, each)
        elif each.reserve:
            each.tip = min(each.full, each.reserve)
            each.reserve -= each.tip
            queue.append(each)

    for _ in range(len(queue)):
        if wants:
            each = queue.pop(0)
            if p.level >= 7 and orders[each.number][5] == orders[number][5]:
                if not p.cancel:
                    queue.insert(0, each)
                    return 0
            else:
                single(each)
    low, high = 0, max(0, wants - 1)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(each.after(middle) for each in queue) < wants:
            low = middle
        else:
            high = middle - 1
    rounds = low if queue else 0
    for each in [*queue] if rounds else []:
        taken = each.after(rounds)
        if taken // each.full:
            trade(each, each.full, taken // each.full)
        if taken % each.full:
            trade(each, taken % each.full)
        left = each.tip + each.reserve - taken
        each.tip, each.reserve = min(each.full, left), max(0, left - each.full)
    queue[:] = [each for each in queue if each.tip]
    while wants and queue:
        single(queue.pop(0))
    return wants
