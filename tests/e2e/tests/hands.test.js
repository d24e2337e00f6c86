// The same walk without JavaScript, by keyboard alone, and for those who ask for calm.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startNewsroom } from "../support/newsroom.js";
import { NARROW, newReader, openBrowser, WIDE } from "../support/reader.js";
import { askForCode, choose, join, pay } from "../support/steps.js";
import { until } from "../support/until.js";

const STORY = "/stories/who-owns-custom-house-street";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

const gate = (page) => page.getByRole("region", { name: /Reporting like this/ });

for (const width of [WIDE, NARROW]) {
  test(`the whole walk without JavaScript, at ${width} px`, async (t) => {
    const email = `plain-${width}@example.org`;
    const { page } = await newReader(t, browser, { width, scripts: false });
    await page.goto(`${newsroom.paper}${STORY}`);
    await gate(page).getByRole("link", { name: "Read on as a member" }).click();
    await choose(page, email, /€70 a year/);
    await pay(page);
    await page.getByRole("link", { name: "Back to the story" }).click({ timeout: 15_000 });
    await page.waitForURL(`${newsroom.paper}${STORY}`);
    assert.equal(await gate(page).count(), 0, "the story is open");

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign out?" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${newsroom.paper}/`);
    const mail = await askForCode(page, newsroom, email);
    await page.getByLabel("Your six-digit code").fill(`${mail.code.slice(0, 3)} ${mail.code.slice(3)}`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("€70 a year", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Change, cancel or see invoices" }).click();
    await page.getByRole("link", { name: "Cancel subscription" }).click();
    await page.getByRole("button", { name: "Cancel the subscription" }).click();
    await page.getByRole("link", { name: "Back" }).click();
    await until("the account tells of the cancellation", async () => {
      await page.reload();
      return page.getByText("Cancelled, ends on").isVisible();
    });
  });

  test(`joining by keyboard alone, at ${width} px`, async (t) => {
    const { page } = await newReader(t, browser, { width });
    const keys = hands(page);
    await page.goto(`${newsroom.paper}${STORY}`);
    await keys.to("Read on as a member");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/join\?/);
    await keys.to("€7 a month");
    await page.keyboard.press("ArrowDown");
    await page.getByRole("button", { name: "Become a member for €70 a year" }).waitFor();
    await keys.to("Your e-mail address");
    await page.keyboard.type(`keys-${width}@example.org`);
    await keys.to("Become a member for €70 a year");
    await page.keyboard.press("Space");
    await page.waitForURL(/\/c\/pay\//);
    for (const [field, text] of [
      ["Card number", "4242424242424242"],
      ["Expiry (month / year)", "1234"],
      ["Security code", "123"],
      ["Name on the card", "Olena Quay"],
    ]) {
      await keys.to(field);
      await page.keyboard.type(text);
    }
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "You’re in." }).waitFor();
    await keys.to("Back to the story");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${newsroom.paper}${STORY}`);
    assert.equal(await gate(page).count(), 0, "the story is open");
  });
}

for (const scripts of [true, false]) {
  test(`a form that is refused says so first and leads to what is wrong, ${scripts ? "with" : "without"} JavaScript`, async (t) => {
    const { page, expect } = await newReader(t, browser, { width: NARROW, scripts });
    const focused = () => page.locator(":focus");
    await page.goto(`${newsroom.masthead}/cancel`);
    const title = await page.title();
    await page.getByLabel("Your name").fill("   ");
    await page.getByLabel("Your e-mail address").fill("nobody@nowhere");
    expect(422, "/cancel");
    await page.getByLabel("Your e-mail address").press("Enter");
    const summary = page.getByRole("alert");
    await summary.getByRole("heading", { name: "Something needs another look" }).waitFor();
    assert.equal(await page.title(), `Error: ${title}`);
    assert.equal(await focused().getAttribute("role"), "alert", "what is wrong is read first");
    assert.ok((await summary.boundingBox()).y < 740, "and is in sight");
    assert.equal(await summary.getByRole("link").count(), 2, "all at once");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#name$/);
    assert.equal(await focused().getAttribute("id"), "name", "the link leads into the field");
  });
}

test("those who ask for calm see numbers change, not move", async (t) => {
  const { page } = await newReader(t, browser, { calm: true });
  const other = await newReader(t, browser);
  const seen = [];
  await page.exposeFunction("sawCounter", (text) => seen.push(text));
  await page.goto(`${newsroom.masthead}/`);
  const { count } = await newsroom.campaign();
  await page.evaluate(() => {
    const place = document.querySelector('[data-live="count"]');
    new MutationObserver(() => globalThis.sawCounter(place.textContent)).observe(place, {
      childList: true, characterData: true, subtree: true,
    });
  });
  const moving = await page.evaluate(() => document.getAnimations().length);
  assert.equal(moving, 0, "nothing is animated");
  await join(other.page, newsroom, "calm@example.org");
  await until("the counter has changed", () => seen.length > 0);
  assert.deepEqual(seen, [new Intl.NumberFormat("en-GB").format(count + 1)], "one change, no steps between");
});

/** Tab, Tab, Tab: to what has this name, with the focus visible at each stop. */
function hands(page) {
  const focused = () => page.evaluate(() => {
    const place = document.activeElement;
    if (!place || place === document.body) return null;
    const style = getComputedStyle(place);
    const card = place.closest("label");
    const frame = card ? getComputedStyle(card) : style;
    const ring = (one) => (one.outlineStyle !== "none" && parseFloat(one.outlineWidth) > 0) || one.boxShadow !== "none";
    const { top, bottom, width, height } = place.getBoundingClientRect();
    const names = [place.labels?.[0]?.innerText, place.getAttribute("aria-label"), place.innerText];
    // Someone's eyes need the place on the screen, not below a bar that stays at its edge.
    const onTop = document.elementFromPoint(place.getBoundingClientRect().x + width / 2, (top + bottom) / 2);
    const isCovered = width > 1 && height > 1 && onTop !== null && !place.contains(onTop) && !onTop.contains(place) &&
      !(card?.contains(onTop));
    return { name: names.find(Boolean)?.trim() ?? "", ring: ring(style) || ring(frame), isCovered, html: place.outerHTML.slice(0, 120) };
  });
  const to = async (name) => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      const place = await focused();
      if (!place) continue;
      assert.ok(place.ring, `no visible focus on ${place.html}`);
      assert.ok(!place.isCovered, `something lies over ${place.html}`);
      if (place.name.replace(/\s+/g, " ").startsWith(name)) return;
    }
    assert.fail(`40 Tabs do not reach “${name}” on ${page.url()}`);
  };
  return { to };
}
