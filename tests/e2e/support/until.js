// Asks again until something is so, for a bounded time.

/** The first truthy answer of `ask`; an error that names `what` when none comes in time. */
export async function until(what, ask, bound_ms = 8_000) {
  const began = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() - began > bound_ms) throw new Error(`not within ${bound_ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
