// What people do on the page, in a real browser with the real program.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { browse, serve } from './program.mjs';

const HOSTILE = {
  id: 'hostile',
  title: '<img src=x onerror="window.broken=1"><b>Bold</b>',
  outlet: '<script>window.broken=1</script>',
  url: 'javascript:window.broken=1',
  publishDate: { year: 2026, month: 3, day: 4 },
  body: '“<script>window.broken=1</script> is closed,” said Ada Lind <b onclick="x">of the port</b>.\n\n<style>body{display:none}</style> & &amp;',
};
const RTL = {
  id: 'rtl/1',
  title: 'مرحبا بالعالم',
  publishDate: { year: 2026, month: 3, day: 5 },
  body: 'هذه فقرة مكتوبة من اليمين إلى اليسار.\n\n“The \u202equay\u202c is closed,” said Ada Lind.\n\nThe end.',
};

let server;
let browser;
let page;
let faults;
const others = [];

before(async () => {
  [server, browser] = await Promise.all([serve('--samples'), browse()]);
  for (const article of [HOSTILE, RTL]) await server.put(article);
});
after(async () => {
  await browser?.close();
  for (const one of [server, ...others]) await one?.stop();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(20_000);
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  // A breach of the policy, too, is told in the console.
  page.on('console', (said) => said.type() === 'error' && faults.push(said.text()));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== server.url) faults.push(`foreign request: ${request.url()}`);
  });
});
afterEach(async () => {
  await page.close();
  assert.deepEqual(faults, []);
});

const at = (address) => page.goto(server.url + address);
const cards = () => page.locator('.card');
const address = () => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};

test('the start shows the latest quotes, and facets narrow them in the address', async () => {
  await at('/');
  await cards().first().waitFor();
  assert.equal(await cards().count(), 20);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.card').length === 40);
  await page.getByLabel(/^Elske Varrin/).first().check();
  await page.waitForURL('**/?speaker=person%2Felske-varrin');
  await page.getByText('15 quotes', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^March 2026: / }).click();
  await page.waitForURL('**&speaker=person%2Felske-varrin');
  assert.match(address(), /month=2026-03/);
  await page.waitForFunction(() => [...document.querySelectorAll('.card .where')].every((one) => one.textContent.includes('March 2026')));
  await page.getByRole('button', { name: 'Remove March 2026' }).click();
  await page.getByText('15 quotes', { exact: true }).waitFor();
});

test('years of quotes are shown by year, and a year by month', async () => {
  const other = await serve();
  others.push(other);
  for (const [year, month] of [[2021, 2], [2023, 5], [2023, 11], [2026, 1]]) {
    const body = `“The quay holds in ${year},” said Ada Lind.`;
    await other.put({ id: `old/${year}-${month}`, title: `Quay in ${year}`, publishTime: `${year}-${String(month).padStart(2, '0')}-09T12:00:00Z`, body });
  }
  const bar = (name) => page.getByRole('button', { name, exact: true });
  await page.goto(other.url);
  await bar('2023: 2 quotes').click();
  await page.waitForURL('**/?month=2023');
  await page.getByText('2 quotes', { exact: true }).waitFor();
  assert.equal(await page.getByRole('region', { name: 'Quotes by year', exact: true }).getByRole('button').count(), 6);
  assert.equal(await page.getByRole('region', { name: 'Quotes by month of 2023' }).getByRole('button').count(), 12);
  await bar('November 2023: 1 quote').click();
  await page.waitForURL('**/?month=2023-11');
  await page.getByText('1 quote', { exact: true }).waitFor();
  assert.equal(await bar('2023: 2 quotes').getAttribute('aria-pressed'), 'true');
  await bar('November 2023: 1 quote').click();
  await page.waitForURL('**/?month=2023');
  await bar('2023: 2 quotes').click();
  await page.getByText('4 quotes', { exact: true }).waitFor();
  // An archive of centuries is shown by decade.
  await other.put({ id: 'old/1851', title: 'Quay', publishTime: '1851-03-09T12:00:00Z', body: '“The quay is new,” said Ada Lind.' });
  await page.goto(`${other.url}/?month=185`);
  await page.getByText('1 quote', { exact: true }).waitFor();
  assert.equal(await page.getByRole('region', { name: 'Quotes by decade' }).getByRole('button').count(), 18);
  await bar('1851: 1 quote').click();
  await bar('March 1851: 1 quote').click();
  await page.getByRole('button', { name: 'Remove March 1851' }).click();
  await page.getByText('5 quotes', { exact: true }).waitFor();
  faults = faults.filter((fault) => !fault.includes(new URL(other.url).host));
});

