// The lower part of a session's card for who has come in: join, leave, the code with its link, who is
// kept out; and the buttons at its seats. What one may not do is not there.

import { element, say } from "./rows.js";

const WHY = {
  friends_only: "friends only",
  invited_only: "by invitation",
  named_only: "named players only",
  closed: "closed",
  full: "full",
  kept_out: "you are kept out for now",
  version: "another version of the game",
  crossplay: "another platform",
};
const time = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" });

/** A button that does one thing at a time. */
export function button(words, act) {
  const made = element("button", "act", words);
  made.type = "button";
  made.addEventListener("click", () => busy(made, act));
  return made;
}

async function busy(made, act) {
  made.disabled = true;
  try {
    await act();
  } finally {
    made.disabled = false;
  }
}

/** `acting` says what may be done, `tell(text)` says it to the person, `named(uuid)` who that is. */
export function sessionActions(id, { acting, tell, named }) {
  const trying = (act) => async () => act().catch((error) => tell(error.message));
  const acts = (type, fields) => trying(() => acting().act(id, type, fields));

  const password = element("input");
  Object.assign(password, { type: "password", autocomplete: "off", maxLength: 128 });
  const asked = element("label", "", "Password ", password);
  const why = element("span", "why");
  const enter = element("button", "act", "Join");
  const join = element("form", "join", asked, enter, why);
  join.addEventListener("submit", (event) => {
    event.preventDefault();
    const shown = asked.hidden ? {} : { password: password.value };
    password.value = "";
    busy(enter, acts("session.join", { session: id, ...shown }));
  });

  const code = element("strong");
  const link = element("code", "link-text");
  const coded = element("p", "coded", "Code ", code, " ", link);
  const copy = button("Copy link", () => copyLink(link, tell));
  const make = button("Make a code", trying(() => acting().makeCode(id)));
  const leave = button("Leave", acts("session.leave", { session: id }));
  const inside = element("div", "within", coded, element("p", "buttons", copy, make, leave));

  const list = element("ul");
  const kept = element("section", "kept", element("h4", "", "Kept out"), list);
  const whole = element("div", "actions", join, inside, kept);
  whole.hidden = true;
  return { element: whole, update, seat };

  function update() {
    const now = acting();
    if (whole.hidden !== !now?.me) whole.hidden = !now?.me;
    if (whole.hidden) return;
    const session = now.inside(id);
    const { may, why: not } = now.answer(id);
    join.hidden = Boolean(session) || !may;
    enter.hidden = may !== "join" && may !== "password";
    asked.hidden = may !== "password";
    say(why, may === "no" ? `You cannot join: ${WHY[not] ?? "not now"}` : "");
    inside.hidden = !session;
    coded.hidden = copy.hidden = !session?.code;
    say(code, session?.code ? `${session.code.slice(0, 3)} ${session.code.slice(3)}` : "");
    say(link, session?.link ?? "");
    make.hidden = !coded.hidden || !now.mayMakeCode(id);
    showKept(Object.entries(now.excluded(id) ?? {}));
  }

  function showKept(entries) {
    kept.hidden = entries.length === 0;
    const lines = entries.map(([player, one]) => [player, keptOut(named(player), one)]);
    const shown = JSON.stringify(lines);
    if (list.dataset.shown === shown) return;
    list.dataset.shown = shown;
    list.replaceChildren(
      ...lines.map(([player, words]) => {
        const pardon = button("Pardon", acts("session.pardon", { session: id, guest: player }));
        pardon.setAttribute("aria-label", `Pardon ${named(player)}`);
        return element("li", "", element("bdi", "", words), pardon);
      }),
    );
  }

  /** The buttons of one seat, which are made when one of them may be pressed. */
  function seat() {
    const both = element("span", "buttons");
    both.hidden = true;
    let player = null;
    let kick = null;
    let ban = null;
    return { element: both, update };

    function update(state) {
      const now = acting();
      const held = now?.me ? sameSeat(now.inside(id), state) : null;
      const may = held !== null && now.mayKick(id, held); // whoever may not kick does not ban
      if (both.hidden !== !may) both.hidden = !may;
      if (may) show(held, now.mayBan(id, held));
    }

    function show(held, mayBan) {
      if (!kick) {
        kick = button("", () => acts("session.kick", { session: id, guest: player })());
        ban = button("Ban", () => acts("host.ban", { guest: player })());
        both.append(kick, ban);
      }
      player = held.player;
      say(kick, held.status === "invited" ? "Take back" : "Kick");
      ban.hidden = !mayBan;
      for (const made of [kick, ban]) {
        made.setAttribute("aria-label", `${made.textContent} ${held.name ?? named(player)}`);
      }
    }
  }
}

/** The seat as those inside see it. */
function sameSeat(session, state) {
  return Object.values(session?.seats ?? {}).find((seat) => seat.id === state.id) ?? null;
}

function keptOut(name, { until, reason }) {
  const long = until ? `until ${time.format(new Date(until * 1000))}` : "as long as it lasts";
  return `${name} ${long}${reason ? `: “${reason}”` : ""}`;
}

/** Pages under plain http, other than localhost's, have no clipboard: the person copies it then. */
async function copyLink(link, tell) {
  try {
    await navigator.clipboard.writeText(link.textContent);
    tell("The link is copied.");
  } catch {
    getSelection().selectAllChildren(link);
    tell("The link is marked: copy it from there.");
  }
}
