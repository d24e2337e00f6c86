// The guide "Put the counter on your site", each snippet of it on another origin, with scripts and without, wide and narrow.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { audit, look, measure } from "../support/looks.js";
import { startNewsroom } from "../support/newsroom.js";
import { NARROW, newReader, openBrowser, WIDE } from "../support/reader.js";
import { shiftsOn, watchStillness } from "../support/stillness.js";
import { join } from "../support/steps.js";
import { until } from "../support/until.js";
import { declare, freePort, run, serveFolder, snippetsOf, unpack } from "../support/website.js";

const GUIDE = "counter.md";
const WAYS = [WIDE, NARROW].flatMap((width) => [true, false].map((scripts) => ({ width, scripts })));
const POLICY = snippetsOf(GUIDE).get("policy.txt");
const used = new Set(["policy.txt"]);

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

const written = (count) => new Intl.NumberFormat("en-GB").format(count);
const policy = () => POLICY.replaceAll("https://members.paper.example", newsroom.masthead);
/** Makes the page look again, as it does when it comes into view. */
const wake = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

/** A website with the guide's files, on another site than the service. */
async function website(t, ...names) {
  for (const name of names) used.add(name);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  return { port, origin, folder: await unpack(t, GUIDE, newsroom, origin) };
}

async function pages(t, ...names) {
  const site = await website(t, ...names);
  await serveFolder(t, site.folder, site.port, policy());
  return site;
}

/** Nothing that a reader would trip over. */
async function judge(page, name, scripts) {
  const wrong = await measure(page, name);
  // axe is a script itself.
  if (scripts) wrong.push(...(await audit(page, name)));
  assert.deepEqual(wrong, []);
}

for (const { width, scripts } of WAYS) {
  const way = `at ${width} px, scripts ${scripts ? "on" : "off"}`;

  test(`one tag, ${way}`, async (t) => {
    const { origin } = await pages(t, "counter.html");
    const { page } = await newReader(t, browser, { width, scripts });
    await page.goto(`${origin}/counter.html`);
    const { count } = await newsroom.campaign();
    if (scripts) await page.getByText(`${written(count)} readers pay for this newsroom`).waitFor();
    else await page.getByRole("link", { name: "See how many, and join them." }).waitFor();
    await judge(page, way, scripts);
  });

  for (const [title, name] of [["Node", "counter.mjs"], ["Python", "counter.py"], ["PHP", "counter.php"], ["nginx", "nginx.conf"]]) {
    test(`the number in the HTML, by ${title}, ${way}`, async (t) => {
      const site = await website(t, name);
      const address = name === "nginx.conf" ? await startNginx(t, site) : `${site.origin}/`;
      if (name !== "nginx.conf") await run(t, site.folder, name, site.port);
      const { count } = await newsroom.campaign();
      assert.match(await (await fetch(address)).text(), new RegExp(`${written(count)}</b> readers`), "in the first bytes");
      const { page } = await newReader(t, browser, { width, scripts });
      await watchStillness(page);
      await page.goto(address);
      await page.getByText(`${written(count)} readers pay for this newsroom`).waitFor();
      await judge(page, way, scripts);
      if (!scripts) return;
      await page.waitForFunction(() => customElements.get("masthead-counter"));
      assert.deepEqual(await shiftsOn(page), [], "nothing moves when the script comes");
    });
  }

  test(`a frame, ${way}`, async (t) => {
    const { origin } = await pages(t, "embed.html", "embed-host.css", "embed-host.js");
    const { page } = await newReader(t, browser, { width, scripts });
    await page.goto(`${origin}/embed.html`);
    const frame = page.frameLocator("iframe");
    const { count } = await newsroom.campaign();
    await frame.getByText(`${written(count)} readers pay`).waitFor();
    await judge(page, way, scripts);
    if (scripts) await until("the frame is as high as its content", () => fits(page));
    await frame.getByRole("link", { name: "Become a member" }).click();
    await page.waitForURL(`${newsroom.masthead}/join?campaign=25000-members`);
  });

  test(`colours and type of one's own, ${way}`, async (t) => {
    const { origin } = await pages(t, "themed.html", "themed.css");
    const { page } = await newReader(t, browser, { width, scripts });
    await page.goto(`${origin}/themed.html`);
    await page.getByText("This is written by").waitFor();
    if (!scripts) return assert.match(await page.locator("p").first().innerText(), /written by our members/);
    const { count, goal } = await newsroom.campaign();
    await page.locator(".masthead-text", { hasText: `${written(count)} of ${written(goal)} members` }).waitFor();
    await page.locator(".own .masthead-bar").waitFor();
    await page.locator(".masthead-dark").waitFor();
    const seen = await page.evaluate(() => {
      const of = (place, selector, property) => getComputedStyle(document.querySelector(place).shadowRoot.querySelector(selector))[property];
      return [of(".own", ".masthead-lead", "fontStyle"), of(".own", ".masthead-fill", "fill"), of("[theme]", ".masthead-dark", "color")];
    });
    assert.deepEqual(seen, ["italic", "rgb(140, 47, 57)", "rgb(236, 233, 226)"]);
    await judge(page, way, scripts);
  });

  test(`events and functions, ${way}`, async (t) => {
    const { origin } = await pages(t, "events.html", "events.js");
    const { page, context } = await newReader(t, browser, { width, scripts });
    const said = [];
    context.on("console", (message) => said.push(message.text()));
    await page.goto(`${origin}/events.html`);
    if (!scripts) return assert.equal(await page.locator("output").innerText(), "known soon");
    await until("the goal is known", async () => (await page.locator("output").innerText()) === "25000");
    const { count } = await newsroom.campaign();
    await until("the counter was shown", () => said.includes(`shown counter ${count}`));
    await page.getByRole("link", { name: "Become a member" }).click();
    await page.waitForURL(/\/join\?/);
    assert.ok(said.includes(`join ${newsroom.masthead}/join?campaign=25000-members`), said.join());
  });
}

