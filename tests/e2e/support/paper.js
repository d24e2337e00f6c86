// The paper's stories as its reporters wrote them, to know what a teaser keeps back.
import { readFileSync, readdirSync } from "node:fs";

const FOLDER = new URL("../../../crates/demo-paper/stories/", import.meta.url);

/** Each story: its slug, gate, headline and the plain paragraphs of its whole text. */
export const STORIES = readdirSync(FOLDER).filter((name) => name.endsWith(".md")).map(read);

/** The story with this slug. */
export const story = (slug) => STORIES.find((one) => one.slug === slug);

/** The stories behind a gate: "open", "registered", "members". */
export const behind = (gate) => STORIES.filter((one) => one.gate === gate);

function read(name) {
  const [head, ...rest] = readFileSync(new URL(name, FOLDER), "utf8").split(/^---$/m);
  const field = (key) => new RegExp(`^${key}: (.*)$`, "m").exec(head)?.[1] ?? "";
  // Only prose: what the paper draws otherwise (headings, tables, quotations) repeats or frames it.
  const paragraphs = rest.join("---").split(/\n\s*\n/).map((text) => text.trim()).filter((text) => /^[\p{L}“‘]/u.test(text));
  return { slug: name.replace(/\.md$/, ""), gate: field("gate"), headline: field("headline"), paragraphs };
}

/** Runs of plain words, long enough to be this story's alone: one of each paragraph that `page` does not show. */
export function keptBack(one, page) {
  const phrases = one.paragraphs.flatMap((text) => text.match(/[\p{L}\d ,’]{32,}/gu)?.[0].trim() ?? []);
  return phrases.filter((phrase) => !page.includes(phrase));
}
