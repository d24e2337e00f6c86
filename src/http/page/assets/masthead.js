// A newsroom's membership on any website: <masthead-counter>, <masthead-gate>, and the functions that both are made of.

const BASE = new URL(".", import.meta.url);
const PATIENCE_MS = 8_000;
const SETTINGS = ["site", "token", "signIn"];
const settings = { site: "", token: "", signIn: "" };

/**
 * Says once what this website is: `site`, its name at Masthead; `token`, its own address that answers with the reader's token,
 * for websites on other domains; `signIn`, its own address where signing in begins, with "{here}" for the way back.
 */
export function configure(options) {
  for (const [name, value] of Object.entries(options)) {
    if (!SETTINGS.includes(name)) throw new TypeError(`configure() knows ${SETTINGS.join(", ")}, not ${name}`);
    settings[name] = value ?? "";
  }
}

let held = null;
let asking = null;
const whenMember = new Set();

/** The reader's access token as Masthead tells it, or null for whoever is not signed in. Kept until shortly before it ends. */
export function token({ fresh = false } = {}) {
  if (held && !fresh && Date.now() < held.until) return Promise.resolve(held.answer);
  asking ??= askToken().finally(() => (asking = null));
  return asking;
}

async function askToken() {
  held = null;
  const own = { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) };
  const answer = settings.token
    ? await fetch(settings.token, own)
    : await post("v1/token", settings.site ? { site: settings.site } : {});
  if (answer.status === 401 || answer.status === 204) return null;
  const found = await body(answer);
  held = { answer: found, until: Date.now() + (found.expires_in - 30) * 1000 };
  if (plansOf(found).length > 0) for (const tell of whenMember) tell();
  return found;
}

/** Whether this reader may read this article behind this gate: `{decision, reason, pass?, offer?}`. */
export async function access({ gate, article, fresh = false }) {
  const known = settings.token ? await token({ fresh }) : null;
  const headers = known ? { authorization: `Bearer ${known.access_token}` } : {};
  return body(await post("v1/access", { gate, article }, headers));
}

/** A campaign's public numbers. */
export async function counter(campaign) {
  // "no-cache" asks with the ETag of the browser's copy, so that no change costs a 304.
  return body(await fetch(placeOf(campaign), { credentials: "omit", cache: "no-cache", signal: AbortSignal.timeout(PATIENCE_MS) }));
}

const placeOf = (campaign) => new URL(`v1/campaigns/${encodeURIComponent(campaign)}`, BASE);

/** With the session's cookie where this website is of Masthead's own; else the token is all that is sent. */
function post(path, message, headers = {}) {
  return fetch(new URL(path, BASE), {
    method: "POST",
    credentials: settings.token ? "omit" : "include",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

async function body(answer) {
  if (answer.ok) return answer.json();
  const { code = "", errors = [] } = await answer.json().catch(() => ({}));
  throw new Error([answer.url, "answers", answer.status, code, ...errors.map(({ field, detail }) => `${field} ${detail}`)].join(" "));
}

/** For whoever puts an element on a page: each thing that is wrong with it, once. */
function warn(element, { message }) {
  const words = `<${element.localName}>: ${message}`;
  if (warn.told.has(words)) return;
  warn.told.add(words);
  console.warn(words);
}
warn.told = new Set();

/** For greetings alone: whoever opens a story verifies the signature. */
function plansOf({ access_token }) {
  try {
    return JSON.parse(atob(access_token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).plans ?? [];
  } catch {
    return [];
  }
}

/** HTML as nodes: scripts in it never run. */
function nodesOf(html) {
  nodesOf.policy ??= globalThis.trustedTypes?.createPolicy("masthead", { createHTML: (text) => text }) ?? { createHTML: String };
  return new DOMParser().parseFromString(nodesOf.policy.createHTML(html), "text/html").body;
}

function make(name, { words = "", ...attributes } = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(words, ...children);
  return element;
}

const write = (number, language) => new Intl.NumberFormat(language || SERVED.locale).format(number);

/** Tells the page, which may hear it anywhere above the element. Returns whether nobody objected. */
const tell = (element, name, detail) =>
  element.dispatchEvent(new CustomEvent(`masthead:${name}`, { bubbles: true, composed: true, cancelable: name === "join", detail }));

/** One sheet for all, made by script so that a page's policy on styles stays as strict as it is. */
function dress(shadow) {
  if (!dress.sheet) {
    dress.sheet = new CSSStyleSheet();
    dress.sheet.replaceSync(SERVED.style);
  }
  shadow.adoptedStyleSheets = [dress.sheet];
}