/** The guide's server block in a whole nginx, with its own port and folder. */
async function startNginx(t, { folder, port }) {
  used.add("ssi.html");
  const server = (await readFile(path(folder, "nginx.conf"), "utf8")).replace("8090", `127.0.0.1:${port}`).replace("/var/www/paper", folder);
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  await writeFile(path(folder, "whole.conf"), `daemon off; user root; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}
    http { types { text/html html; } access_log off; ${places}\n${server} }`);
  await run(t, folder, "whole.conf", port);
  return `http://127.0.0.1:${port}/ssi.html`;
}

async function fits(page) {
  const inner = page.frames().find((frame) => frame.url().includes("/embed/"));
  const [height, room] = await inner.evaluate(() => [document.documentElement.scrollHeight, innerHeight]);
  return height <= room && room - height < 40;
}

test("the frame is right from 200 to 600 px, light and dark", async (t) => {
  const { page } = await newReader(t, browser);
  const wrong = [];
  for (const variant of ["bar", "compact", "text"]) {
    for (const width of [200, 280, 360, 480, 600]) {
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height: 460 });
        await page.emulateMedia({ colorScheme });
        await page.goto(`${newsroom.masthead}/embed/25000-members?variant=${variant}`);
        const name = `embed ${variant} ${width} ${colorScheme}`;
        wrong.push(...(await measure(page, name)));
        if (width === 280) wrong.push(...(await audit(page, name)));
        const link = page.locator("main a");
        if (variant !== "text") assert.ok((await link.boundingBox()).height >= 44, `${name}: the link is too small for a thumb`);
      }
    }
    await look(page, `embed-${variant}`, wrong);
  }
  assert.deepEqual(wrong, []);
});

test("pictures of the counter on a page, light and dark", async (t) => {
  const { origin } = await pages(t, "themed.html", "counter.html");
  const { page } = await newReader(t, browser);
  const wrong = [];
  for (const name of ["themed", "counter"]) {
    await page.goto(`${origin}/${name}.html`);
    await page.locator(".masthead-bar").first().waitFor();
    await look(page, `widget-${name}`, wrong);
  }
  assert.deepEqual(wrong, []);
});

test("a newer number comes in its place, an older one never", async (t) => {
  const site = await website(t, "counter.mjs");
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
  const site = await website(t, "counter.mjs");
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
  const site = await website(t, "counter.mjs");
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

// Fault 46: should a copy on its way be poisoned, it stays words.
test("a poisoned fragment runs nothing and keeps nothing", async (t) => {
  // On a page without a policy: it is ours to hold.
  const { origin, folder, port } = await website(t, "counter.html");
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

// Fault 46: hostile attributes.
test("whatever stands in an attribute is asked for, not obeyed", async (t) => {
  const { origin } = await pages(t, "counter.html");
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
  for (const { origin, pathname } of paths) assert.ok(origin === service && /^\/v1\/campaigns\/[^/]+$/.test(pathname), pathname);
  assert.equal(await page.evaluate(() => globalThis.hit ?? null), null);
});

// Fault 46: clickjacking.
test("no other page of the service shows itself in a frame", async (t) => {
  const { origin, folder } = await pages(t, "counter.html");
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

test("a member is greeted as one", async (t) => {
  const { origin, folder } = await pages(t, "counter.html");
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
  const { origin, folder } = await pages(t, "counter.html");
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

test("no snippet of the guide is left untried", () => {
  assert.deepEqual([...snippetsOf(GUIDE).keys()].filter((name) => !used.has(name)), []);
});
