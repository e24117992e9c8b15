"""The families of the coding suite, one file each."""

from __future__ import annotations

from bench.suites.coding.families import (
    conveyor,
    coupons,
    floor,
    gaps,
    handles,
    inventory,
    labels,
    ledger,
    library,
    meter,
    queue,
    ranking,
    receipts,
    restock,
    rewrite,
    roster,
    runs,
    seats,
    shifts,
    shipments,
    thermostat,
    tides,
    vans,
)
from bench.suites.coding.family import CodingFamily

_MODULES = (
    *(vans, queue, seats, gaps, floor, restock, coupons, ranking, labels, handles, tides),
    *(meter, shifts, runs, thermostat),
    *(conveyor, ledger, rewrite),
    *(receipts, roster, inventory),
    *(library, shipments),
)
FAMILIES: tuple[CodingFamily, ...] = tuple(module.FAMILY for module in _MODULES)
"""All families, in the order of the items: complete, fix, predict, edit, SQL."""
