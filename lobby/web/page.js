// The page: watches who is online and what is open, and shows both as they change.

import { Channel, channelUrl } from "./channel.js";
import { newestFirst, personRow } from "./people.js";
import { Rows, say } from "./rows.js";
import { freeSeats, latestFirst, sessionRow } from "./sessions.js";

const MOST_PEOPLE = 200;
const MOST_SESSIONS = 60;
const QUIET_MS = 1500; // a summary is read aloud once the counts stand still this long

const find = (selector) => document.querySelector(selector);

const counts = { people: null, sessions: null, seats: 0 };
const words = {
  people: (count) => (count === 1 ? "person online" : "people online"),
  sessions: (count) => (count === 1 ? "open session" : "open sessions"),
  seats: (count) => (count === 1 ? "free seat" : "free seats"),
};
let quiet = 0;
let countdown = 0;

const people = new Rows(find(".people"), {
  limit: MOST_PEOPLE,
  make: personRow,
  compare: newestFirst,
  drawn: (total, hidden) => summarise("people", total, hidden),
});

const sessions = new Rows(find(".sessions"), {
  limit: MOST_SESSIONS,
  make: sessionRow,
  compare: latestFirst,
  drawn: (total, hidden) => summarise("sessions", total, hidden),
});

const channel = new Channel({ status: showConnection });
channel.watch("presence", { changed: (state, patch) => people.take(state, patch) });
channel.watch("sessions", {
  changed(state, patch) {
    counts.seats = Object.values(state).reduce((sum, session) => sum + freeSeats(session), 0);
    sessions.take(state, patch);
  },
});

find(".again").addEventListener("click", () => channel.open());
addEventListener("online", () => channel.hurry());
document.addEventListener("visibilitychange", () => document.hidden || channel.hurry());
fillCommands();
channel.open();

function summarise(what, total, hidden) {
  counts[what] = total;
  showCount(what);
  if (what === "sessions") showCount("seats");
  show(find(`#no-${what}`), total === 0);
  show(find(`#more-${what}`), hidden > 0);
  if (hidden > 0) say(find(`#more-${what}`), `and ${hidden.toLocaleString()} more`);
  if (counts.people === null || counts.sessions === null) return;
  clearTimeout(quiet);
  quiet = setTimeout(announceCounts, QUIET_MS);
}

function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}

function showCount(what) {
  const [number, word] = find(`#${what}-count`).children;
  say(number, counts[what].toLocaleString());
  say(word, words[what](counts[what]));
}

function announceCounts() {
  const [online, open] = ["people", "sessions"].map((what) => find(`#${what}-count`).textContent);
  announce(`${online}, ${open}.`);
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
      if (counts.people !== null) announce("Live again.");
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
