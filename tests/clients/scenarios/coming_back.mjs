// After a cut: what was watched heals from its version, an answer that was lost comes once, and
// what was not sent waits.

import { assert, client, comesBack, direct, host, listening, lobby, pause, phase, please, scenario, until } from "./harness.mjs";

await scenario(async () => {
  const ada = await host();
  const { session } = await ada.command("session.launch", { name: "Harbour" });
  const { sent, heard, WebSocket } = listening();
  const me = client({ WebSocket });
  await me.connect();
  const live = me.watch(`session:${session.id}`);
  const list = me.watch("sessions");
  await Promise.all([live.ready, list.ready]);
  const statuses = [];
  live.on("status", (status) => statuses.push(status));

  // The answer is lost with the connection: the same text again, the same answer, one seat.
  await please("mute");
  const joined = me.command("session.join", { session: session.id });
  const taken = ({ seats }) => Object.values(seats).filter((seat) => seat.status === "taken").length;
  await ada.watch(`session:${session.id}`).when((state) => taken(state) === 2);
  heard.length = 0;
  await comesBack(me, async () => {
    await please("cut");
    await please("heal");
  });
  const { session: mine } = await joined;
  assert.equal(taken(mine), 2);
  const joins = sent.filter((text) => text.includes("session.join"));
  assert.equal(joins.length, 2);
  assert.equal(joins[0], joins[1]);
  await live.when((state) => taken(state) === 2);
  assert.deepEqual(statuses, ["stale", "live"]);

  // All topics come back with one command, from the versions that we have.
  await comesBack(me, () => please("cut"));
  const watch = JSON.parse(sent.filter((text) => text.includes('"watch"')).at(-1));
  assert.equal(watch.topics.length, 2);
  assert.ok(watch.topics.every(({ known }) => known.epoch));
  await until(() => live.status === "live" && list.status === "live", "all are live");
  assert.ok(!heard.some(({ type, topic }) => type === "state" && topic === "sessions"), "no whole state again");

  // What is called before there is a connection waits; what is not sent in time has not happened.
  const early = client();
  const late = early.command("presence.set", { status: "away" }, { timeout: 20 });
  await assert.rejects(late, { name: "TimeoutError", sent: false });
  const waiting = early.command("presence.set", { status: "busy" });
  await early.connect();
  assert.deepEqual(await waiting, { status: "busy" });

  // Once is once.
  await please("mute");
  const once = me.command("session.say", { session: session.id, text: "once" }, { retry: "never" });
  once.catch(() => {});
  await pause(100);
  await please("cut");
  await please("heal");
  await assert.rejects(once, { name: "UnknownOutcomeError", command: "session.say" });
  await phase(me, "live");

  // An answer that does not come in time.
  await please("mute");
  await assert.rejects(me.command("session.ask", { sessions: [session.id] }, { timeout: 100 }), {
    name: "UnknownOutcomeError",
  });
  await please("heal");

  // Too old to be said again.
  await please("mute");
  const old = assert.rejects(me.command("session.say", { session: session.id, text: "old" }, { timeout: 1e9 }), {
    name: "UnknownOutcomeError",
    message: /too old/,
  });
  await pause(50);
  const now = Date.now;
  Date.now = () => now() + 111_000;
  await please("cut");
  await please("heal");
  await old;
  Date.now = now;

  // Another identity: what was underway is not its own, and topics begin anew.
  await please("mute");
  const other = assert.rejects(me.command("session.say", { session: session.id, text: "mine" }), {
    name: "UnknownOutcomeError",
    message: /identity/,
  });
  await pause(50);
  const whole = new Promise((done) => list.on("change", (change) => change.whole && done(change)));
  const { uuid } = me.identity;
  const http = new lobby.LobbyHttp({ url: direct });
  const { token } = await http.hosts.login(...Object.values(await http.hosts.register()));
  me.reconnect({ token });
  await please("heal");
  await other;
  await phase(me, "live");
  assert.notEqual(me.identity.uuid, uuid);
  await whole;
});
