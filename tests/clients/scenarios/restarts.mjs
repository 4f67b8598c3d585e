// The lobby is killed, and is stopped: the same identity, the same answer, the key of a launch.

import { assert, client, comesBack, direct, listening, lobby, please, scenario, url } from "./harness.mjs";

const { uuid, key } = await new lobby.LobbyHttp({ url }).hosts.register();

/** Somebody who hosts, with everything that they have said. */
async function hosting() {
  const { token } = await new lobby.LobbyHttp({ url }).hosts.login(uuid, key);
  const { sent, WebSocket } = listening();
  const me = client({ token, WebSocket, timeout: 30_000, backoff: {} });
  await me.connect();
  return { me, sent };
}

/** Ends the lobby once what was said has happened, and its answer is lost. */
async function killedAfter(me, happened) {
  const looker = client({ url: direct, anonymous: false });
  await looker.connect();
  await looker.watch("sessions").when(happened);
  looker.close();
  await comesBack(me, async () => {
    await please("kill");
    await please("cut");
    await please("heal");
    await please("start");
  });
}

await scenario(9, async () => {
  const { me, sent } = await hosting();
  await please("mute");
  const launching = me.command("session.launch", { name: "Harbour" });
  await killedAfter(me, (state) => Object.keys(state).length === 1);
  const { session, source_of_truth_key } = await launching;
  assert.match(source_of_truth_key, /^[0-9a-f]{64}$/);
  const launches = sent.filter((text) => text.includes("session.launch"));
  assert.ok(launches.length >= 2 && new Set(launches).size === 1);
  const { version } = await me.command("session.push", { session: session.id, source_of_truth_key, state: { score: 1 } });
  assert.ok(version > session.version);
  const list = me.watch("sessions");
  assert.deepEqual(Object.keys(await list.ready), [session.id], "launched once");
});

await scenario(8, async () => {
  const { me, sent } = await hosting();
  const list = me.watch("sessions");
  const [id] = Object.keys(await list.ready);
  const chat = me.journal(`chat:${id}`, { after: 0 });
  const texts = [];
  chat.on("entry", ({ text }) => texts.push(text));
  await me.command("session.say", { session: id, text: "before" });

  // Killed, with an answer underway.
  await please("mute");
  const naming = me.command("session.update", { session: id, name: "Port" });
  await killedAfter(me, (state) => state[id]?.name === "Port");
  assert.equal((await naming).session.name, "Port");
  assert.equal(new Set(sent.filter((text) => text.includes("session.update"))).size, 1);
  await list.when((state) => state[id]?.name === "Port");
  assert.equal(me.state.resumed, true);
  assert.equal(me.identity.uuid, uuid.toLowerCase());

  // Stopped: told so before.
  let drained;
  me.on("drain", (told) => (drained = told));
  await comesBack(me, async () => {
    await please("stop");
    await please("start");
  });
  assert.ok(drained.until > 0);
  await me.command("session.say", { session: id, text: "after" });
  const { session } = await me.command("session.update", { session: id, name: "Quay" });
  assert.equal(session.name, "Quay");
  await list.when((state) => state[id]?.name === "Quay");
  assert.deepEqual(texts, ["before", "after"]);
});
