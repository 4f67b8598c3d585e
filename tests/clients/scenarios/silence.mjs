// A line that went silent closes nothing: ten seconds without an answer are its end. Here time runs
// twenty times as fast for waits of seconds.

const { setTimeout: real } = globalThis;
globalThis.setTimeout = (call, ms, ...more) => real(call, ms >= 5000 && ms < 15_000 ? ms / 20 : ms, ...more);

const { assert, client, comesBack, please, scenario } = await import("./harness.mjs");

await scenario(6, async () => {
  const me = client();
  await me.connect();
  const { uuid } = me.identity;
  let answer;
  const { why } = await comesBack(me, async () => {
    await please("freeze");
    answer = me.command("presence.set", { status: "busy" }, { timeout: 60_000 });
    me.on("state", ({ phase }) => phase === "waiting" && please("heal"));
  });
  assert.deepEqual([why.code, why.reason, why.by], [1006, "silent", "network"]);
  assert.deepEqual(await answer, { status: "busy" });
  assert.equal(me.identity.uuid, uuid);
});
