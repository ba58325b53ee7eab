// Puts an article in.

import { useState } from 'preact/hooks';
import { carried } from './analyze';
import { ApiError, type Article, put } from './api';
import { forget } from './load';
import { go, toArticle } from './route';
import { Failed } from './states';
import { useTitle } from './title';

const FIELDS = [
  { name: 'title', label: 'Headline', type: 'text' },
  { name: 'outlet', label: 'Outlet', type: 'text' },
  { name: 'authors', label: 'Authors, with commas between them', type: 'text' },
  { name: 'date', label: 'Published on', type: 'date' },
  { name: 'url', label: 'Web address', type: 'url' },
  { name: 'id', label: 'Id (made by the server if empty)', type: 'text' },
] as const;

function articleOf(given: FormData): Partial<Article> {
  const text = (name: string) => String(given.get(name) ?? '').trim();
  // The body is stored as it is given.
  const article: Partial<Article> = { body: String(given.get('body') ?? '') };
  for (const name of ['title', 'outlet', 'url', 'id'] as const) if (text(name)) article[name] = text(name);
  const authors = text('authors').split(',').map((name) => name.trim()).filter(Boolean);
  if (authors.length) article.authors = authors;
  const [year, month, day] = text('date').split('-').map(Number);
  if (year && month && day) article.publishDate = { year, month, day };
  return article;
}

export function AddView() {
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useTitle('Add an article');
  const store = async (form: HTMLFormElement) => {
    setBusy(true);
    setError(undefined);
    try {
      const { id } = await put(articleOf(new FormData(form)));
      carried.text = '';
      forget();
      go(toArticle(id), true);
    } catch (error) {
      setError(error instanceof ApiError ? error : new ApiError(String(error), 0, ''));
      setBusy(false);
    }
  };
  let form: HTMLFormElement | null = null;
  return (
    <div class="sheet">
      <header class="masthead">
        <h1>Add an article</h1>
        <p class="muted">It is analysed, kept, and found in every search at once.</p>
      </header>
      <form
        class="paste"
        ref={(element) => void (form = element)}
        onSubmit={(event) => {
          event.preventDefault();
          void store(event.currentTarget);
        }}
      >
        <label class="field">
          <span>Text</span>
          <textarea name="body" rows={12} dir="auto" required defaultValue={carried.text} />
        </label>
        <div class="grid">
          {FIELDS.map((field) => (
            <label class="field" key={field.name}>
              <span>{field.label}</span>
              <input name={field.name} type={field.type} dir="auto" autocomplete="off" />
            </label>
          ))}
        </div>
        <p class="actions">
          <button class="button primary" disabled={busy}>
            {busy ? 'Storing …' : 'Add the article'}
          </button>
        </p>
      </form>
      {error && <Failed error={error} again={() => form && void store(form)} />}
    </div>
  );
}
