function store(lines) {
  const out = [];
  const tags = new Map();
  let now = new Map();
  let open = [];

  const value = (key) => (now.has(key) ? now.get(key) : p.none);
  const commands = {
    set(key, given) {
      if (!(p.first && now.has(key))) now.set(key, given);
    },
    get(key) {
      out.push(value(key));
    },
    drop(key) {
      if (p.tell) out.push(value(key));
      now.delete(key);
    },
    begin() {
      open.push(new Map(now));
    },
    rollback() {
      if (open.length === 0) return out.push(p.no);
      if (p.whole) open = [open[0]];
      now = open.pop();
    },
    commit() {
      if (open.length === 0) return out.push(p.no);
      if (p.all) open = [];
      else open.pop();
    },
    tag(name) {
      tags.set(name, new Map(now));
    },
    use(name) {
      if (!tags.has(name)) return out.push(p.no);
      now = new Map(tags.get(name));
      if (p.close) open = [];
    },
  };
  for (const line of lines) {
    const [word, ...rest] = line.split(" ");
    commands[word](...rest);
  }
  return out;
}
