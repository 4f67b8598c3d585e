// How a connection ends says whether to come back; what is too large is not said twice. Addresses
// after the first two are servers that speak nonsense, by name.

import { addresses, assert, client, host, pause, please, scenario, until } from "./harness.mjs";

const nonsense = JSON.parse(addresses[2]);

await scenario(18, async () => {
  // Beyond its number of connections the newest wins: who is replaced stops, and says why.
  let secret = null;
  const store = { load: () => secret, save: (made) => (secret = made) };
  const tabs = [];
  for (let n = 0; n < 6; n++) {
    tabs.push(client({ anonymous: store }));
    await tabs.at(-1).connect();
  }
  const closed = () => tabs.filter(({ state }) => state.phase === "closed");
  await until(() => closed().length === 1, "the sixth replaces one");
  assert.equal(closed()[0].state.why.code, 4501);
  assert.equal(closed()[0].state.why.by, "server");
  assert.ok(closed()[0].state.why.reason);
  await pause(100);
  assert.equal(closed().length, 1, "they do not replace each other in turn");

  // Codes that nobody has listed: 4500 to 4999 are final, all others are not.
  for (const code of [4501, 4999]) {
    const final = client({ url: nonsense[`closes_${code}`] });
    await assert.rejects(final.connect(), ({ name, why }) => name === "ClosedError" && why.code === code);
  }
  for (const code of [1000, 1011, 4008, 4321]) {
    const patient = client({ url: nonsense[`closes_${code}`] });
    patient.connect();
    await until(() => patient.state.attempt >= 3, `comes back after ${code}`);
  }
  assert.deepEqual(await please("handshakes closes_4501"), 1);
  assert.deepEqual(await please("handshakes closes_4999"), 1);
});

await scenario(19, async () => {
  // Refused before it is sent, and the connection stays.
  const ada = await host();
  const { session } = await ada.command("session.launch", {});
  const me = client();
  await me.connect();
  const connected = await please("connections");
  const large = me.command("session.say", { session: session.id, text: "x".repeat(70_000) });
  await assert.rejects(large, { name: "RefusedError", code: "too_large" });
  await me.command("presence.set", { status: "away" });
  assert.equal(me.state.phase, "live");
  assert.equal(await please("connections"), connected);

  // A server that closes with 1009: the command fails and is not repeated, the client comes back.
  const closed = client({ url: nonsense.says_too_large });
  await closed.connect();
  const unknown = closed.command("presence.set", { status: "away" });
  await assert.rejects(unknown, { name: "UnknownOutcomeError", command: "presence.set" });
  await until(() => closed.state.phase === "live", "back");
  await pause(200);
  assert.equal(closed.state.phase, "live");
  assert.equal(await please("handshakes says_too_large"), 2);
  assert.equal(await please("heard says_too_large"), 3, "two hellos, one command");
});
