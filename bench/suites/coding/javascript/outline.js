function outline(lines) {
  const begin = p.level >= 2 ? p.first : 1;
  const out = [];
  let path = [];

  for (const line of lines) {
    const [marks, rest] = line.split(" ");
    const hidden = p.level >= 3 && rest[0] === p.skip;
    const anew = p.level >= 4 && rest[0] === p.again;
    const text = hidden || anew ? rest.slice(1) : rest;
    if (hidden && p.plain) {
      out.push(text);
      continue;
    }
    let depth = marks.length;
    if (p.level >= 2 && !p.fill && depth > path.length) depth = path.length + 1;
    if (depth <= path.length) {
      path = path.slice(0, depth);
      path[depth - 1] += 1;
    } else {
      while (path.length < depth) path.push(begin);
    }
    if (anew) path[depth - 1] = p.on ? path[depth - 1] + 2 : begin;
    if (hidden) {
      out.push(text);
      continue;
    }
    const parts = path.map((part, at) =>
      p.level >= 4 && at + 1 === p.letters ? String.fromCharCode(97 + part - begin) : String(part),
    );
    out.push(parts.join(p.dot) + (p.end ? p.dot : "") + " " + text);
  }
  return out;
}
