/** The books of an ingest. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { RetryInfoSchema } from "../src/gen/google/rpc/error_details_pb.js";
import { Code, SaysoError } from "../src/index.js";
import { Ledger } from "../src/ledger.js";
import { ArticleChange, type IngestArticlesResponse, IngestArticlesResponseSchema, WaitFor } from "../src/v1.js";

const BROKEN = new SaysoError(Code.Unavailable, "the connection broke");

/** With articles that have been read from the source. */
function ledger(ids: string[], options = {}): Ledger {
  const books = new Ledger({ waitFor: WaitFor.SEARCHABLE, window: 10, patienceMs: 60_000, ...options });
  for (const id of ids) books.add({ article: { id, body: `This is ${id}.` } });
  return books;
}

/** Sends all that may be sent. */
function sent(books: Ledger): number[] {
  const numbers = [];
  for (let request = books.next(); request; request = books.next()) numbers.push(Number(request.clientSequence));
  return numbers;
}

function durable(sequence: number, change = ArticleChange.CREATED): IngestArticlesResponse {
  return create(IngestArticlesResponseSchema, { clientSequence: BigInt(sequence), event: { case: "durable", value: { change } } });
}

function searchable(sequence: number): IngestArticlesResponse {
  return create(IngestArticlesResponseSchema, { clientSequence: BigInt(sequence), event: { case: "searchable", value: {} } });
}

function rejected(sequence: number, ms?: number): IngestArticlesResponse {
  const details = ms ? [anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay: { nanos: ms * 1e6 } }))] : [];
  const value = { status: { code: Code.ResourceExhausted, message: "no", details }, retryable: ms !== undefined };
  return create(IngestArticlesResponseSchema, { clientSequence: BigInt(sequence), event: { case: "rejected", value } });
}

test("a change waits for an earlier one of the same article", () => {
  const books = ledger(["a", "b", "a", "c"]);
  assert.deepEqual(sent(books), [1, 2]);
  books.answered(durable(1));
  assert.deepEqual(sent(books), []);
  assert.equal(books.answered(searchable(1))?.searchable, true);
  assert.deepEqual(sent(books), [3, 4]);
});

test("articles without an id do not wait", () => {
  assert.deepEqual(sent(ledger(["", "", ""])), [1, 2, 3]);
});

test("what is not acknowledged is sent again in order", () => {
  const books = ledger(["a", "b", "c", "b"]);
  assert.deepEqual(sent(books), [1, 2, 3]);
  books.answered(durable(1));
  books.answered(durable(2));
  books.answered(searchable(2));
  assert.deepEqual(books.ended(BROKEN), []);
  assert.deepEqual(sent(books), [1, 3, 4]);
});

test("the first answer tells what a change did", () => {
  const books = ledger(["a"]);
  sent(books);
  books.answered(durable(1));
  books.ended(BROKEN);
  sent(books);
  books.answered(durable(1, ArticleChange.UNCHANGED));
  assert.equal(books.answered(searchable(1))?.outcome, ArticleChange.CREATED);
});

test("durable suffices if asked for", () => {
  const books = ledger(["a"], { waitFor: WaitFor.DURABLE });
  sent(books);
  assert.equal(books.answered(durable(1))?.searchable, false);
  assert.equal(books.answered(searchable(1)), undefined);
  books.exhausted = true;
  assert.ok(books.finished);
});

test("what is rejected for now comes first again after the pause", async () => {
  const books = ledger(["a", "b"]);
  assert.deepEqual(sent(books), [1, 2]);
  assert.equal(books.answered(rejected(1, 50)), undefined);
  assert.deepEqual(sent(books), []);
  while (books.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, books.pauseMs));
  assert.deepEqual(sent(books), [1]);
});

test("what is rejected for good is told", () => {
  const books = ledger(["a"]);
  sent(books);
  const acknowledged = books.answered(rejected(1));
  assert.equal(acknowledged?.error?.code, Code.ResourceExhausted);
  assert.equal(acknowledged?.outcome, ArticleChange.UNSPECIFIED);
});

test("a stream that ends well leaves durable changes and resends others", () => {
  const books = ledger(["a", "b"]);
  sent(books);
  books.answered(durable(2));
  assert.deepEqual(books.ended().map((one) => one.searchable), [false]);
  assert.deepEqual(sent(books), [1]);
});

test("all is said when everything is durable", () => {
  const books = ledger(["a"]);
  books.exhausted = true;
  sent(books);
  assert.ok(!books.allSaid);
  books.answered(durable(1));
  assert.ok(books.allSaid);
  assert.ok(!books.finished);
});

test("patience ends", () => {
  assert.throws(() => ledger(["a"], { patienceMs: -1 }).ended(BROKEN), BROKEN);
});

test("what does not pass is thrown", () => {
  const refused = new SaysoError(Code.PermissionDenied, "no");
  assert.throws(() => ledger(["a"]).ended(refused), refused);
});

test("the window is full", () => {
  const books = ledger(["", "", "", "", "", "", "", "", ""]);
  assert.ok(!books.full);
  books.add({ delete: { id: "x" } });
  assert.ok(books.full);
});
