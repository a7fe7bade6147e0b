#!/usr/bin/env node
// Builds target/site: everything a browser is sent besides pages. The server embeds the folder.
//
//   node scripts/build-site.mjs
//
// Comes after `make wasm` and before the build of the server. Writes a file only if its content changed, and removes what earlier builds left, so that
// cargo rebuilds the server only for a reason. `target/site/manifest.json` tells the server the names.

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TARGET = join(ROOT, "target");
const SITE = join(TARGET, "site");
const WORK = join(TARGET, "site-work"); // Results of slow steps, each with the hash of what it was made from.
const WASM = join(TARGET, "wasm32-unknown-unknown/quick/access_panel.wasm");
const BINDGEN = join(TARGET, "quick/bindgen");
const WASM_OPT = join(ROOT, "scripts/node_modules/binaryen/bin/wasm-opt");
const NAME = "access-panel";

/** JS, WASM and CSS together, compressed with brotli, in bytes. */
const BUDGET = 150_000;

/** What rustc 1.95 may use on wasm32-unknown-unknown, and every browser of the last years understands. */
const WASM_FEATURES = [
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-call-indirect-overlong",
  "--enable-multivalue",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-sign-ext",
];

/** Nesting, `oklch()`, layers and `light-dark()` stay as written. */
const BROWSERS = ["chrome123", "edge123", "firefox125", "safari17.5"];

const COMPRESSIBLE = new Set([".css", ".html", ".ico", ".js", ".json", ".map", ".svg", ".txt", ".wasm", ".webmanifest", ".xml"]);

function stop(message) {
  console.error(`\nbuild-site: ${message}`);
  process.exit(1);
}

function need(path, how) {
  if (!existsSync(path)) stop(`${relative(ROOT, path)} is missing. ${how}`);
}

const hash = (...parts) => {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part).update("\0");
  return digest.digest("hex");
};

