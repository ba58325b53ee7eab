// How many quotes there are in each month, and where that would be too many bars, in each year or decade.

import type { FacetValue } from './api';
import { many, period } from './words';

/** More bars than this are too narrow to hit. Of more decades than this, the latest are shown. */
const MOST = 36;

/** Periods are beginnings of a month's name: "202" is a decade, "2026" a year, "2026-02" a month. */
const LENGTHS = [7, 4, 3];

interface Bar {
  value: string;
  count: number;
}

/** The period before, of the same length. */
function before(value: string): string {
  if (value.length < 7) return String(Number(value) - 1).padStart(value.length, '0');
  const [year = 0, month = 0] = value.split('-').map(Number);
  const [sooner, number] = month > 1 ? [year, month - 1] : [year - 1, 12];
  return `${String(sooner).padStart(4, '0')}-${String(number).padStart(2, '0')}`;
}

/** The months, years or decades from one to another, those without quotes included: the last ones, and one more than fit. */
function between(values: FacetValue[], first: string, last: string): Bar[] {
  const counts = new Map<string, number>();
  for (const one of values) {
    const value = one.value.slice(0, last.length);
    counts.set(value, (counts.get(value) ?? 0) + Number(one.count));
  }
  const bars: Bar[] = [];
  for (let value = last; value >= first && bars.length <= MOST; value = before(value)) bars.unshift({ value, count: counts.get(value) ?? 0 });
  return bars;
}

/** The rows of bars: of all time, and below each chosen period the shorter ones in it. */
function rows(values: FacetValue[], chosen: string): { of: string; bars: Bar[] }[] {
  const [first, last] = [values[0]?.value, values.at(-1)?.value];
  if (!first || !last) return [];
  const all = LENGTHS.map((length) => between(values, first.slice(0, length), last.slice(0, length)));
  const fits = all.find((bars) => bars.length <= MOST) ?? all.at(-1) ?? [];
  const found = [{ of: '', bars: fits.slice(-MOST) }];
  const length = fits[0]?.value.length ?? 7;
  if (length === 3 && chosen.length >= 3) {
    const decade = chosen.slice(0, 3);
    found.push({ of: decade, bars: between(values, `${decade}0`, `${decade}9`) });
  }
  if (length < 7 && chosen.length >= 4) {
    const year = chosen.slice(0, 4);
    found.push({ of: year, bars: between(values, `${year}-01`, `${year}-12`) });
  }
  return found;
}

export function Timeline({ values, chosen, choose }: { values: FacetValue[]; chosen: string; choose: (period: string) => void }) {
  const shown = rows(values, chosen);
  if (!shown[0] || shown[0].bars.length < 2) return null;
  return (
    <>
      {shown.map(({ of, bars }) => (
        <Row key={of} of={of} bars={bars} chosen={chosen} choose={choose} />
      ))}
    </>
  );
}

function Row({ of, bars, chosen, choose }: { of: string; bars: Bar[]; chosen: string; choose: (period: string) => void }) {
  const most = Math.max(...bars.map((one) => one.count), 1);
  const each = { 3: 'decade', 4: 'year' }[bars[0]?.value.length ?? 7] ?? 'month';
  const name = `Quotes by ${each}${of && ` of ${of.length === 3 ? 'the ' : ''}${period(of)}`}`;
  return (
    <section class="timeline" aria-label={name}>
      <div class="bars">
        {bars.map((one) => (
          <button
            key={one.value}
            type="button"
            disabled={one.count === 0}
            aria-pressed={chosen.startsWith(one.value)}
            aria-label={`${period(one.value)}: ${many(one.count, 'quote')}`}
            title={`${period(one.value)}: ${many(one.count, 'quote')}`}
            onClick={() => choose(one.value === chosen ? of : one.value)}
          >
            <i style={{ height: `${one.count ? Math.max(6, (100 * one.count) / most) : 2}%` }} />
          </button>
        ))}
      </div>
      <p class="ends" aria-hidden="true">
        <span>{period(bars[0]?.value ?? '')}</span>
        <span>{period(bars.at(-1)?.value ?? '')}</span>
      </p>
    </section>
  );
}
