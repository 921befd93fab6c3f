import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@toolplane/contracts/ids';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import { eventually, numbersOf, report, type Fixture } from './fixture.js';
import type { NewRecord } from '../../port/log-record.js';

const bytesOf = (event: object): string => JSON.stringify(event);
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const manyHeaders = (count: number): NewRecord['headers'] => Object.fromEntries(Array.from({ length: count }, (_, n) => [`h${n}`, 'x']));

/** Records that are no events, or not such as this reader takes, and what each of them is parked as. */
const POISON: readonly (readonly [title: string, record: () => Partial<NewRecord>, code: string])[] = [
  ['not JSON', () => ({ value: 'hello' }), 'RECORD_MALFORMED'],
  ['not UTF-8', () => ({ value: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) }), 'RECORD_MALFORMED'],
  ['bytes that begin with 0x00', () => ({ value: Buffer.concat([Buffer.alloc(5), randomBytes(20)]) }), 'RECORD_MALFORMED'],
  ['empty', () => ({ value: '' }), 'RECORD_MALFORMED'],
  ['a null value, with headers of an attacker', () => ({ key: 'k', value: null, headers: { 'kafka_nest-is-disposed': '1', 'toolplane-code': 'FORGED' } }), 'RECORD_MALFORMED'],
  ['a JSON scalar', () => ({ value: '42' }), 'RECORD_MALFORMED'],
  ['no tenant', () => ({ value: bytesOf({ ...report(0), tenantid: undefined }) }), 'RECORD_MALFORMED'],
  ['an unknown type', () => ({ value: bytesOf({ ...report(0), type: 'SomethingElse' }) }), 'EVENT_TYPE_UNKNOWN'],
  ['an unknown major version', () => ({ value: bytesOf({ ...report(0), dataschema: 'urn:toolplane:event:ToolInvocationReported:2.0' }) }), 'EVENT_TYPE_UNKNOWN'],
  ['data that breaks its schema', () => ({ value: bytesOf({ ...report(0), data: { executionId: 'x' } }) }), 'EVENT_INVALID'],
  ['5,000 levels', () => ({ value: `{"data":${deep(5_000)}}` }), 'RECORD_TOO_LARGE'],
  ['1,000 headers', () => ({ value: bytesOf(report(0)), headers: manyHeaders(1_000) }), 'RECORD_TOO_LARGE'],
  ['50,000 headers', () => ({ value: bytesOf(report(0)), headers: manyHeaders(50_000) }), 'RECORD_TOO_LARGE'],
  ['a header of 500 KB', () => ({ value: bytesOf(report(0)), headers: { h: 'x'.repeat(500_000) } }), 'RECORD_TOO_LARGE'],
];

