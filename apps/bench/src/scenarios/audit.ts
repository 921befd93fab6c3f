import { Client } from 'pg';
import { Pool } from 'undici';
import { percentile, rounded } from '../measure/statistics.js';
import type { Options } from '../options.js';
import { startInstance, type Instance } from '../product/instance.js';
import { machine } from '../report.js';

const TENANT = 'audit-bench';
const MONTHS = 6;
const REQUESTS = 300;
const WARM_UP = 20;
const PAGE = 50;

/** What is asked of the lists: each by filters that have an index, with another value each time. */
const QUESTIONS: Readonly<Record<string, (n: number) => string>> = {
  newest: () => 'events?',
  toolUsage: () => 'tool-usage?',
  tool: (n) => `tool-usage?tool=tool_${n % 40}`,
  agent: (n) => `tool-usage?agent=agent_${n % 20}`,
  session: (n) => `tool-usage?sessionId=session_${(n * 7_919) % 50_000}`,
  user: (n) => `tool-usage?userId=user_${(n * 31) % 500}`,
  exception: (n) => `events?exceptionId=EX-${(n * 17) % 1_000}`,
  correlation: (n) => `events?correlationId=corr-${n * 613}`,
  statusDenied: () => 'tool-usage?status=denied',
  code: () => 'events?code=EGRESS_DENIED',
  kindApproval: () => 'events?kind=approval',
  toolInAMonth: (n) => `tool-usage?tool=tool_${n % 40}&from=2020-0${1 + (n % 6)}-01T00:00:00Z&to=2020-0${1 + (n % 6)}-20T00:00:00Z`,
};

