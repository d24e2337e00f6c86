// Every page and state on the way in, looked at: pictures in target/screenshots, axe-core, sideways scroll, sizes of targets.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { visit } from "../support/gallery.js";
import { startNewsroom } from "../support/newsroom.js";
import { openBrowser } from "../support/reader.js";
import { choose, DECLINED, pay } from "../support/steps.js";

const MEMBERS_ONLY = "eleven-minutes-in-the-fog";
const REGISTERED = "thirteen-minutes-to-five";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

test("the paper, to a stranger", async (t) => {
  const { open, expect, judge } = await visit(t, browser);
  await open(`${newsroom.paper}/`, "paper-front");
  await open(`${newsroom.paper}/sections/harbour`, "paper-section");
  await open(`${newsroom.paper}/about`, "paper-about");
  await open(`${newsroom.paper}/stories/the-pool-on-tanner-street`, "paper-story-open");
  await open(`${newsroom.paper}/stories/${REGISTERED}`, "paper-story-registered-gate");
  await open(`${newsroom.paper}/stories/${MEMBERS_ONLY}`, "paper-story-members-gate");
  expect(404, "/washed-away");
  await open(`${newsroom.paper}/washed-away`, "paper-not-found");
  expect(400, "/signed-in");
  await open(`${newsroom.paper}/signed-in?code=x&state=y`, "paper-unknown-attempt");
  judge();
});

test("joining: the campaign, the form, the payment page, the thanks, the mailbox", async (t) => {
  const { open, look, page, press, fill, expect, judge } = await visit(t, browser);
  await open(`${newsroom.masthead}/dev/mail`, "mailbox-empty");
  await open(`${newsroom.masthead}/`, "campaign");
  await press("Become a member", "link");
  await look("join");
  await page.getByLabel(/€70 a year/).check();
  await look("join-yearly");
  await page.locator("form.join").evaluate((form) => (form.noValidate = true));
  await fill("Your e-mail address", "not an address");
  expect(422, "/join");
  await press(/Become a member for/);
  await page.getByText("Write the whole address").or(page.locator(".fault")).first().waitFor();
  await look("join-fault");
  await choose(page, "gallery@example.org");
  await look("sandbox-checkout");
  await page.getByRole("link", { name: "Back, without paying" }).click();
  await page.waitForURL(/\/(join|welcome)/);
  await look("join-cancelled");
  await page.goto(`${newsroom.paper}/stories/${MEMBERS_ONLY}`);
  await press("Read on as a member", "link");
  await choose(page, "gallery@example.org");
  const { pathname } = new URL(page.url());
  expect(422, pathname);
  expect(402, pathname);
  await pay(page, "4242 4242 4242 4241");
  await page.locator("#fault, #declined").waitFor();
  await look("sandbox-checkout-fault");
  await pay(page, DECLINED);
  await page.locator("#declined").waitFor();
  await look("sandbox-checkout-declined");
  await pay(page, "4000 0025 0000 3155");
  await page.waitForURL(/authenticate/);
  await look("sandbox-authenticate");
  await press("Approve the payment");
  await page.getByText("There are").waitFor();
  await look("welcome");
  await open(`${newsroom.masthead}/account`, "account");
  await open(`${newsroom.masthead}/`, "campaign-member");
  await open(`${newsroom.masthead}/join`, "already-member");
  await open(`${newsroom.paper}/stories/${MEMBERS_ONLY}`, "paper-story-gate-before-sign-in");
  await press("Sign in", "link");
  await page.waitForURL(/\/stories\//);
  await look("paper-story-member");
  await open(`${newsroom.paper}/`, "paper-front-member");
  judge();
});

test("giving once: the form, an amount of one's own, the thanks, the receipt", async (t) => {
  const { open, look, page, press, fill, expect, judge } = await visit(t, browser);
  await open(`${newsroom.masthead}/give`, "give");
  assert.equal(await page.getByLabel("Your amount in EUR").isVisible(), false, "asked for only when it is chosen");
  // By keyboard: from the amount that is proposed to the last one, and on to its field.
  await page.getByLabel(/€20 once/).focus();
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("2");
  await look("give-own");
  await fill("Your e-mail address", "giver@example.org");
  expect(422, "/give");
  await press("Give");
  await page.getByText("Choose €3 or more.").first().waitFor();
  await look("give-fault");
  await fill("Your amount in EUR", "43.21");
  await press("Give");
  await page.waitForURL(/\/c\/pay\//);
  await page.getByText("€43.21").first().waitFor();
  await pay(page, "4242 4242 4242 4242");
  await page.waitForURL(/\/welcome/);
  await page.getByText("nothing more is taken").waitFor();
  await look("give-thanks");
  await open(`${newsroom.masthead}/account`, "give-account");
  const receipt = await newsroom.mail("giver@example.org", /Your receipt/);
  assert.match(receipt.text, /€43\.21/);
  judge();
});

test("a gift: the form, the thanks, the mail, the code", async (t) => {
  const { open, look, page, press, fill, expect, judge } = await visit(t, browser);
  await open(`${newsroom.masthead}/gift`, "gift");
  await page.getByLabel(/€70 for 12 months/).check();
  await page.locator("form.join").evaluate((form) => (form.noValidate = true));
  await fill("Their e-mail address", "nobody");
  await fill("Your name, as they know it", "Your uncle Olek");
  await fill("A few words for them", "So that you know what the harbour is up to.");
  await fill("Your own address", "uncle@example.org");
  expect(422, "/gift");
  await press(/Give it: €70/);
  await page.locator("#recipient-fault").waitFor();
  await look("gift-fault");
  await fill("Their e-mail address", "niece@example.org");
  await press(/Give it: €70/);
  await page.waitForURL(/\/c\/pay\//);
  await pay(page, "4242 4242 4242 4242");
  await page.getByText("It is paid").waitFor();
  await look("gift-thanks");
  const mail = await newsroom.mail("niece@example.org", /A gift for you from Your uncle Olek/);
  const code = mail.text.match(/\w{4}-\w{4}-\w{4}-\w{4}/)[0];
  await open(`${newsroom.masthead}/dev/mail/${mail.id}`, "gift-mail");
  await open(`${newsroom.masthead}/gift/redeem`, "gift-redeem");
  await fill("The code", code);
  expect(422, "/gift/redeem");
  await press("Redeem the gift");
  await page.getByText("somebody else redeems it").first().waitFor();
  await look("gift-redeem-fault");
  judge();
});

test("problems and the sandbox's own pages", async (t) => {
  const { open, expect, judge } = await visit(t, browser);
  for (const [status, path, name] of [
    [404, "/nowhere", "problem-not-found"],
    [400, "/join?return_to=https://elsewhere.example/", "problem-return-to"],
    [404, "/welcome?checkout=chk_00000000000000000000000000000000", "problem-unknown-checkout"],
    [401, "/account", "account-stranger"],
    [200, "/problems/not-found", "problem-explained"],
  ]) {
    expect(status, new URL(path, newsroom.masthead).pathname);
    await open(newsroom.masthead + path, name);
  }
  await open(`${newsroom.sandbox}/`, "sandbox-front");
  judge();
});
