/**
 * The client for browsers in Chromium, from a page of another site, against a server with the samples at SAYSO_ADDRESS that allows
 * ORIGIN. The modules are taken as they are, without a bundler.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import type * as Web from "../src/web.js";

const ORIGIN = "http://clients.localhost";
const ROOT = join(import.meta.dirname, "../..");
const modules = (name: string) => [
  [name, `/node_modules/${name}/dist/esm/index.js`],
  [`${name}/`, `/node_modules/${name}/dist/esm/`],
];
const imports = Object.fromEntries(["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web"].flatMap(modules));
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`;

let browser: Browser;
before(async () => {
  // Chromium would ask a person whether a page of the wide world may call this machine.
  const args = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"];
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args });
});
after(() => browser.close());

/** A page of a site, which serves this package. */
async function open(origin: string): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${origin}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/") return route.fulfill({ contentType: "text/html", body: PAGE });
    const body = pathname.endsWith(".js") ? readFileSync(join(ROOT, pathname)) : `export * from "${pathname}/index.js";`;
    return route.fulfill({ contentType: "text/javascript", body });
  });
  await page.goto(`${origin}/`);
  return page;
}

/** Runs a function in the page with the client's module and the server's address. */
function run<T>(page: Page, work: (web: typeof Web, server: string) => Promise<T>): Promise<T> {
  return page.evaluate(`import("/dist/src/web.js").then((web) => (${work})(web, "http://${process.env["SAYSO_ADDRESS"]}"))`);
}

test("a page of an allowed site searches, ingests and is told errors", async () => {
  const found = await run(await open(ORIGIN), async ({ connect, iterate, SaysoError }, server) => {
    const client = connect(server);
    const texts: string[] = [];
    const changes = [1, 2, 3].map((number) => ({ article: { id: `browser/${number}`, body: `“Crate ${number} is empty,” said Ada Lind.` } }));
    const changed = [];
    for await (const { id, searchable } of client.ingest(changes)) changed.push(`${id} ${searchable}`);
    const request = { filter: { articleIds: ["browser/1", "browser/2", "browser/3"] }, pageSize: 2 };
    for await (const { quote } of iterate(client.quotes.searchQuotes, request)) texts.push(quote?.text ?? "");
    const error = await client.search.searchSentences({ query: "foo:bar" }).catch((thrown: unknown) => thrown);
    const told = error instanceof SaysoError ? [error.reason, error.field] : [];
    return { changed: changed.sort(), texts: texts.sort(), told };
  });
  assert.deepEqual(found, {
    changed: ["browser/1 true", "browser/2 true", "browser/3 true"],
    texts: ["Crate 1 is empty", "Crate 2 is empty", "Crate 3 is empty"],
    told: ["QUERY_SYNTAX", "query"],
  });
});

test("a page of another site is refused", async () => {
  const reason = await run(await open("http://elsewhere.localhost"), async ({ connect, SaysoError }, server) => {
    const error = await connect(server, { timeoutMs: 1000 }).server.getServerInfo({}).catch((thrown: unknown) => thrown);
    return error instanceof SaysoError ? error.message : "it is let in";
  });
  assert.match(reason, /fetch/i);
});