/** `make` again only if `key` changed since last time. The names of its files are fixed; all are in `folder`. */
function cached(folder, key, make) {
  const stamp = join(folder, "made-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make();
  writeFileSync(stamp, key);
}

/** Path in the site → content. */
const files = new Map();

/** Puts a file under `pkg/`, with its content's hash in its name. Returns its path in the site. */
function addHashed(name, content) {
  const extension = extname(name);
  const path = `pkg/${basename(name, extension)}.${hash(content).slice(0, 12)}${extension}`;
  files.set(path, Buffer.from(content));
  return path;
}

function everyFileIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

// --- What must be there -------------------------------------------------------------------------------------------

need(join(ROOT, "scripts/node_modules/esbuild"), "`make setup` installs it.");
need(WASM_OPT, "`make setup` installs it.");
need(BINDGEN, "`make wasm` builds it.");
need(WASM, "`make wasm` builds it.");
need(join(ROOT, "style/main.css"), "The style sheet belongs there.");
const esbuild = await import("esbuild");

// --- WASM and the JS beside it ------------------------------------------------------------------------------------

const wasm = readFileSync(WASM);
const bound = join(WORK, "bound");
const binaryenVersion = JSON.parse(readFileSync(join(ROOT, "scripts/node_modules/binaryen/package.json"), "utf8")).version;
cached(bound, hash(wasm, readFileSync(BINDGEN), binaryenVersion, WASM_FEATURES.join(" ")), () => {
  console.log("  Shrinking the WASM (some ten seconds) …");
  execFileSync(BINDGEN, [WASM, bound, NAME], { stdio: "inherit" });
  const before = join(bound, `${NAME}_bg.wasm`);
  execFileSync(process.execPath, [WASM_OPT, "-Oz", "--strip-debug", "--strip-producers", ...WASM_FEATURES, before, "-o", join(bound, "small.wasm")], {
    stdio: "inherit",
  });
});
const wasmPath = addHashed(`${NAME}_bg.wasm`, readFileSync(join(bound, "small.wasm")));

// Bundled, so that snippets of other crates come along.
const js = await esbuild.build({
  entryPoints: [join(bound, `${NAME}.js`)],
  bundle: true,
  format: "esm",
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  target: BROWSERS,
  write: false,
});
const jsPath = addHashed(`${NAME}.js`, js.outputFiles[0].text.replaceAll(`${NAME}_bg.wasm`, basename(wasmPath)));

const boot = await esbuild.build({
  entryPoints: [join(ROOT, "scripts/boot.js")],
  define: { PACKAGE_JS: JSON.stringify(basename(jsPath)), PACKAGE_WASM: JSON.stringify(basename(wasmPath)) },
  format: "esm",
  logLevel: "warning",
  minify: true,
  target: BROWSERS,
  write: false,
});
const bootPath = addHashed("boot.js", boot.outputFiles[0].text);

// --- Style --------------------------------------------------------------------------------------------------------

// `url(/…)` is a file of public/ and stays; a relative one is taken along under a hashed name.
const style = await esbuild.build({
  entryPoints: [join(ROOT, "style/main.css")],
  assetNames: "[name].[hash]",
  bundle: true,
  legalComments: "none",
  loader: Object.fromEntries([".avif", ".jpg", ".png", ".svg", ".webp", ".woff2"].map((extension) => [extension, "file"])),
  logLevel: "warning",
  minify: true,
  outdir: join(SITE, "pkg"),
  plugins: [
    {
      name: "public files",
      setup: (build) => build.onResolve({ filter: /^\// }, ({ kind, path }) => (kind === "url-token" ? { path, external: true } : undefined)),
    },
  ],
  target: BROWSERS,
  write: false,
});
let stylePath;
for (const file of style.outputFiles) {
  if (file.path.endsWith(".css")) stylePath = addHashed("main.css", file.text);
  else files.set(relative(SITE, file.path), Buffer.from(file.contents));
}

// --- public/ ------------------------------------------------------------------------------------------------------

for (const name of everyFileIn(join(ROOT, "public"))) {
  if (files.has(name) || name === "manifest.json") stop(`public/${name} would overwrite a file of the build.`);
  files.set(name, readFileSync(join(ROOT, "public", name)));
}

// --- The manifest, and everything onto the disk -------------------------------------------------------------------

// `digest` changes with any file: cargo sees only files it embedded before, so this is how it learns of new ones.
const digest = hash(...[...files].sort(([a], [b]) => (a < b ? -1 : 1)).flat()).slice(0, 16);
const manifest = { style: stylePath, boot: bootPath, js: jsPath, wasm: wasmPath, digest };
const manifestText = JSON.stringify(manifest, null, 2) + "\n";

const kept = new Set(["manifest.json"]);
const brotliSizes = new Map();
let written = 0;

function write(path, content) {
  kept.add(path);
  const full = join(SITE, path);
  if (existsSync(full) && readFileSync(full).equals(content)) return;
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  written += 1;
}

// Quality 11 takes seconds for WASM: keep what was compressed before, by content.
function compressed(content) {
  const folder = join(WORK, "compressed");
  const name = hash(content);
  const results = [`${name}.br`, `${name}.gz`].map((file) => join(folder, file));
  if (!results.every((file) => existsSync(file))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(results[0], brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
    writeFileSync(results[1], gzipSync(content, { level: 9 }));
  }
  return { names: [`${name}.br`, `${name}.gz`], br: readFileSync(results[0]), gz: readFileSync(results[1]) };
}

const compressedNames = new Set();
for (const [path, content] of files) {
  write(path, content);
  if (!COMPRESSIBLE.has(extname(path))) continue;
  const { names, br, gz } = compressed(content);
  names.forEach((name) => compressedNames.add(name));
  brotliSizes.set(path, br.length);
  // A sibling that is no smaller would only cost its reader time.
  if (br.length < content.length) write(`${path}.br`, br);
  if (gz.length < content.length) write(`${path}.gz`, gz);
}
for (const name of everyFileIn(join(WORK, "compressed"))) if (!compressedNames.has(name)) rmSync(join(WORK, "compressed", name));
for (const path of everyFileIn(SITE)) {
  if (kept.has(path)) continue;
  rmSync(join(SITE, path));
  written += 1;
}
// Last: whoever reads it finds all it names.
write("manifest.json", Buffer.from(manifestText));

// --- What it weighs -----------------------------------------------------------------------------------------------

const kilobytes = (bytes) => (bytes / 1000).toFixed(1).padStart(8);
const rows = [jsPath, wasmPath, stylePath, bootPath].map((path) => [path, files.get(path).length, brotliSizes.get(path)]);
const total = rows.reduce((sum, [, , brotli]) => sum + brotli, 0);
console.log(`  ${"".padEnd(44)}${"kB".padStart(8)}${"brotli".padStart(8)}`);
for (const [path, plain, brotli] of rows) console.log(`  ${path.padEnd(44)}${kilobytes(plain)}${kilobytes(brotli)}`);
console.log(`  ${"together".padEnd(44)}${kilobytes(rows.reduce((sum, [, plain]) => sum + plain, 0))}${kilobytes(total)}  (at most ${BUDGET / 1000})`);
console.log(written ? `  target/site: ${files.size} files, ${written} changes.` : "  target/site: nothing changed.");
if (total > BUDGET) stop(`the page weighs ${(total / 1000).toFixed(1)} kB with brotli; ${BUDGET / 1000} kB is the most we allow ourselves.`);
