// Accounts over HTTP, and every other operation by its name. The third address is the lobby's
// signing key; it takes few requests at once.

import { addresses, assert, direct, lasting, lobby } from "./harness.mjs";

const key = addresses[2];
const { LobbyHttp } = lobby;
const http = new LobbyHttp({ url: direct });

// Users: their list is open to them alone.
const form = { username: "ada", password: "correct horse & battery+=%" };
const token = await http.users.register(form);
assert.equal(typeof (await http.users.login(form)), "string");
await assert.rejects(http.users.login({ ...form, password: "wrong horse battery" }), ({ name, status, message }) => {
  return name === "HttpRefused" && status === 401 && message.startsWith("log_in_user: 401");
});
await assert.rejects(http.call("list_users"), { name: "HttpRefused", status: 401 });
const user = new LobbyHttp({ url: new URL(direct), token });
assert.ok((await user.call("list_users")).some(({ username }) => username === form.username));

// Hosts: the key is shown once.
const { uuid, key: hostKey } = await http.hosts.register();
const { token: hostToken } = await http.hosts.login(uuid, hostKey);
await assert.rejects(http.hosts.login(uuid, "another"), { name: "HttpRefused" });
const host = new LobbyHttp({ url: direct, token: hostToken });
const place = { path: { host: uuid } };
await host.call("set_only_friends_hosts__host__only_friends_put", { ...place, body: { only_friends: false } });
assert.equal((await host.call("get_hosts__host__get", place)).only_friends, false);
const wrong = { ...place, body: { only_friends: "perhaps" } };
await assert.rejects(host.call("set_only_friends_hosts__host__only_friends_put", wrong), { status: 422 });

// What cannot be sent is not.
for (const name of ["", ".", "..", undefined]) {
  await assert.rejects(host.call("get_hosts__host__get", { path: { host: name } }), { name: "LobbyError" });
}
for (const name of ["nothing", "__proto__", "toString"]) {
  await assert.rejects(host.call(name), { name: "LobbyError", message: /no operation/ });
}
await assert.rejects(host.call("get_hosts__host__get", { path: { host: "a/../b?c#d" } }), ({ status }) => status >= 400);
const signal = AbortSignal.abort(new Error("changed my mind"));
await assert.rejects(host.call("health_live", { signal }), /changed my mind/);
const nowhere = new LobbyHttp({ url: "http://127.0.0.1:9" });
await assert.rejects(nowhere.users.login(form), TypeError);

// A token that has expired: once more with a fresh one, and not twice.
const asked = [];
const renewing = new LobbyHttp({
  url: direct,
  token: ({ expired }) => {
    asked.push(expired);
    return expired ? hostToken : lasting(key, hostToken, -1);
  },
});
assert.equal((await renewing.call("get_hosts__host__get", place)).uuid, uuid);
await renewing.call("get_hosts__host__get", place);
assert.deepEqual(asked, [false, true]);
const stale = new LobbyHttp({ url: direct, token: () => (asked.push("stale"), lasting(key, hostToken, -1)) });
await assert.rejects(stale.call("get_hosts__host__get", place), { name: "HttpRefused" });
assert.equal(asked.filter((one) => one === "stale").length, 2);

// Players: 403 with `auth_success: false` is such an expiry, too.
const credentials = { grant_type: "anon", portal_access_token: "0".repeat(8) + crypto.randomUUID() };
const login = await http.players.login({ ...credentials, include_refresh: true });
assert.ok(login.access_token && login.refresh_token);
const expired = lasting(key, login.access_token, -1);
await assert.rejects(new LobbyHttp({ url: direct, token: expired }).call("get_player_sessions_self"), {
  name: "HttpRefused",
  status: 403,
  authSuccess: false,
});
const tokens = http.players.tokens({ ...login, access_token: expired });
const player = new LobbyHttp({ url: direct, token: tokens });
assert.ok(await player.call("get_player_sessions_self"));
const me = new lobby.LobbyClient({ url: direct, token: http.players.tokens({ ...login, access_token: expired }) });
assert.equal((await me.connect()).uuid, login.active_player_uuid.toLowerCase());
me.close();
await http.players.logout(login);
await assert.rejects(http.players.refresh(login.refresh_token), { name: "HttpRefused" });

// Too many at once: whoever reads waits as long as they are told.
const answers = await Promise.all(Array.from({ length: 30 }, () => host.call("get_hosts__host__get", place)));
assert.equal(answers.length, 30);
const hasty = new LobbyHttp({ url: direct, token: hostToken, timeout: 500 });
const refusals = await Promise.allSettled(Array.from({ length: 40 }, () => hasty.call("get_hosts__host__get", place)));
const refused = refusals.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
assert.ok(refused.length && refused.every(({ status, retryAfter }) => status === 429 && retryAfter >= 1));