test('suggestions come while typing, and lead to a person by keyboard', async () => {
  await at('/');
  await cards().first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('elske var');
  const option = page.getByRole('option', { name: /Elske Varrin/ });
  await option.waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await option.getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Elske Varrin' }).waitFor();
  assert.equal(address(), '/?person=person%2Felske-varrin');
  await page.getByText('Prime Minister').first().waitFor();
  await page.getByRole('link', { name: 'Quotes about' }).click();
  await page.waitForURL('**tab=about');
  await page.waitForFunction(() => {
    const speakers = [...document.querySelectorAll('.card .by strong')].map((one) => one.textContent);
    return speakers.length > 0 && !speakers.includes('Elske Varrin');
  });
});

test('Esc closes suggestions and Enter searches for what was typed', async () => {
  await at('/');
  await page.locator('#search').fill('harbour');
  await page.locator('#suggestions li').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#suggestions li').first().waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.waitForURL('**/?q=harbour');
  await page.locator('.card mark').first().waitFor();
});

test('from a card to the article and back, where one was', async () => {
  await at('/?q=harbour');
  await cards().first().waitFor();
  const words = await page.locator('.card blockquote').nth(3).innerText();
  await page.getByRole('button', { name: 'Context' }).nth(3).click();
  await page.locator('.around mark').first().waitFor();
  await page.evaluate(() => scrollTo(0, 250));
  await page.waitForFunction(() => history.state?.y === 250);
  for (let number = 0; number < 4; number++) await page.keyboard.press('ArrowDown');
  await page.locator('.card').nth(3).locator('.open').click();
  await page.locator('.q.chosen').first().waitFor();
  const chosen = await page.locator('.q.chosen').allInnerTexts();
  assert.ok(chosen.length > 0);
  assert.equal(await page.locator('.entry[aria-current] .words').innerText(), words);
  await page.reload();
  await page.locator('.q.chosen').first().waitFor();
  await page.goBack();
  await cards().first().waitFor();
  assert.equal(address(), '/?q=harbour');
});

test('arrows go from quote to quote, Enter opens one, Esc goes back to it', async () => {
  await at('/?q=harbour');
  await cards().nth(2).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  assert.ok(await cards().first().locator('.open').evaluate((link) => link === document.activeElement));
  await page.keyboard.press('Enter');
  await page.locator('.annotated').waitFor();
  await page.keyboard.press('Escape');
  await cards().first().waitFor();
  assert.equal(address(), '/?q=harbour');
});

test('an article shows every quote and name, tied to its speaker', async () => {
  await at('/?article=02-bank-rate-cut');
  await page.locator('.text p').first().waitFor();
  const answer = await (await fetch(`${server.url}/v1/articles/02-bank-rate-cut`)).json();
  const { quotes } = answer.annotations;
  assert.equal(await page.locator('.tag').count(), quotes.length);
  assert.equal(await page.locator('.entry').count(), quotes.length);
  assert.ok((await page.locator('.q').allTextContents()).join(' ').includes('Inflation is no longer'));
  const shown = await page.locator('.text').evaluate((text) => {
    const copy = text.cloneNode(true);
    for (const tag of copy.querySelectorAll('.tag')) tag.remove();
    return [...copy.querySelectorAll('p')].map((one) => one.textContent).join('\n\n');
  });
  assert.equal(shown, answer.article.body.trim());
  await page.getByRole('button', { name: 'Quote 3, Ingrith Solander' }).click();
  assert.match(address(), /quote=/);
  await page.locator('.text a.name', { hasText: 'Finance Minister Tobias Lindqvar' }).click();
  await page.getByRole('heading', { name: 'Tobias Lindqvar' }).waitFor();
});

