/** The tasks of the manual, one after the other: tasks.js ADDRESS. The pages in docs/tasks show the parts between ANCHOR and ANCHOR_END. */

import { type Client, connect, iterate, SaysoError } from "@sayso/client";
import { ArticleChange } from "@sayso/client/v1";

// ANCHOR: put
async function put(client: Client): Promise<void> {
  const article = {
    id: "tasks/port",
    outlet: "Harbour Post",
    title: "Port opens again",
    body:
      "🚢 “The port is open,” Ada Lind, the harbour commissioner, told reporters.\n\n" +
      "Lind said that the cranes would be inspected again in May.",
  };
  const { change } = await client.articles.putArticle({ article });
  console.log("put:", `ARTICLE_CHANGE_${ArticleChange[change]}`);
}
// ANCHOR_END: put

// ANCHOR: search
async function search(client: Client): Promise<void> {
  const query = 'cranes AND outlet:"Harbour Post"';
  const { hits } = await client.search.searchSentences({ query, pageSize: 10 });
  for (const { article, sentence } of hits) console.log(`found in “${article?.title}”: ${sentence?.text}`);
}
// ANCHOR_END: search

// ANCHOR: quotes
async function quotes(client: Client): Promise<void> {
  const request = {
    speakers: [{ selector: { case: "name" as const, value: "ada lind" } }],
    filter: { outlets: ["Harbour Post"] },
    orderBy: "publish_time desc",
  };
  for await (const { quote } of iterate(client.quotes.searchQuotes, request)) {
    const names = quote?.speakers.map(({ name }) => name).join(", ");
    console.log(`${names}: ${quote?.text}`);
  }
}
// ANCHOR_END: quotes

// ANCHOR: ingest
async function ingest(client: Client): Promise<void> {
  const texts = ["“We sail at noon,” said Joren Teal.", "The ferry was late, Teal said.", ""];
  const changes = texts.map((body, number) => ({ article: { id: `tasks/ferry-${number}`, outlet: "Harbour Post", body } }));
  let kept = 0;
  for await (const { id, error } of client.ingest(changes)) {
    if (error) console.log(`refused ${id}: ${error.reason}`);
    else kept += 1;
  }
  console.log("kept:", kept);
}
// ANCHOR_END: ingest

// ANCHOR: pages
async function pages(client: Client): Promise<void> {
  const request = { filter: { outlets: ["Harbour Post"] }, pageSize: 2 };
  const ids: string[] = [];
  for await (const { article } of iterate(client.articles.listArticles, request)) ids.push(article?.id ?? "");
  console.log("articles:", ids.sort().join(", "));
}
// ANCHOR_END: pages

// ANCHOR: analyze
async function analyze(client: Client): Promise<void> {
  const { annotations } = await client.analysis.analyze({ text: "“It lifts again,” Mira Sund said of the bridge." });
  for (const quote of annotations?.quotes ?? []) {
    console.log(`analysed: ${quote.speakers[0]?.name}, ${quote.cue?.text}: ${quote.text}`);
  }
}
// ANCHOR_END: analyze

// ANCHOR: errors
async function errors(client: Client): Promise<void> {
  try {
    await client.search.searchSentences({ query: "harbour AND" });
  } catch (error) {
    if (!(error instanceof SaysoError)) throw error;
    console.log(`error: ${error.reason} in ${error.field} at byte ${error.metadata["position"]}`);
  }
}

/** Makes a call again while the server asks for that, or cannot be reached. */
async function patiently<Answer>(call: () => Promise<Answer>, attempts = 5): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof SaysoError && error.retryable) || attempt >= attempts) throw error;
      const delay = error.retryDelayMs ?? 500 * 2 ** attempt;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}
// ANCHOR_END: errors

// ANCHOR: spans
async function spans(client: Client): Promise<void> {
  const { article, annotations } = await client.articles.getArticle({ id: "tasks/port" });
  for (const quote of annotations?.quotes ?? []) {
    for (const { start, end } of quote.contentSpans) console.log(`cut: ${article?.body.slice(start, end)}`);
  }
}
// ANCHOR_END: spans

async function clean(client: Client): Promise<void> {
  for (const name of ["port", "ferry-0", "ferry-1"]) await client.articles.deleteArticle({ id: `tasks/${name}` });
}

// ANCHOR: connect
const client = connect(process.argv[2] ?? "localhost:50051", { key: process.env["SAYSO_KEY"] });
await patiently(() => put(client));
// ANCHOR_END: connect
for (const task of [search, quotes, ingest, pages, analyze, errors, spans, clean]) await task(client);
client.close();
