"use strict";
const MODULE = "@MODULE@";
const WORKER = @WORKER@;
const REPORTS = { text: "txt", json: "json", html: "html", sarif: "sarif", junit: "xml" };
const MOST_TEXT = 100_000;
const MOST_TABLES = 20;

const at = (id) => document.getElementById(id);
const form = at("form");
const number = (value) => value.toLocaleString("en-GB");
const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

function element(name, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

/** The chosen files: {file, name, from_folder}. */
let chosen = [];
/** Files of the last run that were checked. */
let checked = [];
let worker;
/** Shows that the run was cancelled. */
let cancelled;
let addresses = [];

// The module, and the worker that runs it.

const module_bytes = (async () => {
  const packed = Uint8Array.from(atob(MODULE), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
})();
const worker_address = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));

/** Runs a function of the module in a new worker, whose memory goes with it. */
async function run(name, files, options, take) {
  const module = await module_bytes;
  stop();
  const mine = (worker = new Worker(worker_address));
  mine.onmessage = ({ data }) => {
    if (worker !== mine) return;
    if (data.event === "outputs" || data.event === "stopped") stop();
    take(data);
  };
  mine.onerror = (error) => {
    if (worker !== mine) return;
    stop();
    take({ event: "stopped", message: error.message });
  };
  const list = files.map(({ file, name, from_folder }) => ({ name, size: file.size, from_folder }));
  const request = { files: list, options };
  mine.postMessage({ module, name, request, files: files.map(({ file }) => file) });
}

function stop() {
  worker?.terminate();
  worker = undefined;
}

// The files: chosen, or dropped with their folders.

const by_bytes = (a, b) => {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text));
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    if (left[at] !== right[at]) return left[at] - right[at];
  }
  return left.length - right.length;
};

/** Orders paths as the command does: folder by folder, names by their bytes. */
function by_path(a, b) {
  const [left, right] = [a.name.split("/"), b.name.split("/")];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = by_bytes(left[at], right[at]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const is_hidden = ({ name }) => name.split("/").slice(1).some((part) => part.startsWith("."));

const in_folders = (files) => files.filter((file) => !is_hidden(file)).sort(by_path);

const entries_of = (folder) => {
  const reader = folder.createReader();
  const batch = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  return (async () => {
    const all = [];
    for (let found = await batch(); found.length > 0; found = await batch()) all.push(...found);
    return all;
  })();
};

async function files_below(entry, path) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: path, from_folder: true }];
  }
  const found = [];
  for (const below of await entries_of(entry)) {
    found.push(...(await files_below(below, `${path}/${below.name}`)));
  }
  return found;
}

async function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const files = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) files.push(...in_folders(await files_below(entry, entry.name)));
    else if (file) files.push({ file, name: file.name, from_folder: false });
  }
  return files;
}

function choose(files) {
  chosen = files;
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  at("chosen").textContent = files.length === 0
    ? "No file is chosen."
    : `${plural(files.length, "file")}, ${plural(bytes, "byte")}`;
  at("again").disabled = files.length === 0;
  if (files.length > 0) check();
}

// The options.

async function options() {
  const values = {};
  for (const input of form.querySelectorAll("[name]")) {
    if (!input.closest("#rules")) values[input.name] = input.type === "checkbox" ? input.checked : input.value;
  }
  const rules = [...at("rules").querySelectorAll("select")].filter((select) => select.value !== "");
  values.rules = Object.fromEntries(rules.map((select) => [select.name, select.value]));
  const profiles = [...at("profiles").files].map(async (file) => [file.name, await file.text()]);
  values.profiles = await Promise.all(profiles);
  return values;
}

function show_names({ version, rules, flows, layouts }) {
  at("version").textContent = version;
  const add = (name, values) =>
    form.elements[name].append(...values.map((value) => element("option", { value }, value)));
  add("flow", flows);
  add("layout", layouts);
  for (const { name, severity, summary } of rules) {
    const levels = ["error", "warning", "note", "ignore"];
    const select = element("select", { name, title: summary },
      element("option", { value: "" }, `${severity} (default)`),
      ...levels.map((value) => element("option", { value }, value)));
    at("rules").append(element("label", {}, name, " ", select));
  }
}

