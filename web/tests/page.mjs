// Tests the page in a real browser: node page.mjs PAGE FLAGFLOW [TEST]
//
// The console stays silent, and nothing is requested but the page itself. Reports are compared with
// those of the command FLAGFLOW. The modules are those of crates/cli/tests/browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(join(root, "crates/cli/tests/browser/package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [page_path, flagflow_path, only] = process.argv.slice(2);
const address = pathToFileURL(resolve(page_path)).href;
const flagflow = resolve(flagflow_path);
const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env.FLAGFLOW_BROWSER ?? PATHS.find(existsSync);
const folder = mkdtempSync(join(tmpdir(), "flagflow-page-"));

/** Opens the page in a window of its own; `close` fails if anything went wrong in it. */
async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error}`));
  page.on("dialog", (dialog) => wrong.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    const url = request.url();
    const is_own = url === address || url.startsWith("data:") || url.startsWith("blob:");
    if (!is_own) wrong.push(`request: ${url}`);
  });
  await page.goto(address);
  await ready(page);
  const close = async () => {
    assert.deepEqual(wrong, []);
    await context.close();
  };
  return { page, close };
}

const ready = (page) => page.waitForFunction(() => document.body.dataset.state === "ready");

/** Checks files, and waits for the verdict. */
async function check(page, paths) {
  await page.setInputFiles("#files", paths);
  await ready(page);
}

/**
 * Returns the event that an action begins. Chromium sometimes begins no download at a click and no
 * choice of a file at a key, so there are three tries, and each that began nothing is named.
 */
async function begun(page, event, action, where) {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const begins = page.waitForEvent(event, { timeout: 10_000 }).catch(() => undefined);
    await action();
    const found = await begins;
    if (found) return found;
    console.log(`   no ${event} at try ${attempt} on ${where}`);
  }
  throw new Error(`no ${event} on ${where}`);
}

/** Returns the bytes that a link downloads. */
async function download(page, list, at) {
  const link = page.locator(`#${list} a`).nth(at);
  const file = await begun(page, "download", () => link.click(), `#${list} a ${at}`);
  return readFileSync(await file.path());
}

const command = (args, cwd = folder) => spawnSync(flagflow, args, { cwd, maxBuffer: 1 << 30 });
const lines = (bytes) => bytes.toString().split("\n").filter(Boolean);

/** The samples of testdata, each with its arguments. */
function samples() {
  const found = [];
  for (const flow of ["d0172", "d0350", "d0351", "e45", "e46"]) {
    for (const kind of ["valid", "invalid"]) {
      const below = join(root, "testdata", flow, kind);
      for (const name of readdirSync(below).filter((name) => name.endsWith(".json")).sort()) {
        const { args } = JSON.parse(readFileSync(join(below, name), "utf8"));
        found.push({ path: join(below, name.replace(/(\.\d+)?\.json$/, ".txt")), args });
      }
    }
  }
  return found;
}

const FIELDS = {
  "--edition": "edition", "--flow": "flow", "--layout": "layout", "--as-of": "as_of", "--fail-on": "fail_on",
  "--max-samples": "max_samples", "--max-line": "max_line", "--after": "after", "--file-type": "file_types",
};
const BOXES = {
  "--mask": "mask", "--reasons": "reasons", "--count-reasons": "count_reasons",
  "--no-cross-record": "no_cross_record", "--check-file-name": "check_file_name", "--in-sequence": "in_sequence",
};

/** Sets the options of the page to some arguments; returns the arguments that it does not have. */
async function use(page, args) {
  const rest = [...args];
  const without = [];
  while (rest.length > 0) {
    const option = rest.shift();
    if (BOXES[option]) {
      await set(page, BOXES[option], (input) => (input.checked = true));
      continue;
    }
    const value = rest.shift();
    if (FIELDS[option]) {
      const field = option === "--as-of" ? value.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3") : value;
      await set(page, FIELDS[option], (input, value) => {
        input.value = value;
        if (input.value !== value) throw new Error(`${input.name} cannot be ${value}`);
      }, field);
    } else if (option === "--severity") {
      for (const one of value.split(",")) await rule(page, ...one.split("="));
    } else if (option === "--ignore") {
      for (const name of value.split(",")) await rule(page, name, "ignore");
    } else {
      without.push(option);
    }
  }
  return without;
}

const set = (page, name, change, value) =>
  page.locator(`#form [name="${name}"]`).evaluate(
    new Function("input", "value", `(${change})(input, value)`), value);
const rule = (page, name, level) => set(page, name, (input, value) => (input.value = value), level);

