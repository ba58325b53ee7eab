// A text of one's own, analysed and not stored.

import { useState } from 'preact/hooks';
import { draft } from './add';
import { type Annotated as Answer, analyze, ApiError, server } from './api';
import { Annotated } from './annotated';
import { useLoad } from './load';
import { Failed, Loading } from './states';
import { useTitle } from './title';

const EXAMPLE = `“The quay is closed, and it stays closed until the crane is mended,” Harbour Master Ada Lind told reporters on Tuesday.

Owners disagreed. Orrin Falk, who speaks for the shippers’ guild, said the port had “never once asked” what a week would cost. According to the guild, 40 ships are waiting.

She would not say when the crane had last been inspected.`;

/** What was typed and analysed last, so that it is still there when one comes back. */
const last: { typed: string; text: string; answer?: Answer } = { typed: '', text: '' };


export function AnalyzeView() {
  const [text, setText] = useState(last.typed);
  const [mode, setMode] = useState('');
  const [answer, setAnswer] = useState(last.answer);
  const [shown, setShown] = useState(last.text);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [chosen, choose] = useState(-1);
  const models = useLoad('server', server).value?.models ?? [];
  useTitle('Analyse a text');

  const type = (text: string) => {
    last.typed = text;
    setText(text);
  };
  const run = async () => {
    setBusy(true);
    setError(undefined);
    choose(-1);
    try {
      const found = await analyze(text, mode || 'ANALYSIS_MODE_UNSPECIFIED', undefined);
      [last.text, last.answer] = [text, found];
      setShown(text);
      setAnswer(found);
    } catch (error) {
      setAnswer(undefined);
      setError(error instanceof ApiError ? error : new ApiError(String(error), 0, ''));
    }
    setBusy(false);
  };

  return (
    <div class="sheet">
      <header class="masthead">
        <h1>Analyse a text</h1>
        <p class="muted">Paste an article to see who is quoted, and how. Nothing is stored.</p>
      </header>
      <form
        class="paste"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <label class="field">
          <span>Text, in English</span>
          <textarea rows={answer ? 5 : 11} dir="auto" required value={text} onInput={(event) => type(event.currentTarget.value)} />
        </label>
        <p class="actions">
          <button class="button primary" disabled={busy}>
            {busy ? 'Reading …' : 'Analyse'}
          </button>
          {models.length > 1 && (
            <label class="order">
              <span>Analysis</span>
              <select value={mode} onChange={(event) => setMode(event.currentTarget.value)}>
                <option value="">As the server does</option>
                <option value="ANALYSIS_MODE_FAST">Fast</option>
                <option value="ANALYSIS_MODE_ACCURATE">Accurate</option>
              </select>
            </label>
          )}
          {!text && (
            <button type="button" class="button" onClick={() => type(EXAMPLE)}>
              Use an example
            </button>
          )}
          {answer && (
            <a class="button" href="/?view=add" onClick={() => void (draft.body = shown)}>
              Add it to the archive …
            </a>
          )}
        </p>
      </form>
      {busy && <Loading what="the analysis" />}
      {error && !busy && <Failed error={error} again={() => void run()} />}
      {answer && !busy && <Annotated text={shown} annotations={answer.annotations ?? {}} chosen={chosen} choose={choose} linked={false} />}
    </div>
  );
}
