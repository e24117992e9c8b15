function machine(lines) {
  const out = [];
  const stack = [];
  const returns = [];
  const needs = { add: 2, sub: 2, mul: 2, swap: 2, print: 1, dup: 1, when: 1 };
  let at = 1;
  let count = 0;

  const put = (value) => stack.push(p.level >= 3 ? ((value % p.mod) + p.mod) % p.mod : value);
  const two = () => {
    const upper = stack.pop();
    return [stack.pop(), upper];
  };

  while (at >= 1 && at <= lines.length) {
    if (p.level >= 3 && count === p.most) {
      out.push(p.stop);
      break;
    }
    count += 1;
    const [word, text] = lines[at - 1].split(" ");
    const number = Number(text);
    at += 1;
    if (stack.length < (needs[word] ?? 0)) {
      out.push(p.empty);
      if (p.ends) break;
      continue;
    }
    let pair;
    switch (word) {
      case "push":
        stack.push(number);
        break;
      case "add":
        pair = two();
        put(pair[0] + pair[1]);
        break;
      case "mul":
        pair = two();
        put(pair[0] * pair[1]);
        break;
      case "sub":
        pair = two();
        put(p.turn ? pair[1] - pair[0] : pair[0] - pair[1]);
        break;
      case "print":
        out.push(String(stack[stack.length - 1]));
        if (!p.keep) stack.pop();
        break;
      case "dup":
        stack.push(stack[stack.length - 1]);
        break;
      case "swap":
        pair = two();
        stack.push(pair[1], pair[0]);
        break;
      case "jump":
        at = number;
        break;
      case "when":
        if ((stack.pop() !== 0) === p.test) at = number;
        break;
      case "call":
        returns.push(at);
        at = number;
        break;
      case "ret":
        if (returns.length > 0) at = returns.pop();
        else if (!p.back) return out;
        break;
    }
  }
  return out;
}
