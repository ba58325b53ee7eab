// What stands in place of content: while it loads, where there is none, and where it failed.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, key, KEY_CHANGED } from './api';
import { forget } from './load';

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
  if (error.status === 401) return <KeyForm error={error} again={again} />;
  const title =
    error.status === 404 ? 'Not found' : error.status === 0 ? 'No connection' : error.status === 400 ? 'This cannot be read' : 'Something went wrong';
  return (
    <div class="notice" role="alert">
      <h2>{title}</h2>
      <p dir="auto">{error.message}</p>
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
  const wrong = key.get() !== '';
  const enter = (event: Event) => {
    event.preventDefault();
    key.set(given.trim());
    forget();
    dispatchEvent(new Event(KEY_CHANGED));
    again();
  };
  return (
    <form class="notice" onSubmit={enter}>
      <h2>This server needs a key</h2>
      <p role={wrong ? 'alert' : undefined}>{wrong ? error.message : 'Whoever runs it can give you one. It is kept in this tab until you close it.'}</p>
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
