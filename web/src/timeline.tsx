// How many quotes there are in each month.

import type { FacetValue } from './api';
import { many, month } from './words';

/** More months than this make bars too narrow to hit. The latest are shown. */
const MOST = 36;

/** All months from the first to the last, those without quotes included. */
function filled(values: FacetValue[]): { value: string; count: number }[] {
  const counts = new Map(values.map((one) => [one.value, Number(one.count)]));
  const [first, last] = [values[0]?.value, values.at(-1)?.value];
  const months: { value: string; count: number }[] = [];
  if (!first || !last) return months;
  let [year = 0, number = 0] = last.split('-').map(Number);
  while (months.length < MOST) {
    const value = `${String(year).padStart(4, '0')}-${String(number).padStart(2, '0')}`;
    months.unshift({ value, count: counts.get(value) ?? 0 });
    if (value <= first) break;
    [year, number] = number > 1 ? [year, number - 1] : [year - 1, 12];
  }
  return months;
}

export function Timeline({ values, chosen, choose }: { values: FacetValue[]; chosen: string; choose: (month: string) => void }) {
  const months = filled(values);
  if (months.length < 2) return null;
  const most = Math.max(...months.map((one) => one.count), 1);
  return (
    <section class="timeline" aria-label="Quotes by month">
      <div class="bars">
        {months.map((one) => (
          <button
            key={one.value}
            type="button"
            disabled={one.count === 0}
            aria-pressed={one.value === chosen}
            aria-label={`${month(one.value)}: ${many(one.count, 'quote')}`}
            title={`${month(one.value)}: ${many(one.count, 'quote')}`}
            onClick={() => choose(one.value === chosen ? '' : one.value)}
          >
            <i style={{ height: `${one.count ? Math.max(6, (100 * one.count) / most) : 2}%` }} />
          </button>
        ))}
      </div>
      <p class="ends" aria-hidden="true">
        <span>{month(months[0]?.value ?? '')}</span>
        <span>{month(months.at(-1)?.value ?? '')}</span>
      </p>
    </section>
  );
}