async function totals_of_every_sample(browser) {
  const groups = new Map();
  for (const { path, args } of samples()) {
    const key = JSON.stringify(args);
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  const left_out = [];
  let compared = 0;
  const { page, close } = await open(browser);
  for (const [key, paths] of groups) {
    const args = JSON.parse(key);
    await page.evaluate(() => document.getElementById("form").reset());
    const without = await use(page, args);
    if (without.length > 0) {
      left_out.push(`${without}: ${paths.length}`);
      continue;
    }
    // with --after each file would be compared with the one before it
    const runs = args.includes("--after") ? paths.map((path) => [path]) : [paths];
    for (const files of runs) {
      await check(page, files);
      const expected = lines(command(["check", "--format", "json", ...args, ...files]).stdout);
      const shown = lines(await download(page, "reports", 1));
      const named = (line) => {
        const { file, ...report } = JSON.parse(line);
        return { ...report, file: basename(file) };
      };
      assert.deepEqual(shown.map(named), expected.map(named), `${args} ${files[0]}`);
      await totals_are_shown(page, shown.map((line) => JSON.parse(line)), key);
      compared += files.length;
    }
  }
  console.log(`   ${compared} samples with their arguments; not in the page: ${left_out.join("; ") || "none"}`);
  await close();
}

/** Compares the numbers that a person reads with the reports. */
async function totals_are_shown(page, reports, message) {
  const shown = await page.$$eval("#report article", (articles) =>
    articles.filter((article) => article.querySelector("[data-total]")).map((article) => {
      const numbers = (selector, key) => Object.fromEntries(
        [...article.querySelectorAll(selector)].map((part) => [part.dataset[key], Number(part.dataset.count)]));
      return { ...numbers("[data-total]", "total"), totals: numbers("[data-rule]", "rule") };
    }));
  if (shown.length < reports.length) {
    // a page of many files leaves out what does not fit
    assert.match(await page.textContent("#report"), /left out/);
    return;
  }
  for (const [at, { records, accepted, rejected, totals }] of reports.entries()) {
    const { bytes, ...numbers } = shown[at];
    assert.deepEqual(numbers, { records, accepted, rejected, totals }, message);
  }
}

/** Files of a folder of the test, with faults. */
function generated() {
  const made = [["gas.dxi", "e45"], ["answers.dxi", "e46"], ["electricity.usr", "d0350"]];
  for (const [name, flow] of made) {
    const args = ["generate", "--flow", flow, "--records", "3000", "--envelope", "--invalid", "0.1", "-o", name];
    const done = command(args);
    assert.equal(done.status, 0, done.stderr.toString());
  }
  return made.map(([name]) => name);
}

const REPORTS = ["text", "json", "html", "sarif", "junit"];

async function downloads_are_those_of_the_command(browser) {
  const names = generated();
  writeFileSync(join(folder, "packed.gz"), gzipSync(readFileSync(join(folder, names[0]))));
  writeFileSync(join(folder, "no file <img src=x onerror=alert(1)>.txt"), "nothing that is known\n");
  writeFileSync(join(folder, "empty.txt"), "");
  const all = [...names, "packed.gz", "no file <img src=x onerror=alert(1)>.txt", "empty.txt"];
  const runs = [
    [all, []], [all, ["--mask", "--max-samples", "3"]], [[names[0]], ["--max-samples", "0", "--in-sequence"]],
    [names, ["--severity", "empty-line=error", "--ignore", "invalid-date", "--fail-on", "never"]],
  ];
  const { page, close } = await open(browser, { acceptDownloads: true });
  for (const [files, args] of runs) {
    await page.evaluate(() => document.getElementById("form").reset());
    assert.deepEqual(await use(page, args), []);
    await check(page, files.map((name) => join(folder, name)));
    const outputs = REPORTS.flatMap((format) => ["--report", `${format}=out.${format}`]);
    command(["check", "-q", ...args, ...outputs, ...files]);
    for (const [at, format] of REPORTS.entries()) {
      const expected = readFileSync(join(folder, `out.${format}`));
      assert.equal((await download(page, "reports", at)).toString(), expected.toString(), `${format} ${args}`);
    }
  }
  await close();
}

async function parts_are_those_of_the_command(browser) {
  const { page, close } = await open(browser, { acceptDownloads: true });
  const quarantine = join(root, "testdata/quarantine/received.dxi");
  const files = [...generated().map((name) => join(folder, name)), quarantine];
  const paths = ["accepted", "rejected", "reasons"].map((part) => [`--${part}-to`, join(folder, `part.${part}`)]);
  for (const path of files) {
    await check(page, [path]);
    await page.click("#split");
    await ready(page);
    const done = command(["check", "-q", ...paths.flat(), path]);
    assert.equal(await page.locator("#parts a").count(), 3, done.stderr.toString());
    for (const [at, [, part]] of paths.entries()) {
      assert.deepEqual(await download(page, "parts", at), readFileSync(part), `${path} ${part}`);
    }
  }
  // a header with an error leaves nothing to split an electricity file by
  writeFileSync(join(folder, "refused.usr"), "ZHV|x|\n84H|1|2|\nZPT|x|\n");
  await check(page, [join(folder, "refused.usr")]);
  await page.click("#split");
  await ready(page);
  assert.match(await page.textContent("#split-status"), /refused: /);
  await close();
}

async function a_folder_is_read_as_the_command_reads_it(browser) {
  const top = join(folder, "top");
  for (const below of ["b", "a/old", "a.b", ".hidden"]) mkdirSync(join(top, below), { recursive: true });
  const record = "E451234567810A20220101\n";
  for (const name of ["z.txt", "b/1", "a/old/2", "a/3", "a.b/4", ".dot", ".hidden/5"]) writeFileSync(join(top, name), record);
  writeFileSync(join(top, "report.json"), '{"schema":"flagflow-report/1"}\n');
  const { page, close } = await open(browser, { acceptDownloads: true });
  await page.setInputFiles("#folder", top);
  await ready(page);
  const expected = command(["check", "--format", "json", "top"]).stdout.toString();
  assert.equal((await download(page, "reports", 1)).toString(), expected);
  assert.match(await page.textContent("#status"), /1 report of flagflow left out/);
  await close();
}

async function a_run_is_cancelled(browser) {
  writeFileSync(join(folder, "large.txt"), "");
  const million = "E451234567810A20220101\n".repeat(1_000_000);
  for (let times = 0; times < 10; times += 1) appendFileSync(join(folder, "large.txt"), million);
  const { page, close } = await open(browser);
  await page.setInputFiles("#files", join(folder, "large.txt"));
  await page.waitForFunction(() => Number(document.getElementById("progress").value) > 0);
  assert.match(await page.textContent("#bytes"), /^[\d,]+ of [\d,]+ bytes$/);
  await page.click("#cancel");
  assert.match(await page.textContent("#status"), /^Cancelled: 0 of 1 file checked/);
  assert.equal(await page.locator("#downloads").isHidden(), true);
  await check(page, [join(root, "testdata/e45/valid/fixed-bare.txt")]);
  assert.match(await page.textContent("#status"), /^PASSED/);
  await close();
}

async function wrong_options_are_refused(browser) {
  const { page, close } = await open(browser);
  await set(page, "max_line", (input, value) => ((input.type = "text"), (input.value = value)), "many");
  await check(page, [join(root, "testdata/e45/valid/fixed-bare.txt")]);
  assert.match(await page.textContent("#status"), /refused: longest line: many: /);
  await close();
}

/** A meter point is nowhere on the page. */
async function identifiers_are_hidden(browser) {
  const [name] = generated();
  const { page, close } = await open(browser);
  await use(page, ["--mask"]);
  await check(page, [join(folder, name)]);
  const points = readFileSync(join(folder, name), "latin1").match(/(?<=^E45)\d{10}/gm).slice(0, 500);
  const text = await page.evaluate(() => document.body.textContent);
  for (const point of points) assert.ok(!text.includes(String(Number(point))), point);
  await close();
}

async function findings_are_filtered(browser) {
  const names = generated();
  const { page, close } = await open(browser);
  await check(page, names.map((name) => join(folder, name)));
  const visible = () => page.locator("#report details.rule:visible").count();
  const all = await visible();
  await page.uncheck("#show-error");
  const others = await visible();
  assert.ok(others < all && all > 0);
  assert.equal(await page.locator("#report details.rule:visible > summary .badge.error").count(), 0);
  await page.check("#show-error");
  await page.selectOption("#show-rule", { index: 1 });
  const rule = await page.inputValue("#show-rule");
  const rules = await page.$$eval("#report details.rule:not([hidden])", (all) => all.map((it) => it.dataset.rule));
  assert.ok(rules.length > 0 && rules.every((name) => name === rule));
  assert.match(await page.textContent("#filter-status"), new RegExp(`^${rules.length} of ${all} `));
  await close();
}

async function first_records_are_shown(browser) {
  const { page, close } = await open(browser);
  await check(page, [join(root, "testdata/e45/valid/fixed-bare.txt")]);
  const bytes = readFileSync(join(root, "testdata/e45/valid/fixed-bare.txt"), "latin1");
  const records = lines(bytes).map((line) => /^E45(\d{10})(.)(\d{8})$/.exec(line)).slice(0, 100);
  const rows = await page.$$eval("#tables tbody tr", (all) =>
    all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.deepEqual(rows.map(([, , point, flag, day]) => [point.padStart(10, "0"), flag, day.replaceAll("-", "")]),
    records.map(([, point, flag, day]) => [point, flag, day]));
  assert.match(await page.textContent("#text-report"), /fixed-bare\.txt/);
  await close();
}

async function a_profile_is_used(browser) {
  const { page, close } = await open(browser, { acceptDownloads: true });
  await page.setInputFiles("#profiles", join(root, "testdata/profiles/mine.toml"));
  await check(page, [join(root, "testdata/profiles/mine.dat")]);
  const expected = command(["check", "--format", "json", "--profile", "mine.toml", "mine.dat"], join(root, "testdata/profiles"));
  assert.equal((await download(page, "reports", 1)).toString(), expected.stdout.toString());
  await close();
}

/** Nothing but Tab, Enter, Space and arrows, from the choice of a file to its parts. */
async function everything_works_by_keyboard(browser) {
  const [name] = generated();
  const { page, close } = await open(browser, { acceptDownloads: true });
  const focus = async (selector, most = 400) => {
    for (let presses = 0; presses < most; presses += 1) {
      await page.keyboard.press("Tab");
      const found = await page.evaluate((selector) => {
        const at = document.activeElement;
        const seen = at.matches(".button input") ? at.parentElement : at;
        const style = getComputedStyle(seen);
        return at.matches(selector) && { outline: style.outlineStyle };
      }, selector);
      if (found) {
        assert.notEqual(found.outline, "none", `${selector}: focus can be seen`);
        return;
      }
    }
    assert.fail(`${selector} is not reached`);
  };
  await focus(".skip", 1);
  await focus("#files", 2);
  const chooser = await begun(page, "filechooser", () => page.keyboard.press("Space"), "#files");
  await chooser.setFiles(join(folder, name));
  await ready(page);
  assert.match(await page.textContent("#status"), /^FAILED: 1 of 1 file/);
  await focus("#options > summary");
  await page.keyboard.press("Enter");
  await focus("[name=mask]");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await ready(page);
  assert.match(await page.textContent("#report"), /Identifiers are hidden/);
  await focus("#reports a");
  const file = await begun(page, "download", () => page.keyboard.press("Enter"), "#reports a");
  assert.equal(file.suggestedFilename(), "report.txt");
  await focus("#split");
  await page.keyboard.press("Enter");
  await ready(page);
  await focus("#parts a");
  await focus("#show-note");
  await page.keyboard.press("Space");
  assert.equal(await page.isChecked("#show-note"), false);
  await focus("#report summary");
  await focus("#text-report");
  await focus("#tables summary");
  await close();
}

/** Phone and desk, light and dark, before and after a check. */
async function fits_and_is_accessible(browser) {
  const names = generated();
  for (const width of [360, 1280]) {
    for (const colorScheme of ["light", "dark"]) {
      // axe has to be put into the page, which the page's own policy forbids
      const { page, close } = await open(browser, { viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      for (const state of ["empty", "checked"]) {
        if (state === "checked") {
          await check(page, names.map((name) => join(folder, name)));
          await page.click("#split");
          await ready(page);
        }
        await page.$$eval("details", (all) => all.forEach((details) => (details.open = true)));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} pixels in a window of ${width} (${state})`);
        await page.evaluate(axe);
        const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
        const violations = found.violations.map((it) => `${it.id}: ${it.help} (${it.nodes[0].html})`);
        assert.deepEqual(violations, [], `${width} ${colorScheme} ${state}`);
      }
      await close();
    }
  }
}

async function prints(browser) {
  const [name] = generated();
  const { page, close } = await open(browser);
  await check(page, [join(folder, name)]);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#form").isVisible(), false);
  const hidden = await page.$$eval("#report pre", (all) =>
    all.filter((part) => part.getBoundingClientRect().height === 0).length);
  assert.equal(hidden, 0, "what is folded on the screen is on paper");
  assert.ok((await page.pdf({ format: "A4" })).length > 10_000);
  await close();
}

const TESTS = [
  totals_of_every_sample,
  downloads_are_those_of_the_command,
  parts_are_those_of_the_command,
  a_folder_is_read_as_the_command_reads_it,
  a_run_is_cancelled,
  wrong_options_are_refused,
  identifiers_are_hidden,
  findings_are_filtered,
  first_records_are_shown,
  a_profile_is_used,
  everything_works_by_keyboard,
  fits_and_is_accessible,
  prints,
];

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  for (const test of TESTS.filter((test) => only === undefined || test.name.includes(only))) {
    const began = Date.now();
    await test(browser);
    console.log(`ok: ${test.name.replaceAll("_", " ")} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
