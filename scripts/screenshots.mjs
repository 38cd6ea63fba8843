// Pictures of an HTML report and of the page for the browser:
// node screenshots.mjs FOLDER REPORT FILE [PAGE]
//
// FILE is the file that the page checks. playwright-core is that of crates/cli/tests/browser.

import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(join(root, "crates/cli/tests/browser/package.json"));
const { chromium } = require("playwright-core");

const [folder, report, file, page_path] = process.argv.slice(2);
const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env.FLAGFLOW_BROWSER ?? PATHS.find(existsSync);

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1000, height: 1200 } });
await page.goto(pathToFileURL(resolve(report)).href);
await page.screenshot({ path: join(folder, "report.png") });
if (page_path) {
  const ready = () => page.waitForFunction(() => document.body.dataset.state === "ready");
  await page.goto(pathToFileURL(resolve(page_path)).href);
  await ready();
  await page.setInputFiles("#files", file);
  await ready();
  await page.screenshot({ path: join(folder, "page.png") });
}
await browser.close();
