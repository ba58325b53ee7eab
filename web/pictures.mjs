// Takes the pictures of the page that the manual shows, at three widths: npm run pictures. Needs a program that is built and Chromium;
// SAYSO and CHROMIUM say where they are.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { browse, serve } from './tests/program.mjs';

const FOLDER = join(import.meta.dirname, '../docs/explorer');
const PICTURES = [
  { name: 'search', path: '/?q=harbour', ready: '.card .role', width: 1440, height: 900 },
  { name: 'search', path: '/?q=harbour', ready: '.card .role', width: 820, height: 900 },
  { name: 'search', path: '/?q=harbour', ready: '.card .role', width: 380, height: 800 },
  { name: 'article', path: '/?article=02-bank-rate-cut', ready: '.tag', width: 820, height: 900 },
  { name: 'person', path: '/?person=person%2Felske-varrin', ready: '.card .role', width: 380, height: 800 },
];

mkdirSync(FOLDER, { recursive: true });
const [server, browser] = await Promise.all([serve('--samples'), browse()]);
try {
  for (const { name, path, ready, width, height } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto(server.url + path);
    await page.locator(ready).first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(FOLDER, `${name}-${width}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
