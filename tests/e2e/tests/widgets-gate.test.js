// The guide "Gate your articles": each program of it runs, on the service's own site and on another, for readers with and without
// scripts, wide and narrow; and each is shown passes that are not for it.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { look, audit, measure } from "../support/looks.js";
import { CAMPAIGN, startNewsroom } from "../support/newsroom.js";
import { NARROW, newReader, openBrowser, WIDE } from "../support/reader.js";
import { shiftsOn, watchStillness } from "../support/stillness.js";
import { choose, join, pay, signInByCode } from "../support/steps.js";
import { until } from "../support/until.js";
import { declare, freePort, run, serveFolder, snippetsOf, unpack } from "../support/website.js";

const GUIDE = "gate.md";
const STORY = "/stories/fog";
const WITHHELD = "The light itself was burning";
const LANGUAGES = [["Node", "story.mjs"], ["Python", "story.py"], ["PHP", "story.php"]];
const used = new Set(["story.html", "rest.html", "story.css"]);

let browser;
let newsroom;
let near;
let far;
before(async () => {
  [browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()]);
  // One on the service's own site, one on another: `localhost` and `127.0.0.1`.
  near = { port: await freePort() };
  far = { port: await freePort() };
  near.origin = `http://localhost:${near.port}`;
  far.origin = `http://127.0.0.1:${far.port}`;
  await declare(newsroom, [near.origin, far.origin]);
});
after(() => Promise.all([browser.close(), newsroom.stop()]));

const box = (page) => page.getByRole("region", { name: /Reporting like this is paid for by/ });

async function start(t, site, name) {
  used.add(name);
  const folder = await unpack(t, GUIDE, newsroom, site.origin);
  await run(t, folder, name, site.port);
  return folder;
}

/** A pass for an article behind a gate, for the member who is signed in here. */
const passFor = (page, gate, article) => page.evaluate(async ([gate, article]) => {
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/v1/access", { method: "POST", headers, body: JSON.stringify({ gate, article }) });
  return (await answer.json()).pass;
}, [gate, article]);

