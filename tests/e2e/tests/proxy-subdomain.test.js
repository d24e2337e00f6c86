// Masthead on a subdomain of the newspaper's, behind a real nginx: the newspaper's script asks with the reader's cookie across origins,
// and every other origin's asks in vain.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { register, startNewsroom } from "../support/newsroom.js";
import { freePorts, guides, startNginx, startPaper } from "../support/nginx.js";
import { newReader, openBrowser } from "../support/reader.js";
import { signInByCode } from "../support/steps.js";

let browser;
let newsroom;
let paper;
let stranger;
let members;
const stops = [];
before(async () => {
  const [port, own, papers] = await freePorts(3);
  paper = `http://paper.localhost:${port}`;
  // One host of the newspaper's that is not registered, and another website's.
  stranger = { same: `http://blog.paper.localhost:${port}`, other: `http://evil.localhost:${port}` };
  members = `http://members.paper.localhost:${port}`;
  const masthead = guides("subdomain", [
    ["proxy_pass http://127.0.0.1:8080;", `proxy_pass http://127.0.0.1:${own};`],
    ["listen 443 ssl http2;", `listen 127.0.0.1:${port};`],
    ["server_name members.paper.example;", "server_name members.paper.localhost;"],
  ]);
  const rest = `server { listen 127.0.0.1:${port} default_server; location / { proxy_pass http://127.0.0.1:${papers}; } }`;
  stops.push(await startPaper(papers, `${members}/v1/token`), await startNginx(`${masthead}\n${rest}`, port));
  [browser, newsroom] = await Promise.all([openBrowser(), startNewsroom({ port: own, publicUrl: `${members}/` })]);
  await register(newsroom, "paper", paper);
});
after(() => Promise.all([browser.close(), newsroom.stop(), ...stops.map((stop) => stop())]));

/** What a page's script gets from Masthead: the status and text of the answer, or that the browser kept it back. */
const ask = (page, url, method, init = {}) =>
  page.evaluate(async ([url, method, init]) => {
    try {
      const answer = await fetch(url, { method, credentials: "include", ...init });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return "kept back";
    }
  }, [url, method, init]);

const JSON_BODY = { headers: { "content-type": "application/json" }, body: "{}" };

test("the newspaper's script is answered with the cookie that the reader's own visit set", async (t) => {
  const email = "subdomain@example.org";
  const { page, context, expect } = await newReader(t, browser);
  expect(401, "/v1/token");
  await page.goto(`${paper}/`);
  await page.getByText("Nobody: 401").waitFor();
  assert.deepEqual(await context.cookies(), [], "asking sets no cookie");

  await signInByCode(page, newsroom, email);
  const session = (await context.cookies()).find((one) => one.name === "masthead_session");
  assert.deepEqual([session.domain, session.httpOnly, session.sameSite], ["members.paper.localhost", true, "Lax"]);
  await page.goto(`${paper}/`);
  await page.getByText(/^Member \d+ opens registered$/).waitFor();
  const after = (await context.cookies()).find((one) => one.name === "masthead_session");
  assert.deepEqual(after, session, "answering sets no cookie either");
  const me = await ask(page, `${members}/v1/me`, "GET");
  assert.equal(JSON.parse(me.text).email, email);
});

test("no other origin reads anything, and none changes anything", async (t) => {
  const reader = await newReader(t, browser);
  const email = "kept@example.org";
  await reader.page.goto(`${members}/`);
  await signInByCode(reader.page, newsroom, email);
  // Another window of the same profile, whose complaints are what is expected here.
  const context = await browser.newContext({ storageState: await reader.context.storageState() });
  t.after(() => context.close());
  const page = await context.newPage();
  const account = [
    ["/account", "GET"],
    ["/v1/billing-portal", "POST", JSON_BODY],
    ["/v1/checkout", "POST", JSON_BODY],
    ["/v1/sign-out", "POST", JSON_BODY],
    ["/sign-out", "POST", { body: new URLSearchParams().toString(), headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["/v1/sign-in", "POST", JSON_BODY],
    ["/v1/authorize-request", "GET"],
    ["/dev/mail.json", "GET"],
  ];
  const own = [["/v1/token", "POST", JSON_BODY], ["/v1/me", "GET"], ["/v1/access", "POST", JSON_BODY]];
  for (const [origin, calls] of [
    [paper, account],
    [stranger.same, [...account, ...own]],
    [stranger.other, [...account, ...own]],
  ]) {
    await page.goto(`${origin}/`);
    for (const [path, method, init] of calls) {
      assert.equal(await ask(page, `${members}${path}`, method, init), "kept back", `${method} ${path} from ${origin}`);
    }
    // A form of theirs, which needs no leave to be sent.
    await page.goto(`${origin}/`);
    await page.evaluate((action) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action });
      document.body.append(form);
      form.submit();
    }, `${members}/sign-out`);
    await page.waitForURL(`${members}/sign-out`);
    await page.goto(`${members}/account`);
    await page.getByText(email).first().waitFor();
  }
  // What is everybody's is everybody's.
  await page.goto(`${stranger.other}/`);
  const campaign = await ask(page, `${members}/v1/campaigns/25000-members`, "GET", { credentials: "omit" });
  assert.equal(campaign.status, 200);
  assert.equal(await ask(page, `${members}/v1/campaigns/25000-members`, "GET"), "kept back", "but never with cookies");
});
