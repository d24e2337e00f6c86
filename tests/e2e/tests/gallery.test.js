// Every page and state, looked at: pictures in target/screenshots, axe-core, sideways scroll, sizes of targets.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "../support/looks.js";
import { startNewsroom } from "../support/newsroom.js";
import { newReader, openBrowser } from "../support/reader.js";
import { until } from "../support/until.js";
import { askForCode, choose, DECLINED, join, pay, signInByCode } from "../support/steps.js";

const DAY_S = 86_400;
const MEMBERS_ONLY = "eleven-minutes-in-the-fog";
const REGISTERED = "thirteen-minutes-to-five";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

/** A page, the checks that are gathered, and short words for both. */
async function visit(t) {
  const reader = await newReader(t, browser);
  const wrong = [];
  const { page } = reader;
  return {
    ...reader,
    look: (name) => look(page, name, wrong),
    lookAt: (other, name) => look(other, name, wrong),
    open: async (url, name) => {
      await page.goto(url);
      await look(page, name, wrong);
    },
    press: (name, role = "button") => page.getByRole(role, { name }).first().click(),
    fill: (label, text) => page.getByLabel(label).fill(text),
    /** Fails if anything was wrong. */
    judge: () => assert.deepEqual(wrong, []),
  };
}

test("the paper, to a stranger", async (t) => {
  const { open, expect, judge } = await visit(t);
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
  const { open, look, page, press, fill, expect, judge } = await visit(t);
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
  await page.getByText("does not look right").or(page.locator(".fault")).first().waitFor();
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

test("the account and the portal", async (t) => {
  const { open, look, page, press, fill, expect, judge } = await visit(t);
  await join(page, newsroom, "account@example.org");
  await page.goto(`${newsroom.masthead}/account`);
  await page.getByText("Change the address").click();
  await look("account-address-open");
  await fill("Your new e-mail address", "moved@example.org");
  await press("Confirm by mail");
  await look("account-address-asked");
  const asked = await newsroom.mail("moved@example.org");
  await open(asked.links[0], "confirm-address");
  await press("Yes, this is mine");
  await look("account-address-changed");
  expect(410, "/account/confirm-email");
  expect(404, "/account/confirm-email");
  await open(asked.links[0], "confirm-address-over");
  await page.goto(`${newsroom.masthead}/account`);
  await press("Change, pay or cancel");
  await page.waitForURL(/\/p\/session/);
  await look("sandbox-portal");
  await page.locator("table a").first().click();
  await look("sandbox-invoice");
  await page.goBack();
  await press("Cancel subscription", "link");
  await look("sandbox-portal-cancel");
  await press("Cancel the subscription");
  await page.getByText("Cancelled.").waitFor();
  await look("sandbox-portal-cancelled");
  await press("Back", "link");
  await page.getByText("Cancelled, ends on").waitFor();
  await look("account-cancelled");
  judge();
});

test("signing in, and what can be wrong with it", async (t) => {
  const { open, look, page, press, fill, expect, judge } = await visit(t);
  const email = "signs-in@example.org";
  await open(`${newsroom.masthead}/sign-in`, "sign-in");
  await page.locator("main form").evaluate((form) => (form.noValidate = true));
  await fill("Your e-mail address", "nobody");
  expect(422, "/sign-in");
  await press("Send me a code");
  await page.locator(".fault").waitFor();
  await look("sign-in-fault");
  const mail = await askForCode(page, newsroom, email);
  await look("code");
  expect(422, "/sign-in/code");
  await page.getByLabel("Your six-digit code").fill(mail.code === "000000" ? "000001" : "000000");
  await page.locator("#code-fault").waitFor();
  await look("code-wrong");
  await press("send it again");
  await page.getByText("We sent it again").waitFor();
  await look("code-again");
  const link = mail.links.find((one) => one.includes("/sign-in/link"));
  await open(link, "link");
  await press("Sign in");
  await page.waitForURL(/\/account/);
  await look("account-without-membership");
  expect(410, "/sign-in/link");
  await open(link, "link-used");
  expect(404, "/sign-in/link");
  await open(`${newsroom.masthead}/sign-in/link?token=cut`, "link-unknown");
  await open(`${newsroom.masthead}/sign-out`, "sign-out");
  await press("Sign out");
  await page.getByText("You are signed out").waitFor();
  await look("signed-out");
  await open(`${newsroom.masthead}/sign-in/code`, "code-other-browser");
  judge();
});

test("a known address pays, and a reader without a membership comes to the gate", async (t) => {
  const { open, look, page, press, expect, judge } = await visit(t);
  const email = "known@example.org";
  await signInByCode(page, newsroom, email);
  await page.goto(`${newsroom.paper}/stories/${REGISTERED}`);
  await press("Read on with a free sign-in", "link");
  await page.locator(".end").waitFor();
  await look("paper-story-registered-open");
  await open(`${newsroom.paper}/stories/${MEMBERS_ONLY}`, "paper-story-gate-signed-in");
  await page.context().clearCookies();
  await page.goto(`${newsroom.masthead}/join`);
  await choose(page, email);
  const checkout = page.url();
  await pay(page);
  await page.getByRole("heading", { name: "You’re in. Now check your mail." }).waitFor();
  await look("welcome-not-signed-in");
  for (const status of [400, 404, 409, 410]) expect(status, new URL(checkout).pathname);
  await open(checkout, "sandbox-checkout-done");
  await page.goto(`${newsroom.masthead}/join`);
  await choose(page, "twice@example.org");
  const first = page.url();
  await page.goto(`${newsroom.masthead}/join`);
  await choose(page, "twice@example.org");
  for (const status of [400, 404, 409, 410]) expect(status, new URL(first).pathname);
  await open(first, "sandbox-checkout-expired");
  // One address, two memberships: the second goes back.
  await page.context().clearCookies();
  await join(page, newsroom, email);
  await newsroom.mail(email, /second payment/);
  judge();
});

test("problems and the sandbox's own pages", async (t) => {
  const { open, expect, judge } = await visit(t);
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

test("the mailbox and one mail of each kind", async (t) => {
  const { open, lookAt, newPage, judge } = await visit(t);
  await open(`${newsroom.masthead}/dev/mail`, "mailbox");
  const kinds = new Map((await newsroom.mails()).map((mail) => [mail.subject, mail]));
  assert.ok(kinds.size >= 6, `only ${[...kinds.keys()]}`);
  for (const [subject, mail] of kinds) {
    const name = subject.toLowerCase().replace(/the harbour ledger/, "").replace(/[^a-z]+/g, "-");
    // No script may run where a mail is shown, not even one that looks: the same HTML on a page of its own.
    const letter = await newPage();
    await letter.setContent(mail.html);
    await lookAt(letter, `mail-${name}`);
    await letter.close();
    assert.ok(mail.text.length > 100 && !/[<>]|&[a-z]+;/.test(mail.text), `the text part of “${subject}” is text`);
  }
  const [newest] = await newsroom.mails();
  await open(`${newsroom.masthead}/dev/mail/${newest.id}`, "mailbox-mail");
  judge();
});

// Last: the clock that it moves is everybody's.
test("a renewal fails; a membership ends", async (t) => {
  const { open, look, page, judge } = await visit(t);
  await page.goto(`${newsroom.masthead}/join`);
  await choose(page, "unlucky@example.org");
  await pay(page, "4000 0000 0000 0341");
  await page.getByText("There are").waitFor();
  await newsroom.advance(32 * DAY_S);
  await untilAccountSays(page, "Your last payment did not go through");
  await look("account-past-due");
  await newsroom.advance(30 * DAY_S);
  await untilAccountSays(page, "Ended on");
  await look("account-ended");
  await open(`${newsroom.masthead}/`, "campaign-ended");
  await open(`${newsroom.paper}/`, "paper-front-ended");
  judge();
});

/** Webhooks take a moment. */
function untilAccountSays(page, words) {
  return until(`the account says “${words}”`, async () => {
    await page.goto(`${newsroom.masthead}/account`);
    return page.getByText(words).isVisible();
  });
}
