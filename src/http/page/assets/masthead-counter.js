// <masthead-counter campaign="…" variant="bar | compact | text" theme="light | dark" every="10" greet member target>

const EVERY_SECONDS = 10;
const SLOWEST_MS = 300_000;
const SPEAK_EVERY_MS = 60_000;
const ROLL_MS = 500;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const KNOWN = new Set(["a", "b", "div", "line", "p", "rect", "span", "strong", "svg"]);
let spokenAt = Date.now();

/** The numbers of one campaign for all its counters on the page: asked for while it is seen, less often while nothing answers. */
class Feed {
  static #all = new Map();
  #hearers = new Map();
  #misses = 0;
  #timer = 0;
  #last = null;

  static of(campaign) {
    if (!Feed.#all.has(campaign)) Feed.#all.set(campaign, new Feed(campaign));
    return Feed.#all.get(campaign);
  }

  constructor(campaign) {
    this.campaign = campaign;
    document.addEventListener("visibilitychange", () => this.#wake());
  }

  join(hearer, everySeconds) {
    this.#hearers.set(hearer, Math.max(Number(everySeconds) || EVERY_SECONDS, 1));
    if (this.#last) hearer(this.#last);
    this.#wake();
  }

  leave(hearer) {
    this.#hearers.delete(hearer);
  }

  #wake() {
    clearTimeout(this.#timer);
    if (!document.hidden && this.#hearers.size > 0) this.#ask();
  }

  async #ask() {
    try {
      this.#last = await counter(this.campaign);
      this.#misses = 0;
      for (const hearer of this.#hearers.keys()) hearer(this.#last);
    } catch (error) {
      warn({ localName: "masthead-counter" }, error);
      this.#misses += 1;
    }
    clearTimeout(this.#timer);
    if (document.hidden || this.#hearers.size === 0) return;
    const wait = Math.min(Math.min(...this.#hearers.values()) * 1000 * 2 ** this.#misses, SLOWEST_MS);
    // Readers who came, or failed, together do not come back together.
    this.#timer = setTimeout(() => this.#ask(), wait * (0.8 + Math.random() * 0.4));
  }
}

class MastheadCounter extends HTMLElement {
  static observedAttributes = ["campaign", "variant", "theme", "member"];
  #feed = null;
  #hear = (campaign) => this.#show(campaign);
  #greet = () => this.setAttribute("member", "");
  #voice = make("span", { class: "masthead-unseen", "aria-live": "polite" });
  #isOther = false;
  #isTold = false;
  #turn = Promise.resolve();

  constructor() {
    super();
    dress(this.attachShadow({ mode: "open" }));
    this.shadowRoot.append(make("slot"), this.#voice);
    this.addEventListener("click", (event) => this.#press(event));
  }

  connectedCallback() {
    whenMember.add(this.#greet);
    // A whole page first: what this element wraps may not have arrived yet.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.#begin(), { once: true });
    else this.#begin();
  }

  disconnectedCallback() {
    whenMember.delete(this.#greet);
    this.#feed?.leave(this.#hear);
    this.#feed = null;
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#feed) return;
    // The fragment that is here was right for another attribute; the words for this one are the server's.
    this.#isOther = true;
    this.#feed.leave(this.#hear);
    this.#begin();
  }

  #begin() {
    if (!this.isConnected || !this.getAttribute("campaign")) return;
    this.#feed = Feed.of(this.getAttribute("campaign"));
    this.#feed.join(this.#hear, this.getAttribute("every"));
    if (this.hasAttribute("greet")) token().catch(() => null);
  }

  get #fragment() {
    const own = ".masthead-counter[data-version]";
    return this.shadowRoot.querySelector(own) ?? this.querySelector(own);
  }

  /** One after the other: a slow fragment is not overtaken by the next number. */
  #show(campaign) {
    this.#turn = this.#turn.then(() => this.#update(campaign)).catch(() => null);
  }

  async #update(campaign) {
    const place = this.#fragment;
    const shown = Number(place?.dataset.version ?? this.dataset.version ?? -1);
    const isNewer = campaign.version > shown;
    // Attributes may change again while the words for these are on their way.
    const isOther = this.#isOther;
    this.#isOther = false;
    const suits = place && (!this.hasAttribute("theme") || place.classList.contains(`masthead-${this.getAttribute("theme")}`));
    if (isNewer || isOther || (place && !suits)) {
      const before = Number(place?.dataset.count ?? campaign.count);
      const fresh = !suits || isOther || !sameWords(place, campaign) ? await this.#fetch().catch((error) => warn(this, error)) : null;
      if (isOther && !fresh) this.#isOther = true;
      if (fresh && Number(fresh.dataset.version) >= shown) this.#put(place, fresh, before);
      else if (place && isNewer) fill(place, campaign, before);
      else return;
      if (shown >= 0 && isNewer) this.#speak(campaign);
    }
    if (!this.#isTold) tell(this, "shown", { kind: "counter", campaign: campaign.slug, count: campaign.count, goal: campaign.goal, version: campaign.version });
    this.#isTold = true;
  }

  async #fetch() {
    const place = new URL(`${placeOf(this.getAttribute("campaign"))}/fragment.html`);
    const asked = { variant: this.getAttribute("variant"), theme: this.getAttribute("theme"), locale: SERVED.locale };
    if (this.hasAttribute("member")) asked.for = "member";
    for (const [name, value] of Object.entries(asked)) if (value) place.searchParams.set(name, value);
    const answer = await fetch(place, { credentials: "omit", cache: "no-cache", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) await body(answer);
    const fresh = nodesOf(await answer.text()).querySelector(".masthead-counter");
    for (const one of [fresh, ...fresh.querySelectorAll("*")]) tame(one, this.getAttribute("target"));
    return document.adoptNode(fresh);
  }

  /** Where the site's own fragment stands, so that its styles hold; else in here, instead of what is wrapped. */
  #put(place, fresh, before) {
    const after = Number(fresh.dataset.count);
    if (place) place.replaceWith(fresh);
    else this.shadowRoot.querySelector("slot").replaceWith(fresh);
    for (const one of fresh.querySelectorAll('[data-live="count"]')) roll(one, before, after, fresh.lang);
  }

  #speak({ count }) {
    if (Date.now() - spokenAt < SPEAK_EVERY_MS) return;
    spokenAt = Date.now();
    this.#voice.textContent = SERVED.texts.spoken.replace("{count}", write(count));
  }

  #press(event) {
    const link = event.composedPath().find((one) => one.classList?.contains("masthead-join"));
    if (!link) return;
    if (!tell(this, "join", { kind: "counter", campaign: this.getAttribute("campaign"), href: link.href })) event.preventDefault();
  }
}

/** Keeps of an element of ours what ours have. */
function tame(one, target) {
  if (!KNOWN.has(one.localName)) return one.remove();
  for (const { name, value } of [...one.attributes]) {
    if (/^on|^style$|^src/i.test(name) || (name === "href" && !/^https?:/.test(value))) one.removeAttribute(name);
  }
  if (target && one.localName === "a") one.target = target;
}

function sameWords({ dataset }, { state, nearly, goal, count }) {
  const passed = Number(dataset.count) >= goal === count >= goal;
  return dataset.state === state && dataset.nearly === String(nearly) && dataset.goal === String(goal) && passed;
}

/** New numbers in the old words. */
function fill(place, { count, goal, version, as_of }, before) {
  const after = { count, remaining: Math.max(goal - count, 0) };
  const from = { count: before, remaining: Math.max(goal - before, 0) };
  for (const one of place.querySelectorAll("[data-live]")) {
    if (one.dataset.live in after) roll(one, from[one.dataset.live], after[one.dataset.live], place.lang);
  }
  Object.assign(place.dataset, { count, version, asOf: as_of });
  const track = place.querySelector("[data-start]");
  if (!track) return;
  const [start, end] = [Number(track.dataset.start), Number(track.dataset.end)];
  const share = Math.min(Math.max((count - start) / (end - start), count > start ? 0.006 : 0), 1);
  track.querySelector("[data-fill]").setAttribute("width", `${(share * 100).toFixed(2)}%`);
  track.setAttribute("aria-label", track.dataset.label.replace("{count}", write(count, place.lang)));
}

/** Counts gently, once; at once for those who ask for calm, and where one step is all there is. */
function roll(place, from, to, language) {
  const began = performance.now();
  const mark = (place.roll = Symbol("roll"));
  const step = (now) => {
    if (place.roll !== mark) return;
    const share = Math.min((now - began) / ROLL_MS, 1);
    place.textContent = write(Math.round(from + (to - from) * (1 - (1 - share) ** 3)), language);
    if (share < 1) requestAnimationFrame(step);
  };
  if (CALM.matches || document.hidden || Math.abs(to - from) < 2) place.textContent = write(to, language);
  else requestAnimationFrame(step);
}

