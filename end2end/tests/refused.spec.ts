// A refused form keeps what was typed and says at the field what is wrong, with JavaScript and without.

import { expect, test } from "../support/fixtures.ts";
import { fillInvitation, openGroup, signIn, skipBrowserChecks } from "../support/steps.ts";

const MESSAGE = `First line\nsecond: </textarea><script>document.title = "broken"</script> "quoted" & 'all'`;

for (const { what, address } of [
  { what: "something that is no address", address: "not an address" },
  { what: "an address of the organization itself", address: "someone.new@woodgrove.example" },
]) {
  test(`The invitation of ${what} is refused and keeps what was typed`, async ({ demo, mailbox, person }) => {
    const john = await person("John");
    await signIn(john, demo.url, "John Doe");
    await openGroup(john, demo.url, "Aurora partners");
    await fillInvitation(john, address, MESSAGE);
    await skipBrowserChecks(john);
    await john.getByRole("button", { name: "Send invitation", exact: true }).click();

    const field = john.getByLabel("Email address");
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveValue(address);
    await expect(john.getByLabel("Message")).toHaveValue(MESSAGE);
    await expect(john).not.toHaveTitle("broken");
    // Said at the field, for everyone: seen, and read out with it.
    const ids = `${(await field.getAttribute("aria-describedby")) ?? ""} ${(await field.getAttribute("aria-errormessage")) ?? ""}`.trim().split(/\s+/);
    const said = john.locator(ids.filter(Boolean).map((id) => `[id="${id}"]`).join(", ")).filter({ hasText: /\w/ });
    await expect(said.first()).toBeVisible();
    // A refusal, not the field's usual hint: another address takes it away.
    expect(await mailbox.to(address)).toEqual([]);

    // Put right, it goes.
    await field.fill("mira@studio-north.example");
    await john.getByRole("button", { name: "Send invitation", exact: true }).click();
    const { mail } = await mailbox.invitation("mira@studio-north.example");
    expect(mail.text).toContain("</textarea><script>");
    expect(mail.html).not.toContain("<script>document.title");
  });
}
