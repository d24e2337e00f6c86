// The counter on a website while time passes: newer numbers, other words, members, silence.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { startNewsroom } from "../support/newsroom.js";
import { newReader, openBrowser } from "../support/reader.js";
import { join } from "../support/steps.js";
import { shiftsOn, watchStillness } from "../support/stillness.js";
import { until } from "../support/until.js";
import { freePort, openPages, run, settle, unpack, wake, written } from "../support/website.js";

const GUIDE = "counter.md";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

const website = (t) => settle(t, GUIDE, newsroom);
const pages = (t) => openPages(t, GUIDE, newsroom);

test("a newer number comes in its place, an older one never", async (t) => {
  const site = await website(t);
  await run(t, site.folder, "counter.mjs", site.port);
  const { page } = await newReader(t, browser);
  await watchStillness(page);
  await page.goto(`${site.origin}/`);
  const before = await newsroom.campaign();
  const place = page.locator('[data-live="count"]');
  await page.evaluate(() => (document.querySelector(".masthead-counter").mine = true));
  const other = await newReader(t, browser);
  await join(other.page, newsroom, "newer@example.org");
  await until("the page has the newer number", async () => {
    await wake(page);
    return (await place.innerText()) === written(before.count + 1);
  });
  assert.equal(await page.locator('[data-live="remaining"]').innerText(), written(before.goal - before.count - 1));
  assert.ok(await page.evaluate(() => document.querySelector(".masthead-counter").mine), "the site's own element, with its own styles");
  assert.deepEqual(await shiftsOn(page), []);

  // A cache somewhere still has the old one.
  await page.route("**/v1/campaigns/25000-members", (route) => route.fulfill({ json: before, headers: { "access-control-allow-origin": "*" } }));
  const asked = page.waitForResponse("**/v1/campaigns/25000-members");
  await wake(page);
  await asked;
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  assert.equal(await place.innerText(), written(before.count + 1));
});

test("a new number is said politely, once a minute, and moves for nobody who asks for calm", async (t) => {
  const site = await website(t);
  await run(t, site.folder, "counter.mjs", site.port);
  const { page } = await newReader(t, browser, { calm: true });
  await page.clock.install();
  const now = await newsroom.campaign();
  let more = 0;
  const later = () => ({ ...now, count: now.count + more, remaining: now.remaining - more, version: now.version + more });
  await page.route("**/v1/campaigns/25000-members", (route) => route.fulfill({ json: later(), headers: { "access-control-allow-origin": "*" } }));
  await page.goto(`${site.origin}/`);
  await page.waitForFunction(() => customElements.get("masthead-counter"));
  await page.evaluate(() => {
    const place = document.querySelector('[data-live="count"]');
    globalThis.seen = [];
    new MutationObserver(() => seen.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
  });
  const voice = () => page.evaluate(() => document.querySelector("masthead-counter").shadowRoot.querySelector("[aria-live=polite]").textContent);
  const grow = async (by) => {
    more = by;
    await until(`${by} more`, async () => {
      await wake(page);
      return (await page.evaluate(() => globalThis.seen.at(-1))) === written(now.count + by);
    });
  };
  await grow(10);
  assert.equal(await voice(), "", "not in the first minute");
  await page.clock.runFor(61_000);
  await grow(20);
  assert.equal(await voice(), `Now ${written(now.count + 20)} members.`);
  await grow(30);
  assert.equal(await voice(), `Now ${written(now.count + 20)} members.`, "not twice in a minute");
  assert.deepEqual(await page.evaluate(() => globalThis.seen), [10, 20, 30].map((by) => written(now.count + by)), "no steps between");
});

test("other words come from the service when they are due", async (t) => {
  const site = await website(t);
  await run(t, site.folder, "counter.mjs", site.port);
  const { page } = await newReader(t, browser);
  const headers = { "access-control-allow-origin": "*" };
  const now = await newsroom.campaign();
  const version = now.version + 100;
  const reached = { ...now, state: "reached", count: 25_004, remaining: 0, nearly: false, version };
  await page.route("**/v1/campaigns/25000-members", (route) => route.fulfill({ json: reached, headers }));
  const words = `<div class="masthead-counter masthead-compact" lang="en" data-version="${version}" data-count="25004" data-goal="25000" data-state="reached" data-nearly="false"><p>You did it: 25,000 reached.</p></div>`;
  await page.route("**/fragment.html?**", (route) => route.fulfill({ body: words, contentType: "text/html", headers }));
  await page.goto(`${site.origin}/`);
  await page.getByText("You did it: 25,000 reached.").waitFor();
  assert.equal(await page.locator(".masthead-counter").count(), 1);
});

test("a member is greeted as one", async (t) => {
  const { origin, folder } = await pages(t);
  await writeFile(path(folder, "member.html"), (await readFile(path(folder, "counter.html"), "utf8")).replace('campaign="', 'member campaign="'));
  const { page } = await newReader(t, browser);
  await page.goto(`${origin}/member.html`);
  const { count } = await newsroom.campaign();
  await page.getByText(`You’re one of ${written(count)}. Thank you.`).waitFor();
  assert.equal(await page.getByText("Become a member").count(), 0);
  await page.evaluate(() => document.querySelector("masthead-counter").removeAttribute("member"));
  await page.getByText("Become a member").waitFor();
});

test("nothing is asked while nobody looks, and less while nothing answers", async (t) => {
  const { origin, folder } = await pages(t);
  await writeFile(path(folder, "fast.html"), (await readFile(path(folder, "counter.html"), "utf8")).replace('campaign="', 'every="1" campaign="'));
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.clock.install();
  let asked = 0;
  page.on("request", (request) => (asked += /\/v1\/campaigns\/25000-members$/.test(request.url()) ? 1 : 0));
  await page.goto(`${origin}/fast.html`);
  await page.locator(".masthead-bar").waitFor();
  const pass = async (seconds) => {
    const before = asked;
    for (let second = 0; second < seconds; second += 1) {
      const answered = page.waitForEvent("requestfinished", { timeout: 250 }).catch(() => null);
      await page.clock.runFor(1000);
      await answered;
    }
    return asked - before;
  };
  const seen = await pass(10);
  assert.ok(seen >= 6 && seen <= 14, `${seen} looks in ten seconds`);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  assert.equal(await pass(10), 0, "while hidden");
  await page.route("**/v1/campaigns/**", (route) => route.abort());
  await page.evaluate(() => {
    delete document.hidden;
    document.dispatchEvent(new Event("visibilitychange"));
  });
  const failing = await pass(20);
  assert.ok(failing >= 2 && failing <= 5, `${failing} tries in twenty seconds of silence`);
  assert.match(await page.locator(".masthead-bar").innerText(), /readers pay for this newsroom/, "the number stays");
});

test("the number stays when the service goes away", async (t) => {
  const own = await startNewsroom();
  let isUp = true;
  t.after(() => isUp && own.stop());
  const port = await freePort();
  const folder = await unpack(t, GUIDE, own, `http://127.0.0.1:${port}`);
  await run(t, folder, "counter.mjs", port);
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  const { count } = await own.campaign();
  const sentence = page.getByText(`${written(count)} readers pay for this newsroom`);
  await sentence.waitFor();
  await own.stop();
  isUp = false;
  const failed = page.waitForEvent("requestfailed");
  await wake(page);
  await failed;
  assert.ok(await sentence.isVisible());
  await page.reload();
  assert.ok(await sentence.isVisible(), "from the site's own copy, without script and style");
});
