// What stands in place of content: while it loads, where there is none, and where it failed.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, key, KEY_CHANGED } from './api';
import { forget } from './load';
import { errorText } from './words';

/** Grey bars in the shape of what is to come. */
export function Loading({ what }: { what: string }) {
  return (
    <div class="skeletons" role="status">
      <span class="visually-hidden">Loading {what} …</span>
      {[0, 1, 2].map((number) => (
        <div class="skeleton" key={number} aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="notice" role="status">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Says what failed, and offers what may help: a key, or another try. */
export function Failed({ error, again }: { error: ApiError; again: () => void }) {
  const notice = useRef<HTMLDivElement>(null);
  // What failed may have been asked for at the foot of a page that is longer than the window.
  useEffect(() => notice.current?.scrollIntoView({ block: 'nearest' }), [error]);
  if (error.status === 401 || error.status === 403) return <KeyForm error={error} again={again} />;
  const title =
    error.status === 404 ? 'Not found' : error.status === 0 ? 'No connection' : error.status === 400 ? 'This cannot be read' : 'Something went wrong';
  return (
    <div class="notice" role="alert" ref={notice}>
      <h2>{title}</h2>
      <p dir="auto">{errorText(error)}</p>
      {error.status !== 404 && error.status !== 400 && (
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      )}
      {error.status === 404 && (
        <a class="button" href="/">
          To all quotes
        </a>
      )}
    </div>
  );
}

function KeyForm({ error, again }: { error: ApiError; again: () => void }) {
  const [given, setGiven] = useState('');
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.scrollIntoView({ block: 'nearest' }), [error]);
  const wrong = key.get() !== '';
  const title = error.status === 403 ? 'This key may not do that' : 'This server needs a key';
  const may = /scope (\w+)/.exec(error.message)?.[1];
  const enter = (event: Event) => {
    event.preventDefault();
    key.set(given.trim());
    forget();
    dispatchEvent(new Event(KEY_CHANGED));
    again();
  };
  return (
    <form class="notice" onSubmit={enter} ref={form}>
      <h2>{title}</h2>
      <p role={wrong ? 'alert' : undefined}>
        {error.status === 403 && may && `It takes a key with the scope “${may}”. Whoever runs the server can give you one. `}
        {wrong ? errorText(error) : 'Whoever runs it can give you one. It is kept in this tab until you close it.'}
      </p>
      <label class="field">
        <span>Key</span>
        <input
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="sayso_…"
          value={given}
          onInput={(event) => setGiven(event.currentTarget.value)}
        />
      </label>
      <button class="button primary" disabled={!given.trim()}>
        Use this key
      </button>
    </form>
  );
}
