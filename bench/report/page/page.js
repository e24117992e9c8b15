"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  // ---- texts in the page's language; English where the page has no others
  const words = JSON.parse(byId("page-words")?.textContent || "{}");
  const say = (text, values = {}) => (words[text] ?? text).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const given = () => new URLSearchParams(location.hash.slice(1).replace(/\+/g, "%2B")); // what the address asks for

  // ---- theme: automatic, light, dark
  const themes = { "": say("automatic"), light: say("light"), dark: say("dark") };
  const remembered = () => { try { return localStorage.getItem("claimbench-theme") || ""; } catch { return ""; } };
  const setTheme = (name) => {
    if (name) document.documentElement.dataset.theme = name;
    else delete document.documentElement.dataset.theme;
    byId("theme").querySelector("span").textContent = themes[name];
    try { localStorage.setItem("claimbench-theme", name); } catch { /* a page from disk may have no storage */ }
  };
  byId("theme").hidden = false;
  byId("theme").addEventListener("click", () => {
    const names = Object.keys(themes);
    setTheme(names[(names.indexOf(document.documentElement.dataset.theme || "") + 1) % names.length]);
  });
  setTheme(remembered() in themes ? remembered() : "");

  // ---- one sheet: the verdicts, their parts and bills, and what would change them
  byId("summary").hidden = false;
  byId("summary").addEventListener("click", () => { document.documentElement.dataset.print = "summary"; window.print(); });
  window.addEventListener("afterprint", () => { delete document.documentElement.dataset.print; });

  // ---- wide tables and pictures say that there is more beside what is shown
  const hint = new ResizeObserver((entries) => {
    for (const { target } of entries) target.classList.toggle("more", target.scrollWidth > target.clientWidth + 1);
  });
  for (const scroll of document.querySelectorAll(".scroll, figure")) hint.observe(scroll);

  // ---- the bill at a volume of requests: each number is an amount of one request times the volume
  const dollars = (amount) => {
    if (Math.abs(amount) >= 100 || amount === 0) return Math.round(amount).toLocaleString("en-US");
    return amount.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(amount)))));
  };
  const MOST = 1e12;
  const bills = [...document.querySelectorAll(".bill")].map((bill) => ({ cells: bill.querySelectorAll("[data-usd]"), volume: bill.querySelector("[data-volume]"), slider: bill.querySelector("[data-slider]") }));
  const stated = bills.map(({ volume }) => volume.value); // what each run states
  let volume = null; // what the reader chose, of all bills; null as long as nothing was
  const showBills = (typing) => bills.forEach((bill, at) => {
    const requests = volume ?? Number(stated[at]);
    if (bill.volume !== typing) bill.volume.value = requests;
    bill.slider.value = Math.log10(requests);
    for (const cell of bill.cells) {
      const [estimate, low, high] = cell.dataset.usd.split(" ").map((each) => dollars(Number(each) * requests));
      cell.textContent = high === undefined ? say("{estimate} USD", { estimate }) : say("{estimate} USD ({low} to {high})", { estimate, low, high });
    }
  });
  const chosenVolume = () => (volume === null ? [] : [`volume=${volume}`]);
  let writeAddress = () => replaceAddress(chosenVolume());
  const replaceAddress = (parts) => { try { history.replaceState(null, "", `#${parts.join("&") || "items"}`); } catch { /* some browsers allow only so many in a while */ } };
  const choosesVolume = (requests, typing) => {
    if (!(requests > 0 && requests <= MOST)) return;
    volume = requests;
    showBills(typing);
    writeAddress();
  };
  for (const bill of bills) {
    bill.volume.disabled = false;
    bill.slider.hidden = false;
    bill.volume.addEventListener("input", () => choosesVolume(Number(bill.volume.value), bill.volume));
    bill.slider.addEventListener("input", () => choosesVolume(Number((10 ** Number(bill.slider.value)).toPrecision(2))));
  }
  const followVolume = () => {
    const asked = Number(given().get("volume"));
    volume = asked > 0 && asked <= MOST ? asked : null;
    showBills();
  };
  window.addEventListener("hashchange", followVolume);
  followVolume();

  // ---- tables: sort by a column, show only rows with a text
  const sortable = (cell) => {
    const text = cell.textContent.trim().replace(/−/g, "-").replace(/(\d),(?=\d{3})/g, "$1");
    const number = cell.classList.contains("num") && text.match(/^[x+$]?(-?\d+(\.\d+)?(e[+-]?\d+)?)/i);
    if (!number) return text.toLowerCase();
    return text.includes(say("% dearer")) ? -Number(number[1]) : Number(number[1]);
  };
  const unknown = (value) => value === say("unknown") || value === "?" || value === "";
  const compare = (a, b) => {
    if (unknown(a) || unknown(b)) return unknown(a) - unknown(b);
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
  };
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      const head = button.parentElement;
      const way = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way);
      const body = head.closest("table").tBodies[0];
      const rows = [...body.rows].map((row) => [sortable(row.cells[head.cellIndex]), row]);
      const sign = way === "ascending" ? 1 : -1;
      rows.sort(([a], [b]) => (unknown(a) || unknown(b) ? compare(a, b) : sign * compare(a, b)));
      body.append(...rows.map(([, row]) => row));
    });
  }
  for (const input of document.querySelectorAll("[data-filter]")) {
    const part = input.closest(".table");
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      const rows = [...part.querySelectorAll("tbody tr")];
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
      part.querySelector(".count").textContent = wanted ? say("{shown} of {all} rows", { shown: rows.filter((row) => !row.hidden).length, all: rows.length }) : "";
    });
  }

  // ---- items
  if (!byId("items")) return;
  const ROW = 48;
  const MARKS = 4; // with more models, a row of the list marks candidate and baseline only
  const facts = JSON.parse(byId("page-facts").textContent);
  const names = (columns, values) => Object.fromEntries(columns.map((name, at) => [name, values[at]]));
  const tell = (text) => { byId("items-message").textContent = text; byId("items-message").hidden = !text; };
  const unpack = async (id) => {
    const bytes = Uint8Array.from(atob(byId(id).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };
  let items = [];
  let shown = [];
  let active = -1;
  const places = new Map();
  const chunks = new Map();
  const choice = (id) => byId(id).value;

  const mean = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : null);
  const score = (item, model) => mean(item.answers.filter((a) => a.model === model && a.score !== null).map((a) => a.score));
  const most = (item, name) => Math.max(-1, ...item.answers.map((a) => a[name] ?? -1));
  const total = (item, name) => item.answers.reduce((sum, a) => sum + (a[name] ?? 0), 0);
  const has = (item, test) => item.answers.some(test);
  const tests = {
    lost: (item) => gap(item) < 0,
    won: (item) => gap(item) > 0,
    unstable: (item) => [choice("candidate"), choice("baseline")].some((model) => {
      const scores = item.answers.filter((a) => a.model === model && a.score !== null).map((a) => a.score);
      return scores.length > 1 && Math.max(...scores) > Math.min(...scores);
    }),
    differ: (item) => { const scores = item.models.map((m) => score(item, m)).filter((s) => s !== null); return scores.length > 1 && Math.max(...scores) > Math.min(...scores); },
    truncated: (item) => has(item, (a) => a.outcome === "truncated"),
    refused: (item) => has(item, (a) => a.outcome === "refused"),
    unparsable: (item) => has(item, (a) => ["unparsable", "empty"].includes(a.outcome)),
    missing: (item) => has(item, (a) => a.score === null),
    slow: (item) => has(item, (a) => a.slow),
  };
  const orders = {
    "lost, won, unstable first": [say("lost, won, unstable first"), (a, b) => rank(a) - rank(b)],
    "as asked for": [say("as asked for"), null],
    "item": [say("item"), (a, b) => a.item.localeCompare(b.item, undefined, { numeric: true })],
    "candidate's loss": [say("candidate's loss"), (a, b) => gap(a) - gap(b)],
    "dearest first": [say("dearest first"), (a, b) => total(b, "cost_usd") - total(a, "cost_usd")],
    "slowest first": [say("slowest first"), (a, b) => most(b, "latency_s") - most(a, "latency_s")],
    "longest answer first": [say("longest answer first"), (a, b) => most(b, "out_total") - most(a, "out_total")],
  };
  const gap = (item) => { // 0 also where one of the two has no score
    const [c, b] = [score(item, choice("candidate")), score(item, choice("baseline"))];
    return c === null || b === null ? 0 : c - b;
  };
  const rank = (item) => { const at = ["lost", "won", "unstable"].findIndex((name) => tests[name](item)); return at < 0 ? 3 : at; };

  const mark = (answers) => {
    const known = answers.filter((a) => a.score !== null);
    if (!known.length) return ["–", "none", say("no score")];
    const value = mean(known.map((a) => a.score));
    const text = value === 1 ? "✓" : value === 0 ? "✗" : value.toFixed(2).replace(/^0/, "");
    const kind = known.find((a) => a.outcome === "truncated") ? "cut" : known.find((a) => a.outcome === "refused") ? "refused" : "";
    const short = kind === "cut" ? say("cut") : kind === "refused" ? say("ref") : "";
    if (value === 0 && short) return [short, "odd", kind === "cut" ? say("score 0, cut") : say("score 0, refused")];
    return [text, value === 1 ? "yes" : value === 0 ? "no" : "odd", say("score {value}", { value: +value.toFixed(3) })];
  };
  const chip = (answers, model) => {
    const [text, kind, said] = mark(answers);
    return make("span", { class: `chip ${kind}`, title: `${model}: ${said}` }, text);
  };

  const ofRun = (item, before) => (facts.runs.length > 1 ? before + item.run : "");
  const marked = (models) => (models.length <= MARKS ? models : models.filter((m) => m === choice("candidate") || m === choice("baseline")));
  const draw = () => {
    const list = byId("list");
    const spacer = byId("spacer");
    spacer.style.height = `${shown.length * ROW}px`;
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 8);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 8);
    const rows = [];
    for (let at = first; at < last; at += 1) {
      const item = shown[at];
      const marks = marked(item.models).map((m) => [m, item.answers.filter((a) => a.model === m)]);
      const said = marks.map(([m, answers]) => `${m}: ${mark(answers)[2]}`).join("; ");
      const row = make("div", {
        role: "option", id: `row-${at}`, class: "row", "aria-selected": String(at === active), "aria-posinset": at + 1,
        "aria-setsize": shown.length, "aria-label": `${item.item}, ${say("task")} ${item.task}${ofRun(item, `, ${say("run")} `)}. ${said}`,
      }, make("div", {}, make("b", {}, item.item), make("small", {}, item.task + ofRun(item, " · "))), ...marks.map(([m, answers]) => chip(answers, m)));
      row.style.top = `${at * ROW}px`;
      rows.push(row);
    }
    spacer.replaceChildren(...rows);
  };
  const choose = async (at, { scroll = true, address = true } = {}) => {
    if (!shown.length) return;
    active = Math.max(0, Math.min(shown.length - 1, at));
    const list = byId("list");
    const top = active * ROW;
    if (scroll && (top < list.scrollTop || top + ROW > list.scrollTop + list.clientHeight)) list.scrollTop = Math.max(0, top - list.clientHeight / 2);
    draw();
    list.setAttribute("aria-activedescendant", `row-${active}`);
    if (address) remember();
    await open(shown[active]);
  };
  // ---- search: names at once, then the texts, a chunk at a time
  const wanted = () => choice("find").trim().toLowerCase();
  let withText = new Set(); // items whose prompt or answers hold what is searched
  let searches = 0;
  const holds = ([prompt, answers, expected], text) =>
    [...messages(prompt).map((m) => m.content), expected, ...Object.values(answers).flatMap((a) => a.slice(0, 3))].some((t) => t && t.toLowerCase().includes(text));
  const search = async () => {
    const [mine, text] = [searches += 1, wanted()];
    withText = new Set();
    apply();
    if (text.length < 2) return;
    for (const chunk of new Set(items.map((item) => item.chunk))) {
      let stored;
      try { stored = await texts(chunk); } catch (error) { tell(say("Some texts cannot be unpacked: {error}", { error })); continue; }
      if (mine !== searches) return;
      for (const item of items) if (item.chunk === chunk && holds(stored[item.place], text)) withText.add(item);
    }
    apply();
  };
  const apply = () => {
    const before = shown[active];
    const text = wanted();
    const only = [...document.querySelectorAll("[name=only]:checked")].map((box) => tests[box.value]);
    const near = items.filter((item) => (!choice("suite") || item.suite === choice("suite"))
      && (!choice("run") || item.run === choice("run")) && (item.words.includes(text) || withText.has(item)));
    for (const box of document.querySelectorAll("[name=only]")) box.nextElementSibling.dataset.count = near.filter(tests[box.value]).length;
    shown = near.filter((item) => only.every((test) => test(item)));
    const [, order] = orders[choice("order")];
    if (order) shown.sort(order);
    active = shown.indexOf(before);
    byId("spacer").style.height = `${shown.length * ROW}px`;
    byId("list").scrollTop = Math.max(0, active * ROW - 100);
    byId("list").removeAttribute("aria-activedescendant");
    const heads = new Set(facts.runs.filter((run) => !choice("run") || run.run === choice("run")).map((run) => marked(run.models).join(" · ")));
    byId("chips-head").textContent = heads.size === 1 ? [...heads][0] : say("each run's models; a mark's name tells which");
    byId("shown").textContent = shown.length === items.length ? say("{all} items", { all: items.length }) : say("{shown} of {all} items", { shown: shown.length, all: items.length });
    draw();
  };

  // ---- one item
  const link = (item) => `item=${encodeURIComponent(item.task)}/${encodeURIComponent(item.item)}` + (facts.runs.length > 1 ? `&run=${encodeURIComponent(item.run)}` : "");
  const CHOICES = { find: "find", suite: "suite", in: "run", candidate: "candidate", baseline: "baseline", order: "order" };
  const usual = {}; // what each of them says on a page that was just opened
  const remember = () => { // in the address: the item, and every choice that is not the usual one
    const parts = shown[active] ? [link(shown[active])] : [];
    for (const [name, id] of Object.entries(CHOICES)) if (choice(id) !== usual[id]) parts.push(`${name}=${encodeURIComponent(choice(id))}`);
    const only = [...document.querySelectorAll("[name=only]:checked")].map((box) => box.value);
    if (only.length) parts.push(`only=${only.join(".")}`);
    replaceAddress([...parts, ...chosenVolume()]);
  };
  writeAddress = remember;
  const choosesAs = (asked) => {
    for (const [name, id] of Object.entries(CHOICES)) {
      byId(id).value = asked.get(name) ?? usual[id];
      if (byId(id).selectedIndex === -1) byId(id).value = usual[id];
    }
    const only = (asked.get("only") || "").split(".");
    for (const box of document.querySelectorAll("[name=only]")) box.checked = only.includes(box.value);
  };
  const texts = (chunk) => {
    if (!chunks.has(chunk)) chunks.set(chunk, unpack(`texts-${chunk}`));
    return chunks.get(chunk);
  };
  const digits = (value, count = 3) => value.toLocaleString("en", { maximumSignificantDigits: count });
  const usd = (value) => (value === null ? say("unknown") : `$${value === 0 ? 0 : value >= 0.01 ? digits(value) : value.toPrecision(3)}`);
  const seconds = (value) => (value === null ? say("unknown") : `${digits(value)} s`);
  const count = (value) => (value === null ? say("unknown") : value.toLocaleString("en"));
  const list = (pairs) => make("dl", { class: "facts" }, ...pairs.filter(([, v]) => v !== null && v !== "").map(([k, v]) => make("div", {}, make("dt", {}, k), make("dd", {}, String(v)))));
  const lit = (text) => { // the text, with what is searched for marked in it
    const [lower, find] = [text.toLowerCase(), wanted()];
    if (find.length < 2 || lower.length !== text.length) return [text];
    const parts = [];
    let from = 0;
    for (let at = lower.indexOf(find); at >= 0 && parts.length < 400; at = lower.indexOf(find, from)) {
      parts.push(text.slice(from, at), make("mark", {}, text.slice(at, at + find.length)));
      from = at + find.length;
    }
    return [...parts, text.slice(from)];
  };
  const block = (text) => make("pre", { class: "text", tabindex: "0" }, ...lit(text));
  const folded = (title, text) => make("details", {}, make("summary", {}, title), block(text));
  const redacted = (item) => facts.runs.find((run) => run.run === item.run).redacted;

  const outcome = (answer, detail) => {
    const facts = [[say("outcome"), say(answer.outcome)], [say("score"), answer.score === null ? say("none") : +answer.score.toFixed(3)]];
    if (answer.partial !== null) facts.push([say("partial credit"), +answer.partial.toFixed(3)]);
    const { passed, total: tests_, ...rest } = detail;
    if (tests_ !== undefined) facts.push([say("hidden tests"), say("{passed} of {all} passed", { passed, all: tests_ })]);
    for (const [name, value] of Object.entries(rest)) if (value !== "" && value !== null) facts.push([name.replace(/_/g, " "), typeof value === "object" ? JSON.stringify(value) : value]);
    return facts;
  };
  const figures = (a) => [
    [say("tokens in"), count(a.tokens_in)], [say("tokens out"), count(a.out_total)], [say("of which reasoning"), a.out_reasoning === null ? null : count(a.out_reasoning)],
    [say("cost"), usd(a.cost_usd)], ["TTFAT", seconds(a.ttfat_s)], ["E2E", seconds(a.latency_s)],
    [say("attempts"), a.attempts > 1 ? a.attempts : null], [say("clock"), a.timing_ok === false ? say("not clean") : null],
    [say("answer"), a.reused ? say("reused from an earlier run") : null], [say("asked"), a.started_at ? `${a.started_at.slice(0, 19).replace("T", " ")} UTC` : null],
  ];
  const beside = (expected, extracted) => { // the right answer, and what was read from this one
    const half = (title, text, none) => make("div", {}, make("h5", {}, title), text ? block(text) : make("p", { class: "plain" }, none));
    const both = make("div", { class: "beside" }, half(say("Expected"), expected, say("not stated")), half(say("Extracted"), extracted, say("nothing")));
    const long = Math.max((expected || "").length, (extracted || "").length) > 400;
    return long ? make("details", {}, make("summary", {}, say("Expected, and what was extracted")), both) : both;
  };
  const diff = (a, b) => { // the longest common sequence, of words or, of long texts, of lines: [kind, text], or null
    let [x, y] = [a, b].map((text) => text.match(/\s+|\S+/g) || []);
    if (x.length * y.length > 9e6) [x, y] = [a, b].map((text) => text.match(/[^\n]*\n|[^\n]+$/g) || []);
    if (x.length * y.length > 9e6) return null;
    const wide = y.length + 1;
    const table = new Uint16Array((x.length + 1) * wide);
    for (let i = x.length - 1; i >= 0; i -= 1) {
      for (let j = y.length - 1; j >= 0; j -= 1) table[i * wide + j] = x[i] === y[j] ? table[(i + 1) * wide + j + 1] + 1 : Math.max(table[(i + 1) * wide + j], table[i * wide + j + 1]);
    }
    const parts = [];
    const add = (kind, text) => { const last = parts[parts.length - 1]; if (last && last[0] === kind) last[1] += text; else parts.push([kind, text]); };
    let [i, j] = [0, 0];
    while (i < x.length || j < y.length) {
      if (i < x.length && j < y.length && x[i] === y[j]) { add("both", x[i]); i += 1; j += 1; }
      else if (j >= y.length || (i < x.length && table[(i + 1) * wide + j] >= table[i * wide + j + 1])) { add("del", x[i]); i += 1; }
      else { add("ins", y[j]); j += 1; }
    }
    return parts;
  };
  const difference = (item, stored) => {
    const labels = [choice("baseline"), choice("candidate")];
    const [before, after] = labels.map((model) => item.answers.find((a) => a.model === model)).map((a) => (a && (stored[1][`${a.model} ${a.repeat}`] || [])[0]) || "");
    if (!before || !after || labels[0] === labels[1]) return [];
    const node = make("details", { class: "difference" }, make("summary", {}, say("Difference between the two answers")));
    node.addEventListener("toggle", () => {
      if (!node.open || node.children.length > 1) return;
      const parts = diff(before, after);
      const said = make("p", { class: "legend" }, make("del", {}, say("only {model}", { model: labels[0] })), " · ", make("ins", {}, say("only {model}", { model: labels[1] })), before === after ? say(" · the answers are the same, letter by letter") : "");
      node.append(said, parts ? make("pre", { class: "text", tabindex: "0" }, ...parts.map(([kind, text]) => (kind === "both" ? text : make(kind, {}, text)))) : make("p", { class: "plain" }, say("Both answers are too long to be compared here.")));
    });
    return [node];
  };
  const card = (item, answer, stored, expected) => {
    const many = item.answers.length > item.models.length;
    const [text, reasoning, extracted, grade, finish, error] = stored || [];
    const title = make("h4", {}, chip([answer], answer.model), answer.model + (many ? say(" · answer {number}", { number: answer.repeat + 1 }) : ""));
    const node = make("section", { class: "answer", "aria-label": answer.model }, title);
    let detail = {};
    try { detail = JSON.parse(grade || "{}"); } catch { detail = null; }
    if (!detail || typeof detail !== "object") detail = { detail: grade };
    node.append(list([...outcome(answer, detail), [say("ended by"), finish ?? null], [say("error"), error ?? null]]), list(figures(answer)));
    if (reasoning) node.append(folded(say("Reasoning"), reasoning));
    if (text) node.append(make("h5", {}, say("Answer")), block(text));
    else node.append(make("p", { class: "plain" }, redacted(item) && answer.score !== null ? say("The answer is redacted.") : answer.outcome === "unstated" ? say("The source has no text of it.") : say("There is no answer.")));
    if (expected || extracted) node.append(beside(expected, extracted));
    return node;
  };
  const messages = (stored) => {
    let parsed = null;
    try { parsed = JSON.parse(stored); } catch { /* a prompt of one text */ }
    const said = Array.isArray(parsed) ? parsed.filter((m) => m && typeof m === "object") : [];
    const list = said.length ? said : stored ? [{ role: "prompt", content: stored }] : [];
    return list.map((m) => ({ role: m.role, content: typeof m.content === "string" ? m.content : JSON.stringify(m.content, null, 2) || "" }));
  };
  const prompt = (item, stored) => {
    if (!stored) return [make("p", { class: "plain" }, redacted(item) ? say("The prompt is redacted.") : say("No prompt is recorded."))];
    return messages(stored).map((m) => make("div", { class: "message" }, make("h4", {}, m.role === "user" ? say("Prompt") : String(m.role)), block(m.content)));
  };
  const open = async (item) => {
    const pane = byId("item");
    let stored;
    try { stored = (await texts(item.chunk))[item.place]; } catch (error) { stored = [null, {}]; tell(say("The texts of this item cannot be unpacked: {error}", { error })); }
    if (shown[active] !== item) return;
    const step = (text, by) => { const b = make("button", { type: "button" }, text); b.addEventListener("click", () => choose(active + by)); return b; };
    const copy = make("button", { type: "button" }, say("Copy link"));
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(location.href); copy.textContent = say("Copied"); } catch { copy.textContent = say("Copy it from the address bar"); }
    });
    const about = [item.suite, item.task, item.family === item.task ? "" : `${say("family")} ${item.family}`, item.level === null ? "" : say("level {name}", { name: item.level }), item.language, ofRun(item, `${say("run")} `)].filter(Boolean).join(" · ");
    const first = (a) => (a.model === choice("candidate") ? 0 : a.model === choice("baseline") ? 1 : 2);
    const answers = [...item.answers].sort((a, b) => first(a) - first(b));
    const focused = pane.contains(document.activeElement) ? document.activeElement.textContent : "";
    pane.replaceChildren(
      make("div", { class: "item-head" }, make("div", {}, make("h3", { tabindex: "-1", id: "item-title" }, item.item), make("p", {}, about)),
        make("div", { class: "tools" }, step(say("Previous"), -1), step(say("Next"), 1), copy)),
      ...prompt(item, stored[0]), make("div", { class: "answers" }, ...answers.map((a) => card(item, a, stored[1][`${a.model} ${a.repeat}`], stored[2]))), ...difference(item, stored));
    [...pane.querySelectorAll(".tools button")].find((button) => button.textContent === focused)?.focus();
  };
  const narrow = matchMedia("(max-width: 54rem)"); // the item stands below the list there, not beside it
  const reveal = () => byId(narrow.matches ? "item" : "items").scrollIntoView();
  const follow = () => {
    const asked = given();
    if (!["item", "only", ...Object.keys(CHOICES)].some((name) => asked.has(name))) return;
    choosesAs(asked);
    const found = search();
    if (!asked.has("item")) { byId("items").scrollIntoView(); return; }
    const item = places.get(`${asked.get("run") || ""} ${asked.get("item")}`);
    if (!item) {
      byId("item").replaceChildren(make("p", { class: "plain" }, say("{item} is not in this page.", { item: asked.get("item") }) + ` ${facts.left_out}`));
      byId("items").scrollIntoView();
      return;
    }
    const go = () => choose(shown.indexOf(item), { address: false }).then(reveal);
    if (shown.includes(item)) { go(); return; }
    found.then(() => { // it may be among those whose texts hold what is searched
      if (!shown.includes(item)) { choosesAs(new Map()); search(); }
      go();
    });
  };

  // ---- start
  const fill = (id, values, first) => {
    if (first) byId(id).append(make("option", { value: "" }, first));
    byId(id).append(...values.map((value) => (Array.isArray(value) ? make("option", { value: value[0] }, value[1]) : make("option", { value }, value))));
  };
  const start = async () => {
    if (typeof DecompressionStream === "undefined") {
      tell(say("This browser cannot unpack the items: it lacks DecompressionStream, which browsers have since 2023. Everything else on this page is complete, and the run folder's answers.parquet holds the items."));
      return;
    }
    let index;
    try { index = await unpack("index"); } catch (error) { tell(say("The items cannot be unpacked: {error}", { error })); return; }
    items = index.map((row) => {
      const item = names(facts.about, row);
      item.answers = item.answers.map((values) => names(facts.figures, values));
      item.models = facts.runs.find((run) => run.run === item.run).models;
      item.answers.sort((a, b) => item.models.indexOf(a.model) - item.models.indexOf(b.model) || a.repeat - b.repeat);
      item.words = `${item.task}/${item.item} ${item.family}`.toLowerCase();
      places.set(`${item.run} ${item.task}/${item.item}`, item);
      places.set(` ${item.task}/${item.item}`, places.get(` ${item.task}/${item.item}`) || item);
      return item;
    });
    const labels = [...new Set(facts.runs.flatMap((run) => run.models))];
    fill("suite", [...new Set(items.map((item) => item.suite))], say("all"));
    fill("run", facts.runs.map((run) => run.run), say("all"));
    fill("candidate", labels);
    fill("baseline", labels);
    fill("order", Object.entries(orders).map(([value, [label]]) => [value, label]));
    byId("run-label").hidden = facts.runs.length < 2;
    byId("candidate").value = facts.pair[0];
    byId("baseline").value = facts.pair[1];
    for (const id of Object.values(CHOICES)) usual[id] = choice(id);
    byId("browser").hidden = false;
    tell("");
    apply();
    for (const control of document.querySelectorAll(".filters select, .filters input")) control.addEventListener("input", () => (control.id === "find" ? search() : apply(), remember()));
    document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
    byId("list").addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
    window.addEventListener("resize", draw);
    window.addEventListener("hashchange", follow);
    byId("list").addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) choose(Number(row.id.slice(4)), { scroll: false }).then(() => narrow.matches && reveal());
    });
    byId("list").addEventListener("keydown", (event) => {
      const page = Math.max(1, Math.floor(byId("list").clientHeight / ROW) - 1);
      const steps = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: shown.length - 1 };
      if (event.key in steps) { event.preventDefault(); choose(steps[event.key]); }
      if (event.key === "Enter" && byId("item-title")) byId("item-title").focus();
    });
    follow();
    if (active < 0 && shown.length && rank(shown[0]) < 3) choose(0, { scroll: false, address: false });
  };
  start();
})();
