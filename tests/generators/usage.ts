// What a game's client does with the generated types: it compiles, or the document has changed.
import type { components, paths } from "./schema";

type Json<Answer> = Answer extends { content: { "application/json": infer Body } } ? Body : never;
type Body = NonNullable<paths["/sessions"]["post"]["requestBody"]>["content"]["application/json"];

export const launch: Body = { host: "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e" };

export function key(answer: Json<paths["/sessions"]["post"]["responses"][201]>): string {
  return `${answer.session_id} ${answer.source_of_truth_key}`;
}

export const form: paths["/users/login"]["post"]["requestBody"]["content"] = {
  "application/x-www-form-urlencoded": { username: "ada", password: "correct horse battery" },
};

export function friends(host: components["schemas"]["Host"]): string[] {
  return host.only_friends ? host.friends : [];
}

export function free(page: Json<paths["/sessions/search"]["post"]["responses"][200]>): number {
  return page.sessions.reduce((sum, session) => sum + session.free, 0);
}

export function teams(session: components["schemas"]["Session"]): number {
  return session.teams.length;
}

// @ts-expect-error: a host is shown with its lists
export const incomplete: components["schemas"]["Host"] = { uuid: "3F2B8C1E-7D1E-4B7C-9C1D-2F6A8B3C4D5E" };
