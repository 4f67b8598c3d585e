// An anonymous identity is kept by its secret; a provider is asked once, not at each return.

import { assert, client, comesBack, direct, listening, lobby, pause, please, scenario } from "./harness.mjs";

await scenario(async () => {
  let kept = null;
  const store = { load: () => kept, save: (secret) => (kept = secret) };
  const first = client({ anonymous: store });
  assert.equal(first.state.phase, "idle");
  const phases = [];
  first.on("state", ({ phase }) => phases.push(phase));
  let token;
  first.on("token", (given) => (token = given));
  const { uuid, kind } = await first.connect();
  assert.equal(kind, "anonymous");
  assert.deepEqual(phases, ["connecting", "live"]);
  assert.match(kept, /^[\w-]{64}$/);
  assert.ok(token.length > 20);
  assert.ok(Math.abs(first.now() - Date.now()) < 5000);

  const second = client({ anonymous: store });
  assert.equal((await second.connect()).uuid, uuid);
  assert.equal((await second.ready).uuid, uuid);

  const http = new lobby.LobbyHttp({ url: direct });
  const username = `ada${Date.now()}`;
  const asked = [];
  const named = client({
    anonymous: false,
    token: async ({ expired }) => {
      asked.push(expired);
      return http.users.register({ username, password: "correct horse battery" });
    },
  });
  assert.equal((await named.connect()).kind, "user");
  const { why } = await comesBack(named, () => please("cut"));
  assert.equal(why.by, "network");
  assert.equal(named.state.resumed, true);
  assert.deepEqual(asked, [false]);

  const looker = client({ token: () => null, anonymous: false });
  assert.equal((await looker.connect()).kind, "spectator");

  // A provider that throws is asked again later; one that says "unauthorized" is not.
  let tries = 0;
  const patient = client({
    token: () => {
      if (++tries < 3) throw new Error("no network");
      return null;
    },
  });
  assert.equal((await patient.connect()).kind, "anonymous");
  assert.equal(tries, 3);
  const refused = client({ token: () => Promise.reject(Object.assign(new Error("no"), { status: 401 })) });
  await assert.rejects(refused.connect(), { name: "ClosedError" });
  assert.equal(refused.state.phase, "closed");

  // A token that is none: the lobby says stop, and says why.
  const stopped = client({ token: "none", anonymous: false });
  await assert.rejects(stopped.connect(), ({ name, why }) => name === "ClosedError" && why.code === 4500);
  assert.equal(stopped.state.why.refusal.code, "unauthenticated");
  await pause(100);
  assert.equal(stopped.state.phase, "closed");

  // An anonymous identity that is no more gives way to another.
  const { sent, WebSocket } = listening();
  const anew = client({ WebSocket });
  await anew.connect();
  assert.equal(JSON.parse(sent[0]).secret.length, 64);
});
