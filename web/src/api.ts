// The HTTP/JSON API of the server that serves this page, as far as the page uses it.

export interface Span {
  start?: number;
  end?: number;
}

export interface Phrase {
  text?: string;
  spans?: Span[];
}

export interface EntityRef {
  id: string;
  name: string;
  type: string;
}

export interface Day {
  year?: number;
  month?: number;
  day?: number;
}

export interface Article {
  id: string;
  url?: string;
  outlet?: string;
  title?: string;
  authors?: string[];
  publishTime?: string;
  publishDate?: Day;
  body?: string;
  etag?: string;
}

export interface Quote {
  id: string;
  article?: Article;
  text?: string;
  contentSpans?: Span[];
  cue?: Phrase;
  source?: Phrase;
  speakers?: EntityRef[];
  speakerConfidence?: number;
  addressee?: Phrase;
  about?: EntityRef[];
  act?: string;
  kind?: string;
  polarity?: string;
  timeExpression?: Phrase;
  confidence?: number;
}

export interface Counted {
  text: string;
  count?: string;
}

export interface ArticleEntity extends EntityRef {
  aliases?: Counted[];
  titles?: Counted[];
}

export interface Entity extends ArticleEntity {
  mentionCount?: string;
  articleCount?: string;
  quoteCount?: string;
  firstPublishTime?: string;
  lastPublishTime?: string;
}

export interface Mention {
  entity: EntityRef;
  span: Span;
  form?: string;
}

export interface Sentence {
  span?: Span;
  text?: string;
  role?: string;
}

export interface Annotations {
  model?: string;
  tier?: string;
  languageCode?: string;
  sentences?: Sentence[];
  entities?: ArticleEntity[];
  mentions?: Mention[];
  quotes?: Quote[];
}

export interface Annotated {
  article?: Article;
  annotations?: Annotations;
  nextPageToken?: string;
}

export interface QuoteHit {
  quote: Quote;
  highlights?: { textSpan?: Span }[];
}

export interface FacetValue {
  value: string;
  count: string;
  entity?: EntityRef;
  period?: { startTime: string; endTime: string };
}

export interface Facet {
  field: string;
  values?: FacetValue[];
  otherCount?: string;
}

export interface Unmet {
  field: string;
  text: string;
  matchesNothing?: boolean;
  totalWithout?: { count?: string };
  spellings?: string[];
}

export interface Found {
  hits?: QuoteHit[];
  nextPageToken?: string;
  total?: { count?: string; exact?: boolean };
  facets?: Facet[];
  noHits?: { conditions?: Unmet[]; suggestedQuery?: string };
}

export interface Suggestions {
  entities?: (EntityRef & { articleCount?: string })[];
  phrases?: { text: string; headlineCount?: string }[];
}

export interface ServerInfo {
  version?: string;
  models?: { id: string; tier: string }[];
  counts?: { articleCount?: string; quoteCount?: string };
}

/** An entity that goes by a name, and how well. */
export interface EntityHit {
  entity: EntityRef & { quoteCount?: string; articleCount?: string };
  score?: number;
}

interface Detail {
  reason?: string;
  metadata?: Record<string, string>;
}

/** Why the server refused a call, or that it could not be reached. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** The status of HTTP; 0 if there was no answer. */
    readonly status: number,
    /** As in the API's ErrorReason; empty if there is none. */
    readonly reason: string,
    /** What the reason is about: a position, a limit. */
    readonly about: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** From an error as the API writes it in JSON. */
export function errorOf(error: { message?: string; details?: Detail[] }, status: number): ApiError {
  const { reason = '', metadata = {} } = error.details?.find((detail) => detail.reason) ?? {};
  return new ApiError(error.message || `The server answered with status ${status}.`, status, reason, metadata);
}

const KEY = 'sayso.key';

/** An event of the window: there is another key, so what failed may work now. */
export const KEY_CHANGED = 'sayso:key';

// The key stays in this tab, and is gone when it closes.
export const key = {
  get: () => sessionStorage.getItem(KEY) ?? '',
  set: (value: string) => (value ? sessionStorage.setItem(KEY, value) : sessionStorage.removeItem(KEY)),
};

