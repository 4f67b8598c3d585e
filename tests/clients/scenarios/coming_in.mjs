// An anonymous identity is kept by its secret; a provider is asked once, not at each return.

import { assert, client, comesBack, direct, lobby, please, scenario } from "./harness.mjs";

await scenario(1, async () => {
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

  // What a store holds that is no secret is replaced; another secret is somebody else.
  kept = "short";
  const third = client({ anonymous: store });
  assert.notEqual((await third.connect()).uuid, uuid);
  assert.match(kept, /^[\w-]{64}$/);

  const looker = client({ token: () => null, anonymous: false });
  assert.equal((await looker.connect()).kind, "spectator");
});

await scenario(2, async () => {
  const http = new lobby.LobbyHttp({ url: direct });
  const form = { username: `ada${Date.now()}`, password: "correct horse battery" };
  await http.users.register(form);
  const asked = [];
  const named = client({
    anonymous: false,
    token: async ({ expired }) => {
      asked.push(expired);
      return http.users.login(form);
    },
  });
  const { kind, uuid } = await named.connect();
  assert.equal(kind, "user");
  for (const reset of ["cut", "cut"]) {
    const { why } = await comesBack(named, () => please(reset));
    assert.equal(why.by, "network");
    assert.equal(named.state.resumed, true);
    assert.equal(named.identity.uuid, uuid);
  }
  assert.deepEqual(asked, [false]);

  // Another login in the same client: the provider is asked anew.
  named.reconnect();
  await named.ready;
  assert.equal(asked.length, 2);
});
