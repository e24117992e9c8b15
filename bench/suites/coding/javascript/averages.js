function averages(lines) {
  const scale = 10 ** p.places;

  const parsed = lines.map((line, place) => {
    const [name, ...cells] = line.split(" ");
    return { name, place, cells: cells.map((cell) => (cell === "-" ? null : Number(cell))) };
  });

  function summed(cells) {
    const there = cells.filter((cell) => cell !== null);
    return { sum: there.reduce((left, right) => left + right, 0), count: there.length };
  }

  function text(cells) {
    const { sum, count } = summed(cells);
    if (count === 0) return p.none;
    const rest = (sum * scale) % count;
    let whole = (sum * scale - rest) / count;
    if (2 * rest > count || (2 * rest === count && !p.down)) whole += 1;
    if (p.places === 0) return String(whole);
    const digits = String(whole).padStart(p.places + 1, "0");
    return digits.slice(0, -p.places) + "." + digits.slice(-p.places);
  }

  const rows = [...parsed];
  if (p.level >= 4) {
    rows.sort((left, right) => {
      const [a, b] = [summed(left.cells), summed(right.cells)];
      if ((a.count === 0) !== (b.count === 0)) return (a.count === 0) === p.last ? 1 : -1;
      const order = a.count === 0 ? 0 : a.sum * b.count - b.sum * a.count;
      if (order !== 0) return p.up ? order : -order;
      if (p.named && left.name !== right.name) return left.name < right.name ? -1 : 1;
      return left.place - right.place;
    });
  }
  const out = rows.map((row) => `${row.name} ${text(row.cells)}`);
  if (p.level >= 3 && parsed.length > 0) {
    const columns = parsed[0].cells.map((_, at) => text(parsed.map((row) => row.cells[at])));
    out.push([p.all, ...columns].join(" "));
  }
  return out;
}
