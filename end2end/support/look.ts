// Looking at a page as people with other screens and senses do.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

// Both widths and both schemes; what depends on the two together is nothing.
const VIEWS = [
  { width: 1280, height: 800, colorScheme: "light" },
  { width: 360, height: 740, colorScheme: "dark" },
] as const;

/** What can come out differently at another size or in other colours; the rest is the same HTML. */
const OF_THE_VIEW = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"];

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Looks at the page the browser is on, at each size and scheme. Answers with what is wrong, in words. */
export async function lookAt(page: Page, javascript: boolean): Promise<string[]> {
  const wrong: string[] = [];
  const path = new URL(page.url()).pathname;
  for (const [index, { colorScheme, height, width }] of VIEWS.entries()) {
    await page.setViewportSize({ height, width });
    await page.emulateMedia({ colorScheme });
    const where = `${path} at ${width} ${colorScheme}`;
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    if (content! > window!) wrong.push(`${where}: scrolls sideways, ${content} in ${window} pixels`);
    // Frames hold mails as sent, and run no script, axe neither. `options` comes before `withTags`, which adds to it.
    // axe itself is JavaScript; without it the pages are the same HTML.
    if (!javascript) continue;
    const axe = new AxeBuilder({ page }).options({ iframes: false }).setLegacyMode();
    const { violations } = await (index === 0 ? axe.withTags(TAGS) : axe.withRules(OF_THE_VIEW)).analyze();
    for (const { help, id, impact, nodes } of violations) {
      if (impact !== "serious" && impact !== "critical") continue;
      wrong.push(`${where}: ${id} (${impact}): ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`);
    }
  }
  return wrong;
}
