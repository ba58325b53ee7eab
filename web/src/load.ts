// Loading, with what was loaded before kept at hand.

import { useLayoutEffect, useState } from 'preact/hooks';
import { ApiError } from './api';

export interface Loaded<T> {
  value?: T;
  error?: ApiError;
  /** Whether something is on its way. `value` may be that of the address before. */
  busy: boolean;
}

const KEPT = 40;
const kept = new Map<string, unknown>();

/** Forgets what was loaded, because it is no longer right. */
export function forget(): void {
  kept.clear();
}

/** Loads what `name` names. What was loaded under this name before is shown at once. */
export function useLoad<T>(name: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> & { again: () => void } {
  const [state, setState] = useState<Loaded<T> & { name: string }>({ busy: true, name: '' });
  const [round, setRound] = useState(0);
  const held = kept.get(name) as T | undefined;
  // Before the page is painted: an effect would ask only after that, and the answer takes as long as the painting.
  useLayoutEffect(() => {
    if (kept.has(name)) return;
    const stop = new AbortController();
    setState((before) => ({ ...(before.value === undefined ? {} : { value: before.value }), busy: true, name }));
    load(stop.signal).then(
      (value) => {
        if (stop.signal.aborted) return;
        kept.set(name, value);
        for (const oldest of kept.keys()) {
          if (kept.size <= KEPT) break;
          kept.delete(oldest);
        }
        setState({ value, busy: false, name });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const known = error instanceof ApiError ? error : new ApiError(String(error), 0, '');
        setState({ error: known, busy: false, name });
      },
    );
    return () => stop.abort();
  }, [name, round]);
  const again = () => {
    kept.delete(name);
    setRound(round + 1);
  };
  if (held !== undefined) return { value: held, busy: false, again };
  if (state.name !== name) return { ...(state.value === undefined ? {} : { value: state.value }), busy: true, again };
  return { ...state, again };
}
