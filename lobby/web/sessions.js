// One session's card: name, host, whether it can be joined, what the game says, every seat.

import { sessionActions } from "./actions.js";
import { NAMELESS } from "./people.js";
import { element, glow, mark, say } from "./rows.js";

const MOST_ATTRIBUTES = 6;
const LONGEST_ATTRIBUTE = 40;
const MOST_SEATS = 128;
const OPEN = "open";

/** `doing`: what `sessionActions` is told of who has come in on this page. */
export function sessionRow(id, doing) {
  const name = element("bdi");
  const heading = element("h3", "", name);
  heading.id = `session-${id}`;
  const door = element("span", "door");
  const host = element("bdi", "name");
  const taken = element("span", "taken");
  const led = element("span");
  const facts = element("p", "facts", led, taken);
  const attributes = element("ul", "attributes");
  attributes.hidden = true;
  const teams = element("div", "teams");
  const actions = sessionActions(id, doing);
  const parts = [element("header", "", heading, door), facts, attributes, teams, actions.element];
  const card = element("article", "", ...parts);
  card.setAttribute("aria-labelledby", heading.id);
  const seats = new Map();
  let drawn = false;
  return { element: element("li", "session", card), update };

  function update(session) {
    const changed = [
      say(name, session.name ?? `Session ${id}`),
      showLeader(led, host, session),
      say(door, admission(session)),
    ];
    mark(door, "open", String(door.textContent === OPEN));
    showAttributes(attributes, session.attributes ?? {});
    const states = Object.entries(session.seats ?? {}).slice(0, MOST_SEATS);
    const sitting = states.filter(([, seat]) => seat.status === "taken").length;
    say(taken, `${sitting} of ${states.length} seats taken`);
    showSeats(teams, seats, states, { drawn, actions });
    actions.update();
    if (drawn && changed.includes(true)) glow(card);
    drawn = true;
  }
}

/** Who may come in, as far as it does not depend on who looks: each word that holds, in this order. */
function admission({ full, entry, password, nonames }) {
  const words = {
    full,
    "friends only": entry === "friends",
    "by invitation": entry === "invited",
    password,
    "named players only": nonames === false,
    closed: entry === "closed",
  };
  const held = Object.keys(words).filter((word) => words[word]);
  return held.length ? held.join(", ") : OPEN;
}

/** Seats that somebody could take who was not invited. */
export function freeSeats(session) {
  return session.joinable ? session.free : 0;
}

/** A session that its leader left has none until another player leads it. */
function showLeader(led, name, { host, host_name }) {
  const shown = led.textContent;
  if (host) {
    say(name, host_name ?? `${NAMELESS} (${host.slice(0, 8)})`);
    if (!led.contains(name)) led.replaceChildren("hosted by ", name);
  } else say(led, "no leader");
  return led.textContent !== shown;
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

function showSeats(teams, seats, states, { drawn, actions }) {
  for (const [key, seat] of states) {
    if (!seats.has(key)) seats.set(key, addSeat(teams, Number(key) + 1, { team: seat.team, actions }));
    const changed = seats.get(key)(seat);
    if (drawn && changed) glow(seats.get(key).element);
  }
}

function addSeat(teams, number, { team, actions }) {
  const shape = element("span", "mark");
  shape.setAttribute("aria-hidden", "true");
  const index = element("span", "unseen", `Seat ${number}: `);
  const who = element("bdi", "who");
  const status = element("span", "word");
  const buttons = actions.seat();
  const seat = element("li", "seat", shape, index, who, status, buttons.element);
  listOf(teams, team).append(seat);
  const update = (state) => {
    mark(seat, "status", state.status);
    buttons.update(state);
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
