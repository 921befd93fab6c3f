import type { Answer, Api } from '../support/api.js';
import { KIND_OF_TYPE, VALUES_OF_WORDS, type Route } from './routes.js';
import { MARK, NOBODYS, type Kind, type Things } from './things.js';

export interface Row {
  readonly route: string;
  readonly calls: number;
  /** Statuses that a stranger got. */
  readonly answers: readonly number[];
  readonly findings: readonly string[];
}

/** What only the platform's administrator may do is refused before anybody looks. */
const PLATFORM = ['tenants:manage', 'global:write'];
/** Answers every question with a verdict: that there is no such tool is one. */
const VERDICTS = ['POST /api/tools/{tool}/validate'];

/** How a path is filled in: of each parameter, whose thing. */
type Whose = 'theirs' | 'own';

export interface Parties {
  readonly stranger: Api;
  readonly theirs: Things;
  readonly own: Things;
}

/** Calls a route with every foreign thing, in every form, and beside each with a thing that is nobody's: the answers must be the same. */
export async function rowOf(route: Route, { stranger, theirs, own }: Parties): Promise<Row> {
  const { method, path, permission, body } = route;
  const findings: string[] = [];
  const answers = new Set<number>();
  const expected = PLATFORM.includes(permission) ? 403 : VERDICTS.includes(`${method} ${path}`) ? 200 : 404;
  let calls = 0;
  for (const words of wordsOf(route)) {
    const kinds = route.parameters.map(({ name, kind }) => (kind !== null && name === 'id' && words['type'] !== undefined ? (KIND_OF_TYPE[words['type']] ?? kind) : kind));
    for (const whose of whosesOf(kinds)) {
      for (const form of formsOf(kinds)) {
        const filled = (foreign: Things): string => fill(route, words, (index) => {
          const kind = kinds[index] as Kind;
          return formOf((whose[index] === 'own' ? own : foreign)[kind], form);
        });
        const options = body === undefined ? {} : { body };
        const [foreign, unknown] = [await stranger.call(method, filled(theirs), options), await stranger.call(method, filled(NOBODYS), options)];
        calls += 2;
        answers.add(foreign.status);
        const where = `${method} ${filled(theirs)}`;
        if (comparable(foreign, theirs) !== comparable(unknown, NOBODYS)) findings.push(`${where}: ${comparable(foreign, theirs)}, but for what is nobody’s ${comparable(unknown, NOBODYS)}`);
        if (foreign.status !== expected) findings.push(`${where}: ${foreign.status} and not ${expected}: ${JSON.stringify(foreign.body).slice(0, 300)}`);
        if (JSON.stringify(foreign.body).includes(MARK)) findings.push(`${where}: shows what is the owner’s`);
      }
    }
  }
  return { route: `${method} ${path}`, calls, answers: [...answers], findings };
}

/** The owner still finds its own: a table that shows nothing to anybody would have no findings either. */
export async function controlOf({ method, path, parameters }: Route, owner: Api, things: Things): Promise<string[]> {
  if (method !== 'GET' || parameters.length === 0 || parameters.some(({ kind }) => kind === null || kind === 'breaker')) return [];
  const url = fill({ path, parameters }, {}, (index) => things[parameters[index]?.kind as Kind][0] ?? '');
  const { status } = await owner.get(url);
  // Small outputs stand in the record, and there is none to fetch.
  return status === 200 || (status === 404 && path.endsWith('/output')) ? [] : [`GET ${url}: the owner itself gets ${status}`];
}

function* wordsOf({ parameters }: Route): Generator<Readonly<Record<string, string>>> {
  const word = parameters.find(({ kind }) => kind === null);
  if (!word) yield {};
  else for (const value of VALUES_OF_WORDS[word.name] ?? []) yield { [word.name]: value };
}

/** All of it another's; and of several each alone, beside own ones. */
function whosesOf(kinds: readonly (Kind | null)[]): Whose[][] {
  const named = kinds.flatMap((kind, index) => (kind === null ? [] : [index]));
  const all = kinds.map((): Whose => 'theirs');
  return named.length < 2 ? [all] : [all, ...named.map((foreign) => kinds.map((_, index): Whose => (index === foreign ? 'theirs' : 'own')))];
}

const formsOf = (kinds: readonly (Kind | null)[]): number[] =>
  Array.from({ length: Math.max(...kinds.map((kind) => (kind === null ? 1 : NOBODYS[kind].length))) }, (_, form) => form);
const formOf = (forms: readonly string[], form: number): string => forms[Math.min(form, forms.length - 1)] ?? '';

function fill({ path, parameters }: Pick<Route, 'path' | 'parameters'>, words: Readonly<Record<string, string>>, value: (index: number) => string): string {
  let index = -1;
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    index += 1;
    return encodeURIComponent(parameters[index]?.kind === null ? (words[name] ?? '') : value(index));
  });
}

/** Status and body, but for the trace and for what the caller itself has sent. */
function comparable({ status, body }: Answer, sent: Things): string {
  const names = Object.values(sent).flat() as string[];
  const text = names.sort((a, b) => b.length - a.length).reduce((all, name) => all.replaceAll(name, '…'), JSON.stringify({ ...body, traceId: '' }));
  return `${status} ${text}`;
}

/** Lists as a stranger sees them, unfiltered and by everything foreign. */
export async function listRowOf({ method, path, query }: Route, { stranger, theirs }: Parties, cursor: string | null): Promise<Row> {
  const findings: string[] = [];
  const asked: readonly (readonly [string, string, string | null])[] = [
    ['', '', null],
    ...FILTERS.flatMap(([name, kind]) => (query.includes(name) ? theirs[kind].map((value, form) => [name, value, formOf(NOBODYS[kind], form)] as const) : [])),
    ...['q', 'sessionId', 'correlationId', 'source', 'userId'].flatMap((name) => (query.includes(name) ? [[name, MARK, 'nobodys-mark'] as const] : [])),
    ...(query.includes('cursor') && cursor !== null ? [['cursor', cursor, null] as const] : []),
  ];
  const answers = new Set<number>();
  for (const [name, value, nobodys] of asked) {
    const url = (text: string): string => (name === '' ? path : `${path}?${name}=${encodeURIComponent(text)}`);
    const answer = await stranger.get(url(value));
    answers.add(answer.status);
    const items = JSON.stringify(answer.body['items'] ?? answer.body);
    if (items.includes(MARK)) findings.push(`GET ${url(value)}: shows what is the owner’s`);
    if (nobodys === null) continue;
    const other = await stranger.get(url(nobodys));
    if (comparable(answer, theirs) !== comparable(other, NOBODYS)) findings.push(`GET ${url(value)}: ${comparable(answer, theirs)}, but for what is nobody’s ${comparable(other, NOBODYS)}`);
  }
  return { route: `${method} ${path}`, calls: asked.length, answers: [...answers], findings };
}

const FILTERS: readonly (readonly [string, Kind])[] = [
  ['tool', 'tool'], ['toolId', 'tool'], ['agent', 'agent'], ['executionId', 'execution'], ['exceptionId', 'exception'], ['playbook', 'playbook'], ['toolkits', 'toolkit'],
];
