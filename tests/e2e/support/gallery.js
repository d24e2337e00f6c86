// A reader before whom every page is looked at.
import assert from "node:assert/strict";
import { EVERY, look } from "./looks.js";
import { newReader } from "./reader.js";

/** A page, the checks that are gathered, and short words for both. */
export async function visit(t, browser) {
  const reader = await newReader(t, browser);
  const wrong = [];
  const { page } = reader;
  return {
    ...reader,
    look: (name) => look(page, name, wrong, EVERY),
    /** At a document that is read inside another, as a mail is: it has no landmarks of its own. */
    lookAt: (other, name) => look(other, name, wrong),
    open: async (url, name) => {
      await page.goto(url);
      await look(page, name, wrong, EVERY);
    },
    press: (name, role = "button") => page.getByRole(role, { name }).first().click(),
    fill: (label, text) => page.getByLabel(label).fill(text),
    /** Fails if anything was wrong. */
    judge: () => assert.deepEqual(wrong, []),
  };
}
