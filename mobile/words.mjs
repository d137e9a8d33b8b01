// Writes the web app's words as JSON for the mobile app, so that both say the same: `make words`.
// With --check it writes nothing and fails when a file is not what it would write.
//
// A sentence with a gap is a function there and a text with {gap} here; one that differs for one thing and for several
// is {"one": ..., "other": ...}. `node mobile/words.mjs` needs the web app's TypeScript (make web/node_modules/.installed).

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, "../web/src");
const ts = createRequire(join(SOURCES, "../package.json"))("typescript");

const LANGUAGES = ["en", "de", "fr", "es"];
const PLACES = {
  app: "app/words",
  common: "lib/common",
  identify: "features/identify",
  result: "features/result",
  outbox: "features/outbox",
  history: "features/history",
  guides: "features/guides",
  account: "features/account",
};
const FEEDBACK = {
  none: null,
  yes: { was_right: "yes" },
  no: { was_right: "no" },
  another: { was_right: "another", name: "{name}" },
  other: { was_right: "another" },
};

async function load(place, language) {
  const source = readFileSync(join(SOURCES, place, `${language}.ts`), "utf8");
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const code = ts.transpileModule(source, { compilerOptions: options }).outputText;
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).default;
}

function plain(word) {
  if (typeof word === "function") return template(word);
  if (typeof word !== "object") return word;
  return Object.fromEntries(Object.entries(word).map(([name, each]) => [name, plain(each)]));
}

/** The sentence with its gaps named. */
function template(say) {
  const names = /^\(?([^)=]*)\)?\s*=>/.exec(say.toString())[1].split(",").map((name) => name.trim());
  if (names[0] === "feedback") return Object.fromEntries(Object.entries(FEEDBACK).map(([key, said]) => [key, say(said)]));
  const said = (count) => {
    const gaps = names.map((name) => (name === "count" ? count : `{${name}}`));
    return say(...gaps).replace(new RegExp(`\\b${count}\\b`), "{count}");
  };
  const [one, other] = names.includes("isOne") ? [withOne(say, names, true), withOne(say, names, false)] : [said(1), said(7)];
  return one === other ? other : { one, other };
}

/** Here the count is a text, and whether it is one thing is said beside it. */
function withOne(say, names, isOne) {
  return say(...names.map((name) => (name === "isOne" ? isOne : `{${name}}`)));
}

let differs = false;
for (const language of LANGUAGES) {
  const words = {};
  for (const [feature, place] of Object.entries(PLACES)) words[feature] = plain(await load(place, language));
  const text = `${JSON.stringify(words, null, 1)}\n`;
  const path = join(HERE, "src/state/words", `${language}.json`);
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`${path} is not what the web app says: run \`make words\``);
    differs = true;
  }
}
process.exit(differs ? 1 : 0);
