// The search for a match: the ticket that one waits with, why it takes so long, and the ready check.

const RULES = {
  region: "of your region",
  version: "with your version of the game",
  crossplay: "whom your platform plays with",
  size: "whose party fits with yours",
  sizes: "whose parties fit together",
  delay: "who have waited long enough",
  rating: "near your rating",
  chain: "whose ratings lie close enough together",
  wishes: "who want the same map",
  room: "who still fit in",
  clock: "who are still waiting",
};

export class Searching {
  #live = null;
  ticket = null;
  state = null;
  session = null;
  accepted = false;
  /** Why there is no search any more, for a while. */
  ended = null;

  constructor(client, changed) {
    this.client = client;
    this.changed = changed;
  }

  async begin(session, queue) {
    const { ticket } = await this.client.command("queue.join", { session, queue });
    this.follow(ticket, session);
  }

  follow(ticket, session) {
    this.close();
    Object.assign(this, { ticket, session, accepted: false, ended: null, since: this.client.now() / 1000 });
    const live = (this.#live = this.client.watch(`queue:${ticket}`));
    live.on("change", ({ state }) => live === this.#live && this.#see(state));
    live.on("ended", () => live === this.#live && this.#over());
    this.changed();
  }

  async stop() {
    await this.client.command("queue.leave", { session: this.session });
    this.#over();
  }

  async answer(yes) {
    await this.client.command(yes ? "queue.accept" : "queue.decline", { ticket: this.ticket });
    if (yes) this.accepted = true;
    else this.#over();
  }

  close() {
    this.#live?.close();
    this.#live = this.ticket = this.state = null;
  }

  #see(state) {
    const before = this.state?.offer?.match;
    if (state.offer?.match !== before) this.accepted = false;
    this.state = state;
    this.since = state.since;
    this.session = state.session;
    this.changed();
  }

  #over() {
    this.close();
    this.accepted = false;
    this.changed();
  }
}

/** Why it is not over yet, in a sentence. */
export function explanation(state) {
  if (state?.stage === "seeking_server") return "A match is found. A game server is being started.";
  if (state?.stage === "inviting" || state?.state === "matched") return "A match is found. You are being invited.";
  const again = state?.why ? "The last match came to nothing; you keep your place. " : "";
  const waits = Object.values(state?.waits ?? {});
  if (!waits.length) return `${again}Looking for players.`;
  const best = waits.reduce((one, other) => ((other.expected ?? Infinity) < (one.expected ?? Infinity) ? other : one));
  return again + sentence(best);
}

function sentence({ players, least, binding = [], excluded = {}, widens_in, relaxes_in, opens_in, expected }) {
  const said = [];
  if (opens_in > 0) said.push(`Opens to you in ${seconds(opens_in)}.`);
  if (players < least) said.push(`${players} of ${least} players are here.`);
  const rule = binding.find((one) => RULES[one] && (excluded[one] ?? 1) > 0);
  if (rule) said.push(`So far nobody else ${RULES[rule]}.`);
  if (widens_in > 0) said.push(`Looks further in ${seconds(widens_in)}.`);
  else if (relaxes_in > 0) said.push(`Fewer players are enough in ${seconds(relaxes_in)}.`);
  if (expected > 0) said.push(`Usually ${seconds(expected)} more.`);
  return said.join(" ") || "Looking for players.";
}

const seconds = (many) => `${Math.ceil(many)} s`;
