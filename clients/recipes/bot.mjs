// A bot for Node: it joins the first session that has a free seat, greets whoever speaks, and leaves
// when it is asked to stop.
//
//   npm i https://lobby.example/client/v1/lobby-client.tgz
//   node bot.mjs https://lobby.example

import { LobbyClient, RefusedError } from "lobby-client";

const lobby = new LobbyClient({ url: process.argv[2], anonymous: true });
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => lobby.close());
const me = await lobby.connect().catch((error) => (console.log(error.message), process.exit(1)));

console.log("waiting for a session with a free seat");
const open = lobby.watch("sessions", { filter: { free: { min: 1 }, welcome: true }, limit: 5 });
for await (const { state } of open) {
  const session = await joined(Object.keys(state.sessions));
  if (!session) continue; // the next change may bring another
  console.log(`in ${session.id}`);
  const chat = lobby.journal(`chat:${session.id}`);
  for await (const { entry } of chat) {
    if (entry.author === me.uuid) continue;
    const greeting = { session: session.id, text: `Hello ${entry.name ?? "there"}!` };
    await lobby.command("session.say", greeting).catch((error) => console.log(error.message)); // refused, or closed
  }
  if (lobby.state.phase === "closed") break;
}

async function joined(ids) {
  for (const id of ids) {
    try {
      return (await lobby.command("session.join", { session: id })).session;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      console.log(`${id}: ${error.code}`);
    }
  }
}