test('a pasted text is analysed, and can be put in', async () => {
  await at('/?view=analyze');
  await page.getByLabel('Text, in English').fill('“The crane is mended,” Harbour Master Ada Lind told reporters.\n\n🚢 “It lifts,” she said.');
  await page.getByRole('button', { name: 'Analyse' }).click();
  await page.locator('.entry').first().waitFor();
  assert.deepEqual(await page.locator('.q').allTextContents(), ['“The crane is mended,”', '“It lifts,”']);
  await page.getByRole('link', { name: /Add it/ }).click();
  await page.getByLabel('Headline').fill('Crane mended');
  await page.getByLabel('Outlet').fill('Port Gazette');
  await page.getByLabel('Published on').fill('2026-04-02');
  await page.getByRole('button', { name: 'Add the article' }).click();
  await page.getByRole('heading', { name: 'Crane mended' }).waitFor();
  await page.getByText('2 April 2026').waitFor();
  await at('/?q=crane+mended');
  await page.locator('.card', { hasText: 'Port Gazette' }).waitFor();
});

test('what was typed is still there after a way elsewhere', async () => {
  await at('/?view=add');
  await page.locator('textarea[name=body]').fill('A long text');
  await page.getByLabel('Outlet').fill('Port Gazette');
  await page.getByRole('link', { name: 'Analyse a text' }).click();
  await page.getByLabel('Text, in English').fill('Another text');
  await page.goBack();
  assert.equal(await page.locator('textarea[name=body]').inputValue(), 'A long text');
  assert.equal(await page.getByLabel('Outlet').inputValue(), 'Port Gazette');
  await page.goForward();
  assert.equal(await page.getByLabel('Text, in English').inputValue(), 'Another text');
});

test('an article is replaced only when that is wanted', async () => {
  const id = `taken/${process.pid}`;
  await server.put({ id, title: 'The first', body: '“The quay is open,” said Ada Lind.' });
  await at('/?view=add');
  await page.locator('textarea[name=body]').fill('“The quay is shut,” said Ada Lind.');
  await page.getByLabel(/^Id/).fill(id);
  await page.getByRole('button', { name: 'Add the article' }).click();
  await page.getByRole('alert').getByText('The first').waitFor();
  await page.getByRole('button', { name: 'Replace the article' }).click();
  // Without a headline, it is called as it begins.
  await page.getByRole('heading', { name: '“The quay is shut,” said Ada Lind.' }).waitFor();
});

test('a text that is too long is told so', async () => {
  await at('/?view=analyze');
  await page.getByLabel('Text, in English').fill('word '.repeat(220_000));
  await page.getByRole('button', { name: 'Analyse' }).click();
  await page.getByText('This is too long: at most 1,048,576 bytes are taken.').waitFor();
  faults = faults.filter((fault) => !fault.includes('400'));
});

