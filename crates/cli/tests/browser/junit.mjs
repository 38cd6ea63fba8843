// Holds JUnit files against the schema of Jenkins' xUnit plugin: node junit.mjs FILE...

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { validateXML } from "xmllint-wasm";

const schema = readFileSync(new URL("junit-10.xsd", import.meta.url), "utf8");
const valid = (xml) => validateXML({ xml: [{ fileName: "report.xml", contents: xml }], schema: [schema] });

for (const path of process.argv.slice(2)) {
  const { errors } = await valid(readFileSync(path, "utf8"));
  assert.deepEqual(errors.map((error) => error.rawMessage), [], path);
  console.log(`ok: ${path} is valid`);
}
assert.equal((await valid("<testsuites><testcase/></testsuites>")).valid, false);
