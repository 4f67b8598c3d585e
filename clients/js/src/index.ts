export { LobbyClient } from "./client.js";
export * from "./errors.js";
export type * from "./api.js";
export type * from "./protocol.js";
