// A text with every quote and name marked in it, and each quote tied to its speaker.

import { Fragment } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Annotations, Quote } from './api';
import { Notes, Speakers } from './card';
import { type Paragraph, type Piece, paragraphs } from './marks';
import { toPerson } from './route';
import { around, hasPage, initials, language, manner, speakerName } from './words';

/** How many speakers have a colour of their own. Further ones begin anew, far from those who spoke first. */
const COLOURS = 12;

const who = (quote: Quote): string => quote.speakers?.[0]?.id ?? '';

/** "EV" for Elske Varrin, "EV+AL" for her and Ada Lind. */
const tagOf = ({ speakers = [] }: Quote): string => {
  const all = speakers.slice(0, 2).map((speaker) => initials(speaker.name));
  return speakers.length > 2 ? `${all.join('+')}+…` : all.join('+') || '?';
};

/** Classes for the colours of speakers, in the order in which they first speak. */
function colours(quotes: Quote[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const quote of quotes) {
    const speaker = who(quote);
    if (speaker && !found.has(speaker)) found.set(speaker, `s${found.size % COLOURS}`);
  }
  return found;
}

export interface AnnotatedProps {
  text: string;
  annotations: Annotations;
  /** The number of the quote that is chosen, or -1. */
  chosen: number;
  choose: (number: number) => void;
  /** Whether names lead to pages: those of a text that is not stored do not. */
  linked: boolean;
}

export function Annotated({ text, annotations, chosen, choose, linked }: AnnotatedProps) {
  const quotes = annotations.quotes ?? [];
  const whole = useMemo(() => paragraphs(text, annotations), [text, annotations]);
  const colour = useMemo(() => colours(quotes), [annotations]);
  const colourOf = (number: number) => colour.get(who(quotes[number] as Quote)) ?? 'none';
  const body = useRef<HTMLDivElement>(null);
  const rail = useRef<HTMLOListElement>(null);

  useEffect(() => {
    if (chosen < 0) return;
    const gentle = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
    const piece = body.current?.querySelector('.chosen');
    piece?.scrollIntoView({ block: 'center', behavior: gentle });
    const list = rail.current;
    const entry = list?.querySelector<HTMLElement>('[aria-current]');
    // Only the list is moved, not the page.
    if (list && entry) list.scrollTop = entry.offsetTop - list.clientHeight / 3;
  }, [chosen, annotations]);

  return (
    <div class="annotated">
      {quotes.length > 0 && (
        <button type="button" class="quiet jump" onClick={() => rail.current?.parentElement?.scrollIntoView({ block: 'start' })}>
          To the list of {quotes.length === 1 ? '1 quote' : `${quotes.length} quotes`} ↓
        </button>
      )}
      <div class="text" ref={body}>
        {whole.map((paragraph) => (
          <Lines key={paragraph.start} {...{ paragraph, quotes, chosen, choose, linked, colourOf }} />
        ))}
        {annotations.languageCode && annotations.languageCode !== 'en' && <Language code={annotations.languageCode} />}
      </div>
      <section class="rail" aria-label="Quotes in this text">
        <h2>
          {quotes.length === 1 ? '1 quote' : `${quotes.length} quotes`}
        </h2>
        {quotes.length === 0 && <p class="muted">Nobody is quoted in this text.</p>}
        <ol ref={rail} tabIndex={quotes.length ? 0 : undefined} aria-label="Quotes, in reading order">
          {quotes.map((quote, number) => (
            <Entry key={quote.id || number} {...{ quote, number, linked, choose }} chosen={number === chosen} colour={colourOf(number)} />
          ))}
        </ol>
      </section>
      {quotes[chosen] && <Held quote={quotes[chosen]} colour={colourOf(chosen)} linked={linked} drop={() => choose(-1)} />}
    </div>
  );
}

