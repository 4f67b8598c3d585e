// One person's row: name, short uuid, status, since when.

import { element, glow, mark, say } from "./rows.js";

const DAY_MS = 86_400_000;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

export const NAMELESS = "no name";

export function personRow(uuid) {
  const face = element("span", "face");
  face.setAttribute("aria-hidden", "true");
  face.style.setProperty("--hue", hue(uuid));
  const name = element("bdi", "name");
  const code = element("code", "", uuid.slice(0, 8));
  code.title = uuid;
  const shape = element("span", "mark");
  shape.setAttribute("aria-hidden", "true");
  const word = element("span", "word");
  const status = element("span", "status", shape, word);
  const time = element("time");
  const since = element("span", "since", "since ", time);
  const row = element("li", "person", face, name, status, code, since);
  return { element: row, update: (person) => update(person) };

  function update(person) {
    const was = word.textContent;
    const changed = [
      say(name, person.name ?? NAMELESS),
      say(face, initial(person.name)),
      say(word, person.status),
    ];
    mark(name, "named", String(Boolean(person.name)));
    mark(row, "status", person.status);
    showSince(time, person.since);
    if (was && changed.includes(true)) glow(row);
  }
}

/** Newest first; those who came at once, by uuid. */
export function newestFirst([key, one], [other, another]) {
  return another.since - one.since || (key < other ? -1 : 1);
}

export function hue(uuid) {
  return [...uuid].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
}

function initial(name) {
  return name ? [...name.trim()][0]?.toUpperCase() ?? "" : "";
}

function showSince(time, seconds) {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return;
  const recent = Date.now() - moment.getTime() < DAY_MS;
  say(time, recent ? clock.format(moment) : date.format(moment));
  time.dateTime = moment.toISOString();
}
