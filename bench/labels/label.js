"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const pair = data.measure === "preference";
const choices = pair
  ? [["a", "A is better"], ["neither", "Neither is better"], ["b", "B is better"]]
  : [["right", "Right"], ["wrong", "Wrong"]];
const place = `claimbench labels ${data.sample} ${data.rater}`;
const $ = (id) => document.getElementById(id);
let kept = true;
let given = read();
let at = 0;
let since = performance.now();

function read() {
  if (data.given) return { ...data.given };
  try {
    const found = JSON.parse(localStorage.getItem(place) || "{}");
    const ids = new Set(data.entries.map((entry) => entry.id));
    return Object.fromEntries(Object.entries(found).filter(([id]) => ids.has(id)));
  } catch {
    kept = false;
    return {};
  }
}

async function send(id) {
  const { value, seconds, at } = given[id];
  try {
    const reply = await fetch("label", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, value, seconds, labelled_at: at }),
    });
    if (!reply.ok) throw new Error(await reply.text());
  } catch (error) {
    delete given[id];
    show(data.entries.findIndex((entry) => entry.id === id));
    $("said").textContent = `This label was not saved (${error.message}): is bench label --serve still running?`;
  }
}

function keep() {
  if (data.given) return;
  try {
    localStorage.setItem(place, JSON.stringify(given));
  } catch {
    kept = false;
  }
}

function part(name, text) {
  const section = document.createElement("section");
  const head = document.createElement("h2");
  head.textContent = name;
  const body = document.createElement("div");
  body.className = "text";
  body.tabIndex = 0;
  body.setAttribute("role", "region");
  body.setAttribute("aria-label", name);
  body.textContent = text || "(nothing was answered)";
  section.append(head, body);
  return section;
}

function show(index) {
  at = Math.max(0, Math.min(data.entries.length - 1, index));
  const entry = data.entries[at];
  $("prompt").textContent = entry.prompt;
  const names = pair ? ["Answer A", "Answer B"] : ["The answer"];
  $("answers").replaceChildren(...names.map((name, place) => part(name, entry.answers[place])));
  $("asked").textContent = `The request (${at + 1} of ${data.entries.length})`;
  for (const button of $("choices").children) {
    button.setAttribute("aria-pressed", String(given[entry.id]?.value === button.dataset.value));
  }
  const done = Object.keys(given).length;
  $("done").max = data.entries.length;
  $("done").value = done;
  $("count").textContent = `${done} of ${data.entries.length}`;
  since = performance.now();
}

function label(value) {
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  const id = data.entries[at].id;
  given[id] = { value, seconds, at: new Date().toISOString() };
  keep();
  if (data.given) send(id);
  const done = Object.keys(given).length === data.entries.length;
  $("said").textContent = done
    ? data.given ? "All are labelled and saved: you can close the page." : "All are labelled: save them as a file."
    : kept ? "" : "This browser keeps nothing: save before you close the page.";
  show(at + 1);
}

function open() {
  const rest = [...data.entries.keys()].map((step) => (at + 1 + step) % data.entries.length);
  const next = rest.find((index) => !given[data.entries[index].id]);
  if (next !== undefined) show(next);
}

function save() {
  const rows = data.entries.filter((entry) => given[entry.id]).map((entry) => {
    const { value, seconds, at: when } = given[entry.id];
    return [entry.id, value, data.rater, seconds, when].join(",");
  });
  const link = document.createElement("a");
  const file = new Blob([["id,value,rater,seconds,labelled_at", ...rows, ""].join("\n")], { type: "text/csv" });
  link.href = URL.createObjectURL(file);
  link.download = `${data.file}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  $("said").textContent = `Saved ${rows.length} labels as ${link.download}. Then: bench label --measure ${data.measure} --import ${link.download}`;
}

choices.forEach(([value, name], index) => {
  const button = document.createElement("button");
  const key = document.createElement("kbd");
  button.type = "button";
  button.dataset.value = value;
  key.textContent = String(index + 1);
  button.append(`${name} `, key);
  button.addEventListener("click", () => label(value));
  $("choices").append(button);
});
$("question").textContent = pair
  ? "Which answer serves the request better? You do not see which model wrote which; their order is random."
  : "Is the answer right? You do not see which model wrote it.";
$("back").addEventListener("click", () => show(at - 1));
$("on").addEventListener("click", () => show(at + 1));
$("open").addEventListener("click", open);
$("save").addEventListener("click", save);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const choice = choices[Number(event.key) - 1];
  if (choice) label(choice[0]);
  else if (event.key === "ArrowLeft") show(at - 1);
  else if (event.key === "ArrowRight") show(at + 1);
  else if (event.key === "n") open();
  else if (event.key === "s") save();
  else return;
  event.preventDefault();
});
const first = data.entries.findIndex((entry) => !given[entry.id]);
show(first < 0 ? 0 : first);
