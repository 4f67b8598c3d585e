// The lobby is killed, and is stopped: the same identity, the same answer, the key of a launch.

import { assert, client, comesBack, direct, listening, lobby, please, scenario, url } from "./harness.mjs";

await scenario(async () => {
  const http = new lobby.LobbyHttp({ url });
  const { uuid, key } = await http.hosts.register();
  const { token } = await http.hosts.login(uuid, key);
  const { sent, WebSocket } = listening();
  const me = client({ token, WebSocket, timeout: 30_000 });
  await me.connect();
  const list = me.watch("sessions");
  await list.ready;

  await please("mute");
  const launching = me.command("session.launch", { name: "Harbour" });
  const looker = client({ url: direct, anonymous: false });
  await looker.connect();
  await looker.watch("sessions").when((state) => Object.keys(state).length === 1);
  looker.close();
  await comesBack(me, async () => {
    await please("kill");
    await please("cut");
    await please("heal");
    await please("start");
  });
  const { session, source_of_truth_key } = await launching;
  assert.match(source_of_truth_key, /^[0-9a-f]{64}$/);
  const launches = sent.filter((text) => text.includes("session.launch"));
  assert.ok(launches.length >= 2 && new Set(launches).size === 1);
  await list.when((state) => Object.keys(state).length === 1 && session.id in state);
  assert.equal(me.identity.uuid, uuid.toLowerCase());

  let drained;
  me.on("drain", (told) => (drained = told));
  await comesBack(me, async () => {
    await please("stop");
    await please("start");
  });
  assert.ok(drained.until > 0);
  await list.when((state) => session.id in state);
  const { session: updated } = await me.command("session.update", { session: session.id, name: "Port" });
  assert.equal(updated.name, "Port");
  await list.when((state) => state[session.id]?.name === "Port");
});