async function call<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = {};
  if (key.get()) headers['authorization'] = `Bearer ${key.get()}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const request: RequestInit = { headers, method: body === undefined ? 'GET' : 'POST' };
  if (body !== undefined) request.body = JSON.stringify(body);
  if (signal) request.signal = signal;
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(path, request);
    answer = await response.json().catch(() => ({}));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('The server cannot be reached. It may have been stopped, or the network is down.', 0, '');
  }
  if (!response.ok) throw errorOf((answer as { error?: object }).error ?? {}, response.status);
  return answer as T;
}

// JavaScript's strings count in UTF-16.
const offsetEncoding = 'OFFSET_ENCODING_UTF16';

const id = (text: string) => text.split('/').map(encodeURIComponent).join('/');

export type QuoteSearch = Record<string, unknown>;

/** Several searches in one call. The first one's error is thrown; what else fails is left out. */
export async function searchQuotes(requests: QuoteSearch[], signal?: AbortSignal): Promise<(Found | undefined)[]> {
  interface Result {
    response?: Found;
    error?: { message?: string; details?: Detail[] };
  }
  const body = { requests: requests.map((request) => ({ ...request, offsetEncoding })) };
  const { results = [] } = await call<{ results?: Result[] }>('/v1/quotes:batchSearch', body, signal);
  if (results[0]?.error) throw errorOf(results[0].error, 400);
  return results.map((result) => result.response);
}

/** Those who go by each of the names, best first. */
export async function lookup(names: string[], signal?: AbortSignal): Promise<EntityHit[][]> {
  const readMask = 'entity.id,entity.name,entity.type,entity.quoteCount,entity.articleCount,score';
  const body = { requests: names.map((name) => ({ name, pageSize: 3, readMask })) };
  const { results = [] } = await call<{ results?: { response?: { hits?: EntityHit[] } }[] }>('/v1/entities:batchLookup', body, signal);
  return results.map((result) => result.response?.hits ?? []);
}

export interface ArticlesFound {
  hits?: { article: Article; titleHighlights?: { textSpan?: Span }[] }[];
  total?: { count?: string };
}

/** Articles that have all the words, in the headline or anywhere else. */
export function searchArticles(query: string, signal?: AbortSignal): Promise<ArticlesFound> {
  const readMask = 'article.id,article.title,article.outlet,article.publishTime,article.publishDate,titleHighlights.textSpan';
  const body = { query, allWords: true, lenient: true, pageSize: 3, sentencesPerArticle: 1, readMask, offsetEncoding };
  return call('/v1/articles:search', body, signal);
}

export const suggest = (text: string, signal: AbortSignal) =>
  call<Suggestions>(`/v1/suggestions?${new URLSearchParams({ text, limit: '6' })}`, undefined, signal);

export const surroundings = (quote: string, signal?: AbortSignal) =>
  call<{ quote: Quote; sentences?: Sentence[] }>(
    `/v1/quotes/${encodeURIComponent(quote)}?${new URLSearchParams({
      contextSentences: '2',
      offsetEncoding,
      readMask: 'quote.contentSpans,sentences.span,sentences.text',
    })}`,
    undefined,
    signal,
  );

export const entity = (of: string, signal?: AbortSignal) =>
  call<{ entity: Entity }>(`/v1/entities/${id(of)}`, undefined, signal).then((answer) => answer.entity);

// What is shown of an analysis. The rest is most of it.
const ANNOTATIONS = [
  ...['languageCode', 'sentences.span', 'sentences.role', 'mentions.entity', 'mentions.span', 'mentions.form'],
  ...['id', 'text', 'contentSpans', 'cue', 'source', 'speakers', 'speakerConfidence', 'addressee.text', 'timeExpression.text'].map(ofQuote),
  ...['act', 'kind', 'polarity', 'confidence'].map(ofQuote),
].map((field) => `annotations.${field}`);

function ofQuote(field: string): string {
  return `quotes.${field}`;
}

/** An article with all parts of its analysis. */
export async function article(of: string, signal?: AbortSignal): Promise<Annotated> {
  const asked = new URLSearchParams({ offsetEncoding, readMask: ['article', ...ANNOTATIONS].join(',') });
  const path = `/v1/articles/${encodeURIComponent(of)}?${asked}`;
  const whole = await call<Annotated>(path, undefined, signal);
  const lists = ['sentences', 'mentions', 'quotes'] as const;
  let token = whole.nextPageToken;
  while (token) {
    const part = await call<Annotated>(`${path}&pageToken=${encodeURIComponent(token)}`, undefined, signal);
    if (part.article?.body && whole.article) whole.article.body = (whole.article.body ?? '') + part.article.body;
    const into = (whole.annotations ??= {}) as Record<string, unknown[] | undefined>;
    for (const list of lists) into[list] = [...(into[list] ?? []), ...(part.annotations?.[list] ?? [])];
    token = part.nextPageToken;
  }
  return whole;
}

/** The titles that articles give their entities, by article and entity. */
export async function titles(articles: string[], signal?: AbortSignal): Promise<Map<string, string>> {
  const readMask = 'article.id,annotations.entities.id,annotations.entities.titles';
  const answer = await call<{ articles?: Annotated[] }>('/v1/articles:batchGet', { ids: articles, readMask }, signal);
  const found = new Map<string, string>();
  for (const one of answer.articles ?? []) {
    for (const entity of one.annotations?.entities ?? []) {
      const title = entity.titles?.[0]?.text;
      if (title) found.set(`${one.article?.id} ${entity.id}`, title);
    }
  }
  return found;
}

export const analyze = (text: string, analysisMode: string, publishDate: Day | undefined, signal?: AbortSignal) =>
  call<Annotated>('/v1/text:analyze', { text, analysisMode, publishDate, offsetEncoding, readMask: ANNOTATIONS.join(',') }, signal);

/** An article by its id, without its text, or undefined if there is none. */
export const stored = (id: string) =>
  call<{ articles?: Annotated[] }>('/v1/articles:batchGet', { ids: [id], readMask: 'article.id,article.title,article.etag' }).then(
    (answer) => answer.articles?.[0]?.article,
  );

export const put = (article: Partial<Article>) =>
  call<{ id: string; change: string; quoteCount?: string }>('/v1/articles?waitFor=WAIT_FOR_SEARCHABLE', article);

export const server = (signal?: AbortSignal) =>
  call<ServerInfo>('/v1/server?readMask=version,models,counts', undefined, signal);
