// What every scenario stands on: a client at the address it is given, and a line to the test, which
// cuts and freezes the connection when it is asked to.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [, , dist, ...addresses] = process.argv;
const lines = createInterface({ input: process.stdin });
const answers = [];
lines.on("line", (line) => answers.shift()?.(JSON.parse(line)));
process.stdin.unref(); // only who waits for an answer keeps the process

const [url, direct] = addresses;
export { addresses, assert, direct, url };
const file = pathToFileURL(dist);
export const lobby = { ...(await import(file)), ...(await import(new URL("http.js", file))) };

/** For which tokens are good after they have expired: clocks differ. */
const LEEWAY_SECONDS = 30;
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 45_000);
/** For a command: a busy machine is no fault. */
const TIMEOUT_MS = 30_000;
const clients = [];
let step = "the beginning";

/** A client through the proxy, which comes back soon; closed at the end. */
export function client(options = {}) {
  if (process.env.DEBUG) options = { log: (...said) => console.log(...said), ...options };
  const made = new lobby.LobbyClient({ url, anonymous: true, timeout: TIMEOUT_MS, backoff: { first: 20, longest: 50 }, ...options });
  clients.push(made);
  return made;
}

/** One that can host, past the proxy. */
export async function host() {
  const http = new lobby.LobbyHttp({ url: direct });
  const { uuid, key } = await http.hosts.register();
  const { token } = await http.hosts.login(uuid, key);
  const made = client({ url: direct, token, anonymous: false });
  await made.connect();
  await made.command("host.set", { only_friends: false, allow_nonames: true });
  return made;
}

/** The test does this: `cut`, `freeze`, `mute`, `heal`, `kill`, `start`, …; returns its answer. */
export async function please(what) {
  step = what;
  process.stdin.ref();
  const answer = await new Promise((done) => {
    answers.push(done);
    process.stdout.write(`${what}\n`);
  });
  if (!answers.length) process.stdin.unref();
  return answer;
}

/** The same token, good for so many seconds more; `key`: the lobby's, which signs it. */
export function lasting(key, token, seconds) {
  const [header, payload] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  claims.exp = Math.floor(Date.now() / 1000) + seconds - LEEWAY_SECONDS;
  const text = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(test, what = String(test)) {
  step = what;
  for (let n = 0; n < 3000; n++) {
    const found = await test();
    if (found) return found;
    await pause(10);
  }
  assert.fail(`never: ${what}`);
}

/** Resolves with the state once the client is in this phase. */
export const phase = (of, wanted) => until(() => of.state.phase === wanted && of.state, wanted);

/** Resolves once the client has lost its connection and is back. */
export async function comesBack(of, lose) {
  const lost = new Promise((done) => {
    const off = of.on("state", (state) => state.phase === "waiting" && (off(), done(state)));
  });
  await lose();
  const waiting = await lost;
  await phase(of, "live");
  return waiting;
}

/** Everything that clients send and hear from here on, through sockets of their own kind. */
export function listening() {
  const sent = [];
  const heard = [];
  class Heard extends WebSocket {
    static last;
    constructor(...where) {
      super(...where);
      Heard.last = this;
      this.addEventListener("message", ({ data }) => heard.push(...[JSON.parse(data)].flat()));
    }
    send(text) {
      sent.push(text);
      super.send(text);
    }
  }
  return { sent, heard, WebSocket: Heard };
}

/**
 * Runs it, closes every client, and says that it held. After the last the process has to end by
 * itself. `patience`: ms until it is stuck.
 */
export async function scenario(number, run, patience = PATIENCE_MS) {
  const late = setTimeout(() => assert.fail(`${number} is stuck, last at: ${step}`), patience);
  try {
    await run();
  } finally {
    clearTimeout(late);
    for (const each of clients.splice(0)) each.close();
  }
  console.log(`held ${number}`);
}
