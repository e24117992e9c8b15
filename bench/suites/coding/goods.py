"""Problems about goods: parcels, stock, the till, the meter."""

from __future__ import annotations

from random import Random

from bench.suites.coding.problem import ints, picks, problem

_ITEMS = ("apple", "bread", "cocoa", "dates", "eggs", "flour")


def _stock(rng: Random, highest: int) -> dict[str, int]:
    return {name: rng.randint(0, highest) for name in rng.sample(_ITEMS, rng.randint(1, 5))}


@problem(
    "parcels",
    1,
    examples=[([3, 9, 12], 8), ([5, 5], 5)],
    edges=[([], 4), ([4], 4), ([5], 4), ([3], 4), ([4, 5, 4, 6], 4), ([7, 2, 7], 3), ([0, 0], 0)],
    draw=lambda rng: (ints(rng, 0, 20), rng.randint(0, 15)),
)
def heavy_parcels(weights: list[int], limit: int) -> list[int]:
    """Return a list of the numbers in `weights` that are greater than `limit`, in the same order."""
    return [weight for weight in weights if weight > limit]


@problem(
    "parcels",
    2,
    examples=[([3, 12], 10), ([5], 5)],
    edges=[([], 4), ([4], 4), ([5], 4), ([3], 4), ([7, 7, 7], 6), ([1, 2, 3], 2)],
    draw=lambda rng: (ints(rng, 1, 20, longest=6), rng.randint(1, 18)),
)
def parcel_fees(weights: list[int], limit: int) -> int:
    """
    Each number in `weights` is a parcel. A parcel costs 2 times its weight.
    A parcel with a weight greater than `limit` costs 10 more.
    Return the total cost of all parcels; an empty list costs 0.
    """
    total = 0
    for weight in weights:
        total += 2 * weight
        if weight > limit:
            total += 10
    return total


@problem(
    "parcels",
    3,
    examples=[([4, 5, 3, 2], 9), ([12, 6], 10)],
    edges=[
        ([], 5),
        ([6], 5),
        ([5], 5),
        ([5, 5], 5),
        ([2, 3, 1], 5),
        ([3, 9, 2], 5),
        ([3, 3, 2], 5),
        ([9, 4, 9], 5),
        ([1, 5, 4, 1, 1], 6),
    ],
    draw=lambda rng: (ints(rng, 1, 12), rng.randint(4, 15)),
)
def load_vans(weights: list[int], capacity: int) -> list[int]:
    """
    Load the parcels in `weights` into vans, in the given order.
    A parcel heavier than `capacity` is left behind. Any other parcel goes into the current van if that keeps
    the van's total weight at or below `capacity`; otherwise a new van starts with this parcel, and
    earlier vans are not used again. Return the list of the vans' total weights, in order.
    If nothing is loaded, return an empty list.
    """
    vans: list[int] = []
    for weight in weights:
        if weight > capacity:
            continue
        if vans and vans[-1] + weight <= capacity:
            vans[-1] += weight
        else:
            vans.append(weight)
    return vans


@problem(
    "stock",
    1,
    examples=[({"tea": 3, "rice": 4},), ({"salt": 2},)],
    edges=[({},), ({"tea": 0},), ({"tea": 1},), ({"tea": 5, "rice": 5},), ({"tea": 1, "rice": 0, "salt": 8},)],
    draw=lambda rng: (_stock(rng, 9),),
)
def units_in_stock(stock: dict[str, int]) -> int:
    """Return the sum of the values of the dictionary `stock`. An empty dictionary gives 0."""
    return sum(stock.values())


@problem(
    "stock",
    2,
    examples=[({"tea": 2, "rice": 1}, ["tea", "rice", "rice"]), ({"salt": 3}, ["milk"])],
    edges=[
        ({}, []),
        ({}, ["tea"]),
        ({"tea": 1}, []),
        ({"tea": 0}, ["tea"]),
        ({"tea": 1}, ["tea", "tea"]),
        ({"tea": 5, "rice": 2}, ["rice", "tea", "salt", "rice", "rice"]),
    ],
    draw=lambda rng: (_stock(rng, 3), picks(rng, _ITEMS)),
)
def take_orders(stock: dict[str, int], orders: list[str]) -> dict[str, int]:
    """
    `stock` maps items to quantities. Each name in `orders` takes one unit of that item.
    An order for an item that is not in `stock`, or whose quantity is 0, is ignored.
    Return a dictionary with the remaining quantities of all items, also those with quantity 0.
    """
    left = dict(stock)
    for name in orders:
        if name in left and left[name] > 0:
            left[name] -= 1
    return left


@problem(
    "stock",
    3,
    examples=[({"tea": 1}, {"tea": 4, "rice": 2}, 10), ({}, {"salt": 5, "milk": 3}, 4)],
    edges=[
        ({}, {}, 5),
        ({}, {"tea": 2}, 0),
        ({"tea": 2}, {"tea": 2}, 5),
        ({"tea": 3}, {"tea": 2}, 5),
        ({"tea": 3}, {"tea": 2, "water": 2}, 2),
        ({"rice": 9}, {}, 5),
        ({}, {"tea": 2, "rice": 3}, 5),
        ({}, {"tea": 2, "rice": 3, "salt": 1}, 5),
        ({}, {"tea": 2, "rice": 3}, 3),
    ],
    draw=lambda rng: (_stock(rng, 4), _stock(rng, 6), rng.randint(0, 12)),
)
def restock(stock: dict[str, int], targets: dict[str, int], limit: int) -> dict[str, int]:
    """
    Both dictionaries map items to quantities. For each item of `targets`, in alphabetical
    order, order as many units as are missing in `stock` to reach its target; an item that is not in `stock` has
    quantity 0. At most `limit` units may be ordered in total: if fewer are left than an item
    needs, order only those that are left. Return a dictionary from item to ordered units,
    without items of which nothing is ordered.
    """
    orders = {}
    for name in sorted(targets):
        units = min(targets[name] - stock.get(name, 0), limit)
        if units > 0:
            orders[name] = units
            limit -= units
    return orders


