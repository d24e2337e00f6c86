// What a careful eye would see: nothing over a price, one scale for one campaign, whole mails, rings where the keyboard is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CAMPAIGN, startNewsroom } from "../support/newsroom.js";
import { NARROW, newReader, openBrowser, WIDE, windowOf } from "../support/reader.js";
import { askForCode, join } from "../support/steps.js";
import { until } from "../support/until.js";

const STORY = "/stories/eleven-minutes-in-the-fog";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

test("on a telephone nothing lies over a price, wherever the page is scrolled to", async (t) => {
  const { page } = await newReader(t, browser, { width: NARROW });
  await page.goto(`${newsroom.masthead}/join`);
  const covered = await page.evaluate(() => {
    const found = [];
    const seen = new Set();
    for (let top = 0; top < document.documentElement.scrollHeight; top += 100) {
      scrollTo(0, top);
      for (const words of document.querySelectorAll(".price-sum, .price-saving")) {
        const { left, right, top: from, bottom } = words.getBoundingClientRect();
        if (from < 0 || bottom > innerHeight) continue;
        seen.add(words);
        const onTop = document.elementFromPoint((left + right) / 2, (from + bottom) / 2);
        if (!words.contains(onTop)) found.push(`${words.textContent} at ${top}: ${onTop?.outerHTML.slice(0, 80)}`);
      }
    }
    return { found, seen: seen.size };
  });
  assert.deepEqual(covered, { found: [], seen: 6 });
});

test("the prices of a plan stand on one line", async (t) => {
  const { page } = await newReader(t, browser, { width: WIDE });
  await page.goto(`${newsroom.masthead}/join`);
  const lines = await page.evaluate(() => [...document.querySelectorAll(".prices")].map((row) =>
    [...row.querySelectorAll(".price-sum")].map((sum) => Math.round(sum.getBoundingClientRect().bottom))));
  assert.equal(lines.length, 2);
  for (const row of lines) assert.ok(row.length === 2 && row[0] === row[1], JSON.stringify(lines));
});

test("one campaign has one scale, on every page that draws it", async (t) => {
  const { page } = await newReader(t, browser);
  const { count, goal, start_count: start } = await newsroom.campaign();
  const due = (count - start) / (goal - start);
  for (const [url, fill] of [
    [`${newsroom.masthead}/`, "[data-fill]"],
    [`${newsroom.masthead}/embed/${CAMPAIGN}?variant=bar`, "[data-fill]"],
    [`${newsroom.masthead}/embed/${CAMPAIGN}?variant=compact`, "[data-fill]"],
    [`${newsroom.paper}/`, ".bar-full"],
    [`${newsroom.paper}${STORY}`, ".bar-full"],
  ]) {
    await page.goto(url);
    const { share, text } = await page.evaluate((selector) => {
      const part = document.querySelector(selector);
      const width = (one) => one.getBoundingClientRect().width;
      return { share: width(part) / width(part.previousElementSibling), text: document.body.innerText };
    }, fill);
    assert.ok(Math.abs(share - due) < 0.002, `${url} shows ${share}, not ${due}`);
    assert.match(text, /23,900 on 1 September/, `${url} does not say where its bar begins`);
  }
});

test("where one reads from the right, the bar fills from the right", async (t) => {
  const { page } = await newReader(t, browser);
  for (const [path, track] of [["/", ".bar-track"], [`/embed/${CAMPAIGN}?variant=bar`, ".masthead-track"]]) {
    await page.goto(newsroom.masthead + path);
    const gap = await page.evaluate((selector) => {
      document.documentElement.dir = "rtl";
      const bar = document.querySelector(selector);
      const right = (one) => one.getBoundingClientRect().right;
      return Math.abs(right(bar.querySelector("[data-fill]")) - right(bar));
    }, track);
    assert.ok(gap < 2, `${path}: the bar begins ${gap} px from the right`);
  }
});

for (const width of [WIDE, NARROW]) {
  test(`a mail is shown whole, at ${width} px`, async (t) => {
    const { page } = await newReader(t, browser, { width });
    const mail = await askForCode(page, newsroom, `whole-${width}@example.org`);
    await page.goto(`${newsroom.masthead}/dev/mail/${mail.id}`);
    await page.frameLocator(".mail-frame").getByText(/Link and code work/).waitFor();
    const room = () => page.evaluate(() => {
      const frame = document.querySelector(".mail-frame");
      return frame.clientHeight - frame.contentDocument.documentElement.getBoundingClientRect().height;
    });
    const isWhole = async () => ((room) => room >= 0 && room < 2)(await room());
    await until("the frame is as high as the mail", isWhole);
    await page.setViewportSize(windowOf(width === WIDE ? NARROW : WIDE));
    await until("the frame follows the window", isWhole);
  });
}

test("the sandbox's page stays short when much has happened", async (t) => {
  const { page } = await newReader(t, browser, { width: NARROW });
  await join(page, newsroom, "short@example.org");
  await page.goto(`${newsroom.sandbox}/`);
  const rows = page.getByRole("button", { name: /^Send again/ });
  const shown = await rows.count();
  assert.equal(shown, 6);
  await page.locator(".earlier summary").click();
  assert.ok((await rows.count()) > shown, "the earlier ones are folded away, not lost");
});

test("whoever goes by keyboard sees where they are, in both schemes", async (t) => {
  for (const dark of [false, true]) {
    const { page } = await newReader(t, browser, { dark });
    for (const url of [`${newsroom.masthead}/`, `${newsroom.masthead}/join`, `${newsroom.masthead}/sign-in`, `${newsroom.paper}${STORY}`, `${newsroom.sandbox}/`]) {
      await page.goto(url);
      for (let tabs = 0; tabs < 12; tabs += 1) {
        await page.keyboard.press("Tab");
        const ring = await page.evaluate(() => {
          const place = document.activeElement;
          const rings = [place, place.closest("label")].filter(Boolean).map((one) => getComputedStyle(one));
          const isSeen = rings.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
          return isSeen || place === document.body ? null : place.outerHTML.slice(0, 120);
        });
        assert.equal(ring, null, `${url}: no ring`);
      }
    }
  }
});
