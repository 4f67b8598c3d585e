// Two components that watch one topic, in StrictMode, by the recipe.

import { createElement, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { LobbyClient } from "lobby-client";
import { useLobbyState, useTopic } from "../../../clients/recipes/react.js";

const sent = [];
class Counted extends WebSocket {
  send(text) {
    sent.push(JSON.parse(text).type);
    super.send(text);
  }
}
const lobby = new LobbyClient({ url: window.lobbyUrl, anonymous: true, WebSocket: Counted });
lobby.connect();

function Names() {
  const sessions = useTopic(lobby, "sessions") ?? {};
  return Object.values(sessions).map(({ id, name }) => createElement("li", { key: id }, name));
}

function Count() {
  const sessions = useTopic(lobby, "sessions");
  return createElement("p", { id: "count" }, sessions ? Object.keys(sessions).length : "none yet");
}

function App() {
  const { phase } = useLobbyState(lobby);
  const [shown, show] = useState(true);
  Object.assign(window, { sent, show });
  return [
    createElement("p", { id: "phase", key: "phase" }, phase),
    shown && createElement("ul", { key: "names" }, createElement(Names)),
    shown && createElement(Count, { key: "count" }),
  ];
}

createRoot(document.querySelector("main")).render(createElement(StrictMode, null, createElement(App)));
