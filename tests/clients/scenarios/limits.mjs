// The rate of a connection is what hello tells: 64 topics and 40 commands after a cut are no
// `too_many`; where there is one all the same, the same text comes again, in order.

import { assert, client, comesBack, host, listening, pause, please, scenario, until } from "./harness.mjs";

/** Somebody in a session, on a connection that says little at once. */
async function inside() {
  const ada = await host();
  const { session } = await ada.command("session.launch", {});
  const { sent, heard, WebSocket } = listening();
  const me = client({ WebSocket, timeout: 20_000 });
  await me.connect();
  await me.command("session.join", { session: session.id });
  return { session, me, sent, heard, WebSocket };
}

await scenario(13, async () => {
  const { session, me, sent, heard } = await inside();
  const limits = heard.find(({ result }) => result?.limits).result.limits;
  assert.equal(limits.commands_per_second, 20);

  const topics = Array.from({ length: 60 }, (_, n) => `presence:00000000-0000-4000-8000-${String(n).padStart(12, "0")}`);
  const watched = ["sessions", `session:${session.id}`, ...topics].map((topic) => me.watch(topic));
  await Promise.all(watched.map((each) => each.ready));
  assert.equal(sent.filter((text) => text.includes('"watch"')).length, 1);

  let answers;
  await comesBack(me, async () => {
    await please("mute");
    answers = Array.from({ length: 40 }, () => me.command("presence.set", { status: "busy" }));
    await please("cut");
    await please("heal");
  });
  await Promise.all(answers);
  await until(() => watched.every((each) => each.status === "live"), "all are fresh");
  assert.ok(!heard.some(({ type }) => type === "refusal"), "no too_many");

  // Beyond the bound it throws, and drops nothing.
  const full = client({ queue: 2 });
  const kept = [full.command("presence.set", { status: "away" }), full.command("presence.set", { status: "busy" })];
  await assert.rejects(full.command("presence.set", { status: "online" }), { name: "QueueFullError" });
  await full.connect();
  assert.deepEqual((await Promise.all(kept)).map(({ status }) => status), ["away", "busy"]);
});

await scenario(14, async () => {
  const { session, me, sent, heard, WebSocket } = await inside();
  // Others use up what this connection may say: nothing is lost, and the order stays.
  const texts = Array.from({ length: 12 }, (_, n) => `line ${n}`);
  const socket = WebSocket.last;
  await pause(1000); // both have filled up what they count
  for (let n = 0; n < 50; n++) socket.send(JSON.stringify({ type: "ping", id: `flood-${n}` }));
  const cursors = await Promise.all(texts.map((text) => me.command("session.say", { session: session.id, text })));
  assert.deepEqual(new Set(cursors.map(({ cursor }) => cursor)), new Set(texts.map((_, n) => n + 1)), "each once");
  const said = sent.filter((text) => text.includes('"session.say"'));
  const again = said.slice(texts.length);
  assert.ok(again.length && again.every((text) => said.slice(0, texts.length).includes(text)), "the same texts");
  const order = again.map((text) => said.indexOf(text));
  assert.deepEqual(order, [...order].sort((a, b) => a - b), "in the order of the calls");
  assert.ok(heard.some(({ type, code, re }) => type === "refusal" && code === "too_many" && !re.startsWith("flood")));
});