for (const [title, name] of LANGUAGES) {
  for (const width of [WIDE, NARROW]) {
    test(`a story held by ${title}, for those who may not read it, at ${width} px`, async (t) => {
      await start(t, near, name);
      const { page, context } = await newReader(t, browser, { width });
      const sent = [];
      context.on("response", (answer) => answer.text().then((text) => sent.push(text), () => null));
      await watchStillness(page);
      await page.goto(near.origin + STORY);
      await page.locator("masthead-gate[state=blocked]").waitFor();
      const { count } = await newsroom.campaign();
      const written = new Intl.NumberFormat("en-GB").format(count);
      await page.getByRole("heading", { name: `Reporting like this is paid for by ${written} readers.` }).waitFor();
      await page.getByText("Join them to read on, from €7 a month.").waitFor();
      assert.ok(await page.getByText("At ten past six on Tuesday").isVisible(), "the teaser stays");
      assert.deepEqual(await shiftsOn(page), [], "nothing moves");
      assert.ok(sent.length >= 3 && sent.every((text) => !text.includes(WITHHELD)), "the rest is sent to nobody");
      assert.deepEqual([...(await audit(page, name)), ...(await measure(page, name))], []);
      await box(page).getByRole("link", { name: "Read on as a member" }).click();
      await page.waitForURL(`${newsroom.masthead}/join?**`);
      assert.equal(new URL(page.url()).searchParams.get("return_to"), near.origin + STORY);
    });
  }

  test(`a story held by ${title}, without scripts`, async (t) => {
    await start(t, near, name);
    const { page } = await newReader(t, browser, { scripts: false, width: NARROW });
    await page.goto(near.origin + STORY);
    await page.getByText("At ten past six on Tuesday").waitFor();
    assert.deepEqual(await measure(page, name), []);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL(`${newsroom.masthead}/sign-in?**`);
  });

  test(`a story held by ${title}, for a member`, async (t) => {
    await start(t, near, name);
    const { page } = await newReader(t, browser);
    const email = `near-${title.toLowerCase()}@example.org`;
    await page.goto(near.origin + STORY);
    await box(page).getByRole("link", { name: "Read on as a member" }).click();
    await choose(page, email);
    await pay(page);
    await page.getByRole("link", { name: "Back to the story" }).click({ timeout: 15_000 });
    await page.getByText(WITHHELD).waitFor();
    await until("the gate is open", () => page.locator("masthead-gate[state=open]").isVisible());
    assert.equal(await box(page).count(), 0);
    // The story comes without moving what was there.
    for (const width of [WIDE, NARROW]) {
      await page.setViewportSize({ width, height: 740 });
      await watchStillness(page);
      await page.goto(near.origin + STORY);
      await page.getByText(WITHHELD).waitFor();
      assert.deepEqual(await shiftsOn(page), [], `nothing moves at ${width} px`);
    }
  });

  test(`passes that are not for this story do not open it, by ${title}`, async (t) => {
    const folder = await start(t, near, name);
    const { page } = await newReader(t, browser);
    await join(page, newsroom, `forger-${title.toLowerCase()}@example.org`);
    await page.goto(`${newsroom.masthead}/account`);
    const article = near.origin + STORY;
    const good = await passFor(page, "members", article);
    const { access_token: access } = await page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      return (await fetch("/v1/token", { method: "POST", headers, body: '{"site":"paper"}' })).json();
    });
    const [head, claims, signature] = good.split(".");
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const decoded = JSON.parse(Buffer.from(claims, "base64url"));
    const headers = JSON.parse(Buffer.from(head, "base64url"));
    const shown = {
      "none at all": "",
      "an access token": access,
      "another gate": await passFor(page, "registered", article),
      "another article": await passFor(page, "members", `${near.origin}/stories/other`),
      "the paper's, not this site's": await passFor(page, "members", `${newsroom.paper}${STORY}`),
      "another subject": [head, encode({ ...decoded, sub: "mem_0" }), signature].join("."),
      "no algorithm": [encode({ ...headers, alg: "none" }), claims, ""].join("."),
      "a shared secret": [encode({ ...headers, alg: "HS256" }), claims, signature].join("."),
      "an unknown key": [encode({ ...headers, kid: "x" }), claims, signature].join("."),
      "an empty signature": [head, claims, ""].join("."),
      "zeroes": [head, claims, Buffer.alloc(64).toString("base64url")].join("."),
      "half of it": good.slice(0, -20),
      "words": "not.a.token",
    };
    const ask = async (pass) => {
      const answer = await fetch(`http://127.0.0.1:${near.port}${STORY}/rest`, { headers: pass ? { authorization: `Bearer ${pass}` } : {} });
      return { status: answer.status, text: await answer.text(), kept: answer.headers.get("cache-control") };
    };
    const opened = await ask(good);
    assert.deepEqual([opened.status, opened.text, opened.kept], [200, await readFile(path(folder, "rest.html"), "utf8"), "private, no-store"]);
    for (const [what, pass] of Object.entries(shown)) {
      const { status, text } = await ask(pass);
      assert.deepEqual([status, text.includes(WITHHELD)], [403, false], what);
    }
  });
}

