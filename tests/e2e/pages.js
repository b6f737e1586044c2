// Looks at every page in Chromium, wide and narrow, light and dark, English and Chinese. Run by tests/e2e/pages.
//   node pages.js BASE CAMPAIGN READINESS.json MODULES [SCREENSHOTS]
// Fails where axe-core finds a violation, a page scrolls sideways, something beyond our server is asked for,
// the console complains, or a number differs from `readiness --json`.
'use strict';
const fs = require('fs');
const path = require('path');
const [base, campaign, readinessFile, modules, screenshots] = process.argv.slice(2);
const { chromium } = require(path.join(modules, 'playwright-core'));
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8');
const readiness = JSON.parse(fs.readFileSync(readinessFile, 'utf8'));

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];
const phases = Object.entries(readiness.phases);
const problems = [];
let looked = 0, numbers = 0;

function problem(where, what) {
    problems.push(`${where}: ${what}`);
}

function same(where, what, shown, wanted) {
    numbers++;
    if (String(shown) !== String(wanted))
        problem(where, `${what} is shown as ${shown}, readiness --json says ${wanted}`);
}

// As the pages write a share.
function share(value) {
    let percent = 100 * value;
    if (percent < 100 && percent > 99.9) percent = 99.9;
    if (percent > 0 && percent < 0.1) percent = 0.1;
    return percent.toFixed(1).replace(/\.0$/, '') + ' %';
}

async function check(page, where) {
    const found = await page.evaluate(async source => {
        const width = document.documentElement.clientWidth;
        (0, eval)(source);
        const result = await window.axe.run(document, { resultTypes: ['violations'] });
        return {
            scroll: document.documentElement.scrollWidth - width,
            clipped: [...document.querySelectorAll('main *')].filter(e => {
                const box = e.getBoundingClientRect();
                return box.width > 1 && box.right > width + 1;
            }).slice(0, 3).map(e => e.outerHTML.slice(0, 120)),
            violations: result.violations.map(v => `${v.id}: ${v.help} at ${v.nodes.slice(0, 2).map(n => n.target.join(' ')).join(', ')}`)
        };
    }, axe);
    if (found.scroll > 0) problem(where, `scrolls sideways by ${found.scroll} pixels`);
    found.clipped.forEach(html => problem(where, `reaches beyond the page: ${html}`));
    found.violations.forEach(violation => problem(where, violation));
    looked++;
}

// Counts of the campaign's page are sums over the partners of the document.
async function compareCampaign(page, where) {
    const shown = await page.$$eval('section.phase', sections => sections.map(section => ({
        phase: section.querySelector('h2').textContent,
        verdict: section.querySelector('.verdict').className.split(' ')[1],
        rows: [...section.querySelectorAll('table.measures:not(.gate) tbody tr')].map(row =>
            [...row.querySelectorAll('td.number')].map(cell => cell.textContent)),
    })));
    same(where, 'number of phases', shown.length, phases.length);
    phases.forEach(([name, phase], i) => {
        const of = verdict => phase.partners.filter(p => p.verdict === verdict).length;
        const sum = key => phase.partners.reduce((all, p) => all + p.hosts[key], 0);
        const worst = of('not_ready') ? 'not-ready' : of('unknown') || !phase.partners.length ? 'unknown' : 'ready';
        same(where, 'phase', shown[i].phase, name);
        same(where, `${name} verdict`, shown[i].verdict, worst);
        ['ready', 'unknown', 'not_ready'].forEach((key, column) => {
            same(where, `${name} partners ${key}`, shown[i].rows[0][column], of(key));
            same(where, `${name} hosts ${key}`, shown[i].rows[1][column], sum(key));
        });
    });
}

