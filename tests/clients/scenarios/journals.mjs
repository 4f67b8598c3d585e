// Journals: from the beginning, from now on, from a cursor, over a cut: each entry once, in order.

import { assert, client, comesBack, host, please, scenario, until } from "./harness.mjs";

const MANY = 505;

await scenario(21, async () => {
  const ada = await host();
  const { session } = await ada.command("session.launch", {});
  const say = (text) => ada.command("session.say", { session: session.id, text });
  const me = client();
  await me.connect();
  await me.command("session.join", { session: session.id });
  for (const text of ["1", "2", "3"]) await say(text);

  const topic = `chat:${session.id}`;
  const read = (journal) => {
    const found = [];
    journal.on("entry", ({ text }, cursor) => found.push(`${cursor}:${text}`));
    return found;
  };
  const now = me.journal(topic);
  const fromNow = read(now);
  assert.equal(await now.ready, 3);
  const all = me.journal(topic, { after: 0 });
  const fromStart = read(all);
  const some = me.journal(topic, { after: 2 });
  const fromTwo = read(some);
  await until(() => fromStart.length === 3 && fromTwo.length === 1, "what is kept");
  await comesBack(me, async () => {
    await please("cut");
    await say("4");
  });
  await say("5");
  await until(() => fromNow.length === 2, "the newest");
  assert.deepEqual(fromNow, ["4:4", "5:5"]);
  assert.deepEqual(fromStart, ["1:1", "2:2", "3:3", "4:4", "5:5"]);
  assert.deepEqual(fromTwo, ["3:3", "4:4", "5:5"]);
  assert.equal(all.cursor, 5);

  const seen = [];
  for await (const { entry, cursor } of me.journal(topic, { after: 3 })) {
    seen.push(entry.text);
    if (cursor === 5) break;
  }
  assert.deepEqual(seen, ["4", "5"]);

  // Beyond the end: it was another journal, this one is told whole.
  const beyond = me.journal(topic, { after: 999 });
  let trimmed = 0;
  beyond.on("trimmed", () => trimmed++);
  const anew = read(beyond);
  await until(() => anew.length === 5, "all that is kept");
  assert.equal(trimmed, 1);
  assert.equal(beyond.cursor, 5);
  assert.equal(fromNow.length, 2, "others are not told twice");

  // Whoever reads too slowly is told so, and begins again from where it was.
  const slow = me.journal(topic, { after: 0 })[Symbol.asyncIterator]();
  for (let from = 6; from <= MANY; from += 50) {
    await Promise.all(Array.from({ length: Math.min(50, MANY + 1 - from) }, (_, n) => say(String(from + n))));
  }
  await until(() => now.cursor === MANY, "all are said");
  let last = 0;
  const fell = async () => {
    for (let next = await slow.next(); !next.done; next = await slow.next()) last = next.value.cursor;
  };
  const behind = await fell().catch((error) => error);
  assert.equal(behind.name, "FellBehindError");
  assert.equal(last, 500);
  assert.equal(behind.after, 500);
  assert.equal((await slow.next()).done, true);
  const rest = read(me.journal(topic, { after: behind.after }));
  await until(() => rest.length === MANY - 500, "the rest");

  // What is no longer kept is said to be gone.
  const old = me.journal(topic, { after: 1 });
  let gone = 0;
  old.on("trimmed", () => gone++);
  const kept = read(old);
  await until(() => kept.length === 500, "the newest");
  assert.equal(gone, 1);
  assert.equal(kept.at(-1), `${MANY}:${MANY}`);

  const ended = new Promise((done) => now.on("ended", done));
  await ada.command("session.close", { session: session.id });
  assert.equal(await ended, "session_closed");
});
