// Starts the program on a folder of its own, and a browser.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PROGRAM = process.env.SAYSO ?? join(import.meta.dirname, '../../target/release/sayso');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A server on a free port, with the sample articles if `flags` ask for them. */
export async function serve(...flags) {
  const folder = mkdtempSync(join(tmpdir(), 'sayso-page-'));
  const env = { ...process.env, SAYSO_LISTEN: '127.0.0.1:0', SAYSO_DATA_DIR: folder, SAYSO_ANALYSIS: 'fast' };
  const child = spawn(PROGRAM, ['serve', ...flags], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    child.stdout.on('data', (piece) => {
      said += piece;
      const found = /sayso listens on (\S+)/.exec(said);
      if (found) resolve(`http://${found[1]}`);
    });
  });
  return {
    url,
    /** Makes a key with which one may read. */
    key() {
      const made = spawnSync(PROGRAM, ['keys', 'create', 'reader', '--scope', 'read', '--data-dir', folder], { encoding: 'utf8' });
      if (made.status !== 0) throw new Error(made.stderr);
      return made.stdout.trim();
    },
    async put(article) {
      const answer = await fetch(`${url}/v1/articles?waitFor=WAIT_FOR_SEARCHABLE`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(article),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill();
        await new Promise((resolve) => child.once('exit', resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const browse = () => chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
