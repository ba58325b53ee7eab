// Quotes that match, with the facets at the side and the months above.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, type Found, type QuoteHit, type QuoteSearch, searchQuotes, titles } from './api';
import { QuoteCard } from './card';
import { FACETS, Facets, nameOf } from './facets';
import { useLoad } from './load';
import { Headlines, Instead, type Named, named, Names } from './named';
import { Nothing } from './nothing';
import { type List, lists, type Query } from './route';
import { Failed, Loading } from './states';
import { Timeline } from './timeline';
import { count, errorText, many, period } from './words';

const PAGE = 20;
const MONTHS = 'FACET_FIELD_PUBLISH_TIME';

const READ_MASK = [
  'quote.id,quote.text,quote.kind,quote.act,quote.polarity,quote.confidence,quote.speakers,quote.speakerConfidence',
  'quote.cue.text,quote.source.text,quote.addressee.text,quote.timeExpression.text',
  'quote.article.id,quote.article.title,quote.article.outlet,quote.article.publishTime,quote.article.publishDate',
  'highlights.textSpan',
].join(',');

const ORDERS: Record<string, string> = { newest: 'publish_time desc', oldest: 'publish_time' };

/** The time from the beginning of a month, year or decade to its end. */
function interval(period: string): { startTime: string; endTime: string } {
  const [digits = '', number] = period.split('-');
  const year = Number(digits.padEnd(4, '0'));
  const months = number ? 1 : digits.length === 4 ? 12 : 120;
  const start = number ? Number(number) - 1 : 0;
  const first = (month: number) => {
    const day = new Date(0);
    // Date.UTC takes years before 100 for those of the last century.
    day.setUTCFullYear(year, month, 1);
    return day.toISOString();
  };
  return { startTime: first(start), endTime: first(start + months) };
}

function request(query: Query, lenient: boolean, pageSize: number): QuoteSearch {
  const asked: QuoteSearch = { query: query.q, allWords: !query.any, lenient, pageSize };
  const filter: Record<string, unknown> = {};
  if (query.speaker.length) asked['speakers'] = query.speaker.map((id) => ({ id }));
  if (query.about.length) asked['about'] = query.about.map((id) => ({ id }));
  if (query.act.length) asked['acts'] = query.act.map((act) => `QUOTE_ACT_${act.toUpperCase()}`);
  if (query.kind.length) asked['kinds'] = query.kind.map((kind) => `QUOTE_KIND_${kind.toUpperCase()}`);
  if (query.outlet.length) filter['outlets'] = query.outlet;
  if (query.month) {
    filter['publishTime'] = interval(query.month);
  }
  if (Object.keys(filter).length) asked['filter'] = filter;
  if (ORDERS[query.sort]) asked['orderBy'] = ORDERS[query.sort];
  return asked;
}

const counted = (field: string, limit: number) =>
  field === MONTHS ? { field, interval: 'CALENDAR_INTERVAL_MONTH' } : { field, limit };

interface Page extends Found {
  hits: QuoteHit[];
  /** The search that further pages belong to. */
  asked: QuoteSearch;
  /** Why the query was read as plain words: it is none in the query language. */
  plain: ApiError | undefined;
  named: Named;
}

/** The first page. A facet of which values are chosen is counted without them, so that others can be chosen, too. */
async function quotes(query: Query, signal: AbortSignal): Promise<Omit<Page, 'named'>> {
  const all = [...FACETS, { list: 'month' as const, field: MONTHS, limit: 0 }];
  const open = all.filter(({ list }) => query[list].length > 0 && list !== 'about');
  const ask = async (lenient: boolean) => {
    const main = { ...request(query, lenient, PAGE), readMask: READ_MASK };
    const facets = all.filter((one) => !open.includes(one)).map(({ field, limit }) => counted(field, limit));
    const others = open.map(({ list, field, limit }) => {
      const without = { ...query, [list]: list === 'month' ? '' : [] };
      return { ...request(without, lenient, 1), readMask: 'quote.id', facets: [counted(field, limit)] };
    });
    const asked = { ...main, facets };
    const [found, ...more] = await searchQuotes([asked, ...others], signal);
    const told = [...(found?.facets ?? []), ...more.flatMap((one) => one?.facets ?? [])];
    return { ...found, hits: found?.hits ?? [], facets: told, asked };
  };
  try {
    return { ...(await ask(false)), plain: undefined };
  } catch (error) {
    if (!(error instanceof ApiError && error.reason.startsWith('QUERY_'))) throw error;
    return { ...(await ask(true)), plain: error };
  }
}

