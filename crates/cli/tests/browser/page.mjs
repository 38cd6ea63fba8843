// Looks at HTML reports in a real browser: node page.mjs REPORT.html REPORT.jsonl [SCREENSHOTS]
//
// No errors in the console, no request but for the page itself, totals equal to those of the JSON
// report, every disclosure opened by keyboard alone, no horizontal overflow at 360 pixels, nothing
// that axe-core objects to, in light and dark, and a PDF in which every finding stands. With a third
// argument it leaves pictures of what it saw in that folder.

import assert from "node:assert/strict";
import { readFileSync, existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page_path, json_path, pictures] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const reports = readFileSync(json_path, "utf8").split("\n").filter(Boolean).map(JSON.parse);
const address = pathToFileURL(resolve(page_path)).href;

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env.FLAGFLOW_BROWSER ?? PATHS.find(existsSync);
if (pictures) mkdirSync(pictures, { recursive: true });

/** Opens the report in a window of its own; what goes wrong in it is listed in `wrong`. */
async function open(browser, options) {
  const context = await browser.newContext({ ...options, bypassCSP: options.bypassCSP ?? false });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error}`));
  page.on("dialog", (dialog) => wrong.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith("data:")) wrong.push(`request: ${url}`);
  });
  await page.goto(address);
  return { page, wrong, close: () => context.close() };
}

/** What the page says of each file: its totals, by the attributes that its numbers carry. */
function totals(page) {
  return page.$$eval("article", (articles) =>
    articles
      .filter((article) => article.querySelector("[data-total]"))
      .map((article) => {
        const numbers = (selector, key) =>
          Object.fromEntries(
            [...article.querySelectorAll(selector)].map((element) => [
              element.dataset[key],
              Number(element.dataset.count),
            ]),
          );
        // the number that a person reads is the one that the attribute has
        const shown = (element) =>
          Number((element.querySelector(".number, .count") ?? element).textContent.replace(/\D/g, ""));
        for (const element of article.querySelectorAll("[data-count]")) {
          if (shown(element) !== Number(element.dataset.count)) {
            throw new Error(`${element.outerHTML} shows ${shown(element)}`);
          }
        }
        return {
          file: article.querySelector("h2").textContent,
          ...numbers("[data-total]", "total"),
          flags: numbers("[data-flag]", "flag"),
          totals: numbers("[data-rule]", "rule"),
          months: Object.values(numbers("[data-months]", "months")).reduce((a, b) => a + b, 0),
        };
      }),
  );
}

async function totals_are_those_of_the_json(browser) {
  const { page, wrong, close } = await open(browser, { viewport: { width: 1280, height: 900 } });
  const shown = await totals(page);
  assert.equal(shown.length, reports.length, "as many files as the JSON has");
  for (const [at, report] of reports.entries()) {
    const { records, accepted, rejected, flags, totals } = report;
    const { bytes, months, file, ...page_says } = shown[at];
    assert.deepEqual(page_says, { records, accepted, rejected, flags, totals }, report.file);
    assert.equal(months, accepted, "every accepted record is in the histogram");
  }
  assert.deepEqual(wrong, []);
  await close();
}

async function every_disclosure_opens_by_keyboard(browser) {
  const { page, wrong, close } = await open(browser, { viewport: { width: 1280, height: 900 } });
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const summaries = await page.locator("summary").count();
  const toggled = new Set();
  for (let presses = 0; toggled.size < summaries && presses < 20 * summaries + 200; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() =>
      [...document.querySelectorAll("summary")].indexOf(document.activeElement),
    );
    if (at < 0 || toggled.has(at)) continue;
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, "none", "focus can be seen");
    const is_open = () => page.evaluate(() => document.activeElement.parentElement.open);
    const before = await is_open();
    await page.keyboard.press("Enter");
    assert.equal(await is_open(), !before, "Enter opens and closes");
    if (before) await page.keyboard.press("Space");
    assert.equal(await is_open(), true);
    toggled.add(at);
  }
  assert.equal(toggled.size, summaries, "every disclosure was reached");
  assert.equal(await page.locator("details:not([open])").count(), 0);
  assert.deepEqual(wrong, []);
  await close();
}

/** Phone and desk, light and dark: nothing stands out to the side, nothing that axe objects to. */
async function fits_and_is_accessible(browser) {
  for (const width of [360, 1280]) {
    for (const colorScheme of ["light", "dark"]) {
      // axe has to be put into the page, which the page's own policy forbids
      const view = { viewport: { width, height: 800 }, colorScheme, bypassCSP: true };
      const { page, wrong, close } = await open(browser, view);
      for (const state of ["closed", "open"]) {
        if (state === "open") {
          await page.$$eval("details", (all) => all.forEach((details) => (details.open = true)));
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} pixels in a window of ${width} (${state})`);
        const name = `${width}-${colorScheme}-${state}`;
        if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
        // what axe looks at does not depend on the width but for this one
        if (width !== 360 && state === "open") continue;
        await page.evaluate(axe);
        const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
        const said = found.violations.map((v) => `${v.id}: ${v.help} (${v.nodes[0].html})`);
        assert.deepEqual(said, [], name);
      }
      assert.deepEqual(wrong, []);
      await close();
    }
  }
}

async function prints(browser) {
  const { page, close } = await open(browser, { viewport: { width: 1280, height: 900 } });
  await page.emulateMedia({ media: "print" });
  const hidden = await page.$$eval("pre, .place", (all) =>
    all.filter((element) => element.getBoundingClientRect().height === 0).length,
  );
  assert.equal(hidden, 0, "what is closed on the screen stands on paper");
  const path = pictures ? `${pictures}/print.pdf` : undefined;
  assert.ok((await page.pdf({ format: "A4", path })).length > 10_000);
  await close();
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  for (const test of [
    totals_are_those_of_the_json,
    every_disclosure_opens_by_keyboard,
    fits_and_is_accessible,
    prints,
  ]) {
    await test(browser);
    console.log(`ok: ${test.name.replaceAll("_", " ")}`);
  }
} finally {
  await browser.close();
}
