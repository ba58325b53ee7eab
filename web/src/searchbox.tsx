// The search box, with suggestions while typing.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { lookup, type Suggestions, suggest } from './api';
import { go, toPerson, toSearch, write, type Route } from './route';
import { count, initials, typeName } from './words';

const WAIT_MS = 120;

interface Choice {
  address: string;
  label: string;
  hint: string;
  badge: string;
}

/** Those whose name goes on like the text, or if there are none, who go by it as a role: "prime minister". */
async function offersFor(text: string, signal: AbortSignal): Promise<Suggestions> {
  const [found, [hits = []]] = await Promise.all([suggest(text, signal), lookup([text.trim()], signal).catch(() => [])]);
  if (found.entities?.length) return found;
  return { ...found, entities: hits.map((hit) => hit.entity) };
}

function choices(text: string, found: Suggestions): Choice[] {
  const entities = (found.entities ?? []).map((entity) => ({
    address: toPerson(entity.id),
    label: entity.name,
    hint: `${typeName(entity.type)} · ${count(entity.articleCount)} ${entity.articleCount === '1' ? 'article' : 'articles'}`,
    badge: initials(entity.name),
  }));
  const phrases = (found.phrases ?? []).slice(0, 4).map((phrase) => ({
    address: toSearch({ q: phrase.text }),
    label: phrase.text,
    hint: Number(phrase.headlineCount) === 1 ? 'in a headline' : `in ${count(phrase.headlineCount)} headlines`,
    badge: '',
  }));
  const all = [...entities, ...phrases];
  return all.length ? [{ address: toSearch({ q: text }), label: text, hint: 'search quotes', badge: '' }, ...all] : [];
}

/** What was typed stays until another page is shown, which then says what stands here. */
export function SearchBox({ route }: { route: Route }) {
  const shown = route.view === 'search' ? route.query.q : '';
  const address = write(route);
  const [text, setText] = useState(shown);
  const [offers, setOffers] = useState<Choice[]>([]);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const typed = useRef(false);
  const box = useRef<HTMLInputElement>(null);

  useLayoutEffect(() => {
    setText(shown);
    typed.current = false;
    setOpen(false);
  }, [address]);

  useEffect(() => {
    if (!typed.current || !text.trim()) {
      setOffers([]);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      // The search may have been sent off in the meantime.
      if (!typed.current) return;
      // A suggestion that fails is none: the search itself will say what is wrong.
      offersFor(text, stop.signal).then(
        (found) => {
          setOffers(choices(text.trim(), found));
          setAt(-1);
        },
        () => setOffers([]),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);

  const close = () => {
    setOpen(false);
    setAt(-1);
    typed.current = false;
  };
  const choose = (address: string) => {
    close();
    setText(new URLSearchParams(address.slice(1)).get('q') ?? '');
    box.current?.blur();
    go(address);
  };
  const listed = open && offers.length > 0;
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && listed) {
      event.preventDefault();
      // One place more than there are offers: the box itself.
      setAt(((at + 1 + step + offers.length + 1) % (offers.length + 1)) - 1);
    } else if (event.key === 'Escape') {
      // Browsers would clear the box.
      event.preventDefault();
      if (listed) close();
      else box.current?.blur();
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    choose(offers[at]?.address ?? toSearch({ q: text.trim() }));
  };

  return (
    <form class="searchbox" role="search" onSubmit={submit}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="8.5" cy="8.5" r="5.5" />
        <path d="m13 13 4.5 4.5" />
      </svg>
      <input
        ref={box}
        id="search"
        type="search"
        role="combobox"
        aria-label="Search quotes, people and organisations"
        aria-expanded={listed}
        aria-controls="suggestions"
        aria-autocomplete="list"
        aria-activedescendant={listed && at >= 0 ? `suggestion-${at}` : undefined}
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="search"
        dir="auto"
        placeholder="Search quotes and people"
        value={text}
        onInput={(event) => {
          typed.current = true;
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onKeyDown={keys}
        onBlur={close}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul id="suggestions" role="listbox" aria-label="Suggestions" hidden={!listed}>
        {listed &&
          offers.map((offer, number) => (
            <li
              key={offer.address}
              id={`suggestion-${number}`}
              role="option"
              aria-selected={number === at}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(offer.address);
              }}
            >
              <span class={offer.badge ? 'badge' : 'badge plain'} aria-hidden="true">
                {offer.badge || '“'}
              </span>
              <bdi>{offer.label}</bdi>
              <small>{offer.hint}</small>
            </li>
          ))}
      </ul>
    </form>
  );
}