// A check.

function begin() {
  stop();
  addresses.forEach((address) => URL.revokeObjectURL(address));
  addresses = [];
  checked = [];
  for (const id of ["verdicts", "report", "reports", "parts", "tables", "split-file", "text-report"]) {
    at(id).replaceChildren();
  }
  for (const id of ["downloads", "filters", "text", "records"]) at(id).hidden = true;
  at("split-status").textContent = "";
  at("status").textContent = `Checking ${plural(chosen.length, "file")}.`;
  busy(true);
}

function busy(is_busy) {
  at("working").hidden = !is_busy;
  at("cancel").disabled = !is_busy;
  at("split").disabled = is_busy;
  document.body.dataset.state = is_busy ? "busy" : "ready";
}

/** Shows how much of some files is read. */
function progress_of(files) {
  const before = [0];
  for (const { file } of files) before.push(before.at(-1) + file.size);
  const all = before.at(-1);
  const show = (index, bytes) => {
    const done = before[index] + bytes;
    at("working-on").textContent = `Reading ${files[index]?.name ?? ""}`;
    at("progress").value = all === 0 ? 0 : done / all;
    at("bytes").textContent = `${number(done)} of ${plural(all, "byte")}`;
  };
  show(0, 0);
  return show;
}

const badge = (failed) =>
  element("strong", { className: failed ? "badge error" : "badge passed" }, failed ? "FAILED" : "PASSED");

function show_file({ index, name, failed, verdict, counts, first_records }) {
  checked.push({ ...chosen[index], failed });
  const words = verdict.replace(/^(FAILED|PASSED): /, "");
  at("verdicts").append(element("li", {}, badge(failed), " ", element("b", {}, name), `: ${words}`));
  if (counts && first_records.length > 0 && at("tables").childElementCount < MOST_TABLES) {
    at("tables").append(table(name, counts, first_records));
    at("records").hidden = false;
  }
}

function table(name, counts, records) {
  const titles = ["Line", "Record", "Meter point", "Flag", "Effective from", "Result"];
  const row = ({ line, record, point, flag, day, rejected, rules }) => {
    const result = [rejected ? "rejected" : "accepted", ...rules].join(", ").replace(", ", ": ");
    const cells = [number(line), number(record), point ?? "", flag ?? "", day ?? "", result];
    return element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));
  };
  const head = element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)));
  const shown = `${name}: ${number(records.length)} of ${plural(counts.records, "record")}`;
  const scroll = element("div", { className: "wide", tabIndex: 0, role: "region", ariaLabel: shown },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...records.map(row))));
  return element("details", { open: at("tables").childElementCount === 0 }, element("summary", {}, shown), scroll);
}

async function check() {
  await described;
  begin();
  const files = chosen;
  const show_progress = progress_of(files);
  let left_out = 0;
  let refusal;
  cancelled = () => {
    const done = `${number(checked.length)} of ${plural(files.length, "file")}`;
    at("status").textContent = `Cancelled: ${done} checked.`;
  };
  run("check_files", files, await options(), (event) => {
    switch (event.event) {
      case "progress": return show_progress(event.index, event.bytes);
      case "file": return show_file(event);
      case "left_out": left_out += 1; return;
      case "refused": refusal = event.message; return;
      case "stopped": return failed("The check stopped", event.message);
      case "outputs":
        return refusal === undefined ? finished(event, left_out) : failed("The check is refused", refusal);
    }
  });
}

function failed(what, message) {
  at("status").textContent = `${what}: ${message}`;
  busy(false);
}

async function finished({ outputs, memory }, left_out) {
  document.body.dataset.memory = memory;
  const page = new DOMParser().parseFromString(await outputs.html.text(), "text/html");
  at("report").replaceChildren(...page.getElementById("main").children);
  at("text-report").textContent = await outputs.text.slice(0, MOST_TEXT).text();
  at("text").hidden = false;
  for (const [format, ending] of Object.entries(REPORTS)) {
    at("reports").append(element("li", {}, link(outputs[format], `report.${ending}`)));
  }
  at("split-file").append(...checked.map(({ name }, value) => element("option", { value }, name)));
  at("downloads").hidden = checked.length === 0;
  const bad = checked.filter((file) => file.failed).length;
  const also = left_out === 0 ? "" : ` ${plural(left_out, "report")} of flagflow left out.`;
  at("status").textContent = bad === 0
    ? `PASSED: ${plural(checked.length, "file")}.${also}`
    : `FAILED: ${number(bad)} of ${plural(checked.length, "file")}.${also}`;
  show_filters();
  busy(false);
}

