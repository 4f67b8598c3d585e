// What `hello` says of who we are: a token, which is asked for when there is none or it has
// expired, or the secret of an anonymous identity, which is made once and kept.

import { random } from "./command_queue.js";
import type { Report } from "./emitter.js";
import type { SecretStore, TokenSource } from "./api.js";
import type { Frame } from "./connection.js";

const SECRET_LENGTH = 64;
const SECRET = /^[!-~]{32,128}$/;

export class Credentials {
  #token: string | null = null;
  #secret: string | null = null;
  #expired = false;
  #expires = Infinity;
  /** An identity that the lobby would not have is given up once, until the next hello. */
  #given = false;

  constructor(
    private source: TokenSource | undefined,
    private anonymous: boolean | SecretStore,
    private report: Report,
  ) {}

  /** The fields of hello; null where the last token has expired and there is no other. */
  async hello(signal: AbortSignal): Promise<object | null> {
    if (Date.now() >= this.#expires) this.#expired = true;
    const { source } = this;
    if (typeof source === "string") this.#token = source;
    else if (source && (!this.#token || this.#expired)) {
      const token = await source({ expired: this.#expired, signal });
      signal.throwIfAborted(); // it may be somebody else's by now
      this.#token = token;
    }
    if (!this.#token && source && this.#expired) return null;
    if (this.#token) return { token: this.#token };
    return this.anonymous ? { anonymous: true, secret: await this.#known() } : {};
  }

  welcomed({ expires_in }: Frame): void {
    this.#expired = this.#given = false;
    this.#expires = expires_in ? Date.now() + expires_in * 1000 : Infinity;
  }

  /** A newer token for a connection that is live; null where there is none to ask for. */
  async newer(signal: AbortSignal): Promise<string | null> {
    const { source } = this;
    if (typeof source !== "function") return null;
    let token = await source({ expired: false, signal });
    // One that keeps the last until it has expired is told that it has.
    if (token === this.#token) token = await source({ expired: true, signal });
    signal.throwIfAborted();
    if (token) this.#token = token;
    return token;
  }

  /** False: the same token again would only be refused again. */
  expired(): boolean {
    this.#expired = true;
    return typeof this.source !== "string";
  }

  /** The lobby will not have this identity. True: another one is to be had. */
  rejected(): boolean {
    if (this.#token || !this.anonymous || this.#given) return false;
    this.#given = true;
    this.#secret = this.#made();
    return true;
  }

  replace(source: TokenSource | undefined): void {
    if (source !== undefined) this.source = source;
    this.#token = null;
    this.#expired = false;
    this.#expires = Infinity;
  }

  get #store(): SecretStore | null {
    return typeof this.anonymous === "object" ? this.anonymous : null;
  }

  async #known(): Promise<string> {
    if (this.#secret) return this.#secret;
    let kept;
    try {
      kept = this.#store && (await this.#store.load());
    } catch (error) {
      this.report(error);
      this.anonymous = true; // what cannot be read is not written over
    }
    return (this.#secret = kept && SECRET.test(kept) ? kept : this.#made());
  }

  #made(): string {
    const secret = random(SECRET_LENGTH);
    const save = async () => this.#store?.save(secret);
    save().catch(this.report);
    return secret;
  }
}
