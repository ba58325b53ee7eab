// A text cut where quotes and names begin and end, so that each piece can be shown in one way.

import type { Annotations, Mention, Quote, Span } from './api';

export interface Piece {
  start: number;
  text: string;
  /** The number of the innermost quote whose words these are, or -1. */
  quote: number;
  /** The number of the quote that these words attribute, or -1. */
  cue: number;
  /** The number of the quote whose source this is, or -1. */
  source: number;
  mention: Mention | undefined;
  /** The quotes whose words end here. */
  ends: number[];
}

export interface Paragraph {
  start: number;
  pieces: Piece[];
  role: string;
}

type Part = 'quote' | 'cue' | 'source' | 'mention';

interface Mark {
  start: number;
  end: number;
  part: Part;
  number: number;
}

function marksOf(annotations: Annotations): Mark[] {
  const marks: Mark[] = [];
  const add = (part: Part, number: number, spans: Span[] | undefined) => {
    for (const { start = 0, end = 0 } of spans ?? []) if (start < end) marks.push({ start, end, part, number });
  };
  (annotations.quotes ?? []).forEach((quote, number) => {
    add('quote', number, quote.contentSpans);
    add('cue', number, quote.cue?.spans);
    add('source', number, quote.source?.spans);
  });
  (annotations.mentions ?? []).forEach((mention, number) => add('mention', number, [mention.span]));
  return marks.sort((a, b) => a.start - b.start);
}

/** Where each quote's words end. */
function endsOf(quotes: Quote[]): Map<number, number[]> {
  const ends = new Map<number, number[]>();
  quotes.forEach((quote, number) => {
    const end = Math.max(0, ...(quote.contentSpans ?? []).map((span) => span.end ?? 0));
    ends.set(end, [...(ends.get(end) ?? []), number]);
  });
  return ends;
}

/** The paragraphs of a text, in pieces. */
export function paragraphs(text: string, annotations: Annotations): Paragraph[] {
  const marks = marksOf(annotations);
  const ends = endsOf(annotations.quotes ?? []);
  const roles = (annotations.sentences ?? []).map((sentence) => ({ start: sentence.span?.start ?? 0, role: sentence.role ?? '' }));
  const found: Paragraph[] = [];
  let next = 0;
  let role = 0;
  let active: Mark[] = [];
  for (const match of text.matchAll(/(?:(?!\n\s*\n)[\s\S])+/g)) {
    const lead = /^\s*/.exec(match[0])?.[0].length ?? 0;
    const [from, to] = [match.index + lead, match.index + match[0].trimEnd().length];
    if (from >= to) continue;
    active = active.filter((mark) => mark.end > from);
    for (; next < marks.length && (marks[next] as Mark).start < to; next++) active.push(marks[next] as Mark);
    while (role + 1 < roles.length && (roles[role + 1]?.start ?? 0) <= from) role++;
    const pieces = piecesOf(text, from, to, active, annotations, ends);
    found.push({ start: from, pieces, role: roles[role]?.start === from ? (roles[role]?.role ?? '') : '' });
  }
  return found;
}

function piecesOf(text: string, from: number, to: number, marks: Mark[], annotations: Annotations, ends: Map<number, number[]>): Piece[] {
  const cuts = new Set([from, to]);
  for (const mark of marks) for (const at of [mark.start, mark.end]) if (at > from && at < to) cuts.add(at);
  const places = [...cuts].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  let next = 0;
  let active: Mark[] = [];
  const sorted = marks.filter((mark) => mark.end > from).sort((a, b) => a.start - b.start);
  for (let number = 0; number + 1 < places.length; number++) {
    const [start, end] = [places[number] as number, places[number + 1] as number];
    active = active.filter((mark) => mark.end > start);
    for (; next < sorted.length && (sorted[next] as Mark).start <= start; next++) active.push(sorted[next] as Mark);
    // The innermost is the shortest.
    const inner = (part: Part) =>
      active.filter((mark) => mark.part === part && mark.end > start).sort((a, b) => a.end - a.start - (b.end - b.start))[0]?.number ?? -1;
    pieces.push({
      start,
      text: text.slice(start, end),
      quote: inner('quote'),
      cue: inner('cue'),
      source: inner('source'),
      mention: annotations.mentions?.[inner('mention')],
      ends: ends.get(end) ?? [],
    });
  }
  return pieces;
}
