// Wakes the Leptos islands of a page. Every page works without it.
//
// Does what leptos 0.8's own `hydration/island_script.js` does, with three differences: it fetches nothing on a page
// without islands, it fetches script and WASM at the same time, and it is a file (the content security policy allows
// no script in the page). Compare the two whenever Leptos is updated.
//
// `PACKAGE_JS` and `PACKAGE_WASM` are put in by build-site.mjs: the hashed names, in this file's own folder.

const parentChildrenCallbacks = [];

async function hydrateIsland(element, id, islands) {
  const hydrate = islands[id];
  if (!hydrate) {
    console.warn(`Could not find WASM function for the island ${id}.`);
    return;
  }
  // Children handed to an island are wrapped in <leptos-children>; the nearest one restores its owner's context.
  parentChildrenCallbacks.at(-1)?.();
  await hydrate(element);
}

// Parents before children, one after the other: the order in which the server rendered them.
async function hydrateTree(element, islands) {
  const tag = element.localName;
  if (tag === "leptos-island") {
    await hydrateIsland(element, element.dataset.component || null, islands);
  }
  const isChildren = tag === "leptos-children";
  if (isChildren) parentChildrenCallbacks.push(element.$$on_hydrate);
  for (const child of element.children) await hydrateTree(child, islands);
  if (isChildren) parentChildrenCallbacks.pop();
}

async function start() {
  const wasm = fetch(new URL(PACKAGE_WASM, import.meta.url));
  wasm.catch(() => {}); // Reported below, by whoever awaits it.
  const islands = await import(new URL(PACKAGE_JS, import.meta.url).href);
  await islands.default({ module_or_path: wasm });
  islands.hydrate();
  // Leptos calls this for islands that arrive later.
  window.__hydrateIsland = (element, id) => hydrateIsland(element, id, islands);
  await hydrateTree(document.body, islands);
  // For tests and style: from here on, typing and clicking reach the islands.
  document.documentElement.dataset.hydrated = "";
}

if (document.querySelector("leptos-island")) {
  const whenIdle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 1));
  // Leaving the page breaks off both downloads: worth a note, not an error.
  whenIdle(() => start().catch((reason) => console.warn("This page stays without its interactive parts:", reason)), { timeout: 500 });
}
