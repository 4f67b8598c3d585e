// The lobby in React. Two hooks; components that watch one topic share it, and StrictMode, which
// mounts everything twice, asks once.
//
//   const { phase } = useLobbyState(lobby);
//   const sessions = useTopic(lobby, "sessions") ?? {};

import { useCallback, useMemo, useSyncExternalStore } from "react";

export function useLobbyState(lobby) {
  const subscribe = useCallback((changed) => lobby.on("state", changed), [lobby]);
  return useSyncExternalStore(subscribe, () => lobby.state, () => lobby.state);
}

/** The state of a topic, undefined until it is there. It is a new object where it has changed. */
export function useTopic(lobby, topic) {
  const store = useMemo(() => {
    let live;
    const subscribe = (changed) => {
      const watched = (live = lobby.watch(topic));
      watched.subscribe(changed);
      return () => watched.close();
    };
    return { subscribe, read: () => live?.state };
  }, [lobby, topic]);
  return useSyncExternalStore(store.subscribe, store.read, () => undefined);
}
