// What a game writes: its types hold, and what is wrong is found before it runs.

import { LobbyClient, RefusedError, type ListedSession } from "../../clients/js/dist/lobby.js";
import { LobbyHttp } from "../../clients/js/dist/http.js";
const http = new LobbyHttp({ url: "http://x" });
const lobby = new LobbyClient({ url: "http://x", token: async () => (await http.hosts.login("u", "k")).token, anonymous: true });
const all = lobby.watch("sessions");
all.on("change", ({ state }) => { const one: ListedSession | undefined = state["1"]; void one; });
const some = lobby.watch("sessions", { filter: { free: { min: 1 } }, limit: 5 });
some.ready.then(({ total, sessions }) => { const n: number = total; void n; void sessions["1"]!.name; });
lobby.command("session.join", { host: "u" }).then(({ session }) => "state" in session && session.state);
http.call("get_hosts__host__get", { path: { host: "u" } }).then(({ uuid }) => uuid.length);
http.call("list_users").then(([first]) => first!.username);
lobby.command("session.launch", {}).then(({ source_of_truth_key }) => source_of_truth_key.length);
for await (const { entry } of lobby.journal("chat:1", { after: 0 })) entry.text;
const count: number | undefined = lobby.watch("presence:count").state?.online; void count;
try {} catch (e) { if (e instanceof RefusedError && e.code === "session_full") e.retryAfter; }
// @ts-expect-error
lobby.command("session.join", {});
// @ts-expect-error
lobby.watch("session");
// @ts-expect-error
http.call("get_hosts__host__get");
// @ts-expect-error
http.call("nothing");
