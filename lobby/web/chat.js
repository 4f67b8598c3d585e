// What is said in a room: lines by author, one's own at once, and the field to say something.

import { html, memo, useEffect, useRef, useState } from "./library.js";
import { Icon } from "./icons.js";
import { Face, Name, Refusal } from "./parts.js";
import { takenSeats } from "./doors.js";
import { many, moment } from "./texts.js";

const TOGETHER_S = 120;
const MOST = 500;

export function Chat({ state, room, open }) {
  const [text, type] = useState("");
  const [sent, send] = useState([]); // own lines that are not there yet: {text, failed}
  const before = useRef(Promise.resolve()); // one after the other, as they were written
  const list = useRef(null);
  const last = room.lines.at(-1)?.cursor ?? 0;
  useEffect(() => follow(list.current, room), [last, sent.length, open]);
  useEffect(() => {
    if (list.current.checkVisibility() && room.unread) room.unread = 0;
  });
  const submit = (event) => {
    event?.preventDefault();
    const said = text.trim();
    if (!said) return;
    type("");
    deliver({ text: said });
  };
  const drop = (line) => send((all) => all.filter((one) => one !== line));
  const deliver = (line) => {
    send((all) => [...all, line]);
    before.current = before.current.then(async () => {
      const done = await state.acts.run("say", () => state.client.command("session.say", { session: room.id, text: line.text }));
      send((all) => (done ? all.filter((one) => one !== line) : all.map((one) => (one === line ? { ...line, failed: true } : one))));
    });
  };
  const retry = (line) => {
    drop(line);
    deliver({ text: line.text });
  };
  const onKey = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return html`<section class="chat" aria-labelledby="chat">
    <h3 id="chat" tabindex="-1">Chat <span>read by ${many(takenSeats(room.session), "player")}</span></h3>
    <ol ref=${list} role="log" aria-label="What is said" tabindex="0">
      ${room.lines.map((line, n) => html`<${Line} key=${line.cursor} line=${line} me=${state.me} first=${isFirst(line, room.lines[n - 1])} />`)}
      ${sent.map((line) => html`<li class="say you pale"><div><p class="text"><bdi>${line.text}</bdi></p>
        ${line.failed && html`<p>Not sent. <button type="button" class="link" onClick=${() => retry(line)}>Send again</button> · <button type="button" class="link" onClick=${() => drop(line)}>Drop it</button></p>`}</div></li>`)}
      ${!room.lines.length && !sent.length && html`<li class="soft">Nothing is said yet. What you write is read by those inside.</li>`}
    </ol>
    <${Refusal} state=${state} of="say" />
    <form class="compose" onSubmit=${submit}>
      <textarea aria-label="Say something" placeholder="Say something" rows="1" maxlength=${MOST} value=${text} onInput=${(event) => type(event.target.value)} onKeyDown=${onKey}></textarea>
      <button class="btn tint icon" aria-label="Send"><${Icon} name="send" /></button>
    </form>
  </section>`;
}

/** Keep the end in sight, where it was in sight. */
function follow(list, room) {
  const away = list.scrollHeight - list.scrollTop - list.clientHeight;
  if (room.unseen === undefined || away < 160) list.scrollTop = list.scrollHeight;
  room.unseen = 0;
}

function isFirst(line, before) {
  return !before || before.author !== line.author || line.at - before.at > TOGETHER_S;
}

const Line = memo(function Line({ line, me, first }) {
  const { author, name, text, at } = line;
  return html`<li class=${`say ${author === me ? "you" : ""} ${first ? "first" : ""}`}>
    ${first && html`<${Face} size="s" uuid=${author} name=${name} />`}
    <div>${first && html`<p class="by"><b><${Name} text=${name} /></b> <time>${moment(at)}</time></p>`}<p class="text"><bdi>${text}</bdi></p></div>
  </li>`;
});
