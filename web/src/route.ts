// What is shown stands in the address, so that it can be sent to somebody, and the back button works.

import { useEffect, useState } from 'preact/hooks';

/** Which quotes. Of the values in one list, any may hold. */
export interface Query {
  q: string;
  /** Whether any word of `q` is enough. */
  any: boolean;
  speaker: string[];
  about: string[];
  outlet: string[];
  act: string[];
  kind: string[];
  /** When it was published: a month, as "2026-02", a year, as "2026", a decade, as "202", or empty. */
  month: string;
  /** "", "newest" or "oldest". */
  sort: string;
}

export type Route =
  | { view: 'search'; query: Query }
  | { view: 'article'; id: string; quote: string }
  | { view: 'person'; id: string; tab: 'by' | 'about'; query: Query }
  | { view: 'analyze' }
  | { view: 'add' };

export const everything: Query = {
  q: '',
  any: false,
  speaker: [],
  about: [],
  outlet: [],
  act: [],
  kind: [],
  month: '',
  sort: '',
};

export const lists = ['speaker', 'about', 'outlet', 'act', 'kind'] as const;
export type List = (typeof lists)[number];

const ACTS = ['speech', 'thought', 'intent', 'finding', 'other'];
const KINDS = ['direct', 'indirect', 'mixed'];

export function read(address: string): Route {
  const given = new URLSearchParams(address);
  const query: Query = {
    q: given.get('q') ?? '',
    any: given.get('any') === '1',
    month: /^\d{3}(\d(-(0[1-9]|1[0-2]))?)?$/.exec(given.get('month') ?? '')?.[0] ?? '',
    sort: ['newest', 'oldest'].find((sort) => sort === given.get('sort')) ?? '',
    speaker: given.getAll('speaker'),
    about: given.getAll('about'),
    outlet: given.getAll('outlet'),
    // What a mistyped address names is left out, as if it were not there.
    act: given.getAll('act').filter((act) => ACTS.includes(act)),
    kind: given.getAll('kind').filter((kind) => KINDS.includes(kind)),
  };
  const [article, person] = [given.get('article'), given.get('person')];
  if (article) return { view: 'article', id: article, quote: given.get('quote') ?? '' };
  if (person) return { view: 'person', id: person, tab: given.get('tab') === 'about' ? 'about' : 'by', query };
  const view = given.get('view');
  if (view === 'analyze' || view === 'add') return { view };
  return { view: 'search', query };
}

export function write(route: Route): string {
  const said = new URLSearchParams();
  if (route.view === 'article') {
    said.set('article', route.id);
    if (route.quote) said.set('quote', route.quote);
  } else if (route.view === 'analyze' || route.view === 'add') {
    said.set('view', route.view);
  } else {
    if (route.view === 'person') {
      said.set('person', route.id);
      if (route.tab === 'about') said.set('tab', 'about');
    }
    for (const name of ['q', 'month', 'sort'] as const) if (route.query[name]) said.set(name, route.query[name]);
    if (route.query.any) said.set('any', '1');
    for (const list of lists) for (const value of route.query[list]) said.append(list, value);
  }
  const text = said.toString();
  return text ? `/?${text}` : '/';
}

export const toSearch = (query: Partial<Query>): string => write({ view: 'search', query: { ...everything, ...query } });
export const toArticle = (id: string, quote = ''): string => write({ view: 'article', id, quote });
export const toPerson = (id: string): string => write({ view: 'person', id, tab: 'by', query: everything });

const CHANGED = 'sayso:route';

/** Shows another address. `replace`: the back button does not come back to the present one. */
export function go(address: string, replace = false): void {
  history.replaceState({ ...history.state, y: scrollY }, '');
  if (replace) history.replaceState(history.state, '', address);
  else history.pushState({ inside: true }, '', address);
  dispatchEvent(new CustomEvent(CHANGED, { detail: replace }));
}

/** Goes back if the page before this one was one of ours, or else to the search. */
export function leave(): void {
  if (history.state?.inside) history.back();
  else go('/');
}

/** Moves within the page where a link to it is followed without wanting another tab. */
function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest('a');
  if (!link || link.target || link.origin !== location.origin || link.pathname !== '/') return;
  if (link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

export function useRoute(): Route {
  const [address, setAddress] = useState(location.search);
  useEffect(() => {
    history.scrollRestoration = 'manual';
    const changed = (event: Event) => {
      const replaced = (event as CustomEvent).detail === true;
      setAddress(location.search);
      if (!replaced) requestAnimationFrame(() => scrollTo(0, 0));
    };
    const back = (event: PopStateEvent) => {
      setAddress(location.search);
      const y = event.state?.y ?? 0;
      // What was shown is kept, so that one frame later it stands where it was.
      requestAnimationFrame(() => requestAnimationFrame(() => scrollTo(0, y)));
    };
    const left = () => history.replaceState({ ...history.state, y: scrollY }, '');
    addEventListener(CHANGED, changed);
    addEventListener('popstate', back);
    addEventListener('scrollend', left);
    document.addEventListener('click', follow);
    return () => {
      removeEventListener(CHANGED, changed);
      removeEventListener('popstate', back);
      removeEventListener('scrollend', left);
      document.removeEventListener('click', follow);
    };
  }, []);
  return read(address);
}
