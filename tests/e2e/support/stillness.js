// What moved on a page without the reader's doing.

/** Counts layout shifts from the page's first paint on. Call before the page opens. */
export async function watchStillness(page) {
  await page.addInitScript(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        const where = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.nodeName);
        globalThis.shifts.push({ value: entry.value, where });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** The shifts so far, once two frames have passed. */
export const shiftsOn = (page) => page.evaluate(async () => {
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  return globalThis.shifts;
});
