/** A client for Sayso, which finds who said what in news articles. This is for Node.js; `@sayso/client/web` is for browsers. */

import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { bearer, Client, type Settings } from "./client.js";

export { Code } from "@connectrpc/connect";
export type { Client, Settings } from "./client.js";
export { SaysoError } from "./errors.js";
export type { Acknowledgement, Change, IngestOptions } from "./ledger.js";
export { iterate, pages } from "./pages.js";

/** How to connect. */
export interface ConnectOptions extends Settings {
  /** Whether to encrypt: true for a certificate that the system trusts, or the certificates of authorities in PEM. */
  tls?: boolean | { ca: string | Buffer };
}

/** A client of the server at an address like "localhost:50051". It connects with the first call. */
export function connect(address: string, options: ConnectOptions = {}): Client {
  const { tls = false, key } = options;
  const baseUrl = `${tls ? "https" : "http"}://${address}`;
  // Notices a server that has gone without a word.
  const sessionManager = new Http2SessionManager(baseUrl, { pingIntervalMs: 60_000 }, typeof tls === "object" ? tls : undefined);
  const transport = createGrpcTransport({ baseUrl, sessionManager, interceptors: bearer(key) });
  return new Client(transport, options, () => sessionManager.abort());
}
