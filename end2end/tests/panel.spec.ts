// My Apps as people arrange it: stars, an order, what is hidden, collections. With JavaScript and without.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import { atPath, signIn } from "../support/steps.ts";

const tiles = (page: Page) => page.locator(".tiles > li:visible");
const names = (page: Page) => page.locator(".tiles > li:visible > a").allTextContents();
const rows = (page: Page) => page.locator("ol.sorted > li").evaluateAll((all) => all.map((one) => one.getAttribute("data-name")));

async function awake(page: Page, javascript: boolean): Promise<void> {
  if (javascript) await page.locator("html[data-hydrated]").waitFor();
}

test("A star puts an app on top, and takes it from there again", async ({ demo, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  const before = await names(john);
  const app = before[3]!;
  await john.getByRole("button", { name: `Add ${app} to favourites`, exact: true }).click();
  const favourites = john.getByRole("region", { name: "Favourites" });
  await expect(favourites.getByRole("link", { name: app, exact: true })).toHaveAttribute("href", /^\/apps\/[^/]+\/launch$/);
  expect((await names(john)).sort()).toEqual([...before].sort());
  await john.getByRole("button", { name: `Remove ${app} from favourites`, exact: true }).click();
  await expect(favourites).toHaveCount(0);
  expect(await names(john)).toEqual(before);
});

test("Why an app is there, and how to be spared it", async ({ demo, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  const tile = tiles(john).filter({ has: john.getByRole("link", { name: "Design review", exact: true }) });
  await tile.locator("summary").click();
  await expect(tile.getByRole("heading", { name: "Why do I have this?" })).toBeVisible();
  await expect(tile.getByRole("link", { name: "Aurora partners" })).toHaveAttribute("href", /^\/groups\//);
  await tile.getByRole("button", { name: "Hide Design review", exact: true }).click();
  await expect(john.getByRole("status").first()).toContainText("You have it all the same.");
  await expect(john.getByRole("link", { name: "Design review", exact: true })).toHaveCount(0);
  await john.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(john.getByRole("link", { name: "Design review", exact: true })).toBeVisible();

  await tile.locator("summary").click();
  await tile.getByRole("button", { name: "Hide Design review", exact: true }).click();
  await john.getByRole("link", { name: "Show hidden apps" }).click();
  await john.getByRole("button", { name: "Show Design review again", exact: true }).click();
  await expect(john.getByRole("heading", { name: "Nothing is hidden" })).toBeVisible();
});

test("An order by the keyboard, with the focus kept and words on where it went", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  const before = await names(john);
  await john.getByRole("link", { name: "Arrange", exact: true }).click();
  await awake(john, javascript);
  const last = before.at(-1)!;
  const up = john.getByRole("button", { name: `Move ${last} up`, exact: true });
  await up.focus();
  await john.keyboard.press("Enter");
  await expect(john.getByRole("status").filter({ hasText: last })).toHaveText(`${last}: now ${before.length - 1} of ${before.length}.`);
  await expect(up).toBeFocused();
  await john.keyboard.press("Enter");
  await expect(john.getByRole("status").filter({ hasText: last })).toHaveText(`${last}: now ${before.length - 2} of ${before.length}.`);
  await expect(up).toBeFocused();
  await john.getByRole("button", { name: `Move ${last} to the front`, exact: true }).click();
  await expect.poll(() => rows(john)).toEqual([last, ...before.slice(0, -1)]);
  // It is the server's order, too.
  await expect.poll(async () => (await john.goto(`${demo.url}/`), names(john))).toEqual([last, ...before.slice(0, -1)]);
  await john.goto(`${demo.url}/?arrange=1`);
  await john.getByRole("button", { name: "Reset order", exact: true }).click();
  await expect.poll(() => rows(john)).toEqual(before);
});

test("An order by dragging", async ({ demo, javascript, person }) => {
  test.skip(!javascript, "the buttons do it without");
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await john.goto(`${demo.url}/?arrange=1`);
  await awake(john, javascript);
  const before = await rows(john);
  const row = (index: number) => john.locator("ol.sorted > li").nth(index);
  const saved = john.waitForResponse((answer) => answer.url().endsWith("/api/panel/order"));
  const from = (await row(0).locator(".handle").boundingBox())!;
  const to = (await row(2).boundingBox())!;
  await john.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await john.mouse.down();
  await john.mouse.move(from.x + from.width / 2, to.y + to.height - 4, { steps: 12 });
  await john.mouse.up();
  expect((await saved).status()).toBe(200);
  const after = [before[1], before[2], before[0], ...before.slice(3)];
  expect(await rows(john)).toEqual(after);
  await john.reload();
  expect(await rows(john)).toEqual(after);
  // Escape puts it back.
  await awake(john, javascript);
  const again = (await row(0).locator(".handle").boundingBox())!;
  await john.mouse.move(again.x + 5, again.y + 5);
  await john.mouse.down();
  await john.mouse.move(again.x + 5, to.y + to.height - 4, { steps: 12 });
  await john.keyboard.press("Escape");
  await john.mouse.up();
  expect(await rows(john)).toEqual(after);
});

test("As a grid or as a list", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await john.getByRole("button", { name: "Show as a list", exact: true }).click();
  await expect(john.locator(".tiles.list")).toHaveCount(1);
  await john.goto(`${demo.url}/`);
  await expect(john.getByRole("button", { name: "Show as a list", exact: true })).toHaveAttribute("aria-pressed", "true");
  expect(await lookAt(john, javascript)).toEqual([]);
  await john.getByRole("button", { name: "Show as a grid", exact: true }).click();
  await expect(john.locator(".tiles.list")).toHaveCount(0);
});

test("A search forgives a slip, and says where else to look", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await awake(john, javascript);
  const look = async (words: string) => {
    await john.getByLabel("Search your apps").fill(words);
    if (!javascript) await john.getByLabel("Search your apps").press("Enter");
  };
  await look("desing reveiw");
  await expect(tiles(john)).toHaveText([/Design review/]);
  await look("DÉSIGN");
  await expect(tiles(john)).toHaveText([/Design review/]);
  await look("qqqq");
  await expect(john.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await expect(john.locator("#nothing").getByRole("link", { name: "look into the catalogue" })).toBeVisible();
  await look("");
  expect((await names(john)).length).toBeGreaterThan(4);
});

test("A collection of one's own", async ({ demo, javascript, person }) => {
  test.setTimeout(150_000);
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await john.getByRole("link", { name: "Collections", exact: true }).click();
  expect(await lookAt(john, javascript)).toEqual([]);
  await john.getByLabel("Name").fill("x".repeat(121).slice(0, 120));
  await john.getByLabel("Description").fill("For every <b>Monday</b>");
  await john.getByLabel("Name").fill("Monday & <i>more</i>");
  await john.getByRole("button", { name: "Create collection", exact: true }).click();
  await expect(john.getByRole("heading", { level: 1 })).toHaveText("Monday & <i>more</i>");
  await expect(john.getByLabel("Description")).toHaveValue("For every <b>Monday</b>");
  await john.getByLabel("Search apps to add").fill("desing");
  await john.getByRole("button", { name: "Search", exact: true }).click();
  await john.getByLabel("Design review").check();
  await john.getByRole("button", { name: "Add apps", exact: true }).click();
  await expect.poll(() => rows(john)).toEqual(["Design review"]);
  // Two more, one step up, one out.
  for (const box of (await john.locator("input[name='apps[]']").all()).slice(0, 2)) await box.check();
  await john.getByRole("button", { name: "Add apps", exact: true }).click();
  await expect(john.locator("ol.sorted > li")).toHaveCount(3);
  const three = await rows(john);
  await awake(john, javascript);
  await john.getByRole("button", { name: `Move ${three[2]} up`, exact: true }).click();
  await expect.poll(() => rows(john)).toEqual([three[0], three[2], three[1]]);
  await john.getByRole("button", { name: `Take ${three[1]} out`, exact: true }).click();
  await expect.poll(() => rows(john)).toEqual([three[0], three[2]]);
  expect(await lookAt(john, javascript)).toEqual([]);

  await john.goto(`${demo.url}/`);
  await john.getByRole("navigation", { name: "Collections" }).getByRole("link", { name: "Monday & <i>more</i>" }).click();
  expect(await names(john)).toEqual([three[0], three[2]]);
  expect(await lookAt(john, javascript)).toEqual([]);

  await john.getByRole("link", { name: "Change this collection" }).click();
  await john.getByRole("link", { name: "Delete collection" }).click();
  expect(await lookAt(john, javascript)).toEqual([]);
  await john.getByRole("button", { name: "Delete", exact: true }).click();
  await john.waitForURL(atPath("/collections"));
  await john.goto(`${demo.url}/`);
  await expect(john.getByRole("navigation", { name: "Collections" }).getByRole("link")).toHaveText(["All apps", "Every day", "Building"]);
});

test("What is refused keeps what was typed", async ({ demo, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await john.goto(`${demo.url}/collections`);
  await john.locator("form").evaluateAll((forms) => forms.forEach((form) => ((form as HTMLFormElement).noValidate = true)));
  await john.getByLabel("Name").fill("   ");
  await john.getByLabel("Description").fill("Typed with care");
  await john.getByRole("button", { name: "Create collection", exact: true }).click();
  await expect(john.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await expect(john.getByLabel("Description")).toHaveValue("Typed with care");
});

test("A collection of the organization's", async ({ complaints, demo, javascript, person }) => {
  test.setTimeout(150_000);
  const ada = await person("Ada");
  const john = await person("John");
  await signIn(ada, demo.url, "Ada Admin");
  await signIn(john, demo.url, "John Doe");
  await ada.goto(`${demo.url}/collections`);
  await ada.getByRole("link", { name: "The organization’s collections" }).click();
  await ada.getByLabel("Name").fill("Studio");
  await ada.getByRole("button", { name: "Create collection", exact: true }).click();
  await ada.getByLabel("Search apps to add").fill("des");
  await ada.getByRole("button", { name: "Search", exact: true }).first().click();
  await ada.getByLabel("Design review").check();
  await ada.getByRole("button", { name: "Add apps", exact: true }).click();
  await expect.poll(() => rows(ada)).toEqual(["Design review"]);
  expect(await lookAt(ada, javascript)).toEqual([]);

  const tab = () => john.getByRole("navigation", { name: "Collections" }).getByRole("link", { name: "Studio" });
  await john.goto(`${demo.url}/`);
  await tab().click();
  expect(await names(john)).toEqual(["Design review"]);
  // For the people of one group only.
  await ada.getByLabel("Search groups").fill("aurora");
  await ada.getByRole("button", { name: "Search", exact: true }).last().click();
  await ada.getByRole("button", { name: "Show it to Aurora partners", exact: true }).click();
  await expect(ada.getByText("Only people of these groups see it.")).toBeVisible();
  await john.goto(`${demo.url}/collections`);
  await john.getByRole("button", { name: "Hide Studio", exact: true }).click();
  await expect(john.getByRole("status").first()).toContainText("hidden");
  await john.goto(`${demo.url}/`);
  await expect(tab()).toHaveCount(0);
  await ada.goto(`${demo.url}/admin/collections`);
  expect(await lookAt(ada, javascript)).toEqual([]);
  complaints.expect(/403 /);
  await john.goto(`${demo.url}/admin/collections`);
  await expect(john.getByRole("heading", { level: 1 })).not.toHaveText("The organization’s collections");
});

test("Arranging and hidden apps for other eyes", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await john.getByRole("button", { name: "Add Design review to favourites", exact: true }).click();
  await john.locator("summary").first().click();
  expect(await lookAt(john, javascript)).toEqual([]);
  for (const path of ["/?arrange=1", "/?show=hidden", "/?q=des", "/?q=qqqq"]) {
    await john.goto(demo.url + path);
    expect(await lookAt(john, javascript)).toEqual([]);
  }
});
