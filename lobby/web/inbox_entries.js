// One's inbox: what happened, what of it was seen, and which invitations still stand.

import * as kept from "./kept.js";
import { departure } from "./reasons.js";

const MOST = 100;
const INVITED = new Set(["session_invited", "session_match_found", "session_instance_joinable"]);

export class InboxEntries {
  entries = []; // the newest first
  #seen;
  #watched;

  /** `told(entry)` is called for what happens from now on. */
  constructor(client, { me, now, changed, told }) {
    this.me = me;
    this.changed = changed;
    this.#seen = read(me);
    const began = now();
    this.#watched = client.journal("inbox", { after: 0 });
    this.#watched.on("entry", (entry, cursor) => {
      this.entries = [{ ...entry, cursor }, ...this.entries.slice(0, MOST - 1)];
      if (entry.at >= began) told(entry);
      changed();
    });
  }

  close() {
    this.#watched.close();
  }

  /** Entries that are worth a line, each once: {entry, kind, words?}. */
  shown(titled) {
    const invited = new Set();
    const lines = [];
    for (const entry of this.entries) {
      if (INVITED.has(entry.kind)) {
        if (!invited.has(entry.session)) lines.push({ entry, kind: "invitation" });
        invited.add(entry.session);
      } else {
        if (entry.session && entry.view !== "inside") invited.add(entry.session);
        const words = entry.kind === "message" ? entry.message : departure(entry, titled(entry.session));
        if (words) lines.push({ entry, kind: "news", words });
      }
    }
    return lines;
  }

  get unread() {
    return this.shown(() => "").filter(({ entry }) => this.isNew(entry)).length;
  }

  isNew(entry) {
    return entry.at > this.#seen;
  }

  /** All that is there has been read. */
  read() {
    const [newest] = this.entries;
    if (!newest || newest.at <= this.#seen) return;
    this.#seen = newest.at;
    kept.seen.save(JSON.stringify({ uuid: this.me, at: newest.at }));
    this.changed();
  }
}

function read(me) {
  try {
    const { uuid, at } = JSON.parse(kept.seen.load() ?? "{}");
    return uuid === me ? at : 0;
  } catch {
    return 0;
  }
}
