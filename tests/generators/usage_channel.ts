// What a client does with the generated types of the live channel: it compiles, or the document has
// changed.
import type {
  ListedSession,
  RefusalCode,
  ServerFrame,
  SessionChanged,
  SessionJoinCommand,
  SessionJoinReply,
  SessionKickReply,
  SessionLaunchReply,
  SessionSayReply,
  SessionState,
  SessionUpdateCommand,
  SessionsStateFrame,
  WatchCommand,
} from "./types";

export function heard(frame: ServerFrame): string {
  switch (frame.type) {
    case "reply":
      return frame.re;
    case "refusal":
      return `${frame.re ?? "?"} ${frame.code satisfies RefusalCode} ${frame.retry_after ?? 0}`;
    case "state":
      return frame.topic === "sessions" ? names(frame as SessionsStateFrame) : frame.epoch;
    case "patch":
      return `${frame.since} to ${frame.version}`;
    case "entry":
      return "text" in frame.entry ? frame.entry.text : frame.entry.kind;
    case "unchanged":
    case "trimmed":
      return frame.topic;
    case "ended":
      return frame.code;
    case "signal":
      return frame.author;
    case "drain":
      return String(frame.return_after_ms);
    case "degraded":
      return frame.parts.join();
    default:
      return frame satisfies never;
  }
}

function names({ state }: SessionsStateFrame): string {
  return Object.values(state).map((session) => session.name ?? session.id).join();
}

export function side(frame: ServerFrame): SessionState | ListedSession | undefined {
  if (frame.type !== "state" || !("view" in frame)) return undefined;
  return frame.view === "inside" ? (frame.state satisfies SessionState) : frame.state;
}

export const joined = (reply: SessionJoinReply): number => reply.result.session.version;
export const launched = (reply: SessionLaunchReply): string => reply.result.source_of_truth_key;
export const kicked = (reply: SessionKickReply): SessionChanged => reply.result;
export const said = (reply: SessionSayReply): number => reply.result.cursor;

export const byId: SessionJoinCommand = { type: "session.join", id: "1", session: "1" };
export const byHost: SessionJoinCommand = { type: "session.join", id: "2", host: "u" };
export const many: WatchCommand = { type: "watch", id: "3", topics: [{ topic: "presence" }] };
export const cleared: SessionUpdateCommand = { type: "session.update", id: "4", session: "1", password: null };

// @ts-expect-error: neither a session nor a host
export const nowhere: SessionJoinCommand = { type: "session.join", id: "5" };
// @ts-expect-error: null says nothing of a friend
export const unsaid: SessionJoinCommand = { type: "session.join", id: "6", session: "1", friend: null };
// @ts-expect-error: a frame says its type
export const untyped: ServerFrame = { re: "1", result: {} };
// @ts-expect-error: a line of chat has no session
export const mistaken = (reply: SessionSayReply) => reply.result.session;
// @ts-expect-error: of a session, which nobody need be in, the game's state is not always shown
export const hidden = (reply: SessionJoinReply) => reply.result.session.state;
