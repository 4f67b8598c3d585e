// What a session's card says of it: who may come in, how many seats are taken, in which order cards stand.

const OPEN = "open";

/** Who may come in, as far as it does not depend on who looks: each word that holds, in this order. */
export function admission({ full, entry, password, nonames }) {
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

/** The first thing that stands in the way, by which cards are sorted into folds. */
export function kindOfDoor({ full, entry }) {
  if (entry === "closed") return "closed";
  if (full) return "full";
  if (entry === "friends") return "friends only";
  return entry === "invited" ? "by invitation" : OPEN;
}

/** Whether anybody with a name may come in, with the password where there is one. */
export function isOpen(session) {
  return kindOfDoor(session) === OPEN;
}

/** Its name, else whose it is; its id says nothing to people. */
export function titleOf(id, session) {
  return session?.name ?? (session?.host_name ? `Session of ${session.host_name}` : `Session ${id}`);
}

export function seatsOf(session) {
  return Object.entries(session.seats ?? {}).map(([key, seat]) => ({ key, ...seat }));
}

export function takenSeats(session) {
  return seatsOf(session).filter(({ status }) => status === "taken").length;
}

/** The seat in which they sit. */
export function seatOf(session, player) {
  return seatsOf(session ?? {}).find((seat) => seat.status === "taken" && seat.player === player);
}

/** Seats by team: [[team, seats]]. */
export function teamsOf(session) {
  const teams = new Map();
  for (const seat of seatsOf(session)) teams.set(seat.team, [...(teams.get(seat.team) ?? []), seat]);
  return [...teams].sort(([one], [other]) => one - other);
}

const LAST = "\u{10ffff}";
const KEYS = {
  free: ({ free }) => free,
  created: ({ created }) => created,
  name: ({ name }) => name?.toLowerCase() ?? LAST,
};
/** The orders to choose from, by what the server calls them. */
export const ORDERS = { free: "Nearly full first", "-created": "Newest first", "-free": "Most room first", name: "By name" };

/** Orders [id, session] as the server does: among equals the older one first. */
export function inOrder(sort) {
  const key = KEYS[sort.replace("-", "")];
  const sign = sort.startsWith("-") ? -1 : 1;
  return ([id, one], [other, another]) => {
    const [left, right] = [key(one), key(another)];
    if (left !== right) return left < right ? -sign : sign;
    return one.created - another.created || (id < other ? -1 : 1);
  };
}
