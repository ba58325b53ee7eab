// Puts an article in.

import { useRef, useState } from 'preact/hooks';
import { ApiError, type Article, put, stored } from './api';
import { forget } from './load';
import { go, toArticle } from './route';
import { Failed } from './states';
import { useTitle } from './title';

const FIELDS = [
  { name: 'outlet', label: 'Outlet', type: 'text' },
  { name: 'authors', label: 'Authors, with commas between them', type: 'text' },
  { name: 'date', label: 'Published on', type: 'date' },
  { name: 'url', label: 'Web address', type: 'url' },
  { name: 'id', label: 'Id (made by the server if empty)', type: 'text' },
] as const;

/** What was typed, by field, so that it is still there when one comes back; and what comes from elsewhere. */
export const draft: Record<string, string> = {};

function clear(): void {
  for (const name of Object.keys(draft)) delete draft[name];
}

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

/** The article that has this id already. A key that may not read is not told. */
const present = (id: string) =>
  stored(id).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  });

export function AddView() {
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [taken, setTaken] = useState<Article>();
  const form = useRef<HTMLFormElement>(null);
  useTitle('Add an article');
  /** `over`: the article that may be replaced, as it was when that was agreed to. */
  const store = async (over?: Article) => {
    if (!form.current) return;
    setBusy(true);
    setError(undefined);
    setTaken(undefined);
    try {
      const article = articleOf(new FormData(form.current));
      const other = article.id && article.id !== over?.id ? await present(article.id) : undefined;
      if (other) {
        setTaken(other);
        setBusy(false);
        return;
      }
      if (article.id === over?.id && over?.etag) article.etag = over.etag;
      const { id } = await put(article);
      clear();
      forget();
      go(toArticle(id), true);
    } catch (error) {
      setError(error instanceof ApiError ? error : new ApiError(String(error), 0, ''));
      setBusy(false);
    }
  };
  return (
    <div class="sheet">
      <header class="masthead">
        <h1>Add an article</h1>
        <p class="muted">It is analysed, kept, and found in every search at once.</p>
      </header>
      <form
        class="paste"
        ref={form}
        onInput={({ target }) => {
          const { name, value } = target as HTMLInputElement;
          draft[name] = value;
          if (name === 'id') setTaken(undefined);
        }}
        onSubmit={(event) => {
          event.preventDefault();
          void store();
        }}
      >
        <Field name="title" label="Headline" type="text" />
        <label class="field">
          <span>Text</span>
          <textarea name="body" rows={12} dir="auto" required defaultValue={draft['body'] ?? ''} />
        </label>
        <div class="grid">
          {FIELDS.map((field) => (
            <Field key={field.name} {...field} />
          ))}
        </div>
        {taken && <Taken article={taken} replace={() => void store(taken)} />}
        <p class="actions">
          <button class="button primary" disabled={busy}>
            {busy ? 'Storing …' : 'Add the article'}
          </button>
        </p>
      </form>
      {error && <Failed error={error} again={() => void store()} />}
    </div>
  );
}

function Field({ name, label, type }: { name: string; label: string; type: string }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input name={name} type={type} dir="auto" autocomplete="off" defaultValue={draft[name] ?? ''} />
    </label>
  );
}

/** Asks before an article is lost. */
function Taken({ article, replace }: { article: Article; replace: () => void }) {
  return (
    <div class="notice" role="alert" ref={(notice) => notice?.scrollIntoView({ block: 'nearest' })}>
      <h2>This id is taken</h2>
      <p>
        There is an article <bdi>{article.id}</bdi> already
        {article.title && (
          <>
            , <q dir="auto">{article.title}</q>
          </>
        )}
        . Give another id, or put this one in its place.
      </p>
      <button type="button" class="button" onClick={replace}>
        Replace the article
      </button>
    </div>
  );
}
