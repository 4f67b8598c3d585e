// What the lobby says of a connection in its reply to hello. A server that says nonsense there gets
// what is usual: no wait is endless, and none is too short.

import type { Identity } from "./api.js";
import type { Frame } from "./connection.js";

const SHORTEST_BEAT_MS = 500;

export interface Limits {
  commands_per_second: number;
  commands_burst: number;
  message_bytes: number;
  waiting: number;
}

export const USUAL: Limits = { commands_per_second: 10, commands_burst: 30, message_bytes: 65_536, waiting: 64 };

export const positive = (value: unknown, otherwise: number): number =>
  typeof value === "number" && value > 0 && value < Infinity ? value : otherwise;

export function limitsOf(said: Frame | undefined): Limits {
  const known = Object.entries(USUAL).map(([name, usual]) => [name, positive(said?.[name], usual)]);
  return Object.fromEntries(known);
}

export const identityOf = ({ kind, uuid, name }: Frame): Identity =>
  Object.freeze({ kind, ...(uuid && { uuid }), ...(name && { name }) });

export const beatOf = ({ heartbeat_ms }: Frame): number => Math.max(SHORTEST_BEAT_MS, positive(heartbeat_ms, 20_000));