@problem(
    "till",
    1,
    examples=[([20, 30], 5), ([4], 10)],
    edges=[([], 0), ([], 3), ([5], 0), ([5], 5), ([1, 1, 1], 2)],
    draw=lambda rng: (ints(rng, 1, 30, longest=5), rng.randint(0, 40)),
)
def basket_total(prices: list[int], delivery: int) -> int:
    """Return the sum of `prices` plus `delivery`."""
    return sum(prices) + delivery


@problem(
    "till",
    2,
    examples=[([30, 40],), ([2, 3, 1, 4],)],
    edges=[
        ([],),
        ([50],),
        ([51],),
        ([49],),
        ([20, 20, 20],),
        ([1, 1, 1],),
        ([1, 1, 1, 1],),
        ([20, 10, 10, 10],),
        ([20, 10, 10, 11],),
    ],
    draw=lambda rng: (ints(rng, 1, 30, longest=6),),
)
def loyal_price(prices: list[int]) -> int:
    """
    Start with the sum of `prices`. If that sum is greater than 50, subtract 5.
    If there are more than 3 prices, subtract 2 (also after the 5 were subtracted).
    Return the result; 0 for an empty list.
    """
    total = sum(prices)
    if total > 50:
        total -= 5
    if len(prices) > 3:
        total -= 2
    return total


@problem(
    "till",
    3,
    examples=[([60, 30], [10, 20]), ([20], [10])],
    edges=[
        ([], []),
        ([], [5]),
        ([50], []),
        ([49], []),
        ([51], []),
        ([30], [10]),
        ([29], [10]),
        ([60], [10]),
        ([100], [10, 10, 10]),
        ([100], [40, 20, 5, 15]),
        ([90], [30, 20, 10]),
        ([80], [5, 25]),
    ],
    draw=lambda rng: (ints(rng, 1, 60, longest=4), [rng.randint(1, 40) for _ in range(rng.randint(0, 4))]),
)
def checkout(prices: list[int], coupons: list[int]) -> int:
    """
    An empty list of `prices` costs 0. Otherwise start with the sum of `prices`. Look at the values in `coupons`
    from largest to smallest: if the amount left to pay is at least 3 times the coupon's value, use the coupon
    (subtract its value from the amount), otherwise skip it. Use at most two coupons. At the end, if
    the amount is less than 50, add 5 for delivery. Return the amount.
    """
    if not prices:
        return 0
    amount, used = sum(prices), 0
    for value in sorted(coupons, reverse=True):
        if used < 2 and amount >= 3 * value:
            amount -= value
            used += 1
    return amount + 5 if amount < 50 else amount


@problem(
    "meter",
    1,
    examples=[(10, 14), (8, 8)],
    edges=[(0, 0), (0, 7), (5, 9), (7, 8), (100, 350)],
    draw=lambda rng: (rng.randint(0, 50), rng.randint(50, 99)),
)
def units_used(before: int, after: int) -> int:
    """Return `after` minus `before`."""
    return after - before


@problem(
    "meter",
    2,
    examples=[([10, 15, 12, 20],), ([9, 4],)],
    edges=[([],), ([7],), ([5, 5],), ([5, 6],), ([6, 5],), ([1, 2, 3],), ([3, 2, 1],), ([0, 9, 0, 9],)],
    draw=lambda rng: (ints(rng, 0, 50),),
)
def total_rise(readings: list[int]) -> int:
    """
    Compare each number of `readings` with the number before it. Return the sum of all increases;
    a decrease counts as 0. With fewer than two readings the result is 0.
    """
    total = 0
    for i in range(1, len(readings)):
        total += max(0, readings[i] - readings[i - 1])
    return total


@problem(
    "meter",
    3,
    examples=[([95, -1, 3], 99, 20), ([10, 40, 45], 99, 25)],
    edges=[
        ([], 9, 5),
        ([4], 9, 5),
        ([-1, -1], 9, 5),
        ([-1, 4, -1, 6, -1], 9, 5),
        ([2, 7], 9, 5),
        ([2, 8], 9, 5),
        ([9, 0], 9, 9),
        ([5, 4], 9, 9),
        ([5, 5], 9, 9),
        ([0, 9, 3], 9, 9),
        ([3, 1, 4], 9, 7),
    ],
    draw=lambda rng: (ints(rng, -1, 19, longest=6), rng.randint(19, 24), rng.randint(4, 18)),
)
def meter_usage(readings: list[int], top: int, limit: int) -> int:
    """
    A meter counts from 0 to `top`; one unit after `top` it shows 0 again.
    A reading of -1 is missing: drop it. For each remaining reading after the first, the usage is its difference
    to the remaining reading before it; if it is lower than the one before, the meter passed `top` once, so add
    `top` + 1 to the difference. A usage greater than `limit` is a mistake and counts as 0. Return the
    sum of the usages; with fewer than two remaining readings it is 0.
    """
    known = [reading for reading in readings if reading != -1]
    total = 0
    for i in range(1, len(known)):
        usage = (known[i] - known[i - 1]) % (top + 1)
        if usage <= limit:
            total += usage
    return total


PROBLEMS = (
    heavy_parcels,
    parcel_fees,
    load_vans,
    units_in_stock,
    take_orders,
    restock,
    basket_total,
    loyal_price,
    checkout,
    units_used,
    total_rise,
    meter_usage,
)
"""This theme's problems, by family and level."""
