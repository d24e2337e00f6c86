// Every page and state of those who are in, and every mail, looked at like those on the way in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { visit } from "../support/gallery.js";
import { startNewsroom } from "../support/newsroom.js";
import { openBrowser } from "../support/reader.js";
import { askForCode, choose, join, pay, signInByCode } from "../support/steps.js";
import { until } from "../support/until.js";

const DAY_S = 86_400;
const MEMBERS_ONLY = "eleven-minutes-in-the-fog";
const REGISTERED = "thirteen-minutes-to-five";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

test("signing in, and what can be wrong with it", async (t) => {
  const { open, look, page, press, fill, expect, judge } = await visit(t, browser);
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
  await press("Sign in");
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

test("the account and the portal", async (t) => {
  const { open, look, page, press, fill, expect, judge } = await visit(t, browser);
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
  await press("Change, cancel or see invoices");
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

test("a known address pays, and a reader without a membership comes to the gate", async (t) => {
  const { open, look, page, press, expect, judge } = await visit(t, browser);
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
  await page.getByRole("heading", { name: "Thank you. Now check your mail." }).waitFor();
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

test("the mailbox and one mail of each kind", async (t) => {
  const { open, lookAt, newPage, judge } = await visit(t, browser);
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
  const { open, look, page, judge } = await visit(t, browser);
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
