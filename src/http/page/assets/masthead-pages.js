// What the pages do beyond their HTML. Every page is complete without this file.

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
// Often enough that a new member is seen within two seconds, with the count-up.
const POLL_MS = 1000;
const SLOWEST_MS = 60_000;
const SPEAK_EVERY_MS = 60_000;
const COUNT_UP_MS = 500;

document.querySelectorAll("[data-counter][data-moving='true']").forEach(keepCurrent);
document.querySelectorAll("[data-refresh]").forEach(lookAgain);
document.querySelectorAll("[data-whole]").forEach(showWhole);

/** Keeps a counter current: asks for the cached JSON while the page is seen, and less often while nothing answers. */
function keepCurrent(counter) {
  let root = counter;
  let shown = Number(root.dataset.version);
  let wait = POLL_MS;
  let spokenAt = Date.now();
  let timer = 0;

  const ask = async () => {
    if (document.hidden) return;
    try {
      // "no-cache" asks with the ETag, so that no change costs a 304; the browser's own stale copy would lag a turn behind.
      const answer = await fetch(root.dataset.url, { credentials: "omit", cache: "no-cache" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const campaign = await answer.json();
      wait = POLL_MS;
      if (campaign.version > shown) {
        root = await show(root, campaign);
        shown = campaign.version;
        spokenAt = speak(root, campaign.count, spokenAt);
      }
    } catch {
      wait = Math.min(wait * 2, SLOWEST_MS);
    }
    schedule();
  };
  const schedule = () => {
    clearTimeout(timer);
    if (document.hidden) return;
    // A little chance, so that many readers do not ask in the same instant after an outage.
    timer = setTimeout(ask, wait * (0.9 + Math.random() * 0.2));
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ask()));
  schedule();
}

/** Shows new numbers; where other words are due (the goal is reached), takes them from the page as served now. */
async function show(root, campaign) {
  const passed = (count) => count >= campaign.goal;
  const sameWords =
    root.dataset.state === campaign.state &&
    root.dataset.nearly === String(campaign.nearly) &&
    passed(Number(root.dataset.count)) === passed(campaign.count);
  if (!sameWords) {
    const fresh = await freshCounter();
    if (fresh) {
      root.replaceWith(fresh);
      return fresh;
    }
  }
  root.dataset.count = String(campaign.count);
  const values = { count: campaign.count, remaining: Math.max(campaign.goal - campaign.count, 0) };
  const places = [...document.querySelectorAll("[data-live]")].filter((place) => place.dataset.live in values);
  for (const place of places) countTo(place, values[place.dataset.live]);
  fillBar(root, campaign);
  return root;
}

async function freshCounter() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-cache" });
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[data-counter]");
}

function fillBar(root, campaign) {
  const track = root.querySelector("svg[data-start]");
  if (!track) return;
  const [start, end] = [Number(track.dataset.start), Number(track.dataset.end)];
  // As the server draws it: the first member is seen.
  const least = campaign.count > start ? 0.006 : 0;
  const share = Math.min(Math.max((campaign.count - start) / (end - start), least), 1);
  track.querySelector("[data-fill]").setAttribute("width", `${(share * 100).toFixed(2)}%`);
  track.setAttribute("aria-label", track.dataset.label.replace("{count}", write(campaign.count)));
}

/** Counts up (or down) gently, once; at once for those who ask for calm. */
function countTo(place, goal) {
  const start = Number(place.textContent.replace(/\D/g, ""));
  cancelAnimationFrame(Number(place.dataset.frame ?? 0));
  if (CALM.matches || start === goal) {
    place.textContent = write(goal);
    return;
  }
  const began = performance.now();
  const step = (now) => {
    const share = Math.min((now - began) / COUNT_UP_MS, 1);
    const eased = 1 - (1 - share) ** 3;
    place.textContent = write(Math.round(start + (goal - start) * eased));
    if (share < 1) place.dataset.frame = String(requestAnimationFrame(step));
  };
  place.dataset.frame = String(requestAnimationFrame(step));
}

/** Tells screen readers, politely and at most once a minute. */
function speak(root, count, spokenAt) {
  const place = root.querySelector("[data-spoken]");
  if (!place || Date.now() - spokenAt < SPEAK_EVERY_MS) return spokenAt;
  place.textContent = place.dataset.spokenText.replace("{count}", write(count));
  return Date.now();
}

function write(number) {
  return new Intl.NumberFormat(document.documentElement.lang).format(number);
}

/** Looks again every two seconds while the payment is not confirmed; after two minutes every ten. */
function lookAgain() {
  const key = `waiting-since:${location.pathname}${location.search}`;
  const began = Number(sessionStorage.getItem(key) ?? Date.now());
  sessionStorage.setItem(key, String(began));
  const seconds = Date.now() - began > 120_000 ? 10 : 2;
  setTimeout(() => location.reload(), seconds * 1000);
}

/** Makes a frame as high as what it shows, also when the window's width changes; nothing is left to scroll inside. */
function showWhole(frame) {
  const measure = () => {
    const root = frame.contentDocument?.documentElement;
    if (!root?.lastElementChild) return;
    const borders = frame.offsetHeight - frame.clientHeight;
    frame.style.height = `${Math.ceil(root.getBoundingClientRect().height) + borders}px`;
  };
  frame.addEventListener("load", measure);
  addEventListener("resize", measure);
  measure();
}
