"""A shop's bills, made by three files that are to be changed."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, dozen=range(3, 7), off=[10, 15, 20, 25], up=YES_NO, over=YES_NO, fee=[30, 45, 60])
    return {**drawn, **choose(rng, free=[300, 500, 800], member=[5, 8], first=YES_NO, price=YES_NO)}


def _before(_p: Params) -> Drawn:
    return {"level": 0}


def _prose(p: Params) -> Prose:
    half = "up" if p.up else "down"
    cheaper = "all its pieces are" if p.over else f"its pieces beyond the first {p.dozen - 1} are"
    return [
        f"- If a line, [article, pieces, price], has {p.dozen} pieces or more, {cheaper} {p.off} % cheaper. What the "
        f"line comes to is rounded {half} to a whole number.",
        p.level >= 2
        and f"- Where the lines of an order come to less than {p.free}, {p.fee} are added. An order without "
        f"lines stays 0.",
        p.level >= 3
        and (
            f"- For a customer who is in `members`, what the lines come to is {p.member} % less; whether "
            f"anything is added "
            "is looked at after that."
            if p.first
            else f"- A customer who is in `members` pays {p.member} % less of the whole, what was added included."
        )
        + f" The result is rounded {half}, too.",
        p.level >= 4
        and "- Before all else, lines of an order with the same article "
        + (
            "and the same price are made one, with the pieces of all."
            if p.price
            else "are made one, with the pieces of all and the highest of their prices."
        ),
    ]


def _less(p: Params, amount: int, percent: int) -> int:
    if p.up:
        return -(-amount * (100 - percent) // 100)
    return amount * (100 - percent) // 100


def _line_amount(p: Params, pieces: int, price: int) -> int:
    if p.level == 0 or pieces < p.dozen:
        return pieces * price
    if p.over:
        return _less(p, pieces * price, p.off)
    return (p.dozen - 1) * price + _less(p, (pieces - p.dozen + 1) * price, p.off)  # type: ignore[no-any-return]


def _joined(p: Params, lines: list[list[int]]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for article, pieces, price in lines:
        key = str([article, price]) if p.price else str(article)
        _, before, most = found.get(key, [article, 0, price])
        found[key] = [article, before + pieces, price if p.price else max(most, price)]
    return list(found.values())


def _total(p: Params, lines: list[list[int]], member: bool) -> int:
    if p.level >= 4:
        lines = _joined(p, lines)
    amount = sum([_line_amount(p, pieces, price) for _, pieces, price in lines])
    if p.level >= 3 and p.first and member:
        amount = _less(p, amount, p.member)
    if p.level >= 2 and lines and amount < p.free:
        amount += p.fee
    if p.level >= 3 and not p.first and member:
        amount = _less(p, amount, p.member)
    return amount


def _bills(p: Params, orders: list[list], members: list[str]) -> list[list]:  # type: ignore[type-arg]
    sums = []
    for customer, lines in orders:
        sums.append([customer, _total(p, lines, customer in members)])
    return sums


def _second(p: Params, orders: list[list], members: list[str]) -> list[list]:  # type: ignore[type-arg]
    def rounded(hundredths: int) -> int:
        whole, rest = divmod(hundredths, 100)
        return whole + (1 if rest and p.up else 0)

    results = []
    for customer, given in orders:
        lines = [list(line) for line in given]
        if p.level == 4:
            kept: list[list[int]] = []
            for article, pieces, price in lines:
                same = [old for old in kept if old[0] == article and (not p.price or old[2] == price)]
                if same:
                    same[0][1:] = [same[0][1] + pieces, max(same[0][2], price)]
                else:
                    kept.append([article, pieces, price])
            lines = kept
        money = 0
        for _, pieces, price in lines:
            full = 0 if p.over else p.dozen - 1
            many = pieces >= p.dozen
            money += rounded(full * price * 100 + (pieces - full) * price * (100 - p.off)) if many else pieces * price
        cut = 100 - p.member if p.level >= 3 and customer in members else 100
        steps = ["cut", "fee"] if p.first else ["fee", "cut"]
        for step in steps:
            if step == "cut":
                money = rounded(money * cut)
            elif p.level >= 2 and given and money < p.free:
                money += p.fee
        results.append([customer, money])
    return results


def _edges(p: Params) -> Edges:
    d, free = p.dozen, p.free
    forms: list[list[list[int]]] = [
        [],
        [[1, 1, 7]],
        [[1, d, 7]],
        [[1, d - 1, 7]],
        [[1, d + 1, 33]],
        [[1, d, 1], [2, d, 3], [3, d + 2, 9]],
    ]
    forms += [[[1, 1, free]], [[1, 1, free - 1]], [[1, 1, free + 1]], [[1, 2, 101], [2, d, 99]], [[1, 1, free + 20]]]
    forms += [[[1, 1, free - p.fee]], [[1, 1, free - p.fee - 1]]]
    forms += [[[1, 1, free * 100 // (100 - p.member) + more]] for more in (-1, 0, 1, 2)]
    forms += [
        [[1, d - 1, 70], [1, 1, 70]],
        [[1, d, 700]],
        [[2, d - 1, 90], [2, 2, 80]],
        [[1, 1, 7], [2, 3, 5], [1, d, 90], [1, 1, 7]],
        [[2, d - 1, 9], [2, 1, 5]],
        [[1, 2, 5], [1, d - 2, 9]],
    ]
    tied = [([["ann", form]], names) for form in forms[1:] for names in ([], ["ann"])]
    orders = [[name, form] for name, form in zip(["ann", "bob", "ann", "cy"] * 9, forms, strict=False)]
    return Edges(
        [([], []), ([["ann", []]], ["ann"])], [([["ann", [[1, 1, 5]]]], ["bob"])], tied, [(orders, ["ann", "cy"])]
    )


def _draw(rng: Random, p: Params) -> Args:
    orders = []
    for _ in range(rng.randint(1, 4)):
        lines = [
            [rng.randint(1, 3), rng.randint(1, p.dozen + 2), rng.choice([3, 7, 20, 49, 99, 149])]
            for _ in range(rng.randint(0, 5))
        ]
        orders.append([rng.choice(["ann", "bob", "cy"]), lines])
    return orders, rng.sample(["ann", "bob", "cy"], rng.randint(0, 2))


FAMILY = CodingFamily(
    "bills",
    Kind.REPAIR,
    _params,
    _prose,
    _bills,
    _second,
    _edges,
    _draw,
    before=_before,
    files={"amounts.py": (_less, _line_amount), "totals.py": (_joined, _total), "bills.py": (_bills,)},
)
