// Every page and state, wide and narrow, light and dark: a picture to look at, and what can be told without eyes.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { MIDDLE, NARROW, WIDE, windowOf } from "./reader.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FOLDER = fileURLToPath(new URL("../../../target/screenshots/", import.meta.url));
const TARGET_PX = 44;
const GRAVE = ["serious", "critical"];
/** Every weight of finding: for pages that are wholly ours. */
export const EVERY = ["minor", "moderate", ...GRAVE];

/** Takes the four pictures of a page and adds what is wrong with it to `wrong`. */
export async function look(page, name, wrong, weights = GRAVE) {
  mkdirSync(FOLDER, { recursive: true });
  const before = page.viewportSize();
  for (const width of [WIDE, NARROW]) {
    await page.setViewportSize(windowOf(width));
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: `${FOLDER}${name}-${width}-${scheme}.png`, fullPage: true });
      // What axe judges depends on the scheme far more than on the width.
      if ((width === WIDE) === (scheme === "light")) wrong.push(...(await audit(page, `${name} ${width} ${scheme}`, weights)));
    }
    wrong.push(...(await measure(page, `${name} ${width}`)));
  }
  await page.setViewportSize(windowOf(MIDDLE));
  wrong.push(...(await measure(page, `${name} ${MIDDLE}`)));
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
}

/** axe-core's findings of these weights. */
export async function audit(page, name, weights = GRAVE) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"], iframes: false, preload: false });
    return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes[0].html }));
  });
  return found.filter(({ impact }) => weights.includes(impact)).map((one) => `${name}: ${one.id}, ${one.help}: ${one.where}`);
}

/** Sideways scroll, and buttons and fields that are too small for a thumb. */
export async function measure(page, name) {
  const { sideways, small } = await page.evaluate((least) => {
    const root = document.documentElement;
    const places = [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, summary, a.button")];
    // A radio's label is part of what is pressed.
    const pressed = places.map((place) => (["radio", "checkbox"].includes(place.type) && place.labels[0]) || place);
    // What is there for the Enter key alone is pressed by nobody.
    const isForHands = (place) => !(place.tabIndex < 0 && place.getAttribute("aria-hidden") === "true");
    const seen = pressed.filter((place) => isForHands(place) && place.checkVisibility({ visibilityProperty: true }));
    const isSmall = (place) => place.getBoundingClientRect().height < least - 0.5;
    const say = (place) => `${place.outerHTML.slice(0, 90)} is ${place.getBoundingClientRect().height} px high`;
    return { sideways: root.scrollWidth - root.clientWidth, small: seen.filter(isSmall).map(say) };
  }, TARGET_PX);
  const wrong = small.map((one) => `${name}: ${one}`);
  if (sideways > 0) wrong.push(`${name}: scrolls sideways by ${sideways} px`);
  return wrong;
}
