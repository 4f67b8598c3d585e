// A lobby that stops: nobody is back before the time it named, and fifty do not come at once.

import { assert, client, please, scenario, until } from "./harness.mjs";

const MANY = 50;
const LONGEST_WAIT_MS = 500;
/** Between the loss and its being noted: a busy machine. */
const LATE_MS = 250;

await scenario(15, async () => {
  const herd = await Promise.all(
    Array.from({ length: MANY }, async () => {
      const one = client({ backoff: {} });
      const seen = { one };
      one.on("drain", ({ until }) => (seen.told = until));
      one.on("state", ({ phase, until }) => {
        if (phase === "waiting") seen.waits ??= { lost: Date.now(), until };
        if (phase === "connecting" && seen.waits) seen.back ??= Date.now();
      });
      await one.connect();
      seen.uuid = one.identity.uuid;
      return seen;
    }),
  );
  await please("stop");
  await until(() => herd.every(({ waits }) => waits), "all have lost their connection");
  await please("start");
  await until(() => herd.every(({ one }) => one.state.phase === "live"), "all are back");
  const chances = herd.map(({ told, waits, back }) => {
    assert.ok(told > 0, "everybody was told");
    assert.ok(back >= told, `not before the time: ${back - told} ms, waits ${waits.until - told}`);
    return waits.until - Math.max(told, waits.lost);
  });
  assert.ok(chances.every((chance) => chance >= -LATE_MS && chance <= LONGEST_WAIT_MS), chances.join());
  assert.ok(Math.max(...chances) - Math.min(...chances) > LONGEST_WAIT_MS / 4, "spread out");
  assert.ok(herd.every(({ one, uuid }) => one.identity.uuid === uuid && one.state.resumed));
});
