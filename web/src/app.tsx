// The frame of the page, and which view is shown in it.

import { useEffect, useRef } from 'preact/hooks';
import { AddView } from './add';
import { AnalyzeView } from './analyze';
import { key, KEY_CHANGED, server } from './api';
import { ArticleView } from './article';
import { forget, useLoad } from './load';
import { PersonView } from './person';
import { Results } from './results';
import { everything, go, type Route, toSearch, useRoute } from './route';
import { SearchBox } from './searchbox';
import { useTitle } from './title';
import { many } from './words';

export function App() {
  const route = useRoute();
  useKeys();
  useFocus(route);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="7" />
            <path d="M8 20.5c0-5.5 2-9.3 6.3-11.5l1 1.900c-2.300 1.400-3.400 3-3.600 5.100h2.800v6.500H8zm9.500 0c0-5.5 2-9.3 6.3-11.5l1 1.900c-2.300 1.400-3.400 3-3.600 5.100H24v6.500h-6.500z" />
          </svg>
          <span>Sayso</span>
        </a>
        <SearchBox route={route} />
        <nav aria-label="Tools">
          <a href="/?view=analyze" aria-current={route.view === 'analyze' ? 'page' : undefined}>
            Analyse<span class="wide"> a text</span>
          </a>
          <a href="/?view=add" aria-current={route.view === 'add' ? 'page' : undefined}>
            Add<span class="wide"> an article</span>
          </a>
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <View route={route} />
      </main>
      <Foot />
    </>
  );
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case 'article':
      return <ArticleView key={route.id} id={route.id} quote={route.quote} />;
    case 'person':
      return <PersonView key={route.id} id={route.id} tab={route.tab} query={route.query} />;
    case 'analyze':
      return <AnalyzeView />;
    case 'add':
      return <AddView />;
    case 'search':
      return <SearchView route={route} />;
  }
}

function SearchView({ route }: { route: Route & { view: 'search' } }) {
  const { query } = route;
  useTitle(query.q);
  const bare = toSearch(query) === toSearch(everything);
  return (
    <>
      <h1 class={bare ? 'lead' : 'visually-hidden'}>{bare ? 'Who said what' : 'Quotes found'}</h1>
      <Results query={query} change={(query) => go(toSearch(query))} />
    </>
  );
}

function Foot() {
  const { value, again } = useLoad('server', server);
  useEffect(() => {
    addEventListener(KEY_CHANGED, again);
    return () => removeEventListener(KEY_CHANGED, again);
  });
  const leave = () => {
    key.set('');
    forget();
    again();
    go('/');
  };
  return (
    <footer class="foot">
      {value?.counts && (
        <span>
          {many(value.counts.quoteCount, 'quote')} in {many(value.counts.articleCount, 'article')}
        </span>
      )}
      {value?.version && <span>Sayso {value.version}</span>}
      <a href="/openapi.json" target="_blank">
        API
      </a>
      <span class="keys">
        <kbd>/</kbd> search <kbd>↓</kbd> <kbd>↑</kbd> move <kbd>Enter</kbd> open <kbd>Esc</kbd> back
      </span>
      {key.get() && (
        <button type="button" class="quiet" onClick={leave}>
          Forget the key
        </button>
      )}
    </footer>
  );
}

/** "/" goes to the search box; the arrows go from quote to quote. */
function useKeys(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('#search')?.select();
        document.getElementById('search')?.focus();
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const links = [...document.querySelectorAll<HTMLElement>('.card .open, .entry .words')];
      if (!step || !links.length) return;
      const at = links.findIndex((link) => link.closest('li')?.contains(document.activeElement));
      const next = links[at < 0 ? (step > 0 ? 0 : -1) : at + step];
      // Without a quote in hand, the arrows move the page as everywhere.
      if (!next || (at < 0 && document.activeElement !== document.body && document.activeElement?.id !== 'main')) return;
      event.preventDefault();
      next.focus({ preventScroll: true });
      next.closest('li')?.scrollIntoView({ block: 'nearest' });
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

/** Takes whoever reads by ear or keyboard to the new content when the view changes. */
function useFocus(route: Route): void {
  const name = route.view === 'article' || route.view === 'person' ? `${route.view} ${route.id}` : route.view;
  const before = useRef(name);
  useEffect(() => {
    if (before.current !== name) document.getElementById('main')?.focus({ preventScroll: true });
    before.current = name;
  }, [name]);
}
