// A reader: a browser profile of their own, whose every complaint is a fault of ours.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { openWire } from "./wire.js";

export const WIDE = 1280;
export const MIDDLE = 768;
export const NARROW = 360;

const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const HEIGHT = { [WIDE]: 900, [MIDDLE]: 1024, [NARROW]: 740 };

/** The browser of a test file. */
export function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
}

/** The size of a window of this width. */
export const windowOf = (width) => ({ width, height: HEIGHT[width] });

/**
 * A new reader, who leaves when the test ends. `scripts: false` turns JavaScript off; `calm` asks for reduced motion;
 * `wired` keeps all that is sent. A console error, a failed request, a policy violation or an unexpected 4xx/5xx fails
 * the test.
 */
export async function newReader(t, browser, options = {}) {
  const { width = WIDE, scripts = true, calm = false, dark = false, wired = false } = options;
  const wire = wired ? await openWire() : null;
  const context = await browser.newContext({
    viewport: windowOf(width),
    isMobile: false,
    javaScriptEnabled: scripts,
    reducedMotion: calm ? "reduce" : "no-preference",
    colorScheme: dark ? "dark" : "light",
    locale: "en-GB",
    ...(wire && { proxy: { server: wire.address, bypass: "<-loopback>" } }),
  });
  context.setDefaultTimeout(10_000);
  const expected = [];
  const faults = watch(context, expected);
  t.after(async () => {
    await context.close();
    await wire?.close();
    assert.deepEqual(faults, [], "the browser complained");
  });
  return {
    context,
    wire,
    page: await context.newPage(),
    newPage: () => context.newPage(),
    /** From here on an answer of this status at an address with this end of its path is no fault. */
    expect: (status, path) => expected.push({ status, path }),
  };
}

function watch(context, expected) {
  const faults = [];
  context.on("console", (message) => {
    // Answers of 4xx and 5xx are judged below, by status and address.
    const isStatus = message.text().startsWith("Failed to load resource: the server responded with a status of");
    // The browser asks for this one by itself, whenever it likes: the snippet's server may be gone by then. Our own icon has a name.
    const isIcon = message.location().url.endsWith("/favicon.ico");
    if (message.type() === "error" && !isStatus && !isIcon) faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => faults.push(`script: ${error.error()}`));
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // A page that is left drops what it was asking for.
    if (reason !== "net::ERR_ABORTED") faults.push(`failed: ${request.method()} ${request.url()} ${reason}`);
  });
  context.on("response", (answer) => {
    const { pathname } = new URL(answer.url());
    const isDue = expected.some(({ status, path }) => status === answer.status() && pathname.endsWith(path));
    if (answer.status() >= 400 && !isDue) faults.push(`${answer.status()}: ${answer.request().method()} ${answer.url()}`);
  });
  return faults;
}