/** The quote in hand, at the foot of windows that have no room for the list beside the text. */
function Held({ quote, colour, linked, drop }: { quote: Quote; colour: string; linked: boolean; drop: () => void }) {
  return (
    <div class={`held ${colour}`}>
      <p class="by">
        <strong>
          <Speakers quote={quote} linked={linked} />
        </strong>
        <Notes quote={quote} />
      </p>
      <p class="manner" dir="auto">
        {manner(quote)}
      </p>
      <button type="button" class="quiet" onClick={drop}>
        Close
      </button>
    </div>
  );
}

function Language({ code }: { code: string }) {
  const said = code === 'und' ? 'The language of this text is unknown.' : `This text seems to be in ${language(code)}.`;
  return <p class="hint">{said} Quotes and names are found in English only.</p>;
}

interface LinesProps {
  paragraph: Paragraph;
  quotes: Quote[];
  chosen: number;
  choose: (number: number) => void;
  linked: boolean;
  colourOf: (number: number) => string;
}

const HEADS = new Set(['SENTENCE_ROLE_HEADLINE', 'SENTENCE_ROLE_SUBHEADING']);

function Lines({ paragraph, quotes, chosen, choose, linked, colourOf }: LinesProps) {
  return (
    <p dir="auto" class={HEADS.has(paragraph.role) ? 'heading' : undefined}>
      {paragraph.pieces.map((piece) => {
        const classes = [];
        if (piece.quote >= 0) classes.push('q', colourOf(piece.quote));
        if (piece.cue >= 0) classes.push('cue');
        if (piece.quote >= 0 && piece.quote === chosen) classes.push('chosen');
        if (chosen >= 0 && (piece.source === chosen || piece.cue === chosen)) classes.push('told');
        return (
          <Fragment key={piece.start}>
            {classes.length ? (
              <span class={classes.join(' ')} onClick={piece.quote >= 0 ? () => choose(piece.quote) : undefined}>
                <Words piece={piece} linked={linked} />
              </span>
            ) : (
              <Words piece={piece} linked={linked} />
            )}
            {piece.ends.map((number) => (
              <span key={`end ${number}`} class="end">
                <button
                  type="button"
                  class={`tag ${colourOf(number)}`}
                  aria-pressed={number === chosen}
                  title={speakerName(quotes[number] as Quote)}
                  onClick={() => choose(number === chosen ? -1 : number)}
                >
                  {tagOf(quotes[number] as Quote)}
                  <span class="visually-hidden">
                    : quote {number + 1}, {speakerName(quotes[number] as Quote)}
                  </span>
                </button>
              </span>
            ))}
          </Fragment>
        );
      })}
    </p>
  );
}

/** Words of the text. A name leads to its page; what stands for a name tells whom it means. */
function Words({ piece, linked }: { piece: Piece; linked: boolean }) {
  const { mention, text } = piece;
  if (!mention || !hasPage(mention.entity)) return <>{text}</>;
  const named = mention.form === 'MENTION_FORM_NAME' || mention.form === 'MENTION_FORM_TITLED_NAME';
  if (!named) {
    return (
      <span class="refers" title={mention.entity.name}>
        {text}
      </span>
    );
  }
  if (!linked) return <span class="name" title={mention.entity.name}>{text}</span>;
  return (
    <a class="name" href={toPerson(mention.entity.id)} title={mention.entity.name}>
      {text}
    </a>
  );
}

interface EntryProps {
  quote: Quote;
  number: number;
  linked: boolean;
  chosen: boolean;
  colour: string;
  choose: (number: number) => void;
}

function Entry({ quote, number, linked, chosen, colour, choose }: EntryProps) {
  const [before, after] = around(quote);
  return (
    <li class={`entry ${colour}`} aria-current={chosen || undefined}>
      <p class="by">
        <strong>
          <Speakers quote={quote} linked={linked} />
        </strong>
        <Notes quote={quote} />
      </p>
      <button type="button" class="words" dir="auto" onClick={() => choose(chosen ? -1 : number)}>
        {before}
        {quote.text}
        {after}
      </button>
      {manner(quote) && (
        <p class="manner" dir="auto">
          {manner(quote)}
        </p>
      )}
    </li>
  );
}
