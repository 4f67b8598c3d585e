// `close` is final: everything that waits is settled, and nothing brings it back; a wake-up only
// shortens a wait, and no wait that we were told. The process ends by itself.

// A browser's, made of what Node has: before the client looks for them.
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.removeEventListener = page.removeEventListener.bind(page);
const screen = Object.assign(new EventTarget(), { visibilityState: "hidden" });
globalThis.document = screen;

const { assert, client, pause, phase, please, scenario, url } = await import("./harness.mjs");
const online = () => page.dispatchEvent(new Event("online"));
const shown = (visibilityState) => {
  Object.assign(screen, { visibilityState }).dispatchEvent(new Event("visibilitychange"));
};
const wake = () => {
  online();
  shown("visible");
};

/** Of a lobby that keeps no seat: within the grace no wait is longer than two seconds. */
class Graceless extends WebSocket {
  set onmessage(call) {
    super.onmessage = ({ data }) => call({ data: data.replace(/"grace_ms": ?\d+/, '"grace_ms":0') });
  }
}

await scenario(23, async () => {
  const closed = { name: "ClosedError" };
  const never = client();
  const queued = never.command("presence.set", { status: "away" });
  const watched = never.watch("sessions");
  const read = never.journal("inbox");
  const when = watched.when(() => true);
  const iterating = watched[Symbol.asyncIterator]().next();
  const connecting = never.connect();
  const { ready } = watched;
  never.close();
  never.close();
  for (const each of [queued, connecting, ready, when]) await assert.rejects(each, closed);
  assert.equal((await iterating).done, true);
  assert.equal(never.state.why.by, "us");
  await assert.rejects(never.command("presence.set", { status: "away" }), closed);
  wake();
  await pause(50);
  assert.equal(never.state.phase, "closed");

  // It may be opened again, with what it watched.
  await never.connect();
  await Promise.all([watched.ready, read.ready]);
  never.close();
  await assert.rejects(never.ready, closed);
  await never.connect();
  await Promise.all([watched.ready, read.ready]); // also where nothing has changed meanwhile

  // Closed with a command underway: it may have been done.
  await please("mute");
  const underway = never.command("presence.set", { status: "busy" });
  await pause(20);
  never.close();
  await assert.rejects(underway, { name: "UnknownOutcomeError" });
  await please("heal");

  // Closed while it waits.
  const patient = client({ url: "http://127.0.0.1:9", backoff: { first: 60_000, longest: 60_000 } });
  patient.connect().catch(() => {});
  await phase(patient, "waiting");
  patient.close();
  wake();
  assert.equal(patient.state.phase, "closed");
});

await scenario(24, async () => {
  // A wake-up shortens a wait that we chose.
  const rare = { first: 60_000_000, longest: 60_000_000 };
  const eager = client({ backoff: rare, WebSocket: Graceless });
  await eager.connect();
  for (const back of [online, () => shown("visible")]) {
    await please("cut");
    const { until } = await phase(eager, "waiting");
    assert.ok(until > Date.now() + 5000, "none of those that are over by themselves");
    shown("hidden");
    await pause(50);
    assert.equal(eager.state.phase, "waiting");
    back();
    await phase(eager, "live");
  }

  // Where nobody is to be waked, nobody is.
  const deaf = client({ backoff: rare, wake: false, WebSocket: Graceless });
  await deaf.connect();
  await please("cut");
  await phase(deaf, "waiting");
  wake();
  await pause(50);
  assert.equal(deaf.state.phase, "waiting");

  // None that we were told: `drain` says when to come back.
  let last;
  class Draining extends WebSocket {
    constructor(...where) {
      super(...where);
      last = this;
    }
  }
  const drained = client({ url, WebSocket: Draining });
  await drained.connect();
  const told = new Promise((done) => drained.on("drain", done));
  last.onmessage({ data: '{"type":"drain","return_after_ms":60000}' });
  const { until } = await told;
  await please("cut");
  const waiting = await phase(drained, "waiting");
  assert.ok(waiting.until >= until && waiting.until < until + 1000);
  wake();
  await pause(50);
  assert.equal(drained.state.phase, "waiting");
});