test('tags stand with the words they follow, and far speakers have colours of their own', async () => {
  await at('/?article=10-election-night');
  await page.locator('.tag').first().waitFor();
  const { all, tones } = await page.evaluate(() => ({
    all: new Set([...document.querySelectorAll('.entry .by strong')].map((one) => one.textContent)).size,
    tones: new Set([...document.querySelectorAll('.entry')].map((one) => getComputedStyle(one).borderInlineStartColor)).size,
  }));
  assert.ok(tones >= Math.min(all, 12), `${tones} colours of ${all} speakers`);
  for (const width of [390, 420, 600, 900, 1280, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    // Words before a tag end on its line.
    const alone = await page.evaluate(() =>
      [...document.querySelectorAll('.end')].filter((end) => {
        const before = end.previousElementSibling;
        const last = before?.classList.contains('end') ? undefined : [...(before?.getClientRects() ?? [])].at(-1);
        const tag = end.querySelector('.tag').getBoundingClientRect();
        const after = document.createRange();
        const sign = document.createTreeWalker(end.parentElement, NodeFilter.SHOW_TEXT);
        sign.currentNode = end.querySelector('.visually-hidden').lastChild;
        const next = sign.nextNode();
        if (next) after.setStart(next, 0), after.setEnd(next, 1);
        const sticks = next && /^[.,;:!?]/.test(next.data) ? after.getBoundingClientRect() : tag;
        return [last, sticks].some((one) => one && (one.bottom <= tag.top || one.top >= tag.bottom));
      }).length,
    );
    assert.equal(alone, 0, `at ${width} pixels`);
  }
  const jump = page.getByRole('button', { name: /To the list/ });
  assert.equal(await jump.isVisible(), false);
  await page.setViewportSize({ width: 390, height: 800 });
  await jump.click();
  await page.waitForFunction(() => document.querySelector('.rail').getBoundingClientRect().top < 400);
});

test('texts full of HTML are shown as texts', async () => {
  await at('/?article=hostile');
  await page.locator('.text p').first().waitFor();
  assert.equal(await page.locator('h1').textContent(), HOSTILE.title);
  assert.match(await page.locator('.text').textContent(), /<script>window\.broken=1<\/script> is closed/);
  assert.equal(await page.locator('.text script, .text style, .text b, h1 img').count(), 0);
  assert.equal(await page.getByText('Original article').count(), 0);
  await at(`/?${new URLSearchParams({ q: 'closed', outlet: HOSTILE.outlet })}`);
  await cards().first().waitFor();
  assert.equal(await page.evaluate(() => window.broken), undefined);
});

test('each paragraph runs in its own direction', async () => {
  await at('/?article=rtl%2F1');
  await page.locator('.text p').nth(2).waitFor();
  const directions = await page.locator('.text > p:not(.hint)').evaluateAll((all) => all.map((one) => getComputedStyle(one).direction));
  assert.deepEqual(directions, ['rtl', 'ltr', 'ltr']);
  assert.equal(await page.locator('h1').evaluate((one) => getComputedStyle(one).direction), 'rtl');
});

test('where nothing is found, it says why and what may help', async () => {
  await at('/?q=ratez+zzzz');
  await page.getByRole('heading', { name: 'No quote has all of this' }).waitFor();
  await page.getByRole('link', { name: 'rates', exact: true }).click();
  await page.waitForURL('**/?q=rates+zzzz');
  await page.getByRole('button', { name: 'Find any of the words' }).click();
  await cards().first().waitFor();
  assert.equal(address(), '/?q=rates+zzzz&any=1');
});

test('a name with Enter leads to who is called so', async () => {
  for (const [words, rest] of [['varrin', ''], ['Elske Varrin', ''], ['“Elske Varrin”', ''], ['Varrin harbour', 'harbour'], ['prime minister', '']]) {
    await at('/');
    await page.locator('#search').fill(words);
    await page.keyboard.press('Enter');
    const card = page.getByRole('list', { name: 'Names' }).getByRole('link', { name: 'Elske Varrin Person · 15 quotes' });
    await card.waitFor();
    assert.equal(await page.getByText('speaker:').count(), 0);
    if (rest) {
      await page.getByRole('link', { name: /Search what Elske Varrin said/ }).click();
      await page.waitForURL('**/?q=harbour&speaker=person%2Felske-varrin');
      await page.getByText('2 quotes', { exact: false }).first().waitFor();
      continue;
    }
    await card.click();
    await page.getByRole('heading', { name: 'Elske Varrin' }).waitFor();
    assert.equal(await page.locator('#search').inputValue(), '');
    await page.getByRole('link', { name: /^Quotes about \([1-9]\d*\)$/ }).waitFor();
    await page.getByRole('button', { name: '← Back' }).click();
    await card.waitFor();
    assert.equal(await page.locator('#search').inputValue(), words);
  }
});

test('names and articles are asked for with the quotes, not after them', async () => {
  const paths = [];
  let answered = 0;
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/batchSearch|batchLookup|articles:search/.test(pathname)) paths.push([pathname, answered]);
  });
  page.on('response', (response) => void (answered += /batchSearch/.test(response.url())));
  await at('/?q=harbour');
  await cards().first().waitFor();
  assert.deepEqual(paths.sort(), [['/v1/articles:search', 0], ['/v1/entities:batchLookup', 0], ['/v1/quotes:batchSearch', 0]]);
});

test('a role is suggested whoever has it', async () => {
  for (const [typed, name] of [['prime minister', 'Elske Varrin'], ['gov', 'Ingrith Solander']]) {
    await at('/');
    await page.locator('#search').fill(typed);
    await page.getByRole('option', { name: new RegExp(`${name}.*Person`) }).click();
    await page.getByRole('heading', { name }).waitFor();
  }
});

test('every suggestion finds something', async () => {
  for (const typed of ['varr', 'bank of veldmark']) {
    await at('/');
    await page.locator('#search').fill(typed);
    const options = page.getByRole('option', { name: /in (a headline|\d+ headlines)/ });
    await options.first().waitFor();
    const number = await options.count();
    assert.ok(number > 0);
    for (let each = 0; each < number; each++) {
      await at('/');
      await page.locator('#search').fill(typed);
      await options.nth(each).click();
      await page.waitForURL('**/?q=*');
      await page.locator('.headlines a').first().waitFor();
    }
    await page.locator('.headlines a').first().click();
    await page.locator('.annotated').waitFor();
  }
});

