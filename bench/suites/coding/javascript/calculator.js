function calculator(lines) {
  const known = new Map();
  const out = [];
  const early = (mark) => p.high.includes(mark);

  function apply(mark, left, right) {
    if (mark === "+") return left + right;
    if (mark === "-") return left - right;
    if (mark === "*") return left * right;
    if (right === 0) throw new RangeError("division by zero");
    return (p.down ? Math.floor(left / right) : Math.trunc(left / right)) + 0;
  }

  for (const line of lines) {
    let words = line.split(" ");
    const target = words[1] === "=" ? words[0] : null;
    if (target !== null) words = words.slice(2);
    let at = 0;

    function atom() {
      const word = words[at++];
      if (word === "(") {
        const inner = level(0);
        at += 1;
        return inner;
      }
      if (/^\d+$/.test(word)) return Number(word);
      return known.has(word) ? known.get(word) : p.unknown;
    }

    function level(rank) {
      if (rank > 1) return atom();
      const mine = (mark) => mark !== undefined && mark !== ")" && (rank === 1) === early(mark);
      const values = [level(rank + 1)];
      const marks = [];
      while (mine(words[at])) {
        marks.push(words[at++]);
        values.push(level(rank + 1));
      }
      if (p.right) {
        let result = values.pop();
        while (marks.length) result = apply(marks.pop(), values.pop(), result);
        return result;
      }
      return marks.reduce((result, mark, index) => apply(mark, result, values[index + 1]), values[0]);
    }

    let value;
    try {
      value = level(0);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      out.push(p.fault);
      continue;
    }
    if (target !== null) known.set(target, value);
    if (target === null || p.echo) out.push(String(value));
  }
  return out;
}
