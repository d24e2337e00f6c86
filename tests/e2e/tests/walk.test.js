// The walk: a stranger reads a teaser, pays, sees the counter move everywhere, and reads the story.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startNewsroom } from "../support/newsroom.js";
import { behind, keptBack, STORIES } from "../support/paper.js";
import { NARROW, newReader, openBrowser, WIDE } from "../support/reader.js";
import { choose, counterOf, pay, shows } from "../support/steps.js";

const SLUG = "eleven-minutes-in-the-fog";
const WITHIN_MS = 2_000;

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

const written = (count) => new Intl.NumberFormat("en-GB").format(count);
const plain = async (url) => (await fetch(url)).text();

test("the true count is in the HTML as served", async () => {
  const { count } = await newsroom.campaign();
  assert.ok(count >= 24_600);
  const pages = [`${newsroom.paper}/`, `${newsroom.masthead}/`, `${newsroom.masthead}/campaigns/25000-members`];
  for (const url of [...pages, `${newsroom.paper}/stories/${SLUG}`, `${newsroom.masthead}/join`]) {
    assert.ok((await plain(url)).includes(written(count)), `${url} does not say ${written(count)}`);
  }
});

for (const width of [WIDE, NARROW]) {
  test(`a stranger becomes a member and reads on, at ${width} px`, async (t) => {
    const email = `walker-${width}@example.org`;
    const { count } = await newsroom.campaign();
    const reader = await newReader(t, browser, { width, wired: true });
    const { page } = reader;
    const story = `${newsroom.paper}/stories/${SLUG}`;

    await page.goto(`${newsroom.paper}/`);
    assert.equal(await counterOf(page), written(count));
    await page.getByRole("link", { name: "Eleven minutes in the fog" }).first().click();
    const gate = page.getByRole("region", { name: /Reporting like this/ });
    await gate.getByText(written(count)).waitFor();
    assert.equal(new URL(page.url()).pathname, `/stories/${SLUG}`);
    await page.goto(`${newsroom.paper}/feed.xml`);
    await page.goto(story);
    const kept = STORIES.filter((one) => one.gate !== "open").map((one) => ({ slug: one.slug, phrases: hidden(one) }));
    assertUnsent(reader.wire.seen, kept);

    // Others look on: in windows of the same profile and of other people's.
    const other = await newReader(t, browser, { width });
    const watched = [];
    for (const [who, url] of [
      [reader, `${newsroom.paper}/`],
      [reader, `${newsroom.masthead}/`],
      [other, `${newsroom.paper}/stories/the-dredger-that-never-came`],
      [other, `${newsroom.masthead}/campaigns/25000-members`],
    ]) {
      const window = await who.newPage();
      await window.goto(url);
      watched.push(window);
    }

    await gate.getByRole("link", { name: "Read on as a member" }).click();
    await page.waitForURL(/\/join\?/);
    await choose(page, email);
    const paid = page.waitForResponse((answer) => answer.request().method() === "POST").then(() => performance.now());
    await pay(page);
    const moved = await Promise.all(watched.map((window) => shows(window, count + 1)));
    const paidAt = await paid;
    const delays = moved.map((at) => at - paidAt);
    t.diagnostic(`counters moved ${delays.map(Math.round).join(", ")} ms after the card was charged`);
    await page.waitForURL(/\/welcome\?/);
    await page.getByText(`There are ${written(count + 1)} of us now`).waitFor();
    for (const delay_ms of delays) assert.ok(delay_ms <= WITHIN_MS, `a counter took ${delay_ms} ms`);
    assertUnsent(reader.wire.seen, kept);

    await page.getByRole("link", { name: "Back to the story" }).click();
    await page.waitForURL(story);
    const { phrases } = kept.find((one) => one.slug === SLUG);
    const text = await page.locator("article").first().innerText();
    for (const phrase of phrases) assert.ok(text.includes(phrase), `the open story lacks “${phrase}”`);
    const bodies = reader.wire.seen.map(({ body }) => body);
    assert.ok(bodies.some((body) => body.includes(phrases[0])), "what is sent is seen, so that it would have been before");
    assert.equal(await page.getByRole("region", { name: /Reporting like this/ }).count(), 0);
    await page.getByText(`You’re one of ${written(count + 1)}. Thank you.`).waitFor();
  });
}

/** What a story's public page holds back; a test without any could not fail. */
function hidden(one) {
  const phrases = keptBack(one, one.paragraphs.slice(0, 2).join("\n"));
  assert.ok(phrases.length >= 3, `${one.slug} holds back too little to tell`);
  return phrases;
}

function assertUnsent(seen, kept) {
  assert.ok(seen.length > 5 && behind("members").length > 0);
  for (const { url, body } of seen) {
    for (const { slug, phrases } of kept) {
      for (const phrase of phrases) assert.ok(!body.includes(phrase), `${url} was sent “${phrase}” of ${slug}`);
    }
  }
}
