// Lobbies by script: each says what no lobby should, or a game does to its own client what it should
// not. All at once, over sockets that are objects.

import { assert, lobby, scenario, until } from "./harness.mjs";

const WELCOME = { kind: "anonymous", uuid: "00000000-0000-4000-8000-000000000000" };
const made = [];

/** A socket that hears what `says` answers: frames or text for each message; a number closes it. */
function socketOf(says) {
  return class {
    static all = [];
    readyState = 0;
    sent = [];
    constructor() {
      this.constructor.all.push(this);
      setTimeout(() => ((this.readyState = 1), this.onopen()), 0);
    }
    send(text) {
      const said = JSON.parse(text);
      this.sent.push(said);
      setTimeout(() => [says(said, this)].flat().forEach((each) => this.hear(each)), 0);
    }
    hear(said) {
      if (typeof said === "number") this.end(said);
      else if (said) this.onmessage({ data: typeof said === "string" ? said : JSON.stringify(said) });
    }
    close(code = 1005) {
      setTimeout(() => this.end(code), 0);
    }
    end(code) {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.onclose({ code, reason: "" });
    }
  };
}

const reply = ({ id }, result) => ({ type: "reply", re: id, result });

/** Greets, and answers what `more` does not. */
const polite = (welcome = {}, more = () => undefined) => (said) => {
  const own = more(said);
  if (own !== undefined) return own;
  if (said.type === "hello") return reply(said, { ...WELCOME, ...welcome });
  return reply(said, said.type === "watch" ? { topic: said.topic, cursor: 0, epoch: "e" } : {});
};

function open(says, options = {}) {
  const WebSocket = socketOf(says);
  const me = new lobby.LobbyClient({ url: "http://x", anonymous: true, WebSocket, backoff: { first: 5, longest: 10 }, ...options });
  made.push(me);
  const errors = [];
  me.on("error", (error) => errors.push(error.message));
  return { me, errors, sockets: WebSocket.all };
}

/** Some turns of the loop: what happens at once has happened. */
async function turns() {
  for (let n = 0; n < 20; n++) await new Promise((done) => setTimeout(done, 1));
}

const said = ({ sockets }, type) => sockets.flatMap(({ sent }) => sent).filter((each) => each.type === type);

