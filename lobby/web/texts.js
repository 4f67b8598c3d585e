// How names, numbers and times are written.

const DAY_MS = 86_400_000;
const LONGEST = 80; // letters of a name: whoever stacks marks gets no tower
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

export const NAMELESS = "no name";

/** The beginning of a text that a stranger wrote, on one line. */
export function short(text, most = LONGEST) {
  const letters = [...String(text).slice(0, 4 * most)];
  return letters.length > most ? `${letters.slice(0, most).join("")}…` : letters.join("");
}

export function number(many) {
  return many.toLocaleString();
}

/** `1 seat`, `2 seats`. */
export function many(count, one, others = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : others}`;
}

/** A moment of the server, in Unix seconds. */
export function moment(seconds) {
  const when = new Date(seconds * 1000);
  if (Number.isNaN(when.getTime())) return "";
  return Math.abs(Date.now() - when) < DAY_MS ? clock.format(when) : `${date.format(when)}, ${clock.format(when)}`;
}

/** How long, from seconds: `0:42`, `12 min`, `3 h`. */
export function lasting(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return whole < 5400 ? `${Math.round(whole / 60)} min` : `${Math.round(whole / 3600)} h`;
}

/** A code as it is said aloud. */
export function spoken(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/** What somebody typed or pasted into the field for codes: a code, an id, or a link with one. */
export function codeOf(text) {
  const last = text.trim().replace(/\/+$/, "").split(/[/=]/).pop();
  return last.replace(/[\s-]/g, "").toUpperCase();
}

export function initial(name) {
  return name ? ([...name.trim()][0]?.toUpperCase() ?? "") : "";
}

/** One of twelve colours of faces. */
export function hue(uuid) {
  return [...uuid].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 12, 7);
}