function link(blob, name) {
  const address = URL.createObjectURL(blob);
  addresses.push(address);
  return element("a", { href: address, download: name }, `${name} (${plural(blob.size, "byte")})`);
}

// Accepted and rejected records.

async function split() {
  const source = checked[Number(at("split-file").value)];
  at("parts").replaceChildren();
  at("split-status").textContent = `Splitting ${source.name}.`;
  busy(true);
  const show_progress = progress_of([source]);
  let result;
  cancelled = () => (at("split-status").textContent = `Cancelled: ${source.name} is not split.`);
  run("split_file", [source], await options(), (event) => {
    switch (event.event) {
      case "progress": return show_progress(0, event.bytes);
      case "outputs": return show_parts(source.name, result, event.outputs);
      case "stopped": result = event; return show_parts(source.name, result, {});
      default: result = event;
    }
  });
}

function show_parts(name, result, outputs) {
  busy(false);
  const refusals = result.refusals ?? [result.message];
  if (refusals.length > 0) {
    at("split-status").textContent = `${name}: refused: ${refusals.join("; ")}`;
    return;
  }
  const { accepted, rejected } = result;
  at("split-status").textContent = `${name}: ${number(accepted)} accepted, ${number(rejected)} rejected`;
  const short = name.split("/").at(-1);
  for (const [part, ending] of [["accepted", ""], ["rejected", ""], ["reasons", ".json"]]) {
    at("parts").append(element("li", {}, link(outputs[part], `${short}.${part}${ending}`)));
  }
}

// Filters by severity and rule.

const blocks = () => [...document.querySelectorAll("#report details.rule")];
const severity_of = (block) => block.querySelector("summary .badge").textContent;

function show_filters() {
  const rules = [...new Set(blocks().map((block) => block.dataset.rule))].sort();
  const every = element("option", { value: "" }, "every rule");
  at("show-rule").replaceChildren(every, ...rules.map((value) => element("option", { value }, value)));
  at("filters").hidden = rules.length === 0;
  filter();
}

function filter() {
  const rule = at("show-rule").value;
  let shown = 0;
  for (const block of blocks()) {
    block.hidden = !at(`show-${severity_of(block)}`).checked || (rule !== "" && rule !== block.dataset.rule);
    shown += block.hidden ? 0 : 1;
  }
  at("filter-status").textContent = `${number(shown)} of ${number(blocks().length)} groups of findings are shown.`;
}

// What a person does.

at("files").addEventListener("change", ({ target }) => {
  const files = [...target.files];
  target.value = "";
  choose(files.map((file) => ({ file, name: file.name, from_folder: false })));
});
at("folder").addEventListener("change", ({ target }) => {
  const all = [...target.files];
  target.value = "";
  choose(in_folders(all.map((file) => ({ file, name: file.webkitRelativePath, from_folder: true }))));
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
at("cancel").addEventListener("click", () => {
  stop();
  busy(false);
  cancelled();
});
at("split").addEventListener("click", split);
for (const id of ["show-error", "show-warning", "show-note", "show-rule"]) {
  at(id).addEventListener("change", filter);
}
addEventListener("dragover", (event) => {
  event.preventDefault();
  at("drop").classList.add("over");
});
for (const name of ["dragleave", "drop"]) addEventListener(name, () => at("drop").classList.remove("over"));
addEventListener("drop", async (event) => {
  event.preventDefault();
  choose(await dropped(event.dataTransfer));
});

const described = new Promise((resolve) => {
  run("describe", [], {}, (event) => {
    if (event.event === "names") show_names(event);
    else if (event.event === "stopped") at("status").textContent = `The page cannot run here: ${event.message}`;
    else busy(false);
    if (event.event === "outputs") resolve();
  });
});
