// Cancelling and withdrawing without signing in: by keyboard, without JavaScript, wide and narrow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { visit } from "../support/gallery.js";
import { startNewsroom } from "../support/newsroom.js";
import { NARROW, newReader, openBrowser } from "../support/reader.js";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

test("every state of the page is fit to look at", async (t) => {
  const { look, open, page, press, fill, expect, judge } = await visit(t, browser);
  await open(`${newsroom.masthead}/cancel`, "cancel");
  await page.locator("main form").evaluate((form) => (form.noValidate = true));
  expect(422, "/cancel");
  await press("Go on");
  await page.locator("#name-fault").waitFor();
  await look("cancel-faults");
  await fill("Your name", "Olena Reader");
  await fill("Your e-mail address", "looks@example.org");
  await press("Go on");
  await page.getByRole("button", { name: "Cancel now", exact: true }).waitFor();
  await look("cancel-check");
  await press("Cancel now");
  await page.getByRole("heading", { name: "We have received it" }).waitFor();
  await look("cancel-done");
  judge();
});

test("by keyboard, without JavaScript, on a telephone", async (t) => {
  const { page } = await newReader(t, browser, { scripts: false, width: NARROW });
  const email = "keyboard@example.org";
  await page.goto(`${newsroom.masthead}/`);
  await page.getByRole("link", { name: "Withdraw from a contract here" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/cancel\?kind=withdrawal$/);
  const withdraw = page.getByRole("radio", { name: /^Withdraw from the contract/ });
  assert.ok(await withdraw.isChecked(), "the link has chosen");
  await withdraw.focus();
  for (const words of ["Olena Reader", email]) {
    await page.keyboard.press("Tab");
    await page.keyboard.type(words);
  }
  await page.keyboard.press("Enter");
  const button = page.getByRole("button", { name: "Confirm withdrawal", exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "We have received it" }).waitFor();
  await page.getByText("Received on", { exact: true }).waitFor();
  const mail = await newsroom.mail(email, /We have your withdrawal/);
  const reference = (await page.locator("dd").last().textContent()).trim();
  assert.ok(mail.text.includes(reference), `${reference} is in the mail`);
});
