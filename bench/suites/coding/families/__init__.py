"""The families of the coding suite, one file each."""

from __future__ import annotations

from bench.suites.coding.families import (
    balances,
    blobs,
    cells,
    chain,
    columns,
    conveyor,
    coupons,
    digits,
    editor,
    floor,
    gaps,
    gate,
    handles,
    hops,
    inventory,
    labels,
    ledger,
    library,
    marbles,
    messages,
    meter,
    money,
    presses,
    queue,
    quotes,
    ranking,
    readings,
    receipts,
    rectangles,
    register,
    releases,
    restock,
    rewrite,
    rights,
    roster,
    runs,
    seats,
    shifts,
    shipments,
    spans,
    stays,
    streaks,
    tank,
    tariff,
    terms,
    thermostat,
    tides,
    trips,
    vans,
    winners,
    workdays,
)
from bench.suites.coding.family import CodingFamily

_MODULES = (
    *(vans, queue, seats, gaps, floor, restock, coupons, ranking, labels, handles, tides),
    *(meter, shifts, runs, thermostat),
    *(conveyor, ledger, rewrite),
    *(receipts, roster, inventory),
    *(library, shipments),
)
_MORE = (
    *(
        money,
        spans,
        workdays,
        blobs,
        hops,
        messages,
        presses,
        digits,
        rectangles,
        terms,
    ),
    *(
        editor,
        rights,
        tank,
        gate,
    ),
    *(
        marbles,
        register,
        cells,
    ),
    *(
        columns,
        releases,
        tariff,
    ),
    *(
        chain,
        quotes,
        readings,
        stays,
        streaks,
        winners,
        balances,
        trips,
    ),
)
FAMILIES: tuple[CodingFamily, ...] = tuple(module.FAMILY for module in _MODULES)
"""Those of `coding`, in the order of the items: complete, fix, predict, edit, SQL."""
MORE: tuple[CodingFamily, ...] = tuple(module.FAMILY for module in _MORE)
"""Those of `coding_more`, until the next version of `coding` takes them in; in the same order."""
EVERY = (*FAMILIES, *MORE)
"""All of them."""
