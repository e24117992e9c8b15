"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  // ---- theme: automatic, light, dark
  const themes = { "": "automatic", light: "light", dark: "dark" };
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

  // ---- the bill at a volume of requests: each number is an amount of one request times the volume
  const dollars = (amount) => {
    if (Math.abs(amount) >= 100 || amount === 0) return Math.round(amount).toLocaleString("en-US");
    return amount.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(amount)))));
  };
  for (const bill of document.querySelectorAll(".bill")) {
    const volume = bill.querySelector("[data-volume]"), slider = bill.querySelector("[data-slider]");
    const show = () => {
      for (const cell of bill.querySelectorAll("[data-usd]")) {
        const [estimate, low, high] = cell.dataset.usd.split(" ").map((each) => dollars(Number(each) * Number(volume.value)));
        cell.textContent = high === undefined ? `${estimate} USD` : `${estimate} USD (${low} to ${high})`;
      }
    };
    volume.disabled = false;
    slider.hidden = false;
    volume.addEventListener("input", () => {
      if (!(Number(volume.value) > 0)) return;
      slider.value = Math.log10(Number(volume.value));
      show();
    });
    slider.addEventListener("input", () => {
      volume.value = Number((10 ** Number(slider.value)).toPrecision(2));
      show();
    });
  }

  // ---- tables: sort by a column, show only rows with a text
  const sortable = (cell) => {
    const text = cell.textContent.trim().replace(/−/g, "-").replace(/(\d),(?=\d{3})/g, "$1");
    const number = cell.classList.contains("num") && text.match(/^[x+$]?(-?\d+(\.\d+)?(e[+-]?\d+)?)/i);
    if (!number) return text.toLowerCase();
    return text.includes("dearer") ? -Number(number[1]) : Number(number[1]);
  };
  const unknown = (value) => value === "unknown" || value === "?" || value === "";
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
      part.querySelector(".count").textContent = wanted ? `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows` : "";
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
    lost: (item) => { const [c, b] = [score(item, choice("candidate")), score(item, choice("baseline"))]; return c !== null && b !== null && c < b; },
    differ: (item) => { const scores = item.models.map((m) => score(item, m)).filter((s) => s !== null); return scores.length > 1 && Math.max(...scores) > Math.min(...scores); },
    truncated: (item) => has(item, (a) => a.outcome === "truncated"),
    refused: (item) => has(item, (a) => a.outcome === "refused"),
    unparsable: (item) => has(item, (a) => ["unparsable", "empty"].includes(a.outcome)),
    missing: (item) => has(item, (a) => a.score === null),
    slow: (item) => has(item, (a) => a.slow),
  };
  const orders = {
    "as asked for": null,
    "item": (a, b) => a.item.localeCompare(b.item, undefined, { numeric: true }),
    "candidate's loss": (a, b) => gap(a) - gap(b),
    "dearest first": (a, b) => total(b, "cost_usd") - total(a, "cost_usd"),
    "slowest first": (a, b) => most(b, "latency_s") - most(a, "latency_s"),
    "longest answer first": (a, b) => most(b, "out_total") - most(a, "out_total"),
  };
  const gap = (item) => (score(item, choice("candidate")) ?? 0) - (score(item, choice("baseline")) ?? 0);

  const mark = (answers) => {
    const known = answers.filter((a) => a.score !== null);
    if (!known.length) return ["–", "none", "no score"];
    const value = mean(known.map((a) => a.score));
    const text = value === 1 ? "✓" : value === 0 ? "✗" : value.toFixed(2).replace(/^0/, "");
    const kind = known.find((a) => a.outcome === "truncated") ? "cut" : known.find((a) => a.outcome === "refused") ? "refused" : "";
    const short = kind === "cut" ? "cut" : kind === "refused" ? "ref" : "";
    if (value === 0 && short) return [short, "odd", `score 0, ${kind}`];
    return [text, value === 1 ? "yes" : value === 0 ? "no" : "odd", `score ${+value.toFixed(3)}`];
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
        "aria-setsize": shown.length, "aria-label": `${item.item}, task ${item.task}${ofRun(item, ", run ")}. ${said}`,
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
    try { if (address) history.replaceState(null, "", link(shown[active])); } catch { /* some browsers allow only so many in a while */ }
    await open(shown[active]);
  };
  const apply = () => {
    const before = shown[active];
    const wanted = choice("find").trim().toLowerCase();
    const only = [...document.querySelectorAll("[name=only]:checked")].map((box) => tests[box.value]);
    shown = items.filter((item) => (!choice("suite") || item.suite === choice("suite"))
      && (!choice("run") || item.run === choice("run")) && item.words.includes(wanted) && only.every((test) => test(item)));
    const order = orders[choice("order")];
    if (order) shown.sort(order);
    active = shown.indexOf(before);
    byId("spacer").style.height = `${shown.length * ROW}px`;
    byId("list").scrollTop = Math.max(0, active * ROW - 100);
    byId("list").removeAttribute("aria-activedescendant");
    const heads = new Set(facts.runs.filter((run) => !choice("run") || run.run === choice("run")).map((run) => marked(run.models).join(" · ")));
    byId("chips-head").textContent = heads.size === 1 ? [...heads][0] : "each run's models; a mark's name tells which";
    byId("shown").textContent = shown.length === items.length ? `${items.length} items` : `${shown.length} of ${items.length} items`;
    draw();
  };

  // ---- one item
  const link = (item) => `#item=${encodeURIComponent(item.task)}/${encodeURIComponent(item.item)}` + (facts.runs.length > 1 ? `&run=${encodeURIComponent(item.run)}` : "");
  const texts = (chunk) => {
    if (!chunks.has(chunk)) chunks.set(chunk, unpack(`texts-${chunk}`));
    return chunks.get(chunk);
  };
  const digits = (value, count = 3) => value.toLocaleString("en", { maximumSignificantDigits: count });
  const usd = (value) => (value === null ? "unknown" : `$${value === 0 ? 0 : value >= 0.01 ? digits(value) : value.toPrecision(3)}`);
  const seconds = (value) => (value === null ? "unknown" : `${digits(value)} s`);
  const count = (value) => (value === null ? "unknown" : value.toLocaleString("en"));
  const list = (pairs) => make("dl", { class: "facts" }, ...pairs.filter(([, v]) => v !== null && v !== "").map(([k, v]) => make("div", {}, make("dt", {}, k), make("dd", {}, String(v)))));
  const block = (text) => make("pre", { class: "text", tabindex: "0" }, text);
  const folded = (title, text) => make("details", {}, make("summary", {}, title), block(text));
  const redacted = (item) => facts.runs.find((run) => run.run === item.run).redacted;

  const outcome = (answer, detail) => {
    const facts = [["outcome", answer.outcome], ["score", answer.score === null ? "none" : +answer.score.toFixed(3)]];
    if (answer.partial !== null) facts.push(["partial credit", +answer.partial.toFixed(3)]);
    const { passed, total: tests_, ...rest } = detail;
    if (tests_ !== undefined) facts.push(["hidden tests", `${passed} of ${tests_} passed`]);
    for (const [name, value] of Object.entries(rest)) if (value !== "" && value !== null) facts.push([name.replace(/_/g, " "), typeof value === "object" ? JSON.stringify(value) : value]);
    return facts;
  };
  const figures = (a) => [
    ["tokens in", count(a.tokens_in)], ["tokens out", count(a.out_total)], ["of which reasoning", a.out_reasoning === null ? null : count(a.out_reasoning)],
    ["cost", usd(a.cost_usd)], ["TTFAT", seconds(a.ttfat_s)], ["E2E", seconds(a.latency_s)],
    ["attempts", a.attempts > 1 ? a.attempts : null], ["clock", a.timing_ok === false ? "not clean" : null],
    ["answer", a.reused ? "reused from an earlier run" : null], ["asked", a.started_at ? `${a.started_at.slice(0, 19).replace("T", " ")} UTC` : null],
  ];
  const card = (item, answer, stored) => {
    const many = item.answers.length > item.models.length;
    const [text, reasoning, extracted, grade, finish, error] = stored || [];
    const title = make("h4", {}, chip([answer], answer.model), answer.model + (many ? ` · answer ${answer.repeat + 1}` : ""));
    const node = make("section", { class: "answer", "aria-label": answer.model }, title);
    let detail = {};
    try { detail = JSON.parse(grade || "{}"); } catch { detail = { detail: grade }; }
    node.append(list([...outcome(answer, detail), ["ended by", finish ?? null], ["error", error ?? null]]), list(figures(answer)));
    if (reasoning) node.append(folded("Reasoning", reasoning));
    if (text) node.append(make("h5", {}, "Answer"), block(text));
    else node.append(make("p", { class: "plain" }, redacted(item) && answer.score !== null ? "The answer is redacted." : answer.outcome === "unstated" ? "The source has no text of it." : "There is no answer."));
    if (extracted && extracted.trim() !== (text || "").trim()) node.append(folded("What was taken out of it and scored", extracted));
    return node;
  };
  const prompt = (item, stored) => {
    if (!stored) return [make("p", { class: "plain" }, redacted(item) ? "The prompt is redacted." : "No prompt is recorded.")];
    let messages;
    try { messages = JSON.parse(stored); } catch { messages = null; }
    if (!Array.isArray(messages)) messages = [{ role: "prompt", content: stored }];
    return messages.map((m) => make("div", { class: "message" }, make("h4", {}, m.role === "user" ? "Prompt" : String(m.role)), block(typeof m.content === "string" ? m.content : JSON.stringify(m.content, null, 2))));
  };
  const open = async (item) => {
    const pane = byId("item");
    let stored;
    try { stored = (await texts(item.chunk))[item.place]; } catch (error) { stored = [null, {}]; tell(`The texts of this item cannot be unpacked: ${error}`); }
    if (shown[active] !== item) return;
    const step = (text, by) => { const b = make("button", { type: "button" }, text); b.addEventListener("click", () => choose(active + by)); return b; };
    const copy = make("button", { type: "button" }, "Copy link");
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(location.href); copy.textContent = "Copied"; } catch { copy.textContent = "Copy it from the address bar"; }
    });
    const about = [item.suite, item.task, item.family === item.task ? "" : `family ${item.family}`, item.level === null ? "" : `level ${item.level}`, item.language, ofRun(item, "run ")].filter(Boolean).join(" · ");
    const first = (a) => [choice("candidate"), choice("baseline")].includes(a.model) ? 0 : 1;
    const answers = item.models.length <= MARKS ? item.answers : [...item.answers].sort((a, b) => first(a) - first(b));
    const focused = pane.contains(document.activeElement) ? document.activeElement.textContent : "";
    pane.replaceChildren(
      make("div", { class: "item-head" }, make("div", {}, make("h3", { tabindex: "-1", id: "item-title" }, item.item), make("p", {}, about)),
        make("div", { class: "tools" }, step("Previous", -1), step("Next", 1), copy)),
      ...prompt(item, stored[0]), make("div", { class: "answers" }, ...answers.map((a) => card(item, a, stored[1][`${a.model} ${a.repeat}`]))));
    [...pane.querySelectorAll(".tools button")].find((button) => button.textContent === focused)?.focus();
  };
  const narrow = matchMedia("(max-width: 54rem)"); // the item stands below the list there, not beside it
  const reveal = () => byId(narrow.matches ? "item" : "items").scrollIntoView();
  const follow = () => {
    const wanted = new URLSearchParams(location.hash.slice(1).replace(/\+/g, "%2B"));
    if (!wanted.has("item")) return;
    const item = places.get(`${wanted.get("run") || ""} ${wanted.get("item")}`);
    if (!item) {
      byId("item").replaceChildren(make("p", { class: "plain" }, `${wanted.get("item")} is not in this page. ${facts.left_out}`));
      byId("items").scrollIntoView();
      return;
    }
    if (!shown.includes(item)) {
      byId("find").value = byId("suite").value = byId("run").value = "";
      for (const box of document.querySelectorAll("[name=only]")) box.checked = false;
      apply();
    }
    choose(shown.indexOf(item), { address: false }).then(reveal);
  };

  // ---- start
  const fill = (id, values, first) => {
    if (first) byId(id).append(make("option", { value: "" }, first));
    byId(id).append(...values.map((value) => make("option", { value }, value)));
  };
  const start = async () => {
    if (typeof DecompressionStream === "undefined") {
      tell("This browser cannot unpack the items: it lacks DecompressionStream, which browsers have since 2023. Everything else on this page is complete, and the run folder's answers.parquet holds the items.");
      return;
    }
    let index;
    try { index = await unpack("index"); } catch (error) { tell(`The items cannot be unpacked: ${error}`); return; }
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
    fill("suite", [...new Set(items.map((item) => item.suite))], "all");
    fill("run", facts.runs.map((run) => run.run), "all");
    fill("candidate", labels);
    fill("baseline", labels);
    fill("order", Object.keys(orders));
    byId("run-label").hidden = facts.runs.length < 2;
    byId("candidate").value = facts.pair[0];
    byId("baseline").value = facts.pair[1];
    byId("browser").hidden = false;
    tell("");
    apply();
    for (const control of document.querySelectorAll(".filters select, .filters input")) control.addEventListener("input", apply);
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
  };
  start();
})();
