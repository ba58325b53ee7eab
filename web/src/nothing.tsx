// Why no quote was found, and what may help.

import { Fragment } from 'preact';
import type { Found, Unmet } from './api';
import type { Named } from './named';
import { everything, type Query, toSearch } from './route';
import { Empty } from './states';
import { many } from './words';

interface NothingProps {
  found: Found;
  named: Named;
  query: Query;
  change: (query: Query) => void;
}

export function Nothing({ found, named, query, change }: NothingProps) {
  if (toSearch(query) === toSearch(everything)) {
    return (
      <Empty title="There is nothing here yet">
        <p>Put a first article in, or paste a text to see what Sayso finds in it.</p>
        <a class="button primary" href="/?view=add">
          Add an article
        </a>
        <a class="button" href="/?view=analyze">
          Analyse a text
        </a>
      </Empty>
    );
  }
  const conditions = found.noHits?.conditions ?? [];
  const several = conditions.length > 1 || /\s/.test(query.q.trim());
  const known = named.whole.length > 0 || named.words.size > 0;
  return (
    <Empty title={several && !query.any ? 'No quote has all of this' : 'No quotes found'}>
      {!known && <Suggested query={query} suggested={found.noHits?.suggestedQuery ?? ''} />}
      <ul>
        {conditions.slice(0, 5).map((one) => (
          <li key={one.field + one.text}>
            <Why condition={one} /><Spellings condition={one} query={query} />
          </li>
        ))}
      </ul>
      {!query.any && /\s/.test(query.q.trim()) && (
        <button type="button" class="button primary" onClick={() => change({ ...query, any: true })}>
          Find any of the words
        </button>
      )}
      <a class="button" href="/">
        Start over
      </a>
    </Empty>
  );
}

function Why({ condition }: { condition: Unmet }) {
  const { text, matchesNothing, totalWithout } = condition;
  if (matchesNothing) {
    return (
      <>
        <q dir="auto">{text}</q> is in no quote
      </>
    );
  }
  return (
    <>
      Without <q dir="auto">{text}</q>, there {Number(totalWithout?.count) === 1 ? 'is' : 'are'} {many(totalWithout?.count, 'quote')}
    </>
  );
}

/** Another query that finds something. Where it asks for a speaker, that is told in words. */
function Suggested({ query, suggested }: { query: Query; suggested: string }) {
  if (!suggested) return null;
  const parts = suggested.split(/\s+/);
  const speakers = parts.flatMap((part) => /^speaker:(\S+)$/.exec(part)?.[1] ?? []);
  const rest = parts.filter((part) => !part.startsWith('speaker:')).join(' ');
  const told = !speakers.length || /["():]/.test(rest) ? <bdi>{suggested}</bdi> : <BySpeaker name={speakers.join(' ')} words={rest} />;
  return (
    <p>
      Did you mean <a href={toSearch({ ...query, q: suggested })}>{told}</a>?
    </p>
  );
}

function BySpeaker({ name, words }: { name: string; words: string }) {
  return (
    <>
      {words && (
        <>
          <q dir="auto">{words}</q> in{' '}
        </>
      )}
      quotes of a speaker called <bdi>{name}</bdi>
    </>
  );
}

/** Words that may have been meant, each with the search for it. */
function Spellings({ condition, query }: { condition: Unmet; query: Query }) {
  const { field, text, spellings = [] } = condition;
  if (field !== 'query' || !spellings.length || !query.q.includes(text)) return null;
  return (
    <>
      ; did you mean{' '}
      {spellings.slice(0, 3).map((spelling, number) => (
        <Fragment key={spelling}>
          {number > 0 && ' or '}
          <a href={toSearch({ ...query, q: query.q.replace(text, () => spelling) })}>
            <bdi>{spelling}</bdi>
          </a>
        </Fragment>
      ))}
      ?
    </>
  );
}
