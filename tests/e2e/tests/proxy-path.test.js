// Masthead below a path of the newspaper's own host, behind a real nginx as the guide sets it up: the whole way, in a browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { register, startNewsroom } from "../support/newsroom.js";
import { freePorts, guides, startNginx, startPaper } from "../support/nginx.js";
import { NARROW, newReader, openBrowser, WIDE } from "../support/reader.js";
import { choose, pay, signInByCode } from "../support/steps.js";

let browser;
let newsroom;
let paper;
const stops = [];
before(async () => {
  const [port, own, papers] = await freePorts(3);
  paper = `http://localhost:${port}`;
  const changes = [
    ["server 127.0.0.1:8080;", `server 127.0.0.1:${own};`],
    ["server 127.0.0.1:3000;", `server 127.0.0.1:${papers};`],
    ["listen 443 ssl http2;", `listen 127.0.0.1:${port};`],
    ["server_name paper.example;", "server_name localhost;"],
  ];
  stops.push(await startPaper(papers, "/members/v1/token"), await startNginx(guides("nginx", changes), port));
  const publicUrl = `${paper}/members/`;
  [browser, newsroom] = await Promise.all([openBrowser(), startNewsroom({ port: own, publicUrl })]);
  await register(newsroom, "paper", paper);
});
after(() => Promise.all([browser.close(), newsroom.stop(), ...stops.map((stop) => stop())]));

for (const width of [WIDE, NARROW]) {
  test(`join from a story, out, in by code, on to another site, at ${width} px`, async (t) => {
    const email = `path-${width}@example.org`;
    const { page, context, expect } = await newReader(t, browser, { width });
    const story = `${paper}/stories/fog?from=front`;
    const below = () => assert.ok(page.url().startsWith(`${paper}/members/`), page.url());
    const whole = page.getByText("The whole story of the fog.");
    const teaser = page.getByRole("link", { name: "Read on as a member" });

    // Nobody yet: the front page's script learns so, the story stays shut.
    expect(401, "/v1/token");
    await page.goto(`${paper}/`);
    await page.getByText("Nobody: 401").waitFor();
    await page.goto(story);
    await teaser.click();
    await page.waitForURL(/\/members\/join\?/);
    await choose(page, email);
    await pay(page);
    await page.waitForURL(/\/members\/welcome\?/);
    await page.getByRole("heading", { name: /^You’re in/ }).waitFor();
    await page.getByRole("link", { name: "Back to the story" }).click();
    await page.waitForURL(story);
    await whole.waitFor();
    await page.goto(`${paper}/`);
    await page.getByText(/^Member \d+ opens members and registered$/).waitFor();

    const paths = Object.fromEntries((await context.cookies()).map((one) => [one.name, [one.path, one.httpOnly, one.sameSite]]));
    assert.deepEqual(paths.masthead_session, ["/", true, "Lax"]);

    // Out by the account's button.
    await page.goto(`${paper}/members`);
    below();
    await page.getByRole("link", { name: "Your account" }).first().click();
    await page.waitForURL(`${paper}/members/account`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    below();
    await page.goto(story);
    await teaser.waitFor();

    // In again, where the join page offers it.
    await teaser.click();
    await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL(/\/members\/sign-in\?/);
    await signInByCode(page, newsroom, email);
    below();
    await page.goto(story);
    await whole.waitFor();

    // On to the newspaper on another domain: no question asked, since nginx's host knows the reader.
    const other = `${newsroom.paper}/stories/eleven-minutes-in-the-fog`;
    await page.goto(other);
    const signIn = page.getByRole("main").getByRole("link", { name: "Sign in" });
    if (await signIn.isVisible()) await signIn.click();
    await page.waitForURL(other);
    assert.equal(await page.getByRole("region", { name: /Reporting like this/ }).isVisible(), false, "the story is open there");
  });
}
