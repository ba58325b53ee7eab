/** Carries out the commands of clients/conformance with this client: conformance.js ADDRESS CA [--web]. */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { create, createRegistry, type DescMessage, type DescMethodUnary, fromBinary, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { BytesValueSchema } from "@bufbuild/protobuf/wkt";
import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { file_google_rpc_error_details } from "../src/gen/google/rpc/error_details_pb.js";
import { type Acknowledgement, type Change, type Client, Code, connect, pages, SaysoError } from "../src/index.js";
import * as v1 from "../src/v1.js";
import { connect as connectWeb } from "../src/web.js";

const SERVICES = {
  AnalyzeService: { attribute: "analysis", service: v1.AnalyzeService },
  ArticleService: { attribute: "articles", service: v1.ArticleService },
  EntityService: { attribute: "entities", service: v1.EntityService },
  QuoteService: { attribute: "quotes", service: v1.QuoteService },
  SearchService: { attribute: "search", service: v1.SearchService },
  ServerService: { attribute: "server", service: v1.ServerService },
  SnapshotService: { attribute: "snapshots", service: v1.SnapshotService },
} as const;

/** A line of standard input. */
interface Command {
  kind: string;
  key: string | null;
  method: string;
  request: JsonValue;
  timeout?: number;
  cancelAfter?: number;
  requests: string;
  path: string;
  bytes: string;
}

const registry = createRegistry(file_google_rpc_error_details);
const [address = "", ca = "", web] = process.argv.slice(2);
const trusted = { ca: readFileSync(ca) };
const clients = new Map<string | null, Client>();

function clientOf(key: string | null): Client {
  const settings = { key: key ?? undefined };
  const made = clients.get(key) ?? (web ? connectWeb(`https://${address}`, settings) : connect(address, { ...settings, tls: trusted }));
  clients.set(key, made);
  return made;
}

/** The method that a command names, and its request. */
function called(client: Client, { method, request }: Command) {
  const [name = "", called = ""] = method.replace("sayso.v1.", "").split("/");
  const { attribute, service } = SERVICES[name as keyof typeof SERVICES];
  const described = service.methods.find((one) => one.name === called)!;
  const call = (client[attribute] as unknown as Record<string, (...given: unknown[]) => any>)[described.localName]!;
  return { call, described, request: fromJson(described.input as DescMessage, request) };
}

/** What a file of requests puts and deletes. */
function* changes(file: string): Generator<Change> {
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    const { action } = fromJson(v1.IngestArticlesRequestSchema, JSON.parse(line));
    if (action.case === "put") yield { put: action.value };
    if (action.case === "delete") yield { delete: action.value };
  }
}

const constant = (name: string) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();

function failed(error: SaysoError) {
  const { reason, field, metadata, message } = error;
  const code = error.code === Code.Canceled ? "CANCELLED" : constant(Code[error.code]!);
  return { code, reason, field, metadata, message, retryDelay: error.retryDelayMs === undefined ? null : error.retryDelayMs / 1000 };
}

function acknowledged({ id, outcome, searchable, error }: Acknowledgement) {
  if (error) return { id, error: failed(error) };
  return { id, change: `ARTICLE_CHANGE_${v1.ArticleChange[outcome]}`, searchable };
}

/** Sends a message to a path, whatever is there. */
async function raw({ path, key, bytes }: Command): Promise<void> {
  const [, typeName = "", name = ""] = path.split("/");
  const baseUrl = `https://${address}`;
  const transport: Transport = web ? createGrpcWebTransport({ baseUrl }) : createGrpcTransport({ baseUrl, nodeOptions: trusted });
  const input = BytesValueSchema;
  const method = { ...v1.QuoteService.method.searchQuotes, name, parent: { ...v1.QuoteService, typeName }, input };
  const message = create(input, fromBinary(input, Buffer.from(bytes, "base64")));
  await transport.unary(method as unknown as DescMethodUnary, undefined, 10_000, { authorization: `Bearer ${key}` }, message);
}

async function perform(command: Command): Promise<unknown> {
  const client = clientOf(command.key);
  const signal = command.cancelAfter === undefined ? undefined : AbortSignal.timeout(command.cancelAfter * 1000);
  const options = { timeoutMs: command.timeout === undefined ? undefined : command.timeout * 1000, signal };
  switch (command.kind) {
    case "call": {
      const { call, described, request } = called(client, command);
      const json = (answer: Message) => toJson(described.output as DescMessage, answer, { registry });
      if (described.methodKind === "unary") return json(await call(request, options));
      const messages = [];
      for await (const answer of call(request, options)) messages.push(json(answer));
      return { messages };
    }
    case "pages": {
      const { call, described, request } = called(client, command);
      const answers = [];
      for await (const page of pages<Message, any>(call, request)) answers.push(toJson(described.output as DescMessage, page));
      return { pages: answers };
    }
    case "ingest": {
      const acknowledgements = [];
      for await (const one of client.ingest(changes(command.requests))) acknowledgements.push(acknowledged(one));
      return { acknowledgements };
    }
    case "slices": {
      const { article, annotations } = await client.articles.getArticle(fromJson(v1.GetArticleRequestSchema, command.request));
      return { slices: annotations?.sentences.map(({ span }) => article?.body.slice(span?.start, span?.end)) };
    }
    case "raw":
      await raw(command);
      return {};
    default:
      throw new Error(`no command is called ${command.kind}`);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify({ answer: await perform(JSON.parse(line)) }));
  } catch (thrown) {
    console.log(JSON.stringify({ error: failed(SaysoError.of(thrown)) }));
  }
}
for (const client of clients.values()) client.close();
