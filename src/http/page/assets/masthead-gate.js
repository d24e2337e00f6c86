// <masthead-gate gate="…" article="…" src="…" [site token sign-in]> teaser, <… slot="plain"> what is said without scripts </…>
//
// The rest of the story is not on the page. It is fetched from `src`, on the page's own server, with the pass that Masthead gave
// for this article behind this gate; that server verifies it and compares gate and article with its own.

class MastheadGate extends HTMLElement {
  #area = make("div", { class: "masthead-gate", part: "area" });
  #story = null;

  constructor() {
    super();
    dress(this.attachShadow({ mode: "open" }));
    this.shadowRoot.append(make("slot"), this.#area);
    this.#area.append(make("slot", { name: "plain" }, make("p", { class: "masthead-waiting", words: SERVED.texts.waiting })));
  }

  connectedCallback() {
    for (const [name, attribute] of [["site", "site"], ["token", "token"], ["signIn", "sign-in"]]) {
      if (this.hasAttribute(attribute)) configure({ [name]: this.getAttribute(attribute) });
    }
    addEventListener("pageshow", this.#returned);
    // After the scripts that import this module had their say.
    queueMicrotask(() => this.isConnected && !this.#story && this.#ask());
  }

  disconnectedCallback() {
    removeEventListener("pageshow", this.#returned);
  }

  #returned = ({ persisted }) => persisted && !this.#story && this.#ask(true);

  get #article() {
    return this.getAttribute("article") || `${location.origin}${location.pathname}`;
  }

  get #subject() {
    return { kind: "gate", gate: this.getAttribute("gate"), article: this.#article };
  }

  async #ask(fresh = false) {
    this.setAttribute("state", "asking");
    try {
      const answer = await access({ gate: this.getAttribute("gate"), article: this.#article, fresh });
      if (answer.decision === "open" || answer.decision === "metered") await this.#open(answer);
      else this.#block(answer);
    } catch (error) {
      // A browser does not say that another website's answer was kept from this one.
      warn(this, error instanceof TypeError ? new Error(`${error.message} (is ${location.origin} among the origins of a site at ${BASE}?)`) : error);
      this.#rest();
    }
  }

  async #open({ reason, pass }) {
    const src = this.getAttribute("src");
    if (src) {
      const place = new URL(src, document.baseURI);
      // The pass is for the server that holds the story, and for no other.
      if (place.origin !== location.origin) throw new Error("src is not on this page's own server");
      const headers = { accept: "text/html", ...(pass && { authorization: `Bearer ${pass}` }) };
      const answer = await fetch(place, { headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!answer.ok) throw new Error(`${place} answers ${answer.status}`);
      this.#story = make("div", { slot: "story" }, ...nodesOf(await answer.text()).childNodes);
      this.append(this.#story);
    }
    // The story is the page's own: nothing of the box is around it.
    this.#area.replaceWith(make("slot", { name: "story" }));
    this.setAttribute("state", "open");
    tell(this, "shown", { ...this.#subject, reason, ...(!src && { pass }) });
  }

  #block({ decision, reason, offer }) {
    const t = SERVED.texts;
    const join = link(this.#joinUrl(offer), "join", offer ? t.readOn : t.freeAct);
    join.addEventListener("click", (event) => {
      if (!tell(this, "join", { ...this.#subject, href: join.href })) event.preventDefault();
    });
    const signIn = link(this.#signInUrl(), "sign-in", t.signIn);
    if (offer) this.#box(paidBy(offer), priced(offer.from), join, [t.already, " ", signIn]);
    else {
      join.href = signIn.href;
      this.#box(t.free, t.freeWhy, join, []);
    }
    this.setAttribute("state", "blocked");
    tell(this, "blocked", { ...this.#subject, decision, reason, offer });
  }

  #rest() {
    const t = SERVED.texts;
    const again = make("button", { type: "button", part: "again", words: t.again });
    again.addEventListener("click", () => this.#ask(true));
    this.#box(t.resting, t.restingWhy, again, [t.already, " ", link(this.#signInUrl(), "sign-in", t.signIn)]);
    this.setAttribute("state", "resting");
  }

  #box(title, words, action, aside) {
    const box = make("section", { part: "box", "aria-labelledby": "title" },
      make("h2", { id: "title", class: "masthead-title", part: "title", words: title }),
      make("p", { class: "masthead-words", part: "words", words }),
      make("p", { class: "masthead-act" }, action));
    if (aside.length > 0) box.append(make("p", { class: "masthead-else", part: "else" }, ...aside));
    this.#area.lang = SERVED.locale;
    this.#area.dir = SERVED.direction;
    this.#area.replaceChildren(box);
  }

  /** Where signing in begins: the site's own place if it is on another domain, else Masthead's page and straight back. */
  #signInUrl() {
    const here = location.href.split("#")[0];
    if (settings.signIn) return new URL(settings.signIn.replace("{here}", encodeURIComponent(here)), document.baseURI).href;
    return addressed("sign-in", { site: settings.site, return_to: here });
  }

  #joinUrl(offer) {
    // Another domain learns of the new member by its own sign-in, so the way back leads through it.
    const back = settings.signIn ? this.#signInUrl() : location.href.split("#")[0];
    return addressed(offer?.join_url ?? "join", { site: settings.site, return_to: back, article: this.#article });
  }
}

const link = (href, part, words) => make("a", { href, part, words, class: part === "join" ? "masthead-join" : "masthead-sign-in" });

function addressed(path, query) {
  const address = new URL(path, BASE);
  for (const [name, value] of Object.entries(query)) if (value) address.searchParams.set(name, value);
  return address.href;
}

const paidBy = ({ count }) => (count ? SERVED.texts.paid.replace("{count}", write(count)) : SERVED.texts.paidPlain);

function priced(from) {
  const t = SERVED.texts;
  const open = from && { month: t.joinMonth, year: t.joinYear, once: t.joinOnce }[from.interval];
  if (!open) return t.join;
  const money = new Intl.NumberFormat(SERVED.locale, { style: "currency", currency: from.currency, trailingZeroDisplay: "stripIfInteger" });
  return open.replace("{price}", money.format(from.amount_minor / 10 ** money.resolvedOptions().maximumFractionDigits));
}

// A page that loads the module twice, in two languages perhaps, keeps the first.
for (const [name, element] of [["masthead-counter", MastheadCounter], ["masthead-gate", MastheadGate]]) {
  if (!customElements.get(name)) customElements.define(name, element);
}
