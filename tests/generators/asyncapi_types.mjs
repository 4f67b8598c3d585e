// Types of the live channel, made by public tools: `asyncapi_types.mjs DOCUMENT TYPES`. Says what the
// parser of AsyncAPI finds wrong, and writes the types of all schemas.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";

const tools = createRequire(`${process.env.TOOLS}/`);
const { Parser } = tools("@asyncapi/parser");
const { compile } = tools("json-schema-to-typescript");

const [file, types] = process.argv.slice(2);
const text = await readFile(file, "utf8");
const { document, diagnostics } = await new Parser().parse(text);
for (const { code, message, path } of diagnostics) {
  if (code !== "asyncapi-latest-version") console.log(`${code} ${path.join("/")}: ${message}`);
}
console.error(`${document?.operations().all().length} operations`);

const { schemas } = JSON.parse(text.replaceAll("#/components/schemas/", "#/definitions/")).components;
const every = Object.keys(schemas).map((name) => ({ $ref: `#/definitions/${name}` }));
const whole = { title: "Channel", anyOf: every, definitions: schemas };
const options = { bannerComment: "", format: false, additionalProperties: false };
await writeFile(types, await compile(whole, "Channel", options));
