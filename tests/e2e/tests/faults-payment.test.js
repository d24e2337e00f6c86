// What goes wrong around paying, in real browsers. The numbers are the rows of the table of faults.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startNewsroom } from "../support/newsroom.js";
import { newReader, openBrowser } from "../support/reader.js";
import { choose, join, pay, PAYS } from "../support/steps.js";
import { until } from "../support/until.js";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

/** The subscriptions of every customer with this address, at the sandbox. */
async function subscriptionsOf(email) {
  const customers = (await newsroom.stripe("customers?limit=100")).data.filter((one) => one.email === email);
  const lists = customers.map((one) => newsroom.stripe(`subscriptions?customer=${one.id}&status=all&limit=100`));
  return (await Promise.all(lists)).flatMap((list) => list.data);
}

const live = (subscriptions) => subscriptions.filter((one) => one.status === "active");

/** Asserts that this browser is nobody's at Masthead. */
async function assertStranger(reader) {
  const page = await reader.newPage();
  await page.goto(`${newsroom.masthead}/account`);
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  reader.expect(401, "/v1/me");
  const me = await page.evaluate(async () => {
    const answer = await fetch("/v1/me");
    return { status: answer.status, text: await answer.text() };
  });
  assert.equal(me.status, 401);
  assert.doesNotMatch(me.text, /mem_|@example/);
  await page.close();
}

test("10: a pressed button pressed twice, and two tabs, leave one subscription", async (t) => {
  const email = "two-tabs@example.org";
  const { count } = await newsroom.campaign();
  const { page, newPage, expect } = await newReader(t, browser);
  const second = await newPage();
  await page.goto(`${newsroom.masthead}/join`);
  await page.getByLabel("Your e-mail address").fill(email);
  await page.getByRole("button", { name: /Become a member/ }).dblclick();
  await page.waitForURL(/\/c\/pay\//);
  await second.goto(`${newsroom.masthead}/join`);
  await choose(second, email);
  await pay(second);
  await second.getByRole("heading", { name: "You’re in." }).waitFor();

  // The first tab's payment page is dead by now; whatever it is sent, it takes nothing.
  expect(410, new URL(page.url()).pathname);
  expect(409, new URL(page.url()).pathname);
  expect(400, new URL(page.url()).pathname);
  await pay(page, PAYS);
  await page.waitForLoadState();
  const words = await page.locator("main").innerText();
  t.diagnostic(`the first tab reads: ${words.replace(/\s+/g, " ").slice(0, 160)}`);
  await until("one subscription lives", async () => live(await subscriptionsOf(email)).length === 1);
  assert.equal((await newsroom.campaign()).count, count + 1);
  assert.equal((await newsroom.stripe("charges?limit=100")).data.filter((one) => one.billing_details.email === email && one.paid && !one.refunded).length, 1);
});

test("10: one address, two people at the same moment: one subscription stays", async (t) => {
  const email = "same-moment@example.org";
  const { count } = await newsroom.campaign();
  const pages = await Promise.all([1, 2].map(async () => (await newReader(t, browser)).page));
  for (const page of pages) {
    await page.goto(`${newsroom.masthead}/join`);
    await choose(page, email);
  }
  await Promise.all(pages.map((page) => pay(page)));
  await Promise.all(pages.map((page) => page.getByRole("heading", { name: /^(You’re (in|a member already)|Thank you\. Now)/ }).waitFor()));
  await until("one of two subscriptions lives", async () => {
    const all = await subscriptionsOf(email);
    return all.length === 2 && live(all).length === 1;
  });
  await newsroom.mail(email, /second payment goes back/);
  await until("one of two charges is refunded", async () => (await refundedOf(email)).length === 1);
  assert.equal((await newsroom.campaign()).count, count + 1);
});

/** Charges to customers with this address that have been refunded in full. */
async function refundedOf(email) {
  const ids = (await newsroom.stripe("customers?limit=100")).data.filter((one) => one.email === email).map((one) => one.id);
  const charges = (await newsroom.stripe("charges?limit=100")).data.filter((one) => ids.includes(one.customer));
  return charges.filter((one) => one.refunded && one.amount_refunded === one.amount);
}

test("10a: whoever pays with a member's address learns nothing and gets the money back", async (t) => {
  const email = "owner@example.org";
  const owner = await newReader(t, browser);
  await join(owner.page, newsroom, email);
  const { count } = await newsroom.campaign();
  const stranger = await newReader(t, browser, { wired: true });
  await stranger.page.goto(`${newsroom.masthead}/join`);
  await choose(stranger.page, email, /€15 a month/);
  await pay(stranger.page);
  await stranger.page.getByRole("heading", { name: "Thank you. Now check your mail." }).waitFor();
  const mail = await newsroom.mail(email, /second payment goes back/);
  await stranger.page.reload();
  const told = await stranger.page.locator("main").innerText();
  assert.doesNotMatch(told, /already|number|no\. \d|account/i, "the thanks say nothing about the address");
  await assertStranger(stranger);
  const sent = stranger.wire.seen.filter(({ url }) => url.startsWith(newsroom.masthead));
  for (const { url, body } of sent) assert.doesNotMatch(body, /mem_[0-9a-f]/, `${url} names a member`);

  assert.match(mail.text, /€15/);
  assert.match(mail.text, /cancelled/);
  await until("the second subscription is cancelled", async () => {
    const all = await subscriptionsOf(email);
    return all.length === 2 && live(all).length === 1 && live(all)[0].items.data[0].price.unit_amount === 700;
  });
  const refunded = await until("the second charge is refunded", async () => {
    const found = await refundedOf(email);
    return found.length > 0 && found;
  });
  assert.deepEqual(refunded.map((one) => one.amount), [1500]);
  assert.equal((await newsroom.campaign()).count, count);
  await owner.page.goto(`${newsroom.masthead}/account`);
  await owner.page.getByText("€7 a month", { exact: true }).waitFor();
});

test("12: the page of thanks, opened elsewhere or made up, signs nobody in and tells nothing", async (t) => {
  const email = "thanked@example.org";
  const payer = await newReader(t, browser);
  await join(payer.page, newsroom, email);
  const thanks = payer.page.url();
  const { count } = await newsroom.campaign();
  const forged = thanks.replace(/.{6}$/, "000000");
  for (const address of [thanks, forged, `${newsroom.masthead}/welcome`]) {
    const other = await newReader(t, browser);
    other.expect(404, "/welcome");
    const answer = await other.page.goto(address);
    assert.equal(answer.status(), 404, address);
    await other.page.getByRole("heading", { name: "This page is for the browser that paid" }).waitFor();
    const page = await other.page.content();
    assert.doesNotMatch(page, /thanked|member no|You’re in/i);
    assert.deepEqual(await other.context.cookies(), [], "no cookie is set");
    await assertStranger(other);
  }
  // Leaving the payment page by its address, unpaid, makes no member either.
  const unpaid = await newReader(t, browser);
  await unpaid.page.goto(`${newsroom.masthead}/join`);
  await choose(unpaid.page, "unpaid@example.org");
  const session = new URL(unpaid.page.url()).pathname.split("/").pop();
  const { success_url: success } = await newsroom.stripe(`checkout/sessions/${session}`);
  await unpaid.page.goto(success);
  await unpaid.page.getByText("Nothing was taken").waitFor();
  await assertStranger(unpaid);
  assert.equal((await newsroom.campaign()).count, count);
});
