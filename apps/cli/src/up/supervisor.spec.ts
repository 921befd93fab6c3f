import { setTimeout as sleep } from 'node:timers/promises';
import { Supervisor, type Part, type Running } from './supervisor.js';

/** A process that is not there: ends when told, as told. */
class FakeProcess implements Running {
  end: (why: string) => void = () => undefined;
  readonly ended = new Promise<string>((resolve) => {
    this.end = resolve;
  });
  killed = false;

  constructor(
    readonly pid: number,
    private readonly obeys = true,
  ) {}

  stop(): Promise<unknown> {
    if (this.obeys) this.end('SIGTERM');
    return this.ended;
  }

  kill(): void {
    this.killed = true;
    this.end('SIGKILL');
  }
}

const eventually = async (holds: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !holds(); i += 1) await sleep(5);
  expect(holds()).toBe(true);
};

function setUp(obeys = true) {
  const started: FakeProcess[] = [];
  const lines: string[] = [];
  const part: Part = {
    name: 'audit',
    start: async () => {
      const process = new FakeProcess(100 + started.length, obeys);
      started.push(process);
      return process;
    },
  };
  return { started, lines, part, supervisor: new Supervisor({ say: (line) => lines.push(line), firstDelayMs: 5, longestDelayMs: 20 }) };
}

describe('the supervisor', () => {
  it('starts again what ends, and says so', async () => {
    const { started, lines, part, supervisor } = setUp();
    await supervisor.run(part);
    started[0]?.end('SIGKILL');
    await eventually(() => started.length === 2);
    expect(lines).toEqual(['audit ended (SIGKILL); it starts again in 5 ms']);
    expect(supervisor.restarts('audit')).toBe(1);
    await supervisor.stop(['audit'], 1_000);
  });

  it('waits longer each time, up to a limit', async () => {
    const { started, lines, part, supervisor } = setUp();
    await supervisor.run(part);
    for (let i = 0; i < 4; i += 1) {
      await eventually(() => started.length === i + 1);
      started[i]?.end('exit code 1');
    }
    await eventually(() => started.length === 5);
    expect(lines.map((line) => /in (\d+) ms/.exec(line)?.[1])).toEqual(['5', '10', '20', '20']);
    await supervisor.stop(['audit'], 1_000);
  });

  it('goes on trying when a restart fails', async () => {
    const { started, part, supervisor } = setUp();
    let refusals = 2;
    await supervisor.run({
      ...part,
      start: async () => (started.length === 1 && refusals-- > 0 ? Promise.reject(new Error('no port')) : part.start()),
    });
    started[0]?.end('exit code 1');
    await eventually(() => started.length === 2);
    await supervisor.stop(['audit'], 1_000);
  });

  it('does not hide that the first start fails', async () => {
    const { supervisor } = setUp();
    await expect(supervisor.run({ name: 'audit', start: () => Promise.reject(new Error('no such file')) })).rejects.toThrow('no such file');
  });

  it('starts nothing again that it was told to stop', async () => {
    const { started, part, supervisor } = setUp();
    await supervisor.run(part);
    await supervisor.stop(['audit'], 1_000);
    await sleep(30);
    expect(started).toHaveLength(1);
    expect(started[0]?.killed).toBe(false);
  });

  it('kills what does not stop in time', async () => {
    const { started, part, supervisor } = setUp(false);
    await supervisor.run(part);
    await supervisor.stop(['audit'], 20);
    expect(started[0]?.killed).toBe(true);
  });

  it('stops what is about to be started again', async () => {
    const { started, part, supervisor } = setUp();
    await supervisor.run(part);
    started[0]?.end('SIGKILL');
    await sleep(0);
    await supervisor.stop(['audit'], 1_000);
    await sleep(30);
    expect(started).toHaveLength(1);
  });
});
