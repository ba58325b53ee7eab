// What the quotes found are counted by, at the side: each value narrows the search.

import type { Facet } from './api';
import type { List, Query } from './route';
import { count } from './words';

/** The facets at the side, with the list of the query that each of them fills. */
export const FACETS: { list: List; field: string; title: string; limit: number }[] = [
  { list: 'speaker', field: 'FACET_FIELD_SPEAKER', title: 'Speaker', limit: 8 },
  { list: 'about', field: 'FACET_FIELD_ABOUT', title: 'About', limit: 6 },
  { list: 'outlet', field: 'FACET_FIELD_OUTLET', title: 'Outlet', limit: 6 },
  { list: 'act', field: 'FACET_FIELD_ACT', title: 'Act', limit: 5 },
  { list: 'kind', field: 'FACET_FIELD_KIND', title: 'Wording', limit: 3 },
];

const WORDS: Record<string, string> = {
  speech: 'Speech',
  thought: 'Thought',
  intent: 'Intent',
  finding: 'Finding',
  other: 'Other',
  direct: 'Verbatim',
  indirect: 'Indirect',
  mixed: 'Partly verbatim',
};

export interface Side {
  facets: Facet[];
  query: Query;
  /** The list that the page itself fills, such as the speaker on a person's page. */
  fixed: List | undefined;
  change: (query: Query) => void;
}

/** A name for a value that is chosen, which the answer may not tell. */
export function nameOf(list: List, value: string, facets: Facet[]): string {
  const field = FACETS.find((facet) => facet.list === list)?.field;
  const told = facets.find((facet) => facet.field === field)?.values?.find((one) => one.value === value);
  return told?.entity?.name ?? WORDS[value] ?? (list === 'speaker' || list === 'about' ? fromId(value) : value);
}

/** "Ada Lind" from "person/ada-lind", where no name is known. */
function fromId(id: string): string {
  const words = (id.split('/').at(-1) ?? id).split('-');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

export function Facets({ facets, query, fixed, change }: Side) {
  const toggle = (list: List, value: string) => {
    const chosen = query[list];
    const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
    change({ ...query, [list]: next });
  };
  return (
    <div class="facets">
      {FACETS.filter(({ list }) => list !== fixed).map(({ list, field, title }) => {
        const facet = facets.find((one) => one.field === field);
        const told = (facet?.values ?? []).map((one) => ({ value: one.value, count: one.count }));
        const lost = query[list].filter((value) => !told.some((one) => one.value === value));
        const values = [...lost.map((value) => ({ value, count: '0' })), ...told];
        if (!values.length) return null;
        return (
          <fieldset key={list}>
            <legend>{title}</legend>
            {values.map((one) => (
              <label key={one.value}>
                <input type="checkbox" checked={query[list].includes(one.value)} onChange={() => toggle(list, one.value)} />
                <bdi>{nameOf(list, one.value, facets)}</bdi>
                <small>{count(one.count)}</small>
              </label>
            ))}
          </fieldset>
        );
      })}
    </div>
  );
}
