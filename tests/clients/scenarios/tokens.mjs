// Tokens that expire, are none or are revoked; providers that throw. The lobby's signing key is the
// third address: tokens here expire when the scenario says.

import { addresses, assert, client, direct, lasting, lobby, pause, scenario, until } from "./harness.mjs";

const key = addresses[2];
const http = new lobby.LobbyHttp({ url: direct });

async function account() {
  const { uuid, key } = await http.hosts.register();
  return { uuid: uuid.toLowerCase(), token: (await http.hosts.login(uuid, key)).token };
}

await scenario(16, async () => {
  const { uuid, token } = await account();

  // The provider is told that its token has expired, and gives a newer one.
  const asked = [];
  const renewing = client({
    anonymous: false,
    token: ({ expired }) => {
      asked.push(expired);
      return expired ? token : lasting(key, token, -1);
    },
  });
  assert.equal((await renewing.connect()).uuid, uuid);
  assert.deepEqual(asked, [false, true]);

  // A fixed one ends it, with the reason.
  const fixed = client({ anonymous: false, token: lasting(key, token, -1) });
  await assert.rejects(fixed.connect(), ({ name, why }) => name === "ClosedError" && why.code === 4003);
  assert.equal(fixed.state.why.refusal.code, "token_expired");

  // So does a provider that has no other, on a connection that has lasted so far.
  let ending;
  for (const seconds of [2, 10]) { // the longer one for a machine that does not connect within the shorter
    const giving = [lasting(key, token, seconds)];
    ending = client({ anonymous: false, token: () => giving.shift() ?? null });
    if (await ending.connect().catch(() => null)) break;
  }
  assert.ok(ending.identity);
  await until(() => ending.state.phase === "closed", "closed once its token has expired");
  assert.equal(ending.state.why.code, 4003);

  // One that throws is asked again later; one that says "unauthorized" is not.
  let tries = 0;
  const whys = [];
  const patient = client({
    token: () => {
      if (++tries < 3) throw new Error("no network");
      return null;
    },
  });
  patient.on("state", ({ phase, why }) => phase === "waiting" && whys.push(why.reason));
  assert.equal((await patient.connect()).kind, "anonymous");
  assert.equal(tries, 3);
  assert.ok(whys.length === 2 && whys.every((why) => why.includes("no network")));
  const refused = client({ token: () => Promise.reject(Object.assign(new Error("no"), { status: 401 })) });
  await assert.rejects(refused.connect(), { name: "ClosedError" });
  assert.equal(refused.state.phase, "closed");

  // What a provider gives that is no token is none.
  const odd = client({ token: () => undefined, anonymous: false });
  assert.equal((await odd.connect()).kind, "spectator");
});

await scenario(17, async () => {
  // A token that is none: the lobby says stop, and says why.
  const stopped = client({ token: "none", anonymous: false });
  await assert.rejects(stopped.connect(), ({ name, why }) => name === "ClosedError" && why.code === 4500);
  assert.equal(stopped.state.why.refusal.code, "unauthenticated");
  await pause(100);
  assert.equal(stopped.state.phase, "closed");

  // Signed out elsewhere: the end of who has a token, whoever is anonymous is somebody else.
  const { token } = await account();
  const named = client({ token, anonymous: true });
  await named.connect();
  await new lobby.LobbyHttp({ url: direct, token }).call("sign_out_hosts_access_token_delete", {});
  await until(() => named.state.phase === "closed", "closed when signed out");
  assert.equal(named.state.why.code, 4503);

  let kept = null;
  const anonymous = client({ anonymous: { load: () => kept, save: (secret) => (kept = secret) } });
  let own;
  anonymous.on("token", (given) => (own = given));
  const { uuid } = await anonymous.connect();
  const secret = kept;
  await new lobby.LobbyHttp({ url: direct, token: own }).call("sign_out_hosts_access_token_delete", {});
  await until(() => anonymous.identity.uuid !== uuid && anonymous.state.phase === "live", "somebody else");
  assert.equal(anonymous.identity.kind, "anonymous");
  assert.notEqual(kept, secret);
});
