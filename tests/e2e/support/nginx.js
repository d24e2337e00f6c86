// A real nginx before the newsroom, with the configuration that the guide gives, and a newspaper of its own behind it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.js";

const GUIDE = readFileSync(new URL("../../../docs/guides/gate-at-the-proxy.md", import.meta.url), "utf8");
const BINARY = existsSync("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";

/** The configuration that the guide marks with this name, with each `[from, to]` put in. */
export function guides(name, changes) {
  const block = GUIDE.split(`<!-- tried: ${name} -->\n\`\`\`nginx\n`)[1]?.split("```")[0];
  assert.ok(block, `the guide has no configuration ${name}`);
  const withoutCertificates = block.replace(/^ *ssl_certificate.*\n/gm, "");
  return changes.reduce((text, [from, to]) => {
    assert.equal(text.split(from).length, 2, `the guide says “${from}” otherwise now`);
    return text.replace(from, to);
  }, withoutCertificates);
}

/** Ports that are free now. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Starts one with what would stand in its `http` block, and waits until it listens on `port`. */
export async function startNginx(block, port) {
  const folder = await mkdtemp(join(tmpdir(), "masthead-nginx-"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path ${folder}/${one};`);
  const user = process.getuid() === 0 ? "user root;" : "";
  const whole = `daemon off; worker_processes 1; ${user} pid ${folder}/pid; error_log stderr warn;
    events {} http { access_log off; ${temporary.join(" ")}\n${block}\n}`;
  await writeFile(join(folder, "nginx.conf"), whole);
  const child = spawn(BINARY, ["-p", folder, "-c", join(folder, "nginx.conf")]);
  let output = "";
  child.stderr.on("data", (chunk) => (output += chunk));
  child.once("error", (error) => (output += String(error)));
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  await until("nginx listens", async () => {
    assert.equal(child.exitCode, null, `nginx has ended: ${output}`);
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  });
  return async () => {
    process.off("exit", kill);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
}

/** A newspaper that sends what its proxy tells it to, and a front page whose script asks `tokenUrl` who reads. */
export async function startPaper(port, tokenUrl) {
  const page = (title, body) =>
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1>${body}`;
  const script = `<p role="status">Asking</p><script type="module">
    const answer = await fetch("${tokenUrl}", { method: "POST", credentials: "include",
      headers: { "content-type": "application/json" }, body: "{}" });
    const { gates, member } = await answer.json();
    document.querySelector("[role=status]").textContent =
      answer.ok ? "Member " + member.number + " opens " + gates.join(" and ") : "Nobody: " + answer.status;
  </script>`;
  const server = createServer((asked, answer) => {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    if (!asked.url.startsWith("/stories/")) return answer.end(page("The Paper", script));
    if (asked.headers["x-access"] === "whole") return answer.end(page("Fog", "<p>The whole story of the fog.</p>"));
    const offer = asked.headers["x-offer-url"] ?? "";
    return answer.end(page("Fog", `<p>Only its beginning.</p><p><a href="${offer.replaceAll("&", "&amp;")}">Read on as a member</a></p>`));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
}