export const poisonContract = (fixture: () => Fixture): void => {
  it('parks every poison with its code and its bytes, and hands over all that lies between', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const letters = fixture().deadLettersOf(topic);
    const { events } = fixture().collect(topic);
    const sent = POISON.map(([, record]) => record());
    for (const [n, record] of sent.entries()) await fixture().append(topic, record, { value: bytesOf(report(n)) });
    await eventually(() => expect(numbersOf(events)).toEqual(sent.map((_, n) => n)));
    await eventually(() => expect(letters).toHaveLength(sent.length));
    expect(letters.map(({ code }, n) => [POISON[n]?.[0], code])).toEqual(POISON.map(([title, , code]) => [title, code]));
    for (const [n, { value, headers, offset, partition, attempts, reason }] of letters.entries()) {
      const original = sent[n]?.value ?? null;
      expect(value === null ? null : value.equals(Buffer.from(original ?? ''))).toBe(original === null ? null : true);
      expect({ offset, partition, attempts }).toEqual({ offset: BigInt(2 * n), partition: 0, attempts: 0 });
      expect(reason).not.toBe('');
      const kept = Object.keys(sent[n]?.headers ?? {}).filter((name) => !name.startsWith('toolplane-'));
      expect(Object.keys(headers).sort()).toEqual(kept.sort());
    }
  });

  it('takes structured, binary and bare events, extra fields and the first of repeated headers', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const { events } = fixture().collect(topic);
    const { data, ...attributes } = report(2);
    const binary = Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'datacontenttype').map(([name, value]) => [`ce_${name}`, String(value)]));
    await fixture().append(
      topic,
      { value: bytesOf({ ...report(1), unknown: true, data: { ...report(1).data, later: 'field' } }), headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' } },
      { value: bytesOf(data), headers: { ...binary, 'content-type': 'application/json', ce_type: [binary['ce_type'] ?? '', 'SomethingElse'] } },
      { value: bytesOf(report(3)) },
    );
    await eventually(() => expect(numbersOf(events)).toEqual([1, 2, 3]));
  });

  it('finds the event at fault by halving, tries it a bounded number of times and parks it; once mended it can be redriven', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const letters = fixture().deadLettersOf(topic);
    const handled: number[] = [];
    let tries = 0;
    let mended = false;
    const sent = Array.from({ length: 100 }, (_, n) => report(n, undefined, topic));
    await fixture().publisher.publish(sent);
    fixture().consume(topic, (events) => {
      if (!mended && numbersOf(events).includes(61)) {
        tries += events.length === 1 ? 1 : 0;
        return Promise.reject(new TypeError('a bug with a secret in its message'));
      }
      return Promise.resolve(void handled.push(...numbersOf(events)));
    });
    await eventually(() => expect(letters).toHaveLength(1));
    await eventually(() => expect(handled).toHaveLength(99));
    expect(handled).toEqual(numbersOf(sent).filter((n) => n !== 61));
    expect(tries).toBe(3);
    expect(letters[0]).toMatchObject({ code: 'HANDLER_FAILED', attempts: 3, topic });
    expect(letters[0]?.reason).not.toContain('secret');

    mended = true;
    const [letter] = letters;
    if (letter) await fixture().publisher.append([{ topic, key: letter.key, value: letter.value, headers: letter.headers }]);
    await eventually(() => expect(handled.at(-1)).toBe(61));
  });

  it('parks at once, with its own code, what the catalogue calls final', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const letters = fixture().deadLettersOf(topic);
    let tries = 0;
    fixture().consume(topic, () => {
      tries += 1;
      return Promise.reject(new ToolplaneError('TENANT_UNKNOWN'));
    });
    await fixture().publisher.publish([report(0, undefined, topic)]);
    await eventually(() => expect(letters.map(({ code, attempts }) => [code, attempts])).toEqual([['TENANT_UNKNOWN', 1]]));
    expect(tries).toBe(1);
  });

  it('parks nothing while a dependency is down: its partition waits, the others go on', async () => {
    const topic = await fixture().topic({ partitions: 2 });
    const letters = fixture().deadLettersOf(topic);
    const executions = Array.from({ length: 40 }, () => newId());
    let down = true;
    const handled = new Map<number, number[]>();
    fixture().consume(topic, (events) => {
      const partition = events[0]?.record.partition ?? -1;
      if (down && partition === 0) return Promise.reject(new DependencyDown('a database'));
      handled.set(partition, [...(handled.get(partition) ?? []), ...numbersOf(events)]);
      return Promise.resolve();
    });
    await fixture().publisher.publish(executions.map((execution, n) => report(n, execution, topic)));
    await eventually(() => expect(handled.get(1)?.length ?? 0).toBeGreaterThan(0));
    await sleep(1_000);
    expect([...handled.keys()]).toEqual([1]);
    down = false;
    await eventually(() => expect([...handled.values()].flat().sort((a, b) => a - b)).toEqual(executions.map((_, n) => n)));
    expect(letters).toEqual([]);
  });

  it('goes on for everybody else where one record cannot be published', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const { events } = fixture().collect(topic);
    const tooLarge = { ...report(9, undefined, topic), data: { ...report(9).data, worker: 'x'.repeat(5_000_000) } };
    const results = await Promise.allSettled([
      fixture().publisher.publish([report(1, undefined, topic)]),
      fixture().publisher.publish([tooLarge]),
      fixture().publisher.publish([report(8, undefined, 'contract.there-is-no-such-topic')]),
      fixture().publisher.publish([report(2, undefined, topic)]),
    ]);
    expect(results.map((result) => (result.status === 'fulfilled' ? 'published' : (result.reason as Error).name))).toEqual([
      'published', 'ToolplaneError', 'DependencyDown', 'published',
    ]);
    await eventually(() => expect(numbersOf(events)).toEqual([1, 2]));
  });
};
