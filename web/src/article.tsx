// One article, with everything that was found in it.

import { useEffect } from 'preact/hooks';
import { article } from './api';
import { Annotated } from './annotated';
import { useLoad } from './load';
import { go, leave, toArticle, toSearch } from './route';
import { Failed, Loading } from './states';
import { useTitle } from './title';
import { published, titleOf, webAddress } from './words';

export function ArticleView({ id, quote }: { id: string; quote: string }) {
  const { value, error, again } = useLoad(`article ${id}`, (signal) => article(id, signal));
  const shown = value?.article;
  useTitle(shown ? titleOf(shown) : 'Article');
  const quotes = value?.annotations?.quotes ?? [];
  const chosen = quote ? quotes.findIndex((one) => one.id === quote) : -1;

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !(event.target instanceof HTMLInputElement)) leave();
    };
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  }, []);

  if (error) return <Failed error={error} again={again} />;
  if (!value || !shown) return <Loading what="the article" />;
  const url = webAddress(shown.url);
  return (
    <article class="sheet">
      <header class="masthead">
        <p class="kicker">
          <button type="button" class="quiet" onClick={leave}>
            ← Back
          </button>
          {shown.outlet && (
            <a href={toSearch({ outlet: [shown.outlet] })} dir="auto">
              {shown.outlet}
            </a>
          )}
          {published(shown) && <span>{published(shown)}</span>}
        </p>
        <h1 dir="auto">{titleOf(shown)}</h1>
        <p class="credits">
          {shown.authors?.length ? <span dir="auto">By {shown.authors.join(', ')}</span> : null}
          {url && (
            <a href={url} target="_blank" rel="noreferrer noopener">
              Original article ↗
            </a>
          )}
        </p>
        {quote && chosen < 0 && (
          <p class="hint" role="status">
            The quote that this address names is no longer found here; the article or its analysis has changed.
          </p>
        )}
      </header>
      <Annotated
        text={shown.body ?? ''}
        annotations={value.annotations ?? {}}
        chosen={chosen}
        choose={(number) => go(toArticle(id, quotes[number]?.id ?? ''), true)}
        linked
      />
    </article>
  );
}
