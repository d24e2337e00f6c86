// Coming back: by code here, by link there; what the account says; cancelling, and the end of what was paid for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startNewsroom } from "../support/newsroom.js";
import { NARROW, newReader, openBrowser, WIDE } from "../support/reader.js";
import { askForCode, counterOf, join, shows, signInByCode } from "../support/steps.js";
import { until } from "../support/until.js";

const STORY = "/stories/eleven-minutes-in-the-fog";
const DAY_S = 86_400;

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

const inMonths = (months) => {
  const day = new Date();
  day.setMonth(day.getMonth() + months);
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" }).format(day);
};

/** Opens a story on the paper as a reader who is signed in at Masthead. */
async function openStory(page) {
  await page.goto(`${newsroom.paper}${STORY}`);
  const signIn = page.getByRole("main").getByRole("link", { name: "Sign in" });
  if (await signIn.isVisible()) await signIn.click();
  await page.waitForURL(`${newsroom.paper}${STORY}`);
}

const isShut = (page) => page.getByRole("region", { name: /Reporting like this/ }).isVisible();

for (const width of [WIDE, NARROW]) {
  test(`out, and in again by code here and by link there, at ${width} px`, async (t) => {
    const email = `returns-${width}@example.org`;
    const here = await newReader(t, browser, { width });
    await join(here.page, newsroom, email);
    await openStory(here.page);
    assert.equal(await isShut(here.page), false);
    await here.page.getByRole("button", { name: "Sign out" }).click();
    await here.page.getByRole("heading", { name: "Sign out?" }).waitFor();
    await here.page.getByRole("button", { name: "Sign out" }).click();
    await here.page.getByRole("navigation", { name: "Your membership" }).getByRole("link", { name: "Sign in" }).waitFor();
    assert.equal(here.page.url(), `${newsroom.paper}/`, "back at the paper");
    await here.page.goto(`${newsroom.paper}${STORY}`);
    assert.equal(await isShut(here.page), true, "the story is shut after signing out");

    await signInByCode(here.page, newsroom, email);
    await openStory(here.page);
    assert.equal(await isShut(here.page), false, "the story opens after the code");

    const there = await newReader(t, browser, { width });
    const asker = await newReader(t, browser, { width });
    const mail = await askForCode(asker.page, newsroom, email);
    await there.page.goto(mail.links.find((link) => link.includes("/sign-in/link")));
    await there.page.getByText("Did you begin in another browser?").waitFor();
    const shown = (await there.page.locator(".code").innerText()).replace(/\s/g, "");
    assert.equal(shown, mail.code, "the page shows the code for whoever began elsewhere");
    await there.page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await there.page.getByRole("heading", { name: "Your membership" }).waitFor();
    await openStory(there.page);
    assert.equal(await isShut(there.page), false, "the story opens after the link");
  });
}

test("the account tells plan, amount, next payment; cancelling lasts until the period's end", async (t) => {
  const email = "leaves@example.org";
  const { page, newPage } = await newReader(t, browser);
  await join(page, newsroom, email);
  const { count } = await newsroom.campaign();
  await page.goto(`${newsroom.masthead}/account`);
  const fact = (name) => page.locator("dl.facts > div", { hasText: name }).locator("dd").innerText();
  assert.equal(await fact("Plan"), "Supporter");
  assert.equal(await fact("Amount"), "€7 a month");
  assert.equal(await fact("Next payment"), inMonths(1));

  await page.getByRole("button", { name: "Change, cancel or see invoices" }).click();
  await page.getByRole("link", { name: "Cancel subscription" }).click();
  await page.getByRole("button", { name: "Cancel the subscription" }).click();
  await page.getByRole("link", { name: "Back" }).click();
  await page.waitForURL(/\/account/);
  await until("the account tells of the cancellation", async () => {
    await page.reload();
    return page.getByText("Cancelled, ends on").isVisible();
  });
  assert.equal(await fact("Cancelled"), `${inMonths(1)}. Nothing more is taken.`);
  await openStory(page);
  assert.equal(await isShut(page), false);

  await newsroom.advance(29 * DAY_S);
  const onlooker = await newPage();
  await onlooker.goto(`${newsroom.masthead}/`);
  assert.equal(Number((await counterOf(onlooker)).replace(/\D/g, "")), count, "counted until the period's end");
  await page.context().clearCookies({ name: /ledger/ });
  await openStory(page);
  assert.equal(await isShut(page), false, "open until the period's end");

  await newsroom.advance(3 * DAY_S);
  await shows(onlooker, count - 1);
  await page.context().clearCookies({ name: /ledger/ });
  await openStory(page);
  assert.equal(await isShut(page), true, "shut after the period's end");
  await page.goto(`${newsroom.masthead}/account`);
  await page.getByText("no membership at the moment").or(page.getByText("Ended on")).waitFor();
  await page.getByText("Supporter ended.").waitFor();
  await page.getByRole("link", { name: "Become a member again" }).click();
  await page.getByRole("heading", { name: "Become a member" }).waitFor();
});
