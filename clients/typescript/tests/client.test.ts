/** The client against a server with the samples, at SAYSO_ADDRESS: in Node.js, and as it is for browsers. */

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { type Change, type Client, Code, connect, iterate, pages, SaysoError } from "../src/index.js";
import { OffsetEncoding } from "../src/v1.js";
import { connect as connectWeb } from "../src/web.js";

const ADDRESS = process.env["SAYSO_ADDRESS"] ?? "";
const TEXT = "Café Zoë 🍰 closes. “The cakes were never the problem,” said Zoë Ängström.";
const clients: Client[] = [];
after(() => clients.forEach((client) => client.close()));

function node(address = ADDRESS, timeoutMs?: number): Client {
  const client = connect(address, timeoutMs ? { timeoutMs } : {});
  clients.push(client);
  return client;
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const free = createServer();
  const port = await new Promise<number>((resolve) => free.listen(0, "127.0.0.1", () => resolve((free.address() as { port: number }).port)));
  await new Promise((resolve) => free.close(resolve));
  return `127.0.0.1:${port}`;
}

async function failure(call: Promise<unknown>): Promise<SaysoError> {
  const thrown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(thrown instanceof SaysoError, `${thrown} is no SaysoError`);
  return thrown;
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

for (const [name, client] of [
  ["node", node()],
  ["web", connectWeb(`http://${ADDRESS}`)],
] as const) {
  test(`${name}: iterate yields the hits of all pages`, async () => {
    const request = { pageSize: 7 };
    const hits = await collected(iterate(client.quotes.searchQuotes, request));
    const answers = await collected(pages(client.quotes.searchQuotes, request));
    assert.ok(answers.length > 1);
    assert.equal(answers.length, Math.ceil(hits.length / 7));
    assert.equal(new Set(hits.map((hit) => hit.quote?.id)).size, Number(answers[0]?.total?.count));
    const articles = await collected(iterate(client.articles.listArticles, { pageSize: 3 }));
    assert.ok(articles.length >= 10 && articles.every((one) => one.article?.id));
  });

  test(`${name}: spans cut strings, unless another unit is asked for`, async () => {
    const { annotations } = await client.analysis.analyze({ text: TEXT });
    for (const { span, text } of annotations?.sentences ?? []) assert.equal(TEXT.slice(span?.start, span?.end), text);
    const bytes = await client.analysis.analyze({ text: TEXT, offsetEncoding: OffsetEncoding.UTF8 });
    assert.equal(bytes.annotations?.sentences.at(-1)?.span?.end, Buffer.byteLength(TEXT));
  });

  test(`${name}: an error tells reason, field and metadata`, async () => {
    const error = await failure(client.search.searchSentences({ query: "foo:bar" }));
    assert.deepEqual([error.code, error.reason, error.field], [Code.InvalidArgument, "QUERY_SYNTAX", "query"]);
    assert.equal(error.metadata["position"], "0");
    assert.ok(!error.retryable);
  });

  test(`${name}: ingest throws what the source throws`, async () => {
    async function* source(): AsyncGenerator<Change> {
      yield { article: { id: `source/${name}`, body: "He said no." } };
      throw new RangeError("the feed is gone");
    }
    const acknowledged: string[] = [];
    await assert.rejects(async () => {
      for await (const { id } of client.ingest(source())) acknowledged.push(id);
    }, RangeError);
    assert.deepEqual(acknowledged, [`source/${name}`]);
  });

  test(`${name}: ingest may be left`, async () => {
    function* endless(): Generator<Change> {
      for (let number = 0; ; number++) yield { article: { id: `left/${number % 50}`, body: `He said ${number}.` } };
    }
    let count = 0;
    for await (const _ of client.ingest(endless())) if (++count === 60) break;
    const deletes = Array.from({ length: 50 }, (_, number) => ({ delete: { id: `left/${number}`, allowMissing: true } }));
    assert.equal((await collected(client.ingest(deletes))).length, 50);
  });
}

test("calls have a deadline by default", async () => {
  const error = await failure(node(ADDRESS, 1).analysis.analyze({ text: TEXT.repeat(2000) }));
  assert.equal(error.reason, "DEADLINE_EXCEEDED");
});

test("calls are tried again where nobody listens", async () => {
  const begun = Date.now();
  const error = await failure(node(await nobody()).server.getServerInfo({}));
  assert.ok(error.retryable && error.reason === "" && Date.now() - begun > 100);
});

test("ingest gives up where nobody listens", async () => {
  const error = await failure(collected(node(await nobody()).ingest([{ delete: { id: "x" } }], { patienceMs: 1000 })));
  assert.ok(error.retryable);
});
