// What goes wrong around signing in and gates, in real browsers. The numbers are the rows of the table of faults.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startNewsroom } from "../support/newsroom.js";
import { newReader, openBrowser } from "../support/reader.js";
import { askForCode, join, signInByCode } from "../support/steps.js";

const HARD = "eleven-minutes-in-the-fog";
const EASY = "thirteen-minutes-to-five";

let browser;
let newsroom;
before(async () => ([browser, newsroom] = await Promise.all([openBrowser(), startNewsroom()])));
after(() => Promise.all([browser.close(), newsroom.stop()]));

const linkIn = (mail) => mail.links.find((link) => link.includes("/sign-in/link"));
const sessionOf = async (context) => (await context.cookies()).find((one) => one.name.endsWith("masthead_session"))?.value;

test("17: scanners may fetch a mailed link and run its page; only its button uses it up", async (t) => {
  const email = "scanned@example.org";
  const reader = await newReader(t, browser);
  const link = linkIn(await askForCode(reader.page, newsroom, email));
  for (const method of ["GET", "HEAD", "GET", "HEAD"]) {
    const answer = await fetch(link, { method });
    assert.equal(answer.status, 200, method);
    assert.equal(answer.headers.get("set-cookie"), null, `${method} sets a cookie`);
  }
  const scanner = await newReader(t, browser, { wired: true });
  await scanner.page.goto(link, { waitUntil: "networkidle" });
  assert.deepEqual(scanner.wire.seen.filter(({ method }) => method !== "GET"), [], "the page presses nothing itself");
  assert.equal(await sessionOf(scanner.context), undefined);
  assert.doesNotMatch(scanner.wire.seen.map(({ headers }) => headers.referer ?? "").join(), /token/, "the link leaks");

  const phone = await newReader(t, browser);
  await phone.page.goto(link);
  await phone.page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await phone.page.waitForURL(/\/account/);
  phone.expect(410, "/sign-in/link");
  assert.equal((await phone.page.goto(link)).status(), 410, "used once");
});

test("20: a code works only in the browser that asked for it", async (t) => {
  const email = "phished@example.org";
  const victim = await newReader(t, browser);
  const mail = await askForCode(victim.page, newsroom, email);

  const thief = await newReader(t, browser);
  await thief.page.goto(`${newsroom.masthead}/sign-in/code`);
  await thief.page.getByText("only in the browser that asked for it").waitFor();
  assert.equal(await thief.page.getByLabel("Your six-digit code").count(), 0);
  // With an attempt of the thief's own, and by the API.
  await askForCode(thief.page, newsroom, "thief@example.org");
  thief.expect(422, "/sign-in/code");
  await thief.page.getByLabel("Your six-digit code").fill(mail.code);
  await thief.page.getByRole("button", { name: "Sign in" }).click();
  await thief.page.getByText("That is not the code in the mail").first().waitFor();
  const verify = (headers) => fetch(`${newsroom.masthead}/v1/sign-in/verify`, {
    method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ code: mail.code }),
  });
  const answer = await verify({});
  assert.ok(answer.status >= 400 && answer.headers.get("set-cookie") === null);
  assert.equal(await sessionOf(thief.context), undefined);

  await victim.page.getByLabel("Your six-digit code").fill(mail.code);
  await victim.page.getByRole("button", { name: "Sign in" }).click();
  await victim.page.waitForURL(/\/account/);
});

test("23: addresses to return to that are elsewhere get a clear page and no redirect", async (t) => {
  const { page, expect } = await newReader(t, browser);
  const host = new URL(newsroom.paper).host;
  const elsewhere = [
    "https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", `${newsroom.paper}@elsewhere.example/`,
    `http://elsewhere.example/?${newsroom.paper}/`, `${newsroom.paper}.elsewhere.example/`, "javascript:alert(1)",
    `http://user@${host}/`, `${newsroom.paper}/%0d%0aSet-Cookie:a=b\r\nX: y`, `https://${host}/`,
  ];
  for (const address of elsewhere) {
    for (const path of ["/join", "/sign-in"]) {
      const url = `${newsroom.masthead}${path}?return_to=${encodeURIComponent(address)}`;
      const answer = await fetch(url, { redirect: "manual" });
      assert.equal(answer.status, 400, url);
      assert.equal(answer.headers.get("location"), null);
    }
    const form = { method: "POST", redirect: "manual", body: new URLSearchParams({ email: "e@example.org", return_to: address }) };
    assert.equal((await fetch(`${newsroom.masthead}/sign-in`, form)).status, 400, `a form with ${address}`);
    const query = { site: "demo-paper", return_to: address, state: "s", code_challenge: "A".repeat(43) };
    const onward = await fetch(`${newsroom.masthead}/v1/continue?${new URLSearchParams(query)}`, { redirect: "manual" });
    assert.equal(onward.status, 400, `continue to ${address}`);
    assert.equal(onward.headers.get("location"), null);
  }
  expect(400, "/join");
  await page.goto(`${newsroom.masthead}/join?return_to=${encodeURIComponent(elsewhere[0])}`);
  await page.getByRole("heading", { name: "We cannot send you there" }).waitFor();
  assert.equal(await page.getByRole("link", { name: /elsewhere/ }).count(), 0);
  assert.deepEqual(await newsroom.mails("e@example.org"), [], "nothing is mailed for a refused form");
});

