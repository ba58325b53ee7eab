// Everything about one person, organisation or other entity.

import { type Counted, type Entity, entity, searchQuotes } from './api';
import { useLoad } from './load';
import { Results } from './results';
import { everything, go, leave, type Query, write } from './route';
import { Failed, Loading } from './states';
import { useTitle } from './title';
import { count, day, initials, many, typeName } from './words';

/** An entity, and how many quotes are about it. */
async function load(id: string, signal: AbortSignal): Promise<{ entity: Entity; about: string | undefined }> {
  const asked = { about: [{ id }], pageSize: 1, readMask: 'quote.id' };
  const [of, [found]] = await Promise.all([entity(id, signal), searchQuotes([asked], signal)]);
  return { entity: of, about: found?.total?.count };
}

export function PersonView({ id, tab, query }: { id: string; tab: 'by' | 'about'; query: Query }) {
  const { value, error, again } = useLoad(`entity ${id}`, (signal) => load(id, signal));
  useTitle(value?.entity.name ?? 'Name');
  if (error) return <Failed error={error} again={again} />;
  if (!value) return <Loading what="the name" />;
  const fixed = tab === 'by' ? 'speaker' : 'about';
  const change = (query: Query) => go(write({ view: 'person', id, tab, query: { ...query, [fixed]: [] } }));
  const way = (to: 'by' | 'about', text: string) => (
    <a href={write({ view: 'person', id, tab: to, query: everything })} aria-current={to === tab ? 'page' : undefined}>
      {text}
    </a>
  );
  return (
    <>
      <Head entity={value.entity} />
      <nav class="tabs" aria-label="Quotes">
        {way('by', `Quotes by (${count(value.entity.quoteCount)})`)}
        {way('about', `Quotes about (${count(value.about)})`)}
      </nav>
      <Results query={{ ...query, [fixed]: [id] }} change={change} fixed={fixed} />
    </>
  );
}

function Head({ entity }: { entity: Entity }) {
  const [first, last] = [day(entity.firstPublishTime), day(entity.lastPublishTime)];
  return (
    <header class="person">
      <span class="badge large" aria-hidden="true">
        {initials(entity.name)}
      </span>
      <div>
        <p class="kicker">
          <button type="button" class="quiet" onClick={leave}>
            ← Back
          </button>
          <span>{typeName(entity.type) || 'Expression'}</span>
        </p>
        <h1 dir="auto">{entity.name}</h1>
        <p class="facts">
          <span>{many(entity.articleCount, 'article')}</span>
          <span>{many(entity.mentionCount, 'mention')}</span>
          {first && <span>{first === last ? first : `${first} to ${last}`}</span>}
        </p>
        <Names title="Roles" names={entity.titles} />
        <Names title="Also" names={entity.aliases} />
      </div>
    </header>
  );
}

/** The most frequent ones. */
function Names({ title, names = [] }: { title: string; names: Counted[] | undefined }) {
  if (!names.length) return null;
  return (
    <p class="names">
      <span class="muted">{title}: </span>
      {names.slice(0, 8).map((name, number) => (
        <span key={name.text}>
          {number > 0 && ', '}
          <bdi>{name.text}</bdi> <small>{name.count}</small>
        </span>
      ))}
    </p>
  );
}
