// Keeps every [data-counter] on the page true while it is read: no more than that.

const POLL_MS = 1250; // with one round trip well within two seconds of a change
const SLOWEST_MS = 60_000; // when Masthead does not answer
const COUNT_UP_MS = 350;
const VOICE_MS = 60_000; // screen readers hear a change at most once a minute

const campaignUrl = document.documentElement.dataset.campaign;
const places = [...document.querySelectorAll("[data-counter]")];
const voice = document.querySelector("[data-counter-voice]");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const grouped = new Intl.NumberFormat("en-GB");

let timer = 0;
let failures = 0;
let lastSpokenAt = 0;
let lastCount = null;
const running = new WeakMap(); // element → its animation's frame

function show(element, value) {
  cancelAnimationFrame(running.get(element) ?? 0);
  const from = Number(element.textContent.replace(/[^0-9]/g, ""));
  const write = (n) => { element.textContent = grouped.format(n); };
  // One step is a change, not a movement.
  if (still.matches || document.hidden || Math.abs(value - from) < 2 || !Number.isFinite(from)) {
    if (from !== value) write(value);
    return;
  }
  const startedAt = performance.now();
  const step = (now) => {
    const part = Math.min(1, (now - startedAt) / COUNT_UP_MS);
    write(Math.round(from + (value - from) * (1 - (1 - part) ** 3)));
    if (part < 1) running.set(element, requestAnimationFrame(step));
  };
  running.set(element, requestAnimationFrame(step));
}

function speak(campaign) {
  const now = Date.now();
  if (!voice || lastCount === null || lastCount === campaign.count || now - lastSpokenAt < VOICE_MS) return;
  lastSpokenAt = now;
  voice.textContent = `${grouped.format(campaign.count)} of ${grouped.format(campaign.goal)} members`;
}

// The words were right when the page was served; past the goal nothing is missing any more.
function passGoal(campaign) {
  if (!(campaign.remaining <= 0)) return;
  document.querySelectorAll(".to-go").forEach((words) => words.remove());
  document.querySelectorAll("[data-counter-appeal]").forEach((words) => {
    words.textContent = `We have reached ${grouped.format(campaign.goal)}, and there is room for you.`;
  });
}

// On the scale of Masthead's own bar: from the first day to the goal, past it to the next goal or a little behind the count.
function fillBar(element, { count, goal, state, stretch_goals: stretches = [] }) {
  const start = Number(element.dataset.start);
  const next = state === "reached" && count >= goal ? stretches.find((stretch) => stretch.goal > count)?.goal : undefined;
  const end = next ?? (count > goal ? count + Math.floor((count - start) / 20) + 1 : goal);
  const least = count > start ? 6 : 0;
  const filled = Math.max(least, Math.min(1000, Math.floor(((count - start) * 1000) / (end - start))));
  element.setAttribute("width", String(filled));
  document.querySelectorAll("[data-counter-end]").forEach((label) => {
    label.textContent = end === goal || end === next ? grouped.format(end) : "";
  });
}

function apply(campaign) {
  passGoal(campaign);
  for (const element of places) {
    if (element.dataset.counter === "bar") {
      fillBar(element, campaign);
    } else if (Number.isFinite(campaign[element.dataset.counter])) {
      show(element, campaign[element.dataset.counter]);
    }
  }
  speak(campaign);
  lastCount = campaign.count;
}

async function poll() {
  try {
    // no-cache asks Masthead each time, with If-None-Match; the plain cache may hand out what is seconds old.
    const response = await fetch(campaignUrl, { cache: "no-cache", credentials: "omit" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    apply(await response.json());
    failures = 0;
  } catch {
    failures += 1;
  }
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (document.hidden) return;
  const backed = Math.min(SLOWEST_MS, POLL_MS * 2 ** failures);
  // Readers who failed together do not come back together.
  timer = setTimeout(poll, failures === 0 ? POLL_MS : backed * (0.75 + Math.random() / 2));
}

if (campaignUrl && places.length > 0) {
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : poll()));
  window.addEventListener("pageshow", (event) => { if (event.persisted) poll(); });
  poll();
}