/** Quotes and, asked for at the same time, the names and articles that the words may mean. */
async function search(query: Query, signal: AbortSignal): Promise<Page> {
  const [page, others] = await Promise.all([quotes(query, signal), named(query, signal)]);
  return { ...page, named: others };
}

export interface Shown {
  query: Query;
  change: (query: Query) => void;
  /** What the page itself fills of the query. */
  fixed?: List;
}

export function Results({ query, change, fixed }: Shown) {
  const name = `quotes ${JSON.stringify(query)}`;
  const { value, error, busy, again } = useLoad(name, (signal) => search(query, signal));
  const [narrow, setNarrow] = useState(false);
  if (error) return <Failed error={error} again={again} />;
  if (!value) return <Loading what="quotes" />;
  const facets = value.facets ?? [];
  const months = facets.find((facet) => facet.field === MONTHS)?.values ?? [];
  const chosen = lists.filter((list) => list !== fixed).reduce((sum, list) => sum + query[list].length, 0);
  const fold = chosen > 0 || facets.some((facet) => facet.field !== MONTHS && facet.values?.length);
  return (
    <div class={busy ? 'results busy' : 'results'} aria-busy={busy}>
      <aside class={`side${narrow ? ' open' : ''}${fold ? '' : ' bare'}`} aria-label="Narrow the search">
        {fold && (
          <button type="button" class="button fold" aria-expanded={narrow} onClick={() => setNarrow(!narrow)}>
            Filters{chosen > 0 && ` (${chosen})`}
          </button>
        )}
        <Facets facets={facets} query={query} fixed={fixed} change={change} />
      </aside>
      <div class="found">
        <Head page={value} query={query} change={change} fixed={fixed} />
        <Timeline values={months} chosen={query.month} choose={(month) => change({ ...query, month })} />
        {value.plain && (
          <p class="hint" role="status">
            <PlainWords query={query.q} error={value.plain} />
          </p>
        )}
        {!fixed && <Names of={value.named} found={value.hits.length > 0} />}
        {value.hits.length ? <Cards key={name} page={value} /> : null}
        {!fixed && <Headlines of={value.named} found={value.hits.length > 0} />}
        {!value.hits.length && (
          <>
            {!fixed && <Instead words={value.named.words} query={query} />}
            <Nothing found={value} named={value.named} query={query} change={change} />
          </>
        )}
      </div>
    </div>
  );
}

/** Where a query stops being one, and what would make it one. */
function PlainWords({ query, error }: { query: string; error: ApiError }) {
  const { position, expected } = error.about;
  if (position === undefined || !expected) return <>Searched for as plain words: {errorText(error)}</>;
  // Positions count bytes.
  const rest = new TextDecoder().decode(new TextEncoder().encode(query).slice(Number(position)));
  // A question is none of the query language, as everybody can see.
  if (rest.trim() === '?') return <>Searched for as plain words.</>;
  const cut = [...rest].slice(0, 20).join('');
  return (
    <>
      Searched for as plain words. To be read in the query language, it needs at{' '}
      <bdi class="asked">
        {cut}
        {cut.length < rest.length && '…'}
      </bdi>
      : {expected}.
    </>
  );
}

