// The page: watches who is online and what is open, and shows both as they change. Whoever comes in
// acts on what it shows.

import { Acting } from "./acting.js";
import { Browsing } from "./browsing.js";
import { Channel, channelUrl } from "./channel.js";
import { entrance } from "./entrance.js";
import { departure } from "./reasons.js";
import { element, say } from "./rows.js";

const MOST_TOLD = 5;

const find = (selector) => document.querySelector(selector);

let countdown = 0;
let channel = null;
let acting = null;
const browsing = new Browsing({ doing: { acting: () => acting, tell }, announce });
const door = entrance(find(".me"), { come, tell });

find(".again").addEventListener("click", () => channel.open());
addEventListener("online", () => channel.hurry());
document.addEventListener("visibilitychange", () => document.hidden || channel.hurry());
fillCommands();
come({});

/** As whoever these options of a channel make of us; with none, to look only. */
function come(options) {
  const before = channel;
  channel = null; // so that its end is not shown as ours
  before?.close();
  const ours = new Channel({ ...options, status: (now) => ours === channel && showConnection(now) });
  channel = ours;
  acting = new Acting(ours, { changed: (id) => browsing.refresh(id) });
  browsing.begin(ours, acting);
  ours.open();
}

/** Once it is known who we are: what happens to us is told. */
function showIdentity({ identity }) {
  door.show(identity);
  if (!identity?.uuid || acting.since) return;
  acting.since = identity.at;
  browsing.findOwn();
  channel.watch("inbox", {
    entry(entry) {
      if (entry.at < acting.since) return; // of an earlier visit
      const text = departure(entry, browsing.titled(entry.session));
      if (text) tell(text);
      else if (entry.view === "inside") acting.enter(entry.session);
    },
  });
}

/** Say what came of it, to be read and heard. */
function tell(text) {
  const list = find(".told");
  list.prepend(element("li", "", element("bdi", "", text)));
  while (list.children.length > MOST_TOLD) list.lastChild.remove();
  list.hidden = false;
  announce(text);
}

function announce(text) {
  say(find(".announcement"), text);
}

function showConnection(status) {
  clearInterval(countdown);
  find(".connection").dataset.phase = status.phase;
  document.body.classList.toggle("stale", status.phase !== "live");
  find(".again").hidden = status.phase !== "stopped";
  const line = find(".connection .words");
  switch (status.phase) {
    case "connecting":
      return say(line, "Connecting");
    case "live":
      showIdentity(channel);
      if (browsing.known) announce("Live again.");
      return say(line, "Live");
    case "stopped":
      announce(`Stopped. ${status.reason}`);
      return say(line, `Stopped. ${status.reason}`);
    case "waiting":
      announce("Connection lost. Coming back by itself.");
      countdown = setInterval(() => countDown(line, status.until), 250);
      return countDown(line, status.until);
  }
}

function countDown(line, until) {
  const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  say(line, `Coming back in ${seconds} s`);
}

function fillCommands() {
  say(find("#channel-url"), channelUrl());
  for (const code of document.querySelectorAll("[data-command]")) {
    say(code, `.venv/bin/python docs/player.py ${code.dataset.command} ${location.origin}`);
  }
}
