// One session's card: name, host, whether it can be joined, what the game says, every seat.

import { NAMELESS } from "./people.js";
import { element, glow, mark, say } from "./rows.js";

const MOST_ATTRIBUTES = 6;
const LONGEST_ATTRIBUTE = 40;
const MOST_SEATS = 128;

export function sessionRow(id) {
  const name = element("bdi");
  const heading = element("h3", "", name);
  heading.id = `session-${id}`;
  const door = element("span", "door");
  const host = element("bdi", "name");
  const taken = element("span", "taken");
  const facts = element("p", "facts", element("span", "", "hosted by ", host), taken);
  const attributes = element("ul", "attributes");
  attributes.hidden = true;
  const teams = element("div", "teams");
  const card = element("article", "", element("header", "", heading, door), facts, attributes, teams);
  card.setAttribute("aria-labelledby", heading.id);
  const seats = new Map();
  let drawn = false;
  return { element: element("li", "session", card), update };

  function update(session) {
    const changed = [
      say(name, session.name ?? `Session ${id}`),
      say(host, session.host_name ?? `${NAMELESS} (${session.host.slice(0, 8)})`),
      say(door, session.joinable ? "open to join" : "closed"),
    ];
    mark(door, "open", String(session.joinable));
    showAttributes(attributes, session.attributes ?? {});
    const states = Object.entries(session.seats ?? {}).slice(0, MOST_SEATS);
    const sitting = states.filter(([, seat]) => seat.status === "taken").length;
    say(taken, `${sitting} of ${states.length} seats taken`);
    showSeats(teams, seats, states, drawn);
    if (drawn && changed.includes(true)) glow(card);
    drawn = true;
  }
}

export function freeSeats(session) {
  if (!session.joinable) return 0;
  return Object.values(session.seats ?? {}).filter((seat) => seat.status === "free").length;
}

/** Newest first. */
export function latestFirst([key, one], [other, another]) {
  return another.created - one.created || (key < other ? -1 : 1);
}

function showAttributes(list, attributes) {
  const plain = Object.entries(attributes).filter(([, value]) => typeof value !== "object");
  const lines = plain.slice(0, MOST_ATTRIBUTES).map(([key, value]) => `${short(key)}: ${short(value)}`);
  if (lines.join("\n") === [...list.children].map((line) => line.textContent).join("\n")) return;
  list.replaceChildren(...lines.map((line) => element("li", "", element("bdi", "", line))));
  list.hidden = lines.length === 0;
}

function short(value) {
  const letters = [...String(value)];
  return letters.length > LONGEST_ATTRIBUTE ? `${letters.slice(0, LONGEST_ATTRIBUTE).join("")}…` : letters.join("");
}

function showSeats(teams, seats, states, drawn) {
  for (const [key, seat] of states) {
    if (!seats.has(key)) seats.set(key, addSeat(teams, Number(key) + 1, seat.team));
    const changed = seats.get(key)(seat);
    if (drawn && changed) glow(seats.get(key).element);
  }
}

function addSeat(teams, number, team) {
  const shape = element("span", "mark");
  shape.setAttribute("aria-hidden", "true");
  const index = element("span", "unseen", `Seat ${number}: `);
  const who = element("bdi", "who");
  const status = element("span", "word");
  const seat = element("li", "seat", shape, index, who, status);
  listOf(teams, team).append(seat);
  const update = (state) => {
    mark(seat, "status", state.status);
    const changed = [
      say(who, state.player ? state.name ?? NAMELESS : ""), // who holds a seat may be withheld
      say(status, state.status),
    ];
    return changed.includes(true);
  };
  return Object.assign(update, { element: seat });
}

function listOf(teams, team) {
  const there = teams.querySelector(`[data-team="${Number(team)}"] ul`);
  if (there) return there;
  const title = element("h4", "", `Team ${Number(team) + 1}`);
  const list = element("ul");
  const group = element("div", "team", title, list);
  group.dataset.team = String(Number(team));
  teams.append(group);
  return list;
}
