// A whole demonstration of its own: Masthead, the paper and the payment sandbox on free ports, in a folder of its own.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.js";

export const CAMPAIGN = "25000-members";

export const BINARY = process.env.MASTHEAD ?? fileURLToPath(new URL("../../../target/debug/masthead", import.meta.url));
const READY_MS = 15_000;
const ADDRESSES = /newspaper\s+(\S+)\/\s[\s\S]*campaign\s+(\S+)\/\s[\s\S]*sandbox\s+(\S+)\/\s[\s\S]*Ctrl-C/;

/**
 * Starts one, and stops it when the test (or the file's `after`) ends. With `publicUrl`, a proxy of the test's shows it there, and finds
 * it on `port`.
 */
export async function startNewsroom({ port = 0, publicUrl } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "masthead-e2e-"));
  const free = "127.0.0.1:0";
  const args = ["dev", "--no-open", "--data-dir", join(folder, "data")];
  const listen = ["--listen", `127.0.0.1:${port}`, "--paper-listen", free, "--sandbox-listen", free];
  if (publicUrl) listen.push("--base-url", publicUrl);
  const child = spawn(BINARY, [...args, ...listen], { env: { ...process.env, RUST_BACKTRACE: "0" } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("error", (error) => (output += String(error)));
  const found = await until("masthead dev is ready", () => {
    assert.equal(child.exitCode, null, `masthead dev has ended: ${output}`);
    return ADDRESSES.exec(output);
  }, READY_MS);
  const [, paper, masthead, sandbox] = found;
  const stop = async () => {
    process.off("exit", kill);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  // Tests ask beside the proxy: this machine may not know the names that only a browser finds.
  const direct = publicUrl ? `http://127.0.0.1:${port}${new URL(publicUrl).pathname.replace(/\/$/, "")}` : masthead;
  const database = `sqlite://${join(folder, "data", "masthead.db")}`;
  return { paper, masthead, sandbox, stop, output: () => output, database, ...calls({ masthead: direct, sandbox }) };
}

/** Declares one more website, as a newsroom does: in its file. */
export async function register({ paper, database }, slug, origin) {
  const folder = await mkdtemp(join(tmpdir(), "masthead-newsroom-"));
  const declared = readFileSync(new URL("../../../config/demo.toml", import.meta.url), "utf8").replaceAll("{paper_url}", paper);
  const site = `[[sites]]\nslug = "${slug}"\nname = "${slug}"\naudience = "${slug}"\norigins = ["${origin}"]\nreturn_to = ["${origin}/"]\n\n`;
  await writeFile(join(folder, "newsroom.toml"), declared.replace("[[campaigns]]", `${site}[[campaigns]]`));
  const env = { ...process.env, DATABASE_URL: database };
  execFileSync(BINARY, ["apply", join(folder, "newsroom.toml")], { env, stdio: "pipe" });
  await rm(folder, { recursive: true, force: true });
}

function calls({ masthead, sandbox }) {
  const json = async (url, init) => {
    const answer = await fetch(url, init);
    assert.ok(answer.ok, `${url} answers ${answer.status}: ${await answer.clone().text()}`);
    return answer.json();
  };
  const mails = async (to) => {
    const query = to ? `?to=${encodeURIComponent(to)}` : "";
    return (await json(`${masthead}/dev/mail.json${query}`)).items;
  };
  return {
    /** The campaign as the API tells it. */
    campaign: () => json(`${masthead}/v1/campaigns/${CAMPAIGN}`),
    /** All mail to one address (or to all), the newest first. */
    mails,
    /** The newest mail to `to` whose subject matches, once it is there. */
    mail: (to, subject = /./, { otherThan = [] } = {}) =>
      until(`a mail to ${to} about ${subject}`, async () =>
        (await mails(to)).find((mail) => subject.test(mail.subject) && !otherThan.includes(mail.id))),
    /** Moves the sandbox's clock, which is the newsroom's business clock. */
    advance: (seconds) => json(`${sandbox}/_sandbox/clock/advance`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ seconds }),
    }),
    /** One object or list of the sandbox, as Stripe's API tells it. */
    stripe: (path) => json(`${sandbox}/v1/${path}`, { headers: { authorization: `Bearer ${SANDBOX_KEY}` } }),
  };
}

const SANDBOX_KEY = "sk_test_masthead_demo";
