// Whatever fails, one client makes at most ten handshakes in any ten seconds. All at once, with time
// that runs SPEED times as fast; who counts is the other side.

const LONG = process.env.LONG === "1";
const SPEED = LONG ? 1 : 6;
const { setTimeout: real } = globalThis;
const began = Date.now();
const now = Date.now.bind(Date);
Date.now = () => began + (now() - began) * SPEED;
globalThis.setTimeout = (call, ms, ...more) => real(call, ms / SPEED, ...more);
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.removeEventListener = page.removeEventListener.bind(page);

const { addresses, assert, client, pause, please, scenario, url } = await import("./harness.mjs");
const nonsense = JSON.parse(addresses[2]);
const MOST = 10;
const WINDOW_MS = 10_000;
const STORM_MS = LONG ? 60_000 : 29_000;

await scenario(25, async () => {
  const errors = [];
  const providers = { closes_4003: () => "a token that is as old as ever" };
  const start = Date.now();
  const storm = Object.entries({ ...nonsense, gone: url }).map(([name, address]) => {
    const one = client({ url: address, backoff: {}, timeout: 60_000, ...(providers[name] && { token: providers[name] }) });
    one.on("error", (error) => errors.push(error));
    one.connect().catch(() => {});
    const live = one.watch("sessions");
    const said = one.command("presence.set", { status: "away" }).then(
      () => "answered",
      (error) => error.name,
    );
    return { name, one, live, said };
  });
  // The network flickers all the while.
  const flicker = setInterval(() => page.dispatchEvent(new Event("online")), 20);
  await pause(STORM_MS);
  clearInterval(flicker);

  const counted = {};
  for (const { name, one } of storm) {
    const handshakes = name === "gone" ? await please("connections") : await please(`handshakes ${name}`);
    const windows = Math.ceil((Date.now() - start) / WINDOW_MS);
    counted[name] = handshakes;
    assert.ok(handshakes <= MOST * windows, `${name}: ${handshakes} in ${windows} times ten seconds`);
    one.close();
  }
  const outcomes = Object.fromEntries(await Promise.all(storm.map(async ({ name, said }) => [name, await said])));
  if (process.env.DEBUG) console.log(counted, outcomes, Date.now() - start, errors.length);
  for (const name of ["gone", "leaves", "away", "closes_1000", "closes_4003"]) {
    assert.ok(counted[name] > 5, `${name} is tried again: ${counted[name]}`);
  }
  // Those that stay connected are not flooded either.
  for (const name of ["is_mad", "refuses"]) {
    const [handshakes, heard] = [counted[name], await please(`heard ${name}`)];
    const most = 10 * ((Date.now() - start) / 1000) + 30;
    assert.ok(handshakes >= 1 && heard >= 2 && heard <= most, `${name} heard ${heard} of at most ${most}`);
  }
  assert.ok(Object.values(outcomes).every((outcome) => outcome === "answered" || outcome.endsWith("Error")));
  assert.ok(errors.every((error) => error instanceof Error && error.name));
}, 20 * STORM_MS);
