// Websites of newsrooms, made of nothing but the guides: each named snippet of a guide is a file, the pages among them are served
// and the programs among them run, on other origins than the service's.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BINARY } from "./newsroom.js";
import { until } from "./until.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PYTHON = process.env.GUIDES_PYTHON ?? join(ROOT, "target/guides-python/bin/python");
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript" };
const START_MS = 10_000;

/** A guide's named snippets, by their names. */
export function snippetsOf(guide) {
  const text = readFileSync(join(ROOT, "docs/guides", guide), "utf8");
  const fences = [...text.matchAll(/^```(\w+)(?: (\S+))?\n([^]*?)^```$/gm)];
  assert.ok(fences.every(([, , name]) => name), `${guide} has a snippet without a name`);
  return new Map(fences.map(([, , name, code]) => [name, code]).filter(([name]) => name !== "excerpt"));
}

/** A port that nothing listens on. */
export async function freePort() {
  const socket = createSocket().listen(0, "127.0.0.1");
  await new Promise((resolve) => socket.once("listening", resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/** Declares the site `paper` with these origins, and whatever `edit` makes of the demo newsroom, by `masthead apply`. */
export async function declare(newsroom, origins, edit = (text) => text) {
  const folder = await mkdtemp(join(tmpdir(), "masthead-site-"));
  const demo = (await readFile(join(ROOT, "config/demo.toml"), "utf8")).replaceAll("{paper_url}", newsroom.paper);
  const addresses = JSON.stringify(origins.map((origin) => `${origin}/`));
  const site = `\n[[sites]]\nslug = "paper"\nname = "The paper of the guides"\naudience = "paper"\norigins = ${JSON.stringify(origins)}\nreturn_to = ${addresses}\n`;
  const file = join(folder, "newsroom.toml");
  await writeFile(file, edit(demo) + site);
  await promisify(execFile)(BINARY, ["apply", file], { env: { PATH: process.env.PATH, DATABASE_URL: newsroom.database } });
  await rm(folder, { recursive: true });
}

/** The files of a guide in a folder, with our addresses in the place of the guide's. */
export async function unpack(t, guide, newsroom, origin) {
  const folder = await mkdtemp(join(tmpdir(), "masthead-guide-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const encoded = encodeURIComponent;
  for (const [name, code] of snippetsOf(guide)) {
    const here = code
      .replaceAll("https://members.paper.example", newsroom.masthead)
      .replaceAll("https://paper.example", origin)
      .replaceAll(encoded("https://paper.example"), encoded(origin));
    await writeFile(join(folder, name), here);
  }
  await symlink(join(ROOT, "tests/e2e/node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Serves a folder's pages, each under this policy. */
export async function serveFolder(t, folder, port, policy) {
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, "http://here").pathname.slice(1);
    const file = await readFile(join(folder, name)).catch(() => null);
    // Browsers ask for an icon that no guide promises.
    if (!file) return response.writeHead(name === "favicon.ico" ? 204 : 404).end();
    response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "text/plain", ...(policy && { "content-security-policy": policy.trim() }) });
    response.end(file);
  });
  server.listen(port, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
}

/** Runs a program of a guide on a port until the test ends. */
export async function run(t, folder, name, port) {
  const [command, ...args] = {
    ".mjs": [process.execPath, name],
    ".py": [PYTHON, name],
    ".php": ["php", "-q", "-S", `127.0.0.1:${port}`, name],
    ".conf": ["nginx", "-p", folder, "-c", name],
  }[extname(name)];
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, PORT: String(port), PYTHONDONTWRITEBYTECODE: "1", TMPDIR: folder } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  child.once("error", (error) => (output += error));
  t.after(async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  });
  await until(`${name} answers`, async () => {
    assert.equal(child.exitCode, null, `${name} has ended: ${output}`);
    return fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
  }, START_MS);
}

/** A website with a guide's files, on another site than the service; nothing serves them yet. */
export async function settle(t, guide, newsroom) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  return { port, origin, folder: await unpack(t, guide, newsroom, origin) };
}

/** A website that serves a guide's files, under the guide's own policy. */
export async function openPages(t, guide, newsroom) {
  const site = await settle(t, guide, newsroom);
  const policy = snippetsOf(guide).get("policy.txt")?.replaceAll("https://members.paper.example", newsroom.masthead);
  await serveFolder(t, site.folder, site.port, policy);
  return site;
}

/** Makes the counters of a page look again, as they do when it comes into view. */
export const wake = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

/** A number as readers see it. */
export const written = (number) => new Intl.NumberFormat("en-GB").format(number);