for (const scripts of [true, false]) {
  test(`the whole walk on another domain, scripts ${scripts ? "on" : "off"}`, async (t) => {
    await start(t, far, "paper.mjs");
    const { page } = await newReader(t, browser, { scripts, width: scripts ? WIDE : NARROW });
    const email = `far-${scripts}@example.org`;
    await page.goto(far.origin + STORY);
    if (scripts) await page.locator("masthead-gate[state=blocked]").waitFor();
    assert.equal(await page.getByText(WITHHELD).count(), 0);
    await page.getByRole("link", { name: "Read on as a member" }).click();
    await choose(page, email);
    await pay(page);
    await page.getByRole("link", { name: "Back to the story" }).click({ timeout: 15_000 });
    await page.waitForURL(far.origin + STORY);
    await page.getByText(WITHHELD).waitFor();

    // The token has ended: the reader is signed in again without a question.
    await page.context().clearCookies({ name: "token" });
    await page.goto(far.origin + STORY);
    await page.getByText(WITHHELD).waitFor();
    // And in a browser that was never here: the box, then by mail.
    await page.context().clearCookies();
    await page.goto(far.origin + STORY);
    assert.equal(await page.getByText(WITHHELD).count(), 0);
    if (!scripts) return;
    await signInByCode(page, newsroom, email);
    await page.goto(far.origin + STORY);
    await page.locator("masthead-gate[state=blocked]").waitFor();
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL(far.origin + STORY);
    await page.getByText(WITHHELD).waitFor();
    // The functions, with the site's own token and none of the service's cookies.
    const told = await page.evaluate(async ([module, article]) => {
      const { access, configure, token } = await import(module);
      configure({ site: "paper", token: "/token", signIn: "/sign-in?to={here}" });
      return [typeof (await token()).access_token, (await access({ gate: "members", article })).decision];
    }, [`${newsroom.masthead}/masthead.js`, far.origin + STORY]);
    assert.deepEqual(told, ["string", "open"]);
  });
}

test("pictures of the gate, light and dark, shut, open and resting", async (t) => {
  await start(t, near, "story.mjs");
  const { page, expect } = await newReader(t, browser);
  const wrong = [];
  await page.goto(near.origin + STORY);
  await box(page).waitFor();
  await look(page, "widget-gate-shut", wrong);
  await page.route("**/v1/access", (route) => route.fulfill({ status: 503, headers: { "access-control-allow-origin": near.origin, "access-control-allow-credentials": "true" } }));
  expect(503, "/v1/access");
  await page.goto(near.origin + STORY);
  await page.locator("masthead-gate[state=resting]").waitFor();
  await page.getByText("Nothing is wrong with your membership.").waitFor();
  await look(page, "widget-gate-resting", wrong);
  await page.unroute("**/v1/access");
  await page.getByRole("button", { name: "Try again" }).click();
  await box(page).waitFor();
  await join(page, newsroom, "pictures@example.org");
  await page.goto(near.origin + STORY);
  await page.getByText(WITHHELD).waitFor();
  await look(page, "widget-gate-open", wrong);
  assert.deepEqual(wrong, []);
});

