// What a reader does, in the words on the screen.
import { until } from "./until.js";

export const PAYS = "4242 4242 4242 4242";
export const DECLINED = "4000 0000 0000 0002";

/** From a join page to the sandbox's checkout. */
export async function choose(page, email, price = /€7 a month/) {
  await page.getByLabel(price).check();
  await page.getByLabel("Your e-mail address").fill(email);
  await page.getByRole("button", { name: /Become a member/ }).click();
  await page.waitForURL(/\/c\/pay\//);
}

/** Fills the sandbox's form and presses its button. Returns the moment of the press. */
export async function pay(page, card = PAYS) {
  await page.getByLabel("Card number").fill(card);
  await page.getByLabel(/Expiry/).fill("12 / 34");
  await page.getByLabel("Security code").fill("123");
  await page.getByLabel("Name on the card").fill("Olena Quay");
  const pressedAt = performance.now();
  await page.getByRole("button", { name: /^(Pay|Subscribe)/ }).click();
  return pressedAt;
}

/** Joins from the campaign page, to the thanks. */
export async function join(page, newsroom, email) {
  await page.goto(`${newsroom.masthead}/join`);
  await choose(page, email);
  await pay(page);
  await page.waitForURL(/\/welcome/);
  await page.getByRole("heading", { name: /^(You’re in|Thank you\. Now)/ }).waitFor();
}

/** Asks for a code; the newest mail with one. */
export async function askForCode(page, newsroom, email) {
  const before = (await newsroom.mails(email)).map((mail) => mail.id);
  await page.goto(`${newsroom.masthead}/sign-in`);
  await page.getByLabel("Your e-mail address").fill(email);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await page.getByLabel("Your six-digit code").waitFor();
  return newsroom.mail(email, /Sign in/, { otherThan: before });
}

/** Asks for a code and types it; only the button sends it. */
export async function signInByCode(page, newsroom, email) {
  const mail = await askForCode(page, newsroom, email);
  await page.getByLabel("Your six-digit code").pressSequentially(mail.code);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/account/);
  return mail;
}

/** The number that a page's counter shows, once it shows `count`: the moment it did. */
export async function shows(page, count, bound_ms = 5_000) {
  const written = new Intl.NumberFormat("en-GB").format(count);
  await until(`${page.url()} shows ${written}`, async () => (await counterOf(page)) === written, bound_ms);
  return performance.now();
}

/** What stands in the first counter of a page of Masthead's or the paper's. */
export async function counterOf(page) {
  return page.locator('[data-live="count"], [data-counter="count"]').first().textContent();
}
