// Fault 46 in a browser: words and addresses that would like to be obeyed, and pages that would like to be framed.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { startNewsroom } from "../support/newsroom.js";
import { newReader, openBrowser } from "../support/reader.js";
import { join } from "../support/steps.js";
import { until } from "../support/until.js";
import { declare, openPages, serveFolder, settle } from "../support/website.js";

const GUIDE = "counter.md";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

const website = (t) => settle(t, GUIDE, newsroom);
const pages = (t) => openPages(t, GUIDE, newsroom);

test("a poisoned fragment runs nothing and keeps nothing", async (t) => {
  // On a page without a policy: it is ours to hold.
  const { origin, folder, port } = await website(t);
  await serveFolder(t, folder, port);
  const { page } = await newReader(t, browser);
  const headers = { "access-control-allow-origin": "*" };
  const evil = `<div class="masthead-counter" data-version="99" data-count="1" onclick="hit=1"><script>hit=1</script><img src=x onerror="hit=1">
    <a class="masthead-join" href="javascript:hit=1">Become a member</a><svg onload="hit=1"></svg><iframe srcdoc="<script>top.hit=1</script>"></iframe><p style="position:fixed">Said</p></div>`;
  await page.route("**/fragment.html?**", (route) => route.fulfill({ body: evil, contentType: "text/html", headers }));
  await page.goto(`${origin}/counter.html`);
  await page.getByText("Said").click();
  await page.getByText("Become a member").click();
  const left = await page.evaluate(() => {
    const root = document.querySelector("masthead-counter").shadowRoot;
    return [globalThis.hit ?? null, root.querySelectorAll("script, img, iframe, [onload], [onclick], [style], [href^=javascript]").length];
  });
  assert.deepEqual(left, [null, 0]);
});

test("whatever stands in an attribute is asked for, not obeyed", async (t) => {
  const { origin } = await pages(t);
  const { page, expect } = await newReader(t, browser);
  for (const status of [404, 422]) for (const end of ["", "/fragment.html"]) expect(status, end);
  await page.goto(`${origin}/counter.html`);
  const paths = [];
  page.on("request", (request) => paths.push(new URL(request.url())));
  await page.evaluate(() => {
    for (const campaign of ["../../v1/me", '"><img src=x onerror=hit=1>', "https://evil.example/", "?x=1#"]) {
      const element = document.createElement("masthead-counter");
      Object.entries({ campaign, variant: '"><script>', theme: "javascript:hit=1", target: "x y" }).forEach(([name, value]) => element.setAttribute(name, value));
      document.body.append(element);
    }
  });
  await until("all were asked for", () => paths.length >= 4);
  const service = new URL(newsroom.masthead).origin;
  for (const { origin, pathname } of paths) assert.ok(origin === service && /^\/v1\/campaigns\/[^/]+(\/fragment\.html)?$/.test(pathname), pathname);
  assert.equal(await page.evaluate(() => globalThis.hit ?? null), null);
});

test("no other page of the service shows itself in a frame", async (t) => {
  const { origin, folder } = await pages(t);
  for (const inner of ["", "join", "sign-in", "account", "sign-out"]) {
    await writeFile(path(folder, "frames.html"), `<!doctype html><iframe src="${newsroom.masthead}/${inner}"></iframe>`);
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    const refused = page.waitForEvent("console", (message) => /frame-ancestors/.test(message.text()));
    await page.goto(`${origin}/frames.html`);
    await refused;
  }
});

test("the newsroom's words stay words in the frame", async (t) => {
  const own = await startNewsroom();
  t.after(() => own.stop());
  const hostile = "<img src=x onerror=hit=1><script>hit=1</script>";
  await declare(own, [], (demo) => demo
    .replace('title = "25,000 members by the end of the year"', `title = "${hostile}"`)
    .replace('name = "The Harbour Ledger"\ntagline', `name = "${hostile}"\ntagline`));
  const { page } = await newReader(t, browser);
  const other = await newReader(t, browser);
  // A new member makes the counter publish what was declared.
  await join(other.page, own, "words@example.org");
  await until("the frame has the words", async () => {
    await page.goto(`${own.masthead}/embed/25000-members`);
    return (await page.locator("h1").innerText()).includes("<script>");
  });
  assert.equal(await page.evaluate(() => globalThis.hit ?? null), null);
});
