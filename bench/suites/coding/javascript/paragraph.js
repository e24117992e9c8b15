function paragraph(lines) {
  const paragraphs = [[]];
  for (const line of lines) {
    const words = line.split(" ").filter((word) => word !== "");
    if (words.length === 0 && p.level >= 2) paragraphs.push([]);
    else paragraphs.at(-1).push(...words);
  }

  function divided(word) {
    const most = p.width - p.indent;
    if (p.level < 3 || word.length <= most) return [word];
    return [word.slice(0, most - 1) + p.cut, ...divided(word.slice(most - 1))];
  }

  function stretched(words, indent, last) {
    const text = indent + words.join(" ");
    const missing = p.width - text.length;
    if (p.level < 4 || words.length < 2 || (last && !p.whole) || missing > p.most) return text;
    const gaps = words.length - 1;
    const small = Math.floor(missing / gaps);
    const large = missing - small * gaps;
    return words.reduce((line, word, at) => {
      const wide = p.left ? at <= large : at > gaps - large;
      return line + " ".repeat(1 + small + (wide ? 1 : 0)) + word;
    }, "").replace(/^ +/, indent);
  }

  const out = [];
  for (const raw of paragraphs.filter((each) => each.length > 0)) {
    if (out.length > 0 && p.gap) out.push("");
    const words = raw.flatMap(divided);
    let indent = ".".repeat(p.indent);
    let row = [];
    words.forEach((word, at) => {
      if (row.length > 0 && (indent + [...row, word].join(" ")).length > p.width) {
        out.push(stretched(row, indent, false));
        indent = "";
        row = [];
      }
      row.push(word);
      if (at === words.length - 1) out.push(stretched(row, indent, true));
    });
  }
  return p.right ? out.map((line) => line.padStart(p.width, ".")) : out;
}
