#!/usr/bin/env node
// Looks through every crate that is built in, by the rules of deny.toml: licences, banned crates, where they come from.
//
//   node scripts/deny.mjs
//
// cargo-deny does the same and more, but takes longer to build than all the rest of `make lint` takes.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import parseSpdx from "spdx-expression-parse";
import { parse as parseToml } from "smol-toml";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const rules = parseToml(readFileSync(join(ROOT, "deny.toml"), "utf8"));
const known = new Set(["licenses.allow", "licenses.exceptions", "bans.multiple-versions", "bans.wildcards", "bans.deny", "sources.unknown-registry", "sources.unknown-git"]);
const faults = [];

for (const [section, keys] of Object.entries(rules)) {
  for (const key of Object.keys(keys)) if (!known.has(`${section}.${key}`)) faults.push(`deny.toml: ${section}.${key} is not looked at here; teach scripts/deny.mjs`);
}

const cargo = (...parts) => execFileSync("cargo", parts, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });

/** Name and version of every crate that is in a build: of both halves, on any system, with tests and tools. */
function built() {
  const common = ["tree", "--locked", "--target", "all", "--prefix", "none", "--format", "{p}"];
  const text = cargo(...common, "--workspace") + cargo(...common, "--no-default-features", "--features", "hydrate");
  const crates = new Set();
  for (const line of text.split("\n")) {
    const [, name, version] = /^(\S+) v(\S+)/.exec(line) ?? [];
    if (name) crates.add(`${name}@${version}`);
  }
  return crates;
}

const allowed = new Set(rules.licenses.allow);
const exceptions = new Map((rules.licenses.exceptions ?? []).map(({ allow, crate }) => [crate, new Set(allow)]));

/** Whether a licence expression can be met by allowed licences alone. */
function met(node, crate) {
  if (node.conjunction === "and") return met(node.left, crate) && met(node.right, crate);
  if (node.conjunction === "or") return met(node.left, crate) || met(node.right, crate);
  const id = node.exception ? `${node.license} WITH ${node.exception}` : node.license;
  return allowed.has(id) || (exceptions.get(crate)?.has(id) ?? false);
}

const inBuild = built();
const { packages } = JSON.parse(cargo("metadata", "--locked", "--all-features", "--format-version", "1"));
const banned = new Map(rules.bans.deny.map(({ crate, reason }) => [crate, reason]));
const manifests = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]));

for (const crate of [...inBuild].sort()) {
  const one = manifests.get(crate);
  if (!one) {
    faults.push(`${crate}: cargo metadata does not name it`);
    continue;
  }
  if (banned.has(one.name)) faults.push(`${crate} is banned: ${banned.get(one.name)} (cargo tree -i ${one.name})`);
  if (one.source?.startsWith("git+")) faults.push(`${crate} comes from git, not from the registry`);
  else if (one.source && !one.source.includes("crates.io-index")) faults.push(`${crate} comes from another registry`);
  if (one.source === null && rules.bans.wildcards === "deny") {
    for (const { name, path, req } of one.dependencies) if (req === "*" && !path) faults.push(`${crate} asks for any version of ${name}`);
  }
  if (!one.license) {
    if (!one.license_file || !existsSync(one.license_file)) faults.push(`${crate} names no licence`);
    continue;
  }
  try {
    // Old manifests write MIT/Apache-2.0 for OR.
    if (!met(parseSpdx(one.license.replaceAll("/", " OR ")), one.name)) faults.push(`${crate}: its licence is not allowed: ${one.license}`);
  } catch (error) {
    faults.push(`${crate}: its licence cannot be read: ${one.license} (${error.message})`);
  }
}

if (faults.length) {
  console.error(`deny: ${faults.length === 1 ? "1 fault" : `${faults.length} faults`}\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
  process.exit(1);
}
console.log(`  ${inBuild.size} crates: licences, bans and sources are as deny.toml says.`);