test("what a gate says to the page, and whom a counter beside it greets", async (t) => {
  const folder = await unpack(t, GUIDE, newsroom, near.origin);
  const gated = `<masthead-gate gate="members" article="${near.origin}${STORY}" site="paper"><p>Teaser</p></masthead-gate>`;
  const page_ = (body) => `<!doctype html><html lang="en"><title>x</title><script type="module" src="heard.js"></script><script type="module" src="${newsroom.masthead}/masthead.js"></script>${body}`;
  await writeFile(path(folder, "gate.html"), page_(gated));
  await writeFile(path(folder, "greet.html"), page_(`<masthead-counter greet campaign="${CAMPAIGN}"></masthead-counter>`));
  await writeFile(path(folder, "free.html"), page_(gated.replace("members", "registered")));
  await writeFile(path(folder, "elsewhere.html"), page_(gated.replace("site=", `src="${newsroom.paper}${STORY}" site=`)));
  await writeFile(path(folder, "heard.js"), `globalThis.heard = [];
    for (const name of ["shown", "blocked", "join"]) document.addEventListener("masthead:" + name, (event) => {
      heard.push({ name, ...event.detail });
      if (name === "join") event.preventDefault();
    });`);
  await serveFolder(t, folder, near.port);
  const { page, expect } = await newReader(t, browser);
  const heard = () => page.evaluate(() => globalThis.heard);
  await page.goto(`${near.origin}/gate.html`);
  await box(page).waitFor();
  await box(page).getByRole("link", { name: "Read on as a member" }).click();
  const [blocked, pressed] = await heard();
  assert.deepEqual([blocked.name, blocked.kind, blocked.gate, blocked.decision, blocked.reason], ["blocked", "gate", "members", "join", "not_signed_in"]);
  assert.equal(blocked.offer.from.amount_minor, 700);
  assert.deepEqual([pressed.name, pressed.article, new URL(pressed.href).origin], ["join", near.origin + STORY, newsroom.masthead]);
  assert.equal(page.url(), `${near.origin}/gate.html`, "the page kept the reader");
  await page.goto(`${near.origin}/free.html`);
  await page.getByRole("link", { name: "Read on with a free sign-in" }).waitFor();

  await join(page, newsroom, "greeted@example.org");
  await page.goto(`${near.origin}/gate.html`);
  await until("the pass is the page's to use", async () => (await heard()).some(({ name, pass }) => name === "shown" && pass));
  // A pass is for the server that holds the story: the element shows it to no other.
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${near.origin}/elsewhere.html`);
  await page.locator("masthead-gate[state=resting]").waitFor();
  assert.ok(asked.every((url) => !url.startsWith(newsroom.paper)), asked.join());
  await page.goto(`${near.origin}/greet.html`);
  const { count } = await newsroom.campaign();
  await page.getByText(`You’re one of ${new Intl.NumberFormat("en-GB").format(count)}. Thank you.`).waitFor();
  expect(401, "/v1/token");
});

test("a gate that is set up wrongly says so to whoever set it up, and leaves the way in", async (t) => {
  const folder = await unpack(t, GUIDE, newsroom, near.origin);
  const body = `<masthead-gate gate="nothing" article="${near.origin}${STORY}" site="paper"><p>Teaser</p></masthead-gate>`;
  await writeFile(path(folder, "wrong.html"), `<!doctype html><html lang="en"><title>x</title><script type="module" src="${newsroom.masthead}/masthead.js"></script>${body}`);
  await serveFolder(t, folder, near.port);
  const { page, context, expect } = await newReader(t, browser);
  const said = [];
  context.on("console", (message) => said.push(message.text()));
  expect(404, "/v1/access");
  await page.goto(`${near.origin}/wrong.html`);
  await page.locator("masthead-gate[state=resting]").waitFor();
  await until("a word about the gate", async () => said.some((words) => /<masthead-gate>: .*unknown_gate gate is no gate/.test(words)));
  await page.getByRole("region", { name: /waits for a moment/ }).getByRole("link", { name: "Sign in" }).waitFor();
});

test("whoever goes by keyboard sees where they are, on the main button too", async (t) => {
  await start(t, near, "story.mjs");
  for (const dark of [false, true]) {
    const { page } = await newReader(t, browser, { dark });
    await page.goto(near.origin + STORY);
    await box(page).waitFor();
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.textContent)) === "Read on as a member") break;
    }
    const [ring, ground] = await page.evaluate(() => {
      const button = document.activeElement.shadowRoot.activeElement;
      return [getComputedStyle(button).outlineColor, getComputedStyle(document.body).backgroundColor];
    });
    assert.ok(contrast(ring, ground) >= 3, `${ring} on ${ground}`);
  }
});

/** The contrast of two colours that a browser computed, by WCAG; nothing behind is white. */
function contrast(...colours) {
  const light = colours.map((colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    if (alpha === 0) return 1;
    const linear = [red, green, blue].map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  });
  return (Math.max(...light) + 0.05) / (Math.min(...light) + 0.05);
}

test("no snippet of the guide is left untried", () => {
  assert.deepEqual([...snippetsOf(GUIDE).keys()].filter((name) => !used.has(name)), []);
});
