// What this browser keeps for its reader: who they are, and how they like the page. Where it keeps
// nothing, as in a private window, the page does without.

function storage(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}

function slot(where, key) {
  return {
    load() {
      try {
        return storage(where)?.getItem(key) ?? null;
      } catch {
        return null;
      }
    },
    save(value) {
      try {
        if (value === null) storage(where)?.removeItem(key);
        else storage(where)?.setItem(key, value);
      } catch {
        // full, or not allowed: it is forgotten with the page
      }
    },
  };
}

/** The token of a login. Like the secret it lasts as long as the tab: whoever sits here next is
 * somebody else. */
export const login = slot("sessionStorage", "lobby.login");
/** The secret of somebody without a name. */
export const secret = slot("sessionStorage", "lobby.secret");
export const theme = slot("localStorage", "lobby.theme");
/** The message of the day that its reader has hidden. */
export const hidden = slot("localStorage", "lobby.hidden");
/** The last entry of the inbox that was seen: `{uuid, at}`. */
export const seen = slot("localStorage", "lobby.seen");
