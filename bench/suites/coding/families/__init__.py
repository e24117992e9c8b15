"""The families of the coding suite, one file each."""

from __future__ import annotations

from bench.suites.coding.families import (
    averages,
    balances,
    bells,
    bills,
    blobs,
    bookings,
    calculator,
    cells,
    chain,
    columns,
    conveyor,
    coupons,
    digits,
    drafts,
    drill,
    editor,
    floor,
    gaps,
    gate,
    handles,
    hops,
    hours,
    icebergs,
    inventory,
    labels,
    ledger,
    library,
    machine,
    marbles,
    messages,
    meter,
    money,
    outline,
    pages,
    paragraph,
    parcels,
    patches,
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
    store,
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
        patches,
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
    *(calculator, averages, store, machine, outline, paragraph),
    *(bookings, parcels, bills, hours),
)
_HARD = (drill, drafts, bells, icebergs, pages)
FAMILIES: tuple[CodingFamily, ...] = tuple(module.FAMILY for module in _MODULES)
"""Those of `coding`, in the order of the items: complete, fix, predict, edit, SQL, program, repair."""
MORE: tuple[CodingFamily, ...] = tuple(module.FAMILY for module in _MORE)
"""Those of `coding_more`, until the next version of `coding` takes them in; in the same order."""
HARD: tuple[CodingFamily, ...] = tuple(module.FAMILY for module in _HARD)
"""Those of `coding_hard`, levels 5 to 7."""
EVERY = (*FAMILIES, *MORE, *HARD)
"""All of them."""
