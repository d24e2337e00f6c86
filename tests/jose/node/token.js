// A reader's token, had as any website has it: sign in by mail, then ask for one.
import assert from "node:assert/strict";

export const BASE = process.env.MASTHEAD_URL;

/** Keeps what was set, sends what was kept. */
export async function call(jar, path, body) {
  const headers = { origin: BASE, cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") };
  if (body) headers["content-type"] = "application/json";
  const answer = await fetch(BASE + path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
    jar.set(name, value);
  }
  return { status: answer.status, body: await answer.json() };
}

export async function accessToken(email) {
  const jar = new Map();
  assert.equal((await call(jar, "/v1/sign-in", { email })).status, 202);
  const code = await sentCode(email);
  assert.equal((await call(jar, "/v1/sign-in/verify", { code })).status, 200);
  const answer = await call(jar, "/v1/token", { site: "demo-paper" });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

async function sentCode(email) {
  for (let tries = 0; tries < 200; tries += 1) {
    const { items } = await (await fetch(`${BASE}/dev/mail.json?to=${encodeURIComponent(email)}`)).json();
    if (items.length > 0) return items[0].code;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`no mail to ${email}`);
}
