// In and out of a session while it is watched: each side of it is another epoch, and the chat ends
// with the seat.

import { assert, client, host, listening, scenario, until } from "./harness.mjs";

await scenario(20, async () => {
  const ada = await host();
  const { session } = await ada.command("session.launch", { name: "Harbour" });
  await ada.command("session.update", { session: session.id, location: "udp://192.0.2.1:7777" });
  const { heard, WebSocket } = listening();
  const me = client({ WebSocket });
  await me.connect();
  const guest = me.identity.uuid;
  const topic = `session:${session.id}`;
  const live = me.watch(topic);
  const epoch = () => heard.findLast((frame) => frame.type === "state" && frame.topic === topic).epoch;
  const inbox = [];
  me.journal("inbox", { after: 0 }).on("entry", ({ kind, reason }) => inbox.push([kind, reason]));
  const outside = ({ location }) => location === undefined;
  const inside = (state) => !outside(state);

  await live.ready;
  assert.ok(outside(live.state));
  const forbidden = me.journal(`chat:${session.id}`);
  await assert.rejects(forbidden.ready, { name: "RefusedError", code: "forbidden" });
  const epochs = [epoch()];

  const comesIn = async () => {
    const { session: mine } = await me.command("session.join", { session: session.id });
    assert.ok(inside(live.state), "its document shows the inside by the time of the answer");
    assert.equal(mine.location, live.state.location);
    epochs.push(epoch());
    const chat = me.journal(`chat:${session.id}`, { after: 0 });
    await chat.ready;
    const ended = new Promise((done) => chat.on("ended", done));
    return { chat, ended };
  };
  const isOut = async ({ chat, ended }) => {
    assert.equal(await ended, "not_seated");
    assert.equal(chat.status, "ended");
    await live.when(outside);
    assert.equal(live.status, "live");
    epochs.push(epoch());
    await assert.rejects(me.command("session.say", { session: session.id, text: "hi" }), { code: "forbidden" });
  };

  const left = await comesIn();
  await me.command("session.leave", { session: session.id });
  await isOut(left);

  const kicked = await comesIn();
  await ada.command("session.kick", { session: session.id, guest });
  await isOut(kicked);
  await until(() => inbox.some(([kind]) => kind === "session_kicked"), "told in the inbox");
  assert.ok(epochs.every((one, n) => n === 0 || one !== epochs[n - 1]), epochs.join());

  // Kept out for a while, until they are pardoned.
  await assert.rejects(me.command("session.join", { session: session.id }), { code: "kept_out" });
  await ada.command("session.pardon", { session: session.id, guest });
  const banned = await comesIn();
  const over = new Promise((done) => live.on("ended", done));
  const list = me.watch("sessions");
  await list.when((state) => session.id in state);
  await ada.command("host.ban", { guest });
  assert.equal(await banned.ended, "not_seated");
  assert.equal(await over, "session_closed");
  await list.when((state) => !(session.id in state));
  await assert.rejects(me.command("session.join", { session: session.id }), { code: "session_not_found" });
  await assert.rejects(me.watch(topic).ready, { name: "RefusedError", code: "session_not_found" });
  assert.equal(me.state.phase, "live");
});