/** The lists of the audit with millions of entries behind them, spread over months, asked through the gateway. */
export async function measureAudit(root: string, { entries }: Options): Promise<unknown> {
  const instance = await startInstance(root, { EVENT_LOG: 'embedded', LOG_LEVEL: 'warn', REQUESTS_PER_MINUTE_PER_KEY: '1000000', REQUESTS_PER_MINUTE_PER_TENANT: '1000000' });
  const pool = new Pool(instance.ready.url, { connections: 1 });
  const get = async (path: string): Promise<{ readonly ms: number; readonly items: number; readonly next: string | null }> => {
    const begun = performance.now();
    const headers = { authorization: `Bearer ${instance.adminKey}`, 'x-toolplane-tenant': TENANT };
    const { statusCode, body } = await pool.request({ method: 'GET', path: `/api/audit/${path}`, headers });
    const page = (await body.json()) as { readonly items?: readonly unknown[]; readonly next?: string | null };
    if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}: ${JSON.stringify(page)}`);
    return { ms: performance.now() - begun, items: page.items?.length ?? 0, next: page.next ?? null };
  };
  try {
    await provision(pool, instance);
    const filled = await fill(instance.ready.databaseUrl, entries);
    const queriesMs: Record<string, unknown> = {};
    for (const [name, question] of Object.entries(QUESTIONS)) {
      const sample: number[] = [];
      let items = 0;
      for (let n = 0; n < WARM_UP + REQUESTS; n += 1) {
        const answer = await get(`${question(n)}&limit=${PAGE}`);
        if (n < WARM_UP) continue;
        sample.push(answer.ms);
        items += answer.items;
      }
      queriesMs[name] = { ...summary(sample), itemsAnAnswer: rounded(items / REQUESTS) };
    }
    queriesMs['pages'] = summary(await pages(get));
    return { machine: machine(), scenario: 'audit', entries, months: MONTHS, pageSize: PAGE, requests: REQUESTS, filledInSeconds: filled, queriesMs };
  } finally {
    await pool.close();
    await instance.stop();
  }
}

/** One list, page after page. */
async function pages(get: (path: string) => Promise<{ readonly ms: number; readonly next: string | null }>): Promise<number[]> {
  const sample: number[] = [];
  let next: string | null = '';
  while (next !== null && sample.length < REQUESTS) {
    const answer: { readonly ms: number; readonly next: string | null } = await get(`events?limit=${PAGE}${next === '' ? '' : `&cursor=${next}`}`);
    sample.push(answer.ms);
    next = answer.next;
  }
  return sample;
}

const summary = (sample: readonly number[]) => {
  const of = (share: number): number => rounded(percentile(sample, share), 2);
  return { p50: of(0.5), p95: of(0.95), p99: of(0.99) };
};

async function provision(pool: Pool, { adminKey }: Pick<Instance, 'adminKey'>): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: 'POST', path: '/api/tenants', headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ id: TENANT, displayName: 'Audit' }),
  });
  await body.dump();
  if (statusCode !== 201) throw new Error(`the tenant was answered with ${statusCode}`);
}

/**
 * Entries as executions leave them, decision and outcome in turn. Each month is filled without its indexes and then attached, which builds
 * them in one go: made row by row they would take as long as the executions themselves. No chain: this is about finding.
 */
async function fill(databaseUrl: string, entries: number): Promise<number> {
  const begun = performance.now();
  const client = new Client({ connectionString: databaseUrl, options: '-c synchronous_commit=off -c maintenance_work_mem=512MB' });
  await client.connect();
  try {
    const each = Math.ceil(entries / MONTHS);
    for (let month = 0; month < MONTHS; month += 1) {
      const first = `2020-0${month + 1}-01`;
      const table = `audit.entries_2020_0${month + 1}`;
      await client.query(`create table ${table} (like audit.entries including defaults including constraints) with (toast_tuple_target = 8160)`);
      await client.query(rows(table, first, month * each, Math.min(each, entries - month * each)));
      await client.query(`alter table audit.entries attach partition ${table} for values from ('${first}') to (date '${first}' + interval '1 month')`);
      process.stderr.write(`${(month + 1) * each} of ${entries} entries after ${rounded((performance.now() - begun) / 1_000)} s\n`);
    }
    await client.query('vacuum (analyze) audit.entries');
    return rounded((performance.now() - begun) / 1_000);
  } finally {
    await client.end();
  }
}

const rows = (table: string, first: string, before: number, count: number): string => `
  insert into ${table} (tenant_id, seq, at, kind, status, code, execution_id, correlation_id, tool_id, tool_name, agent, session_id, exception_id,
                        requested_by_type, requested_by_id, actor_type, actor_id, details, prev_hash, hash, month)
  select '${TENANT}', n, timestamptz '${first}' + (n - ${before}) * (interval '28 days' / ${count}), kind,
         case when kind <> 'outcome' then null when x % 200 = 0 then 'denied' when x % 50 = 0 then 'failed' else 'success' end,
         case when kind <> 'outcome' then null when x % 200 = 0 then 'EGRESS_DENIED' when x % 50 = 0 then 'PROVIDER_FAILED' end,
         md5('execution' || x)::uuid, 'corr-' || x, md5('tool' || x % 40)::uuid::text, 'tool_' || x % 40,
         case when x % 3 > 0 then 'agent_' || x % 20 end, case when x % 3 > 0 then 'session_' || x % 50000 end, case when x % 40 = 0 then 'EX-' || (x / 40) % 1000 end,
         'user', 'user_' || x % 500, null, null,
         case when kind = 'outcome' then json_build_object('toolVersion', '1.0.0', 'input', json_build_object('text', repeat('x', 100)), 'output',
           json_build_object('text', repeat('y', 100)), 'attempts', 1, 'durationMs', 26, 'inputDigest', md5(x::text), 'outputDigest', md5(x::text))
         else json_build_object('toolVersion', '1.0.0', 'inputDigest', md5(x::text), 'ruleSet', 'c73c4c76168f482261a7490e01b9593862d95f4e98a90bf512f927451e9f71fe') end,
         md5((n - 1)::text) || md5((n - 1)::text), md5(n::text) || md5(n::text), date '${first}'
    from (select n, n / 2 as x, case when n % 1000 = 999 then 'approval' when n % 2 = 0 then 'decision' else 'outcome' end as kind
            from generate_series(${before} + 1, ${before} + ${count}) n) given`;
