// A quote as a card: what was said, by whom, how, where and when.

import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { type Quote, type QuoteHit, type Sentence, type Span, surroundings } from './api';
import { useLoad } from './load';
import { toArticle, toPerson } from './route';
import { Failed } from './states';
import { around, hasPage, initials, manner, notes, published, speakerName } from './words';

/** A text with parts of it marked. */
export function Marked({ text, spans }: { text: string; spans: Span[] }) {
  const parts = [];
  let done = 0;
  for (const { start = 0, end = 0 } of [...spans].sort((a, b) => (a.start ?? 0) - (b.start ?? 0))) {
    if (start < done || end <= start) continue;
    parts.push(text.slice(done, start), <mark key={start}>{text.slice(start, end)}</mark>);
    done = end;
  }
  return (
    <>
      {parts}
      {text.slice(done)}
    </>
  );
}

/** Who speaks, each with a link to the page about them. */
export function Speakers({ quote, linked }: { quote: Quote; linked: boolean }) {
  const speakers = quote.speakers ?? [];
  if (!speakers.length) return <span dir="auto">{speakerName(quote)}</span>;
  return (
    <>
      {speakers.map((speaker, number) => (
        <Fragment key={speaker.id}>
          {number > 0 && (number === speakers.length - 1 ? ' and ' : ', ')}
          {linked && hasPage(speaker) ? (
            <a href={toPerson(speaker.id)} dir="auto">
              {speaker.name}
            </a>
          ) : (
            <span dir="auto">{speaker.name}</span>
          )}
        </Fragment>
      ))}
    </>
  );
}

export function Notes({ quote }: { quote: Quote }) {
  return (
    <>
      {notes(quote).map((note) => (
        <span key={note.text} class={note.doubt ? 'note doubt' : 'note'}>
          {note.text}
        </span>
      ))}
    </>
  );
}

export function QuoteCard({ hit, title }: { hit: QuoteHit; title: string | undefined }) {
  const { quote } = hit;
  const [open, setOpen] = useState(false);
  const [before, after] = around(quote);
  const named = (quote.speakers ?? []).length > 0;
  const marks = (hit.highlights ?? []).flatMap((highlight) => highlight.textSpan ?? []);
  const told = manner(quote);
  return (
    <li class="card">
      <span class={named ? 'badge' : 'badge plain'} aria-hidden="true">
        {named ? initials(speakerName(quote)) : '?'}
      </span>
      <div class="said">
        <p class="by">
          <strong>
            <Speakers quote={quote} linked />
          </strong>
          {title && <span class="role" dir="auto">{title}</span>}
          <Notes quote={quote} />
        </p>
        <blockquote dir="auto">
          {before}
          <Marked text={quote.text ?? ''} spans={marks} />
          {after}
        </blockquote>
        <p class="where">
          {told && (
            <span dir="auto" class="manner">
              {told}
            </span>
          )}
          {quote.article?.outlet && (
            <span dir="auto" class="outlet">
              {quote.article.outlet}
            </span>
          )}
          {published(quote.article) && <span>{published(quote.article)}</span>}
        </p>
        <p class="ways">
          <a class="open" href={toArticle(quote.article?.id ?? '', quote.id)} dir="auto">
            {quote.article?.title || 'Read the article'}
          </a>
          <button type="button" class="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide context' : 'Context'}
          </button>
        </p>
        {open && <Surroundings id={quote.id} />}
      </div>
    </li>
  );
}

/** The sentences around a quote, with its words marked. */
function Surroundings({ id }: { id: string }) {
  const { value, error, again } = useLoad(`around ${id}`, (signal) => surroundings(id, signal));
  if (error) return <Failed error={error} again={again} />;
  if (!value) return <p class="around" role="status">Loading …</p>;
  return (
    <p class="around" dir="auto">
      {(value.sentences ?? []).map((sentence, number) => (
        <Fragment key={number}>
          {number > 0 && ' '}
          <Marked text={sentence.text ?? ''} spans={within(sentence, value.quote.contentSpans ?? [])} />
        </Fragment>
      ))}
    </p>
  );
}

/** The parts of spans that lie in a sentence, counted from its start. */
function within(sentence: Sentence, spans: Span[]): Span[] {
  const { start: from = 0, end: to = 0 } = sentence.span ?? {};
  return spans.flatMap(({ start = 0, end = 0 }) => {
    const part = { start: Math.max(start, from) - from, end: Math.min(end, to) - from };
    return part.start < part.end ? [part] : [];
  });
}
