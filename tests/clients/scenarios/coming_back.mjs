// After a cut: what was watched heals from its version, an answer that was lost comes once, and
// what was not sent waits.

import { assert, client, comesBack, direct, host, listening, lobby, phase, please, scenario, until } from "./harness.mjs";

const taken = ({ seats }) => Object.values(seats).filter((seat) => seat.status === "taken").length;
const heardAgain = async () => {
  await please("cut");
  await please("heal");
};

/** A session that somebody hosts, and somebody who is in it or outside. */
async function guest({ inside = true } = {}) {
  const ada = await host();
  const { session } = await ada.command("session.launch", { name: "Harbour" });
  const { sent, heard, WebSocket } = listening();
  const me = client({ WebSocket });
  await me.connect();
  if (inside) await me.command("session.join", { session: session.id });
  return { ada, session, me, sent, heard };
}

await scenario(5, async () => {
  const { ada, session, me, sent, heard } = await guest();
  const live = me.watch(`session:${session.id}`);
  const list = me.watch("sessions");
  const asked = me.watch("sessions", { filter: { host: ada.identity.uuid } });
  await Promise.all([live.ready, list.ready, asked.ready]);
  const statuses = [];
  live.on("status", (status) => statuses.push(status));
  const changes = [];
  live.on("change", ({ whole, state: { name } }) => changes.push([whole, name]));
  heard.length = 0;
  await comesBack(me, async () => {
    await please("mute"); // what is changed meanwhile is not heard
    await ada.command("session.update", { session: session.id, name: "Port" });
    await heardAgain();
  });
  // All topics come back with one command, from the versions that we have.
  const watch = JSON.parse(sent.filter((text) => text.includes('"watch"')).at(-1));
  assert.equal(watch.topics.length, 3);
  assert.ok(watch.topics.every(({ known }) => known.epoch && known.version >= 0));
  assert.deepEqual(watch.topics.at(-1).filter, { host: ada.identity.uuid });
  await until(() => [live, list, asked].every(({ status }) => status === "live"), "all are live");
  assert.deepEqual(statuses, ["stale", "live"]);
  assert.deepEqual(changes, [[false, "Port"]]);
  assert.equal(asked.state.sessions[session.id].name, "Port");
  assert.ok(!heard.some(({ type }) => type === "state"), "no whole state again");
});

await scenario(7, async () => {
  const { ada, session, me, sent } = await guest({ inside: false });
  const live = me.watch(`session:${session.id}`);
  await please("mute");
  const joining = me.command("session.join", { session: session.id });
  await ada.watch(`session:${session.id}`).when((state) => taken(state) === 2);
  await comesBack(me, heardAgain);
  const { session: mine } = await joining;
  assert.equal(taken(mine), 2);
  const joins = sent.filter((text) => text.includes("session.join"));
  assert.equal(joins.length, 2);
  assert.equal(joins[0], joins[1]);
  // Its document shows what the command did by the time that its answer comes.
  assert.equal(taken(live.state), 2);
  assert.ok(live.version >= mine.version);

  // What is said once is heard once.
  const said = [];
  ada.journal(`chat:${session.id}`, { after: 0 }).on("entry", ({ text }) => said.push(text));
  await please("mute");
  const saying = me.command("session.say", { session: session.id, text: "hello" });
  await until(() => said.length === 1, "heard");
  await comesBack(me, heardAgain);
  const { cursor } = await saying;
  assert.equal((await me.command("session.say", { session: session.id, text: "again" })).cursor, cursor + 1);
  await until(() => said.length === 2, "heard again");
  assert.deepEqual(said, ["hello", "again"]);
});

await scenario(10, async () => {
  // What is called before there is a connection waits; what is not sent in time has not happened.
  const early = client();
  const late = early.command("presence.set", { status: "away" }, { timeout: 20 });
  await assert.rejects(late, { name: "TimeoutError", sent: false });
  const waiting = early.command("presence.set", { status: "busy" });
  await early.connect();
  assert.deepEqual(await waiting, { status: "busy" });

  const { ada, session, me } = await guest();
  const said = [];
  ada.journal(`chat:${session.id}`, { after: 0 }).on("entry", ({ text }) => said.push(text));

  // An answer that does not come in time.
  await please("mute");
  const slow = me.command("session.say", { session: session.id, text: "slow" }, { timeout: 100 });
  await assert.rejects(slow, { name: "UnknownOutcomeError", command: "session.say" });
  await until(() => said.includes("slow"), "it was done");

  // Once is once: not said again after a loss.
  const once = me.command("session.say", { session: session.id, text: "once" }, { retry: "never" });
  const refused = assert.rejects(once, { name: "UnknownOutcomeError", command: "session.say" });
  await until(() => said.includes("once"), "it was done, too");
  await comesBack(me, heardAgain);
  await refused;
  await me.command("session.say", { session: session.id, text: "last" });
  await until(() => said.includes("last"), "the last");
  assert.deepEqual(said, ["slow", "once", "last"]);
});

await scenario(11, async () => {
  const { ada, session, me, sent } = await guest();
  const heard = [];
  ada.journal(`chat:${session.id}`, { after: 0 }).on("entry", ({ text }) => heard.push(text));
  await please("mute");
  const old = assert.rejects(me.command("session.say", { session: session.id, text: "old" }, { timeout: 1e9 }), {
    name: "UnknownOutcomeError",
    message: /too old/,
  });
  await until(() => heard.includes("old"), "said");
  const now = Date.now;
  Date.now = () => now() + 111_000;
  try {
    await comesBack(me, heardAgain);
    await old;
  } finally {
    Date.now = now;
  }
  assert.equal(sent.filter((text) => text.includes('"old"')).length, 1);
});

await scenario(12, async () => {
  const { session, me, sent } = await guest();
  const list = me.watch("sessions");
  await list.ready;
  await please("mute");
  const other = assert.rejects(me.command("session.say", { session: session.id, text: "mine" }), {
    name: "UnknownOutcomeError",
    message: /identity/,
  });
  await until(() => sent.some((text) => text.includes('"mine"')), "sent");
  const whole = new Promise((done) => list.on("change", (change) => change.whole && done(change)));
  const identities = [];
  me.on("identity", ({ uuid }) => identities.push(uuid));
  const { uuid } = me.identity;
  const http = new lobby.LobbyHttp({ url: direct });
  const { uuid: host, key } = await http.hosts.register();
  me.reconnect({ token: (await http.hosts.login(host, key)).token });
  await please("heal");
  await other;
  await phase(me, "live");
  assert.equal(me.state.resumed, false);
  assert.notEqual(me.identity.uuid, uuid);
  assert.deepEqual(identities, [host.toLowerCase()]);
  await whole;
  const watch = JSON.parse(sent.filter((text) => text.includes('"watch"')).at(-1));
  assert.ok(!watch.known, "from nothing");
  assert.equal(sent.filter((text) => text.includes('"mine"')).length, 1);
});
