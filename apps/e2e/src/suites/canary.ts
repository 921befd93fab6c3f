import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { Api } from '../support/api.js';
import { findInFiles, findInTables, findInTopics, holds, needlesOf, newCanary, type Canary } from '../support/canary.js';
import { eventually } from '../support/eventually.js';
import { AUDIT, of, requestEvent, REQUESTED, terminal, type System } from '../support/system.js';

const SECRET = { type: 'string', maxLength: 200, writeOnly: true };
const inputSchema = {
  type: 'object',
  properties: { plain: SECRET, base64: { ...SECRET, writeOnly: undefined, format: 'password' }, url: SECRET, json: { 'x-sensitive': true }, text: { type: 'string' } },
  required: ['plain'],
};
const from = (name: string): object => ({ $from: `/payload/${name}` });
const ECHO = { plain: from('plain'), base64: from('base64'), url: from('url'), json: from('json') };
const tool = (name: string, rest: object): object => ({ name, description: 'Looks for a secret.', category: 'test', inputSchema, ...rest });

/** Tools that give a secret back in every way they know. */
const toolsAt = (sandboxUrl: string): readonly object[] => [
  tool('canary_dummy', { type: 'dummy', dummy: {} }),
  tool('canary_http', { type: 'http', endpoint: { url: `${sandboxUrl}/echo/1`, method: 'POST', query: ECHO, headers: { 'x-canary': from('base64') }, body: ECHO, response: 'json' } }),
  tool('canary_failing', { type: 'http', endpoint: { url: `${sandboxUrl}/status/500`, method: 'POST', query: ECHO, body: ECHO, response: 'text' } }),
  tool('canary_dangerous', { type: 'dummy', dummy: {}, isDangerous: true, requiresApproval: true }),
];
const ENDING = ['canary_dummy', 'canary_http', 'canary_failing'];
const OUTCOME: Readonly<Record<string, string>> = { canary_dummy: 'succeeded', canary_http: 'succeeded', canary_failing: 'failed' };

