/**
 * Puts articles from JSON Lines on standard input, and prints who says something in them: ingest-lines.js ADDRESS.
 *
 *     echo '{"id": "diary/1", "body": "“The port is open,” Ada Lind told reporters."}' | node ingest-lines.js localhost:50051
 */

import { createInterface } from "node:readline";
import { fromJson } from "@bufbuild/protobuf";
import { type Change, connect, iterate } from "@sayso/client";
import { ArticleSchema } from "@sayso/client/v1";

async function* articles(): AsyncGenerator<Change> {
  for await (const line of createInterface({ input: process.stdin })) yield { article: fromJson(ArticleSchema, JSON.parse(line)) };
}

const address = process.argv[2];
if (address === undefined) {
  console.error("usage: ingest-lines.js ADDRESS, such as localhost:50051, with articles as JSON Lines on standard input");
  process.exit(1);
}
const client = connect(address, { key: process.env["SAYSO_KEY"] });
const articleIds: string[] = [];
for await (const { id, error } of client.ingest(articles())) {
  if (error) console.error(`${id}: ${error.message}`);
  else articleIds.push(id);
}
for await (const { quote } of iterate(client.quotes.searchQuotes, { filter: { articleIds } })) {
  console.log(`${quote?.speakers.map(({ name }) => name).join(", ")}: ${quote?.text}`);
}
client.close();