const SCENES = {
  async "spans too long for a timer are no shorter for it"() {
    for (const beat of ["1e12", "1e999"]) {
      const one = open((each) => {
        if (each.type !== "hello") return polite()(each);
        return `{"type":"reply","re":"${each.id}","result":{"kind":"anonymous","uuid":"u","heartbeat_ms":${beat}}}`;
      });
      await one.me.connect();
      await turns();
      assert.deepEqual(said(one, "ping"), []);
      let over = false;
      one.me.watch("sessions").when(() => true, { timeout: Infinity }).catch(() => {}).finally(() => (over = true));
      await turns();
      assert.equal(over, false);
    }
    for (const wait of ["1e8", "1e999", '"long"']) {
      const refused = (each) => (each.type === "watch" ? `{"type":"refusal","re":"${each.id}","code":"too_many","retry_after":${wait}}` : undefined);
      const one = open(polite({}, refused));
      await one.me.connect();
      one.me.watch("sessions");
      await turns();
      // What is no number of seconds is tried again, less and less often: ten times would take half a minute.
      const most = wait === "1e8" ? 1 : 9;
      assert.ok(said(one, "watch").length <= most, wait);
    }
    const drained = open(polite({}, (each) => each.type === "presence.set" ? ['{"type":"drain","return_after_ms":1e15}', 1012] : undefined));
    await drained.me.connect();
    drained.me.command("presence.set", { status: "away" }).catch(() => {});
    const { until: at } = await until(() => drained.me.state.phase === "waiting" && drained.me.state);
    assert.ok(at < Date.now() + 25 * 3_600_000, "a day is the longest");
  },

  async "hello that is answered twice counts once"() {
    const one = open(polite({}, (each) => (each.type === "hello" ? [reply(each, WELCOME), reply(each, { kind: "user", uuid: "other" })] : undefined)));
    await one.me.connect();
    await turns();
    assert.equal(one.me.identity.uuid, WELCOME.uuid);
  },

  async "a spectator who comes back is the same"() {
    const one = open(polite({ kind: "spectator", uuid: null }), { anonymous: false });
    await one.me.connect();
    assert.equal(one.me.state.resumed, false);
    one.sockets[0].end(1006);
    await until(() => one.sockets.length === 2 && one.me.state.phase === "live");
    assert.equal(one.me.state.resumed, true);
  },

  async "results that lack what they should have are results"() {
    const one = open(polite({}, (each) => (each.type === "presence.set" ? reply(each, { session: null }) : undefined)));
    await one.me.connect();
    assert.deepEqual(await one.me.command("presence.set", { status: "away" }), { session: null });
    assert.deepEqual(await one.me.command("some.command"), {});
  },

  async "entries without a cursor are none, and ten thousand are too many to be read late"() {
    const one = open(polite());
    await one.me.connect();
    const inbox = one.me.journal("inbox", { after: 0 });
    const entries = inbox[Symbol.asyncIterator]();
    await inbox.ready;
    const many = Array.from({ length: 10_000 }, (_, n) => ({ type: "entry", topic: "inbox", cursor: n + 1, entry: {} }));
    one.sockets[0].hear([...many, { type: "entry", topic: "inbox" }, { type: "entry", topic: "inbox", cursor: "many", entry: {} }]);
    assert.equal(inbox.cursor, 10_000);
    for (let n = 0; n < 500; n++) await entries.next();
    await assert.rejects(entries.next(), { name: "FellBehindError", after: 500 });
  },

  async "a store that fails is told of, and the identity lasts as long as the client"() {
    const fails = () => {
      throw new Error("no storage");
    };
    for (const anonymous of [{ load: fails, save: fails }, { load: () => null, save: fails }, { load: () => null, save: async () => fails() }]) {
      const one = open(polite(), { anonymous });
      await one.me.connect();
      one.sockets[0].end(1006);
      await until(() => one.sockets.length === 2 && one.me.state.phase === "live");
      assert.deepEqual(one.errors, ["no storage"]);
      assert.equal(new Set(said(one, "hello").map(({ secret }) => secret)).size, 1);
    }
    let kept = "untouched";
    const one = open(polite(), { anonymous: { load: fails, save: (secret) => (kept = secret) } });
    await one.me.connect();
    assert.equal(kept, "untouched", "what cannot be read is not written over");
  },

  async "a log that throws stops nothing"() {
    const told = console.error;
    console.error = () => {};
    const one = open(polite(), { log: () => assert.fail("a log that throws") });
    await one.me.connect();
    one.me.close();
    console.error = told;
  },

  async "an answer of a provider that was replaced is nobody's"() {
    let late;
    const one = open(polite(), { anonymous: false, token: () => new Promise((done) => (late = done)) });
    one.me.connect().catch(() => {});
    await until(() => late);
    one.me.reconnect({ token: () => "of the second" });
    await until(() => one.me.state.phase === "live");
    late("of the first");
    await turns();
    one.sockets[0].end(1006);
    await until(() => one.sockets.length === 2 && one.me.state.phase === "live");
    assert.deepEqual(said(one, "hello").map(({ token }) => token), ["of the second", "of the second"]);
  },

  async "whoever reconnects at each wait is held to ten handshakes"() {
    const one = open(() => 1011);
    const states = [];
    one.me.on("state", (state) => {
      states.push(state.phase);
      if (state.phase === "waiting") one.me.reconnect();
    });
    one.me.connect().catch(() => {});
    await until(() => one.sockets.length === 10 && one.me.state.phase === "waiting");
    await turns();
    assert.equal(one.sockets.length, 10);
    assert.ok(states.length < 30, states.length);
  },

  async "hurry shortens a wait that the client chose, none that it was told"() {
    for (const frames of [[], [{ type: "drain", return_after_ms: 60_000 }]]) {
      const one = open(polite(), { backoff: { first: 2 ** 40, longest: 2 ** 40 } });
      await one.me.connect();
      one.sockets[0].hear(frames);
      one.sockets[0].end(1006);
      await until(() => one.me.state.phase === "waiting");
      one.me.hurry();
      await turns();
      assert.equal(one.me.state.phase, frames.length ? "waiting" : "live");
    }
  },

  async "whoever connects once it is closed is connected"() {
    let ends = true;
    const one = open((each) => (ends ? 4999 : polite()(each)));
    const again = new Promise((done) => {
      one.me.on("state", ({ phase }) => {
        if (phase !== "closed" || !ends) return;
        ends = false;
        one.me.connect().then(done, done);
      });
    });
    await assert.rejects(one.me.connect(), { name: "ClosedError" });
    assert.equal((await again).uuid, WELCOME.uuid);
  },

  async "where no socket can be, it is closed"() {
    for (const options of [{ url: "no address" }, { WebSocket: class { constructor() { throw new TypeError("no sockets here"); } } }]) {
      const one = open(polite(), options);
      await assert.rejects(one.me.connect(), { name: "ClosedError", message: /Invalid URL|no sockets here/ });
    }
  },

  async "where there is no WebSocket, it says so"() {
    const { WebSocket } = globalThis;
    delete globalThis.WebSocket;
    const one = new lobby.LobbyClient({ url: "http://x" });
    await assert.rejects(one.connect(), /WebSocket is not defined/);
    globalThis.WebSocket = WebSocket;
  },

  async "the second one that watches is told of the state as the first was"() {
    const state = { type: "state", topic: "sessions", epoch: "e", version: 1, state: { a: 1 } };
    const one = open(polite({}, (each) => (each.type === "watch" ? [reply(each, { topic: each.topic }), state] : undefined)));
    await one.me.connect();
    await one.me.watch("sessions").ready;
    const second = one.me.watch("sessions");
    const told = [];
    second.on("change", ({ whole, state }) => told.push([whole, state.a]));
    second.at(["a"], (value) => told.push(value));
    const changes = second[Symbol.asyncIterator]();
    assert.equal((await changes.next()).value.whole, true);
    await turns();
    assert.deepEqual(told, [[true, 1], 1]);
    one.sockets[0].hear({ type: "patch", topic: "sessions", since: 1, version: 2, patch: { a: 2 } });
    assert.deepEqual((await changes.next()).value.paths, [["a"]], "once, and then what is new");
  },
};

await scenario(25, async () => {
  for (const [name, run] of Object.entries(SCENES)) {
    try {
      await run();
    } catch (error) {
      error.message = `${name}: ${error.message}`;
      throw error;
    } finally {
      for (const each of made.splice(0)) each.close();
    }
  }
});
