// Frames that make no sense, listeners that throw, and places that lack what browsers have.

const { randomUUID } = crypto;
crypto.randomUUID = undefined;

import { assert, client, host, pause, scenario, until } from "./harness.mjs";

await scenario(25, async () => {
  let last;
  class Scripted extends WebSocket {
    constructor(...where) {
      super(...where);
      last = this;
    }
  }
  const me = client({ WebSocket: Scripted });
  const errors = [];
  me.on("error", (error) => errors.push(error.message));
  me.on("error", () => {
    throw new Error("an error listener that throws");
  });
  const told = console.error;
  const console_ = [];
  console.error = (error) => console_.push(error.message);
  await me.connect();
  const list = me.watch("sessions");
  await list.ready;

  const hear = (frames) => last.onmessage({ data: typeof frames === "string" ? frames : JSON.stringify(frames) });
  hear("no JSON");
  assert.equal(errors.length, 1);
  for (const frame of [null, 5, "text", [], [[]], {}, { type: "new" }, { type: "reply" }, { type: "refusal", re: "unknown" }]) hear(frame);
  hear([{ type: "state", topic: "sessions:other", epoch: "e", version: 1, state: {} }, { type: "entry", topic: "inbox" }]);
  assert.equal(list.status, "live");

  // A list of frames is taken in order; keys of strangers reach no prototype.
  const changes = [];
  list.on("change", () => {
    throw new Error("a listener that throws");
  });
  list.on("change", ({ paths }) => changes.push(paths));
  hear([
    { type: "state", topic: "sessions", epoch: "e", version: 1, state: { a: { name: "A", gone: null } } },
    '{"type":"nothing"}',
    { type: "patch", topic: "sessions", since: 1, version: 2, patch: { a: { more: [1, null] } }, new_field: 1 },
  ]);
  hear('{"type":"patch","topic":"sessions","since":2,"version":3,"patch":{"__proto__":{"polluted":1},"constructor":{"name":"x"}}}');
  assert.equal({}.polluted, undefined);
  assert.equal(Object.getPrototypeOf(list.state), null);
  assert.ok(Object.hasOwn(list.state, "__proto__"));
  assert.deepEqual(changes, [[[]], [["a", "more"]], [["__proto__"], ["constructor"]]]);
  assert.equal(errors.filter((message) => message === "a listener that throws").length, 3);
  assert.ok(console_.includes("an error listener that throws"));
  console.error = told;
  assert.ok(!("gone" in list.state.a));

  // What is old is ignored; a gap is healed by the lobby itself.
  hear({ type: "patch", topic: "sessions", since: 1, version: 2, patch: { a: null } });
  assert.ok(list.state.a);
  hear({ type: "patch", topic: "sessions", since: 8, version: 9, patch: { b: {} } });
  await until(() => !("a" in list.state), "the whole state again");

  // What cannot be said, or is not allowed, is an error of its own.
  const { session } = await (await host()).command("session.launch", {});
  await assert.rejects(me.command("session.say", { session: session.id, text: 1n }), TypeError);
  const aborted = AbortSignal.abort(new Error("changed my mind"));
  await assert.rejects(me.command("presence.set", { status: "away" }, { signal: aborted }), /changed my mind/);
  await assert.rejects(me.command("session.say", { session: session.id, text: "hi" }), {
    name: "RefusedError",
    code: "forbidden",
    command: "session.say",
  });
  await pause(10);
  assert.equal(me.state.phase, "live");
  crypto.randomUUID = randomUUID;
});
