// The network or the page that is back; where there is neither, as in Node, never.

/** Calls `awake` each time; returns what ends it. */
export function onWake(awake: () => void): () => void {
  const page = globalThis.document;
  const seen = () => page.visibilityState === "visible" && awake();
  globalThis.addEventListener?.("online", awake);
  page?.addEventListener?.("visibilitychange", seen);
  return () => {
    globalThis.removeEventListener?.("online", awake);
    page?.removeEventListener?.("visibilitychange", seen);
  };
}
