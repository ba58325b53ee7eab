// How values are told to people.

import type { ApiError, Article, EntityRef, Quote } from './api';

const ACTS: Record<string, string> = {
  QUOTE_ACT_THOUGHT: 'Thought',
  QUOTE_ACT_INTENT: 'Intent',
  QUOTE_ACT_FINDING: 'Finding',
};

const POLARITIES: Record<string, string> = {
  QUOTE_POLARITY_NEGATED: 'Not said',
  QUOTE_POLARITY_HYPOTHETICAL: 'Hypothetical',
};

const TYPES: Record<string, string> = {
  ENTITY_TYPE_PERSON: 'Person',
  ENTITY_TYPE_ORGANIZATION: 'Organisation',
  ENTITY_TYPE_PLACE: 'Place',
  ENTITY_TYPE_FACILITY: 'Facility',
  ENTITY_TYPE_NORP: 'Group',
  ENTITY_TYPE_EVENT: 'Event',
  ENTITY_TYPE_PRODUCT: 'Product or work',
};

const LANGUAGES = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });
const DAYS = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const MONTHS = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const COUNTS = new Intl.NumberFormat('en-GB');

/** Below these, it is told how sure the server is. */
const SURE_SPEAKER = 0.75;
const SURE_QUOTE = 0.6;

/** The type of an entity, or "" for those that have no page, such as dates. */
export const typeName = (type: string): string => TYPES[type] ?? '';

export const count = (number: string | number | undefined): string => COUNTS.format(Number(number ?? 0));

export const many = (number: string | number | undefined, one: string, more = `${one}s`): string =>
  `${count(number)} ${Number(number ?? 0) === 1 ? one : more}`;

export const day = (time: string | undefined): string => (time ? DAYS.format(new Date(time)) : '');

/** "February 2026" from "2026-02", "2026" from "2026", "2020s" from "202". */
export const period = (value: string): string => {
  if (value.length < 7) return value.length === 3 ? `${value}0s` : value;
  return MONTHS.format(new Date(`${value}-01T00:00:00Z`));
};

export function published(article: Article | undefined): string {
  const { year, month, day: date } = article?.publishDate ?? {};
  if (year && month && date) return DAYS.format(new Date(Date.UTC(year, month - 1, date)));
  return day(article?.publishTime);
}

const TITLE = 80;

/** The headline, or where there is none, how the text begins. */
export function titleOf({ title, body = '', id }: Article): string {
  if (title) return title;
  const [line = ''] = body.trim().split('\n');
  if (line.length <= TITLE) return line || id;
  const cut = line.slice(0, TITLE);
  return `${cut.slice(0, cut.lastIndexOf(' ') + 1 || TITLE).trim()} …`;
}

/** The speakers' names, or the words that stand for them. */
export function speakerName(quote: Quote): string {
  const names = (quote.speakers ?? []).map((speaker) => speaker.name);
  if (names.length > 1) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return names[0] ?? (quote.source?.text || 'Unnamed source');
}

/** "told the Veld Courier on Tuesday" */
export const manner = (quote: Quote): string =>
  [quote.cue?.text, quote.addressee?.text, quote.timeExpression?.text].filter(Boolean).join(' ');

/** What a reader must know about a quote that is not plain speech or not certain. */
export function notes(quote: Quote): { text: string; doubt: boolean }[] {
  const notes: { text: string; doubt: boolean }[] = [];
  const act = ACTS[quote.act ?? ''];
  const polarity = POLARITIES[quote.polarity ?? ''];
  if (act) notes.push({ text: act, doubt: false });
  if (quote.kind === 'QUOTE_KIND_INDIRECT') notes.push({ text: 'Indirect', doubt: false });
  if (quote.kind === 'QUOTE_KIND_MIXED') notes.push({ text: 'Partly verbatim', doubt: false });
  if (polarity) notes.push({ text: polarity, doubt: true });
  const sure = quote.speakerConfidence;
  if (sure !== undefined && sure < SURE_SPEAKER) notes.push({ text: `Speaker ${percent(sure)} sure`, doubt: true });
  if ((quote.confidence ?? 0) < SURE_QUOTE) notes.push({ text: `Quote ${percent(quote.confidence ?? 0)} sure`, doubt: true });
  return notes;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What stands around a quote's words: marks where they are verbatim. */
export function around(quote: Quote): [string, string] {
  if (quote.kind === 'QUOTE_KIND_DIRECT') return ['“', '”'];
  return /^\p{Ll}/u.test(quote.text ?? '') ? ['… ', ''] : ['', ''];
}

const TOO_LONG = /body_bytes|request_bytes|query_bytes/;

/** What the server says of an error, as a sentence. */
export function errorText(error: ApiError): string {
  const { limit = '', most = '' } = error.about;
  if (error.reason === 'LIMIT_EXCEEDED' && TOO_LONG.test(limit)) return `This is too long: at most ${count(most)} bytes are taken.`;
  if (error.reason === 'LIMIT_EXCEEDED' && most) return `This is too much: at most ${count(most)} are taken. (${error.message})`;
  const said = error.message.replace(/"([^"]*)"/g, '“$1”');
  return said.charAt(0).toUpperCase() + said.slice(1) + (/[.?!…]$/.test(said) ? '' : '.');
}

/** "EV" for "Elske Varrin" */
export function initials(name: string): string {
  const words = name.replace(/^the\s+/i, '').split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = (words.length > 1 ? [words[0], words.at(-1)] : words).map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toUpperCase() || '?';
}

export const language = (code: string): string => LANGUAGES.of(code) ?? code;

/** Whether an entity has a page of its own. */
export const hasPage = (entity: EntityRef): boolean => typeName(entity.type) !== '';

/** The address of an article, if a browser may be sent there. Anything but a web page is not. */
export function webAddress(url: string | undefined): string {
  if (!url) return '';
  try {
    const { protocol, href } = new URL(url);
    return protocol === 'https:' || protocol === 'http:' ? href : '';
  } catch {
    return '';
  }
}
