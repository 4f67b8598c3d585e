// Documents: ready, typed states that are frozen, paths of what changed, sharing, questions.

import { assert, client, host, listening, pause, please, scenario, until } from "./harness.mjs";

/** A session of eight seats, and somebody who watches the list that it is in. */
async function shown(options) {
  const ada = await host();
  const attributes = { modes: ["a", "b"], map: "dust" };
  const { session } = await ada.command("session.launch", { name: "Harbour", attributes });
  const me = client(options);
  await me.connect();
  const list = me.watch("sessions");
  await list.when((state) => session.id in state);
  return { ada, session, me, list };
}

await scenario(3, async () => {
  const ada = await host();
  const me = client();
  const list = me.watch("sessions");
  assert.equal(list.status, "asking");
  assert.equal(list.state, undefined);
  await me.connect();
  await list.ready;
  assert.equal(list.status, "live");

  const { session } = await ada.command("session.launch", { name: "Harbour", attributes: { modes: ["a", "b"], map: "dust" } });
  const before = await list.when((state) => session.id in state, { timeout: 5000 });
  assert.ok(Object.isFrozen(before) && Object.isFrozen(before[session.id].seats));
  assert.equal(before[session.id].name, "Harbour");


  // A question: its answer, and nothing else.
  const asked = me.watch("sessions", { filter: { host: ada.identity.uuid }, limit: 5 });
  const window = await asked.ready;
  assert.equal(window.total, 1);
  assert.equal(window.sessions[session.id].name, "Harbour");
  assert.match(asked.topic, /^sessions:/);

  const none = me.watch("session:1");
  await assert.rejects(none.ready, { name: "RefusedError", code: "session_not_found" });
  assert.equal(none.status, "ended");
});

await scenario(4, async () => {
  const { ada, session, me, list } = await shown();
  const before = list.state;
  const changes = [];
  list.on("change", (change) => changes.push(change));
  const names = [];
  list.at([session.id, "name"], (name) => names.push(name));
  const map = [];
  list.at([session.id, "attributes", "map"], (value) => map.push(value));
  await ada.command("session.update", { session: session.id, name: "Port", attributes: { modes: ["b"] } });
  await list.when((state) => state[session.id].name === "Port");
  const change = changes.at(-1);
  assert.equal(change.whole, false);
  const paths = change.paths.map((path) => path.slice(1).join("."));
  assert.ok(paths.includes("name") && paths.includes("attributes.modes") && paths.includes("attributes.map"), paths.join());
  assert.deepEqual([...change.state[session.id].attributes.modes], ["b"]);
  assert.ok(!("map" in change.state[session.id].attributes));
  assert.deepEqual(names, ["Port"]);
  assert.deepEqual(map, [undefined]);
  assert.equal(before[session.id].name, "Harbour", "what was shown before stays as it was");
  assert.equal(change.state[session.id].seats, before[session.id].seats, "what has not changed is the same object");

  assert.equal(await list.when(() => true), list.state);
  await assert.rejects(list.when(() => false, { timeout: 10 }), { name: "TimeoutError" });
  await assert.rejects(list.when(() => { throw new Error("a test that throws"); }), /a test that throws/);

  // Iterators give the newest alone, and end with the topic.
  const live = me.watch(`session:${session.id}`);
  await live.ready;
  const iterator = live[Symbol.asyncIterator]();
  assert.equal((await iterator.next()).value.whole, true);
  for (const name of ["One", "Two", "Three"]) {
    await ada.command("session.update", { session: session.id, name });
  }
  await live.when((state) => state.name === "Three");
  assert.equal((await iterator.next()).value.state.name, "Three");
  const ended = new Promise((done) => live.on("ended", done));
  await ada.command("session.close", { session: session.id });
  assert.equal(await ended, "session_closed");
  assert.equal(live.status, "ended");
  assert.equal((await iterator.next()).done, true);
});

await scenario(22, async () => {
  const { sent, WebSocket } = listening();
  const { session, me, list } = await shown({ WebSocket });
  const asked = me.watch("sessions", { filter: { full: true }, limit: 5 });
  await asked.ready;

  // Two share one topic; the last that goes ends it, after a tick.
  const watches = () => sent.filter((text) => JSON.parse(text).type === "watch").length;
  const unwatches = () => sent.filter((text) => JSON.parse(text).type === "unwatch").length;
  const asking = watches();
  const again = me.watch("sessions");
  assert.equal(again.getSnapshot(), list.state);
  assert.equal(await again.ready, list.state);
  again.close();
  again.close();
  const mounted = me.watch(`SESSION:${session.id}`);
  mounted.close();
  const remounted = me.watch(`session:${session.id}`);
  await remounted.ready;
  assert.equal(remounted.topic, `session:${session.id}`);
  assert.equal(watches(), asking + 1);
  assert.equal(unwatches(), 0);
  list.close();
  await until(() => unwatches() === 1, "unwatched");
  asked.close();
  await until(() => unwatches() === 2, "the question is unwatched");

  // Given up before its answer, a question has no name yet: it is unwatched as soon as it has.
  await please("mute");
  const early = [1, 2, 3].map((min) => me.watch("sessions", { filter: { free: { min } }, limit: 1 }));
  await until(() => watches() === asking + 2, "they are asked");
  for (const each of early) each.close();
  await pause(20);
  await please("heal");
  await until(() => unwatches() === 5, "they are unwatched as well");

  // Closed in the tick before: what is asked for again goes on, and nothing is left over.
  remounted.close();
  const third = me.watch(`session:${session.id}`);
  await third.ready;
  assert.equal(unwatches(), 5);
  const told = [];
  remounted.on("change", () => told.push("closed"));
  await me.command("session.join", { session: session.id });
  await third.when(({ free }) => free === 6);
  assert.deepEqual(told, []);
});
