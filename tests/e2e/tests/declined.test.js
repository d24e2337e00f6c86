// A card that the bank refuses: kindly told, and nothing left behind. Then another one works.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startNewsroom } from "../support/newsroom.js";
import { NARROW, newReader, openBrowser, WIDE } from "../support/reader.js";
import { choose, DECLINED, pay, PAYS, signInByCode } from "../support/steps.js";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

for (const width of [WIDE, NARROW]) {
  test(`a declined card says so and leaves nothing behind, at ${width} px`, async (t) => {
    const email = `declined-${width}@example.org`;
    const { count, version } = await newsroom.campaign();
    const { page, expect } = await newReader(t, browser, { width });
    await page.goto(`${newsroom.masthead}/join`);
    await choose(page, email);
    const checkout = page.url();
    expect(402, new URL(checkout).pathname);
    await pay(page, DECLINED);
    const told = page.getByRole("alert");
    await told.getByText("Your card was declined.").waitFor();
    assert.match(await told.innerText(), /Nothing was taken/);
    assert.match(await told.innerText(), /another card/);
    assert.equal(await page.getByLabel("Name on the card").inputValue(), "Olena Quay", "what was typed is kept");

    // No member, no mail; whoever signs in with the address now is a reader without a membership.
    assert.deepEqual(await newsroom.mails(email), []);
    const elsewhere = await newReader(t, browser, { width });
    await signInByCode(elsewhere.page, newsroom, email);
    await elsewhere.page.getByText("no membership at the moment").waitFor();
    assert.deepEqual((await newsroom.mails(email)).map((mail) => mail.subject), ["Sign in to The Harbour Ledger"]);
    const now = await newsroom.campaign();
    assert.deepEqual([now.count, now.version, now.settling], [count, version, 0], "the counter stood still");
    assert.equal((await newsroom.stripe("subscriptions?status=active&limit=100")).data.length, count - 24_600);
  });

  test(`another card on the same page works, at ${width} px`, async (t) => {
    const { count } = await newsroom.campaign();
    const { page, expect } = await newReader(t, browser, { width });
    await page.goto(`${newsroom.masthead}/join`);
    await choose(page, `second-card-${width}@example.org`);
    const { pathname } = new URL(page.url());
    expect(402, pathname);
    await pay(page, DECLINED);
    await page.locator("#declined").waitFor();
    assert.equal(new URL(page.url()).pathname, pathname, "the same checkout goes on");
    await pay(page, PAYS);
    await page.getByRole("heading", { name: "You’re in." }).waitFor();
    assert.equal((await newsroom.campaign()).count, count + 1);
  });
}
