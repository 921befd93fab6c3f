import { readFileSync } from 'node:fs';
import { DESTINATIONS, plainPlay } from './destinations.cases.js';
import type { Play, Vector } from './play.js';
import { REQUESTS } from './requests.cases.js';
import { RESPONSES } from './responses.cases.js';
import { CERTIFICATES } from './tls.cases.js';
import { Destination, PUBLIC, World } from './world.js';

const FILE = new URL('../../../../../libs/security/src/egress/fixtures/ssrf-corpus.json', import.meta.url);
const corpus = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Vector[];

/** What the product does not offer: there is no way to ask for it, so that there is nothing to allow or to deny. */
const NOT_OFFERED: Readonly<Record<string, string>> = {
  'redirect-10': 'redirects are never followed',
  'path-template-19': 'a URL is never taken from a payload',
  'template-injection-08': 'bodies are JSON',
  'template-injection-09': 'bodies are JSON',
};
const PLAYS: Readonly<Record<string, Play>> = { ...DESTINATIONS, ...REQUESTS, ...RESPONSES };
const playOf = ({ id, url_or_setup: text }: Vector): Play | null => PLAYS[id] ?? plainPlay(text);
/** Codes of what this worker cannot even read or fill in: the call is not made either. */
const REFUSED_BEFORE = ['EGRESS_DENIED', 'PROVIDER_FAILED'];

interface Row {
  allow: number;
  deny: number;
  notOffered: number;
}
const table = new Map<string, Row>();
const count = ({ category }: Vector, what: keyof Row): void => {
  const row = table.get(category) ?? { allow: 0, deny: 0, notOffered: 0 };
  row[what] += 1;
  table.set(category, row);
};

describe('the SSRF corpus through the worker', () => {
  let destination: Destination;
  beforeAll(async () => {
    destination = await Destination.start();
  });
  afterAll(async () => {
    await destination.close();
    const lines = [...table].map(
      ([name, row]) =>
        `${name.padEnd(20)} ${String(row.allow).padStart(5)} ${String(row.deny).padStart(5)} ${String(row.notOffered).padStart(11)}`,
    );
    const rows = [...table.values()];
    const sum = (what: keyof Row): number => rows.reduce((total, row) => total + row[what], 0);
    process.stdout.write(
      `\ncategory             allow  deny not offered\n${lines.join('\n')}\n${sum('allow')} allowed, ${sum('deny')} denied, ${sum('notOffered')} not offered\n`,
    );
  });

  const offered = corpus.filter(({ id }) => !NOT_OFFERED[id]);
  it.each(offered.map((vector) => [vector.id, vector.expected, vector.why, vector] as const))(
    '%s: %s. %s',
    async (id, expected, _why, vector) => {
      const play = playOf(vector) ?? CERTIFICATES[id];
      if (!play) throw new Error(`nothing plays ${id}`);
      const world = new World(destination);
      try {
        const report = await play.run(world);
        if (expected === 'allow' || PASSES_UNUSED.has(id)) {
          expect(report).toMatchObject({ status: 'succeeded' });
        } else {
          expect(report.status).toBe('failed');
          if (play.code) expect(report.error?.code).toBe(play.code);
          else expect(REFUSED_BEFORE).toContain(report.error?.code);
          reachesNoFurther(world, play.reaches ?? 'nowhere');
          if ((play.reaches ?? 'nowhere') !== 'answered') expect(report.error?.effect).toBe('none');
        }
        await play.check?.(world, report);
        count(vector, expected);
      } finally {
        await world.close();
      }
    },
  );

  it.each(corpus.filter(({ id }) => NOT_OFFERED[id]).map((vector) => [vector.id, NOT_OFFERED[vector.id], vector] as const))(
    '%s is not offered: %s',
    (_id, _why, vector) => count(vector, 'notOffered'),
  );

  it('is played whole', () => {
    expect(corpus).toHaveLength(183);
    expect(Object.keys({ ...PLAYS, ...CERTIFICATES, ...NOT_OFFERED }).filter((id) => !corpus.some((vector) => vector.id === id))).toEqual(
      [],
    );
  });
});

/** Denied is what the vector tries to reach (a proxy, another’s connection): the call itself goes where it may. */
const PASSES_UNUSED = new Set(['connection-reuse-01', 'connection-reuse-02', 'proxy-env-02', 'proxy-env-03', 'response-body-14']);

function reachesNoFurther({ dials, destination }: World, reaches: NonNullable<Play['reaches']>): void {
  if (reaches === 'nowhere') expect(dials).toEqual([]);
  else expect([...new Set(dials.map(({ host }) => host))]).toEqual([PUBLIC]);
  if (reaches === 'dialled') expect(destination.requests).toEqual([]);
}
