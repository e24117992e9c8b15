"""The functions that the family `feature` asks for, in JavaScript."""

from __future__ import annotations

from collections.abc import Mapping

FUNCTIONS: Mapping[str, str] = {
    "ranking": """/** Who pays most. */

import { run } from "./engine.js";
import { halfUp } from "./money.js";
import { sortedBy } from "./common.js";

/** The groups that pay most: name, cents, and percent of all. */
export function ranking(text, options = {}, most = 3) {
  if (most < 1) {
    throw new RangeError("most must be at least 1");
  }
  const totals = Object.entries(run(text, options).totals);
  const whole = totals.reduce((sum, [, cents]) => sum + cents, 0);
  const order = sortedBy(totals, ([name, cents]) => [-cents, name]).slice(0, most);
  return order.map(([name, cents]) => [name, cents, whole ? halfUp(100 * cents, whole) : 0]);
}
""",
    "change": """/** What other settings come to. */

import { run } from "./engine.js";

/** Cents by group that other options add, those that change nothing left out. */
export function change(text, before = {}, after = {}) {
  const old = run(text, before).totals;
  const other = run(text, after).totals;
  const names = Object.keys(old).sort().filter((name) => other[name] !== old[name]);
  return Object.fromEntries(names.map((name) => [name, other[name] - old[name]]));
}
""",
    "noted": """/** Which notes come with what amounts. */

import { run } from "./engine.js";

/** How many rows have each note, and what these rows cost; or only those of one note. */
export function noted(text, options = {}, note = "") {
  const found = {};
  for (const [, , amount, notes] of run(text, options).rows) {
    for (const each of new Set(notes)) {
      if (note === "" || note === each) {
        const [count, cents] = found[each] ?? [0, 0];
        found[each] = [count + 1, cents + amount];
      }
    }
  }
  if (note && Object.keys(found).length === 0) {
    throw new RangeError(note);
  }
  return found;
}
""",
}
"""By name: the module."""