/** How many there are, in which order, and what narrows the search. */
function Head({ page, query, change, fixed }: { page: Page } & Shown) {
  const total = page.total;
  const picked = lists.filter((list) => list !== fixed).flatMap((list) => query[list].map((value) => ({ list, value })));
  return (
    <>
      <div class="head">
        <p role="status">
          <strong>{many(total?.count, 'quote')}</strong>
          {total?.exact === false && ' or more'}
          {query.q && (
            <>
              {' '}
              for {/["“”]/.test(query.q) ? <bdi class="asked">{query.q}</bdi> : <q dir="auto">{query.q}</q>}
            </>
          )}
        </p>
        {page.hits.length > 0 && (
          <label class="order">
            <span>Order</span>
            <select value={query.sort} onChange={(event) => change({ ...query, sort: event.currentTarget.value })}>
              <option value="">{query.q ? 'Best match' : 'Latest'}</option>
              {query.q && <option value="newest">Newest first</option>}
              <option value="oldest">Oldest first</option>
            </select>
          </label>
        )}
      </div>
      {(picked.length > 0 || query.month) && (
        <p class="chips">
          {picked.map(({ list, value }) => (
            <button
              key={list + value}
              type="button"
              class="chip"
              onClick={() => change({ ...query, [list]: query[list].filter((one) => one !== value) })}
            >
              <span class="visually-hidden">Remove </span>
              <bdi>{nameOf(list, value, page.facets ?? [])}</bdi>
              <span aria-hidden="true"> ×</span>
            </button>
          ))}
          {query.month && (
            <button type="button" class="chip" onClick={() => change({ ...query, month: '' })}>
              <span class="visually-hidden">Remove </span>
              {period(query.month)}
              <span aria-hidden="true"> ×</span>
            </button>
          )}
        </p>
      )}
    </>
  );
}

function Cards({ page }: { page: Page }) {
  const [, setRound] = useState(0);
  const [state, setState] = useState<'' | 'busy' | 'failed'>('');
  const here = useRef(true);
  // For whoever measures how long it takes until something can be read.
  useEffect(() => void performance.mark('first results'), []);
  const roles = useRoles(page.hits);
  useEffect(() => () => void (here.current = false), []);
  const more = async () => {
    setState('busy');
    try {
      const [next] = await searchQuotes([{ ...page.asked, pageToken: page.nextPageToken }]);
      // Kept with the page, so that whoever comes back finds as many as before.
      page.hits.push(...(next?.hits ?? []));
      page.nextPageToken = next?.nextPageToken ?? '';
      if (here.current) setState('');
    } catch {
      if (here.current) setState('failed');
    }
    if (here.current) setRound((round) => round + 1);
  };
  return (
    <>
      <ol class="cards">
        {page.hits.map((hit) => (
          <QuoteCard key={hit.quote.id} hit={hit} title={roles.get(`${hit.quote.article?.id} ${hit.quote.speakers?.[0]?.id}`)} />
        ))}
      </ol>
      {page.nextPageToken && (
        <p class="more">
          <button type="button" class="button" disabled={state === 'busy'} onClick={more}>
            {state === 'busy' ? 'Loading …' : 'Show more'}
          </button>
          <small>
            {count(page.hits.length)} of {count(page.total?.count)}
          </small>
          {state === 'failed' && <span role="alert">More could not be loaded. Search again.</span>}
        </p>
      )}
    </>
  );
}

/** The titles of speakers, as the articles give them. They come after the quotes, which do not wait for them. */
function useRoles(hits: QuoteHit[]): Map<string, string> {
  const articles = [...new Set(hits.flatMap((hit) => hit.quote.article?.id ?? []))].slice(-100);
  const name = articles.length ? `titles ${JSON.stringify(articles)}` : 'titles';
  const { value } = useLoad(name, (signal) => (articles.length ? titles(articles, signal) : Promise.resolve(new Map<string, string>())));
  return value ?? new Map();
}
