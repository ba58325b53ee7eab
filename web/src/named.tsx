// Who is called as the words of a search say, and articles that have the words: a name or a headline leads somewhere, too.

import { type Article, type ArticlesFound, type EntityHit, lookup, searchArticles } from './api';
import { everything, type Query, toArticle, toPerson, toSearch } from './route';
import { count, hasPage, initials, many, published, typeName } from './words';

/** Below this, a name is no more than like the words. */
const LIKE = 2;
/** From this on, the words are a name in full, or one that an article uses. */
const NAME = 10;

/** More words than this are no name. */
const MOST = 4;

export interface Named {
  /** Those who go by all the words. */
  whole: EntityHit[];
  /** Those who go by one of them, by that word. */
  words: Map<string, EntityHit>;
  articles: ArticlesFound;
}

const none: Named = { whole: [], words: new Map(), articles: {} };

/** The words of a query without any signs of the query language, or none if it has some. */
function plainWords(text: string): string[] {
  const bare = text.replace(/["“”„«»]|[?!]+(?=\s|$)/g, ' ').trim();
  return /^[\p{L}\p{M}\p{N}\s.,'’&-]+$/u.test(bare) && !/\b(AND|OR|NOT)\b/.test(bare) ? bare.split(/\s+/) : [];
}

/** What a search for words alone is looked up as. One that fails finds none: the search itself says what is wrong. */
export async function named(query: Query, signal: AbortSignal): Promise<Named> {
  const narrowed = toSearch({ ...query, any: false, sort: '' }) !== toSearch({ q: query.q });
  const words = plainWords(query.q);
  if (narrowed || !words.length) return none;
  const parts = words.length > 1 && words.length <= MOST ? words : [];
  const [hits, articles] = await Promise.all([
    lookup([words.join(' '), ...parts], signal).catch(() => []),
    searchArticles(query.q, signal).catch(() => ({})),
  ]);
  const pages = hits.map((found) => found.filter((hit) => hasPage(hit.entity)));
  const best = new Map<string, EntityHit>();
  parts.forEach((word, number) => {
    const [hit] = pages[number + 1] ?? [];
    if (hit && (hit.score ?? 0) >= NAME) best.set(word, hit);
  });
  return { whole: pages[0] ?? [], words: best, articles };
}

/** Those to show: where quotes were found, only those whom the words name well. */
function shown({ whole, words }: Named, found: boolean): EntityHit[] {
  const best = whole[0]?.score ?? 0;
  const hits = whole.filter(({ score = 0 }) => score * 3 > best && (!found || score >= LIKE));
  const all = hits.length || found ? hits : [...words.values()];
  const most = found && best < NAME ? 1 : 3;
  return [...new Map(all.map((hit) => [hit.entity.id, hit])).values()].slice(0, most);
}

/** Cards of those who go by the words. `found`: whether quotes were found, too. */
export function Names({ of, found }: { of: Named; found: boolean }) {
  const hits = shown(of, found);
  if (!hits.length) return null;
  return (
    <ul class="named" aria-label="Names">
      {hits.map(({ entity }) => (
        <li key={entity.id}>
          <a href={toPerson(entity.id)}>
            <span class="badge" aria-hidden="true">
              {initials(entity.name)}
            </span>
            <span>
              <bdi>{entity.name}</bdi>{' '}
              <small>
                {typeName(entity.type)} ·{' '}
                {Number(entity.quoteCount) > 0 ? many(entity.quoteCount, 'quote') : many(entity.articleCount, 'article')}
              </small>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Articles with the words, where quotes were found only those that have them in the headline. */
export function Headlines({ of, found }: { of: Named; found: boolean }) {
  const articles = (of.articles.hits ?? []).filter((hit) => !found || hit.titleHighlights?.length);
  const total = of.articles.total?.count;
  if (!articles.length) return null;
  return (
    <section class="headlines" aria-labelledby="headlines">
      <h2 id="headlines">
        {found ? 'In headlines' : `In ${many(total, 'article')}`}
        {!found && Number(total) > articles.length && <small> · the best {count(articles.length)}</small>}
      </h2>
      <ul>
        {articles.map(({ article }) => (
          <Headline key={article.id} article={article} />
        ))}
      </ul>
    </section>
  );
}

function Headline({ article }: { article: Article }) {
  return (
    <li>
      <a href={toArticle(article.id)} dir="auto">
        {article.title || article.id}
      </a>{' '}
      <small>
        {article.outlet && (
          <>
            <bdi>{article.outlet}</bdi> ·{' '}
          </>
        )}
        {published(article)}
      </small>
    </li>
  );
}

/** For "Varrin harbour": what she said about it. */
export function Instead({ words, query }: { words: Map<string, EntityHit>; query: Query }) {
  return (
    <>
      {[...words].map(([word, { entity }]) => {
        const rest = query.q.split(/\s+/).filter((one) => one && one !== word).join(' ');
        if (!rest || !Number(entity.quoteCount) || words.size > 1) return null;
        return (
          <p class="instead" key={word}>
            <a href={toSearch({ ...everything, q: rest, any: query.any, speaker: [entity.id] })}>
              Search what <bdi>{entity.name}</bdi> said for <q dir="auto">{rest}</q>
            </a>
          </p>
        );
      })}
    </>
  );
}