test("25: the session is new at each sign-in, whatever cookie was there before", async (t) => {
  const email = "fixed@example.org";
  const { page, context } = await newReader(t, browser);
  const planted = "planted-by-somebody-else-0123456789abcdefghij";
  await context.addCookies([{ name: "masthead_session", value: planted, url: newsroom.masthead }]);
  await signInByCode(page, newsroom, email);
  const first = await sessionOf(context);
  assert.notEqual(first, planted);
  await page.goto(`${newsroom.masthead}/sign-out`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out").waitFor();
  await signInByCode(page, newsroom, email);
  const second = await sessionOf(context);
  assert.notEqual(second, first);
  for (const value of [planted, first]) {
    const me = await fetch(`${newsroom.masthead}/v1/me`, { headers: { cookie: `masthead_session=${value}` } });
    assert.equal(me.status, 401, "a session that is over opens nothing");
  }
  const me = await fetch(`${newsroom.masthead}/v1/me`, { headers: { cookie: `masthead_session=${second}` } });
  assert.equal(me.status, 200);
});

test("25: forms of another website are refused, in the browser of someone who is signed in", async (t) => {
  const email = "lured@example.org";
  const { page, context, expect } = await newReader(t, browser);
  await signInByCode(page, newsroom, email);
  const before = await sessionOf(context);
  const sessions = (await newsroom.stripe("checkout/sessions?limit=100")).data.length;
  const [plan] = (await (await fetch(`${newsroom.masthead}/v1/plans`)).json()).items;
  for (const [path, fields] of [
    ["/sign-in", { email: "someone-else@example.org" }],
    ["/sign-in/link", { token: "x" }],
    ["/sign-in/code", { code: "123456" }],
    ["/sign-in/resend", {}],
    ["/sign-out", {}],
    ["/join", { price: plan.prices[0].id, email: "someone-else@example.org" }],
    ["/account/email", { email: "someone-else@example.org" }],
    ["/account/billing", {}],
    ["/account/confirm-email", { token: "x" }],
  ]) {
    expect(403, path);
    await page.goto(`${newsroom.paper}/about`);
    const refused = page.waitForResponse((answer) => answer.url() === newsroom.masthead + path);
    await page.evaluate(([action, values]) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = action;
      for (const [name, value] of Object.entries(values)) {
        const input = document.createElement("input");
        [input.type, input.name, input.value] = ["hidden", name, value];
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    }, [newsroom.masthead + path, fields]);
    const answer = await refused;
    assert.equal(answer.status(), 403, path);
    assert.equal((await answer.allHeaders())["set-cookie"], undefined, `${path} sets a cookie`);
    await page.getByRole("heading", { name: "Not from this website" }).waitFor();
  }
  // Even with the victim's cookie at hand the Origin alone is enough to refuse.
  const forged = { method: "POST", headers: { origin: newsroom.paper, cookie: `masthead_session=${before}` }, redirect: "manual" };
  assert.equal((await fetch(`${newsroom.masthead}/sign-out`, forged)).status, 403);
  assert.equal((await fetch(`${newsroom.masthead}/sign-out`, { ...forged, headers: { ...forged.headers, origin: "null" } })).status, 403);
  await page.goto(`${newsroom.masthead}/account`);
  await page.getByText(email).waitFor();
  assert.equal(await sessionOf(context), before);
  assert.deepEqual(await newsroom.mails("someone-else@example.org"), []);
  assert.equal((await newsroom.stripe("checkout/sessions?limit=100")).data.length, sessions);
});

test("32a: a pass for an easier gate or another article does not open a hard story", async (t) => {
  const reader = await newReader(t, browser);
  await signInByCode(reader.page, newsroom, "registered-only@example.org");
  const member = await newReader(t, browser);
  await join(member.page, newsroom, "pass-holder@example.org");
  const address = (slug) => `${newsroom.paper}/stories/${slug}`;
  const access = async ({ context }, gate, article) => {
    const answer = await fetch(`${newsroom.masthead}/v1/access`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: `masthead_session=${await sessionOf(context)}` },
      body: JSON.stringify({ gate, article }),
    });
    assert.equal(answer.status, 200);
    return answer.json();
  };
  const body = async (slug, token) => {
    const answer = await fetch(`${address(slug)}/body`, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, text: await answer.text(), stored: answer.headers.get("cache-control") };
  };
  const isKept = ({ status, text }) => assert.ok([401, 403].includes(status) && !text.includes("<p>"), `${status}: ${text}`);

  assert.equal((await access(reader, "members", address(HARD))).decision, "join");
  const easier = await access(reader, "registered", address(HARD));
  assert.equal(easier.decision, "open");
  isKept(await body(HARD, easier.pass));
  isKept(await body(EASY, easier.pass));
  const other = await access(member, "members", address("the-dredger-that-never-came"));
  isKept(await body(HARD, other.pass));

  // The right ones open, so the refusals above were about the gate and the article.
  const right = await access(member, "members", address(HARD));
  const opened = await body(HARD, right.pass);
  assert.equal(opened.status, 200);
  assert.match(opened.text, /The coaster’s side went past the bow door/);
  assert.match(opened.stored, /no-store/);
  const easy = await access(reader, "registered", address(EASY));
  assert.equal((await body(EASY, easy.pass)).status, 200);
});