export function describeCanary(system: System): void {
  describe('a secret in a sensitive field', () => {
    const canary = newCanary();
    const needles = needlesOf(canary);
    const { plain, base64, url, json } = canary;
    const payload = { plain, base64, url, json, text: 'hi' };
    const run = randomUUID();
    const executions: string[] = [];

    beforeAll(async () => {
      for (const each of toolsAt(system.ready.sandboxUrl)) {
        const { status, body } = await system.api.post('/api/tools', each);
        if (status !== 201 && status !== 409) throw new Error(`a tool was not made: ${JSON.stringify(body)}`);
      }
    }, 30_000);

    it('is taken over HTTP, used, and in no answer', async () => {
      const answers = [];
      for (const name of ENDING) {
        const { status, body } = await system.api.post(`/api/tools/${name}/execute`, { payload, correlationId: run }, { prefer: 'wait=20', 'idempotency-key': `${run}-${name}` });
        expect({ name, status, now: body.status }).toEqual({ name, status: 200, now: OUTCOME[name] });
        executions.push(String(body.id));
        answers.push(body, (await system.api.post(`/api/tools/${name}/validate`, { payload })).body);
      }
      const waiting = await system.api.post('/api/tools/canary_dangerous/execute', { payload, correlationId: run });
      const refused = await system.api.post('/api/tools/canary_dummy/execute', { payload: { ...payload, plain: { [canary.mark]: plain } } });
      const unknown = await system.api.post('/api/tools/canary_dummy/execute', { payload, version: '9.9.9', correlationId: run }, { prefer: 'wait=20' });
      expect([waiting.status, refused.status, unknown.body.status]).toEqual([202, 422, 'failed']);
      expect(JSON.stringify([answers, waiting.body, refused.body, unknown.body])).toContain('[redacted]');
      expect(holds(JSON.stringify([answers, waiting.body, refused.body, unknown.body]), needles)).toBe(false);
    }, 60_000);

    it('reaches the tool as it was sent: what it gives back is redacted by its value', async () => {
      const records = await Promise.all(executions.map(async (id) => (await system.api.get(`/api/tools/executions/${id}`)).body));
      const redactions = (name: string): unknown => records.find(({ toolName }) => toolName === name)?.redactions;
      expect(redactions('canary_dummy')).toEqual(expect.arrayContaining(Object.keys(ECHO).map((name) => ({ pointer: `/output/${name}`, rule: 'value' }))));
      expect(redactions('canary_http')).toEqual(
        expect.arrayContaining([...Object.keys(ECHO).flatMap((name) => [`/output/body/${name}`, `/output/query/${name}`]), '/output/headers/x-canary'].map((pointer) => ({ pointer, rule: 'value' }))));
      for (const name of ENDING) expect(redactions(name)).toEqual(expect.arrayContaining(Object.keys(ECHO).map((field) => ({ pointer: `/input/${field}`, rule: 'schema' }))));
    });

    it('is taken from the event log, where its sender wrote it in the clear', async () => {
      const requests = ENDING.map((name) => ({ name, ...requestEvent({ tool: name, payload }) }));
      const refused = [requestEvent({ tool: 'canary_dummy', payload: { ...payload, plain: { [canary.mark]: plain } } }), versioned(payload)];
      await system.log.publish(REQUESTED, [...requests, ...refused].map(({ value }) => value));
      for (const { name, executionId } of requests) expect({ name, status: (await terminal(system, executionId)).data.status }).toEqual({ name, status: OUTCOME[name] });
      for (const { executionId } of refused) expect((await terminal(system, executionId)).data.status).toBe('failed');
      executions.push(...[...requests, ...refused].map(({ executionId }) => executionId));
    }, 60_000);

    it('waits for an approval without showing itself, and is opened afterwards', async () => {
      const { body } = await system.api.post('/api/tenants/demo/keys', { name: `canary approver ${run}`, type: 'user', roles: ['approver'] });
      const approver = new Api(system.ready.url, String(body.key));
      try {
        const asked = await system.api.post('/api/tools/canary_dangerous/execute', { payload, correlationId: run }, { prefer: 'wait=20' });
        expect(asked).toMatchObject({ status: 202, body: { status: 'awaiting_approval' } });
        const { id, approval } = asked.body as { id: string; approval: { url: string } };
        const shown = await approver.get(approval.url);
        expect(shown.body).toMatchObject({ payload: { plain: '[redacted]', base64: '[redacted]', url: '[redacted]', json: '[redacted]', text: 'hi' } });
        expect(holds(JSON.stringify(shown.body), needles)).toBe(false);
        expect((await approver.post(`${approval.url}/approve`, {})).status).toBe(200);
        expect((await terminal(system, id)).data).toMatchObject({ status: 'succeeded', redactions: expect.arrayContaining([{ pointer: '/output/plain', rule: 'value' }]) });
        executions.push(id);
      } finally {
        await approver.close();
      }
    }, 60_000);

    it('is in nothing that is read of it afterwards', async () => {
      await eventually(() => executions.every((id) => of(system.log.seen(AUDIT), id).length >= 2));
      const pages = ['/api/tools/executions?limit=100', '/api/audit/events?limit=100', '/api/audit/tool-usage?limit=100', '/api/approvals?limit=100', '/api/dead-letters?limit=100'];
      const each = executions.flatMap((id) => [`/api/tools/executions/${id}`, `/api/tools/executions/${id}/events`, `/api/tools/executions/${id}/output`]);
      const texts = await Promise.all([...pages, ...each].map(async (url) => JSON.stringify((await system.api.get(url)).body)));
      expect([...pages, ...each].filter((_url, i) => holds(texts[i] ?? '', needles))).toEqual([]);
    });

    it('lies nowhere but in the record that its sender wrote', async () => {
      const [tables, topics] = await Promise.all([findInTables(system.ready, needles), findInTopics(system.ready, needles)]);
      expect([...tables, ...topics]).toEqual([`topic ${REQUESTED}`]);
      expect(findInFiles(path.join(system.instance.dataDir, 'logs'), needles)).toEqual([]);
      expect(system.instance.output.filter((line) => holds(line, needles))).toEqual([]);
    }, 60_000);

    describe('that lies somewhere else', () => {
      const planted = newCanary();

      it.each<[string, (secret: Canary) => string]>([
        ['as it is', ({ plain: text }) => text], ['in Base64', ({ plain: text }) => Buffer.from(`u:${text}`).toString('base64')],
        ['in the alphabet of URLs', ({ plain: text }) => Buffer.from(`me:${text}`).toString('base64url')],
        ['encoded for a URL', (secret) => secret.url], ['within JSON', ({ plain: text }) => JSON.stringify({ a: JSON.stringify(text) })],
      ])('is recognised %s', (_title, encode) => expect(holds(`so ${encode(planted)} it is`, needlesOf(planted))).toBe(true));

      it('is found in a table and in a log', async () => {
        const client = new Client({ connectionString: system.ready.databaseUrl });
        await client.connect();
        const file = path.join(system.instance.dataDir, 'logs/planted.log');
        try {
          await client.query('create schema planted; create table planted.rows (a json, b bytea, c text[], d text)');
          await client.query('insert into planted.rows values ($1, $2, $3, $4), (null, null, null, null)', [JSON.stringify(planted.plain), Buffer.from(planted.base64), [planted.url], `.${planted.json}`]);
          writeFileSync(file, JSON.stringify({ message: planted.plain }));
          expect(await findInTables(system.ready, needlesOf(planted))).toEqual(['planted.rows.a', 'planted.rows.b', 'planted.rows.c', 'planted.rows.d']);
          expect(findInFiles(path.join(system.instance.dataDir, 'logs'), needlesOf(planted))).toEqual(['planted.log']);
        } finally {
          await client.query('drop schema if exists planted cascade');
          await client.end();
          rmSync(file, { force: true });
        }
      });
    });
  });
}

function versioned(payload: unknown): { readonly value: string; readonly executionId: string } {
  const { value, executionId } = requestEvent({ tool: 'canary_dummy', payload });
  const event = JSON.parse(value) as { data: object };
  return { value: JSON.stringify({ ...event, data: { ...event.data, version: '9.9.9' } }), executionId };
}
