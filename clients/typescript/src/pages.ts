import type { CallOptions } from "@connectrpc/connect";

/** A method with one answer. */
type Method<Request, Page> = (request: Request, options?: CallOptions) => Promise<Page>;

/** Calls a method until there is no next page, and yields every answer: of a search, a list, or a long article. */
export async function* pages<Request extends object, Page extends { nextPageToken: string }>(
  method: Method<Request, Page>,
  request: Request,
  options?: CallOptions,
): AsyncGenerator<Page, void> {
  let next = request;
  for (;;) {
    const page = await method(next, options);
    yield page;
    if (!page.nextPageToken) return;
    next = { ...request, pageToken: page.nextPageToken };
  }
}

/** All hits, or articles, of all pages. */
export function iterate<Request extends object, Hit>(
  method: Method<Request, { nextPageToken: string; hits: Hit[] }>,
  request: Request,
  options?: CallOptions,
): AsyncGenerator<Hit, void>;
export function iterate<Request extends object, Article>(
  method: Method<Request, { nextPageToken: string; articles: Article[] }>,
  request: Request,
  options?: CallOptions,
): AsyncGenerator<Article, void>;
export async function* iterate(
  method: Method<object, { nextPageToken: string; hits?: unknown[]; articles?: unknown[] }>,
  request: object,
  options?: CallOptions,
): AsyncGenerator<unknown, void> {
  for await (const page of pages(method, request, options)) yield* page.hits ?? page.articles ?? [];
}