async function comparePartners(page, where) {
    const shown = await page.$$eval('table.partners tbody tr', rows => rows.map(row => ({
        id: row.querySelector('th code').textContent,
        cells: [...row.querySelectorAll('td')].map(cell => ({
            verdict: cell.querySelector('.verdict').className.split(' ')[1].replace('-', '_'),
            hosts: cell.querySelector('.by').textContent.match(/\d+/g).map(Number),
            reasons: [...cell.querySelectorAll('.codes code')].map(code => code.textContent).join(),
        })),
    })));
    same(where, 'number of partners', shown.length, phases[0][1].partners.length);
    shown.forEach(row => phases.forEach(([name, phase], i) => {
        const partner = phase.partners.find(p => p.id === row.id);
        same(where, `${row.id} ${name} verdict`, row.cells[i].verdict, partner.verdict);
        same(where, `${row.id} ${name} reasons`, row.cells[i].reasons, partner.reasons.join());
        // Chinese puts the whole before the part.
        same(where, `${row.id} ${name} hosts`, row.cells[i].hosts.sort((a, b) => a - b).join(),
            [partner.hosts.ready, partner.hosts.expected ?? partner.hosts.seen].sort((a, b) => a - b).join());
    }));
}

async function comparePartner(page, where, id) {
    const shown = await page.$$eval('.columns > section', sections => sections.map(section => ({
        verdict: section.querySelector('.verdict').className.split(' ')[1].replace('-', '_'),
        figures: [...section.querySelectorAll('.figures-list dd')].map(e => e.textContent).join(),
        shares: [...section.querySelectorAll('.share .number')].map(e => e.textContent),
        reasons: [...section.querySelectorAll('.reasons code')].map(code => code.textContent).join(),
    })));
    phases.forEach(([name, phase], i) => {
        const partner = phase.partners.find(p => p.id === id), hosts = partner.hosts;
        const bounds = ([low, high]) => share(low) === share(high) ? share(low) : `${share(low)} – ${share(high)}`;
        same(where, `${name} verdict`, shown[i].verdict, partner.verdict);
        same(where, `${name} counts`, shown[i].figures, [hosts.expected ?? '–', hosts.seen, hosts.covered, hosts.ready,
            hosts.not_ready, hosts.unknown, partner.waived].join());
        same(where, `${name} readiness`, shown[i].shares[0], bounds(partner.ready));
        same(where, `${name} coverage`, shown[i].shares[1], bounds(partner.coverage));
        same(where, `${name} reasons`, shown[i].reasons, partner.reasons.join());
    });
}

async function main() {
    const home = `/campaigns/${campaign}`;
    const pages = [['/', null], [home, compareCampaign], [`${home}/partners`, comparePartners],
        [`${home}/partners?verdict=not_ready`, null], ['/nothing', null],
        ...phases[0][1].partners.map(p => [`${home}/partners/${encodeURIComponent(p.id)}`, (page, where) => comparePartner(page, where, p.id)])];
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: flags });
    for (const [width, scheme, language] of [[1280, 'light', 'en'], [400, 'light', 'en'], [1280, 'dark', 'zh'], [400, 'dark', 'zh']]) {
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme,
            locale: language === 'zh' ? 'zh-CN' : 'en-GB', javaScriptEnabled: true });
        const page = await context.newPage();
        let where = '';
        page.on('console', message => message.type() === 'error' && !message.text().includes('404') && problem(where, message.text()));
        page.on('pageerror', error => problem(where, error.message));
        page.on('dialog', dialog => { problem(where, `a script ran: ${dialog.message()}`); dialog.dismiss(); });
        page.on('request', request => request.url().startsWith(base) || problem(where, `asks for ${request.url()}`));
        for (const [url, compare] of pages) {
            where = `${url} at ${width} (${language})`;
            await page.goto(base + url);
            if (await page.getAttribute('html', 'lang') !== language) problem(where, 'is in another language');
            await check(page, where);
            if (compare) await compare(page, where);
            if (screenshots)
                await page.screenshot({ fullPage: true, path: path.join(screenshots, `${url.replace(/[^a-z0-9]+/gi, '_')}-${width}-${language}.png`) });
        }
        await context.close();
    }
    await browser.close();
    problems.forEach(line => console.log(line));
    console.log(`${looked} looks at ${pages.length} pages, ${numbers} numbers compared, ${problems.length} problems`);
    process.exit(problems.length ? 1 : 0);
}
main().catch(error => { console.error(error); process.exit(1); });
