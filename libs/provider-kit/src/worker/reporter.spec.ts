import { DependencyDown } from '@toolplane/contracts/errors';
import { createLogger } from '@toolplane/observability';
import { dispatched } from '../testing/dispatched.js';
import { Reporter, type Report } from './reporter.js';
import { reportOf } from './reports.js';

const logger = createLogger({ service: 'provider-dummy', level: 'silent' });
const reports = (count: number): Report[] =>
  Array.from({ length: count }, () =>
    reportOf({ service: 'provider-dummy', worker: 'test' }, dispatched({ name: 'dummy' }), { status: 'succeeded', output: 1 }),
  );
const roomy = { reports: 100, bytes: 1_000_000 };

describe('the reporter', () => {
  it('sends the reports of one tick at once', async () => {
    const sends: number[] = [];
    const reporter = new Reporter({ publish: (events) => Promise.resolve(void sends.push(events.length)) }, roomy, logger, () => undefined);
    for (const report of reports(30)) reporter.add(report, 10);
    expect(await reporter.flush(1_000)).toBe(0);
    expect(sends).toEqual([30]);
  });

  it('keeps reports while the broker is away, tells that it is full, and sends them in order once it is back', async () => {
    let away = true;
    let room = 0;
    const sent: Report[] = [];
    const publish = async (events: readonly Report[]): Promise<void> => {
      await Promise.resolve();
      if (away) throw new DependencyDown('the event log');
      sent.push(...events);
    };
    const reporter = new Reporter({ publish }, { reports: 5, bytes: 1_000_000 }, logger, () => (room += 1));
    const all = reports(7);
    for (const report of all.slice(0, 4)) reporter.add(report, 10);
    expect(reporter.full).toBe(false);
    for (const report of all.slice(4)) reporter.add(report, 10);
    expect(await reporter.flush(50)).toBe(7);
    expect([reporter.full, room]).toEqual([true, 0]);
    away = false;
    expect(await reporter.flush(2_000)).toBe(0);
    expect(sent.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect([reporter.full, room]).toEqual([false, 1]);
  });

  it('counts bytes too', () => {
    const reporter = new Reporter({ publish: () => Promise.resolve() }, { reports: 100, bytes: 1_000 }, logger, () => undefined);
    const [report] = reports(1);
    if (report) reporter.add(report, 1_000);
    expect(reporter.full).toBe(true);
  });

  it('loses only the report that the event log refuses, not those that were sent with it', async () => {
    const [bad, ...good] = reports(5);
    const sent: string[] = [];
    const publish = async (events: readonly Report[]): Promise<void> => {
      await Promise.resolve();
      if (events.some(({ id }) => id === bad?.id)) throw new Error('the record is too large');
      sent.push(...events.map(({ id }) => id));
    };
    const reporter = new Reporter({ publish }, roomy, logger, () => undefined);
    for (const report of [good[0], bad, ...good.slice(1)]) if (report) reporter.add(report, 10);
    expect(await reporter.flush(1_000)).toBe(0);
    expect(sent).toEqual(good.map(({ id }) => id));
  });
});