test('the box is empty where nothing was searched for, whatever was typed', async () => {
  await at('/');
  await page.locator('#search').fill('varr');
  await page.getByRole('option', { name: /Elske Varrin/ }).click();
  await page.getByRole('heading', { name: 'Elske Varrin' }).waitFor();
  assert.equal(await page.locator('#search').inputValue(), '');
  await page.goBack();
  await page.locator('.lead').waitFor();
  assert.equal(await page.locator('#search').inputValue(), '');
});

test('words that stand in no quote together are told apart', async () => {
  await at('/?q=strike+harbour');
  await page.getByText(/^Without strike, there are \d+ quotes$/).waitFor();
  assert.equal(await page.getByRole('button', { name: /^Filters/ }).count(), 0);
});

test('what an address misspells is left out', async () => {
  await at('/?q=harbour&act=bogus&kind=nope');
  await page.getByText('6 quotes').first().waitFor();
  assert.equal(await page.locator('.chip').count(), 0);
});

test('what is no query is read as plain words, and it is told in words of people', async () => {
  const hint = page.locator('.hint');
  for (const [q, said] of [
    ['harbour?', /^Searched for as plain words\.$/],
    ['"abc', /needs at "abc: a closing quotation mark/],
    ['é foo:bar', /needs at foo:bar: one of text, title/],
  ]) {
    await at(`/?${new URLSearchParams({ q })}`);
    await hint.waitFor();
    assert.match(await hint.innerText(), said);
    assert.doesNotMatch(await page.locator('main').innerText(), /byte|““/);
  }
  await at(`/?${new URLSearchParams({ q: '(harbour AND' })}`);
  await page.getByText('Searched for as plain words').waitFor();
  // The browser tells of the refused query in its console.
  faults = faults.filter((fault) => !fault.includes('400'));
});

test('what is not there is not found', async () => {
  await at('/?article=nope');
  await page.getByRole('heading', { name: 'Not found' }).waitFor();
  await page.getByText('There is no article “nope”.').waitFor();
  await at('/?person=person%2Fnobody');
  await page.getByRole('heading', { name: 'Not found' }).waitFor();
  faults = faults.filter((fault) => !fault.includes('404'));
});

test('an empty server says how to begin, and one that stops is told', async () => {
  const other = await serve();
  others.push(other);
  await page.goto(other.url);
  await page.getByRole('heading', { name: 'There is nothing here yet' }).waitFor();
  await other.stop();
  await page.locator('#search').fill('quay');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'No connection' }).waitFor();
  faults = faults.filter((fault) => !fault.includes(new URL(other.url).host) && !fault.includes('ERR_CONNECTION'));
});

test('a key that may only read says so where one looks', async () => {
  const other = await serve();
  others.push(other);
  const key = other.key();
  await page.setViewportSize({ width: 900, height: 900 });
  await page.goto(`${other.url}/?view=add`);
  await page.evaluate((key) => sessionStorage.setItem('sayso.key', key), key);
  await page.locator('textarea[name=body]').fill('“The quay is open,” said Ada Lind.');
  await page.getByRole('button', { name: 'Add the article' }).click();
  const title = page.getByRole('heading', { name: 'This key may not do that' });
  await title.waitFor();
  await page.getByText('It takes a key with the scope “write”.').waitFor();
  await page.waitForFunction(() => document.querySelector('.notice').getBoundingClientRect().bottom <= innerHeight);
  faults = faults.filter((fault) => !fault.includes(new URL(other.url).host) && !/40[13]/.test(fault));
});

test('a server with keys asks for one, keeps it in the tab, and tells a wrong one', async () => {
  const other = await serve('--samples');
  others.push(other);
  const key = other.key();
  await page.goto(`${other.url}/?q=harbour`);
  const field = page.getByLabel('Key');
  await field.fill('sayso_wrong');
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByRole('alert').waitFor();
  await field.fill(key);
  await page.getByRole('button', { name: 'Use this key' }).click();
  await cards().first().waitFor();
  await page.getByText(/quotes in 10 articles/).waitFor();
  await page.reload();
  await cards().first().waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.getByRole('button', { name: 'Forget the key' }).click();
  await field.waitFor();
  faults = faults.filter((fault) => !fault.includes(new URL(other.url).host) && !fault.includes('401'));
});
