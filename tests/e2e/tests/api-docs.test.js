// The API's document as a page: readable at both widths, with and without scripts, and with nothing from another host.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { visit } from "../support/gallery.js";
import { startNewsroom } from "../support/newsroom.js";
import { openBrowser } from "../support/reader.js";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

test("every call can be found and read", async (t) => {
  const { open, page, judge } = await visit(t, browser);
  const hosts = new Set();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  await open(`${newsroom.masthead}/docs/api`, "api-docs");
  const link = page.getByRole("link", { name: "POST /v1/checkout" });
  await link.click();
  assert.equal(new URL(page.url()).hash, "#startCheckout");
  const call = page.locator("#startCheckout");
  await call.getByText("An example").first().click();
  assert.match(await call.locator("details pre").first().innerText(), /checkout_url/);
  assert.match(await call.innerText(), /curl/);
  await call.getByRole("link", { name: "CheckoutRequest" }).click();
  assert.match(await page.locator("#schema-CheckoutRequest").innerText(), /attribution/);
  assert.deepEqual([...hosts], [new URL(newsroom.masthead).host]);
  judge();
});
