// Icons and marks, drawn here: 16 by 16, one stroke.

import { html } from "./library.js";

const PATHS = {
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.7-1.300L14 14",
  lock: "M4 7.500h8v6H4ZM5.5 7.500V5a2.5 2.5 0 0 1 5 0v2.5",
  people: "M6 8A2.5 2.5 0 1 0 6 3a2.5 2.5 0 0 0 0 5ZM1.8 13c.4-2.6 2-4 4.2-4s3.8 1.4 4.2 4M10.5 3.300a2.5 2.5 0 0 1 0 4.400M12 9.500c1.3.6 2 1.8 2.2 3.5",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.500V8l2.3 1.5",
  star: "m8 2 1.8 3.8 4.2.5-3.1 2.9.8 4.100L8 11.300l-3.7 2 .8-4.100L2 6.300l4.2-.5Z",
  check: "m3 8.5 3.3 3.300L13 4.8",
  bell: "M4 7a4 4 0 0 1 8 0c0 3.2 1.3 4.3 1.3 4.300H2.700S4 10.2 4 7ZM6.7 13.500a1.5 1.5 0 0 0 2.6 0",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.300v3.700M8 5v.1",
  copy: "M6 6h7.500v7.500H6ZM10 3.500V2.500H2.500V10H3.5",
  more: "M3.5 8v.01M8 8v.01M12.5 8v.01",
  down: "m4 6 4 4 4-4",
  right: "m6 4 4 4-4 4",
  left: "m10 4-4 4 4 4",
  plus: "M8 3v10M3 8h10",
  x: "m4 4 8 8M12 4l-8 8",
  warn: "M8 2.5 14.5 13.500h-13ZM8 6.500v3.500M8 11.900v.1",
  play: "M4.5 3v10l8-5Z",
  send: "M3 8h10M9 4l4 4-4 4",
  door: "M6 3H3v10h3M8 8h6M11.5 5.5 14 8l-2.5 2.5",
};

export function Icon({ name }) {
  return html`<svg class=${`ic ic-${name}`} viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}

export function Logo() {
  return html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" />
    <g><circle class="f" cx="11" cy="11" r="3.6" /><circle cx="21" cy="11" r="3.6" /><circle cx="11" cy="21" r="3.6" /><circle class="f" cx="21" cy="21" r="3.6" /></g>
  </svg>`;
}

/** The table of an empty lobby: six seats, and one of them is yours. */
export function Table() {
  const seats = [[88, 32], [42, 72], [202, 72], [88, 119], [156, 119]];
  return html`<svg class="table" viewBox="0 0 244 140" aria-hidden="true">
    <ellipse cx="122" cy="78" rx="66" ry="30" />
    ${seats.map(([x, y]) => html`<circle class="s" cx=${x} cy=${y} r="12" />`)}
    <circle class="you" cx="156" cy="32" r="12" />
  </svg>`;
}

/** One mark a seat, a gap between teams; from 17 seats on a bar. */
export function Pips({ teams, friends }) {
  const seats = teams.flatMap(([, each]) => each);
  if (seats.length > 16) {
    const taken = seats.filter(({ status }) => status === "taken").length;
    return html`<svg class="pips bar" viewBox="0 0 84 8" aria-hidden="true"><rect width="84" height="8" rx="4" /><rect class="fg" width=${(84 * taken) / seats.length} height="8" rx="4" /></svg>`;
  }
  const paths = { taken: "", friend: "", kept: "", free: "" };
  let x = 1;
  for (const [, each] of teams) {
    for (const { status, player } of each) {
      const kind = status === "taken" ? (friends?.(player) ? "friend" : "taken") : status === "free" ? "free" : "kept";
      paths[kind] += `M${x} 4a2.5 2.5 0 0 1 5 0v9a2.5 2.5 0 0 1-5 0z`;
      x += 9;
    }
    x += 4;
  }
  const width = Math.max(84, x);
  return html`<svg class="pips" viewBox=${`0 0 ${width} 17`} width=${width} height="17" aria-hidden="true">
    ${Object.entries(paths).map(([kind, d]) => d && html`<path class=${kind} d=${d} />`)}
  </svg>`;
}

/** What is left of a time, as a ring; `part` from 0 to 1. */
export function Ring({ part, children }) {
  const round = 2 * Math.PI * 40;
  return html`<svg class="ring" viewBox="0 0 100 100" aria-hidden="true">
    <circle class="bg" cx="50" cy="50" r="40" />
    <circle class="fg" cx="50" cy="50" r="40" pathLength=${round} stroke-dasharray=${`${round * part} ${round}`} transform="rotate(-90 50 50)" />
    <text x="50" y="53">${children}</text>
  </svg>`;
}
