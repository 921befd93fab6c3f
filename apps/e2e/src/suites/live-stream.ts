import type { Readable } from 'node:stream';
import { request } from 'undici';
import { eventually } from '../support/eventually.js';
import { serviceProcess } from '../support/processes.js';
import type { System } from '../support/system.js';

interface Sent {
  readonly id: number;
  readonly event: string;
  readonly executionId: string | null;
}

/** An open stream, as a browser reads it. */
class Stream {
  private text = '';

  private constructor(private readonly body: Readable) {
    body.setEncoding('utf8').on('data', (piece: string) => (this.text += piece));
    body.on('error', () => undefined);
  }

  static async open({ ready, instance }: System, lastEventId?: number): Promise<Stream> {
    const resume = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) };
    const headers = { authorization: `Bearer ${instance.adminKey}`, ...resume };
    const { statusCode, body } = await request(`${ready.url}/api/events/stream?kinds=decision,outcome`, { headers, bodyTimeout: 0 });
    expect(statusCode).toBe(200);
    return new Stream(body);
  }

  get sent(): readonly Sent[] {
    const blocks = this.text.split('\n\n').slice(0, -1);
    return blocks
      .filter((block) => block.startsWith('id:'))
      .map((block) => {
        const [id = '', event = '', data = ''] = block.split('\n').map((line) => line.slice(line.indexOf(': ') + 2));
        return { id: Number(id), event, executionId: (JSON.parse(data) as { executionId: string | null }).executionId };
      });
  }

  kindsOf(executionId: string): string[] {
    return this.sent.flatMap((one) => (one.executionId === executionId ? [one.event] : [])).sort();
  }

  close(): void {
    this.body.destroy();
  }
}

const BOTH = ['decision', 'outcome'];

export function describeLiveStream(system: System): void {
  describe('the live stream of the audit', () => {
    const execute = async (text: string): Promise<string> => {
      const { status, body } = await system.api.post('/api/tools/echo/execute', { payload: { text } }, { prefer: 'wait=20' });
      expect(status).toBe(200);
      return String(body.id);
    };

    it('tells of each execution, also over a kill of the audit, and goes on behind the last id without a gap', async () => {
      const stream = await Stream.open(system);
      const first = await execute('told');
      await eventually(() => stream.kindsOf(first).length >= 2);
      expect(stream.kindsOf(first)).toEqual(BOTH);

      const audit = serviceProcess(system.instance.dataDir, 'audit');
      process.kill(audit?.pid ?? Number.NaN, 'SIGKILL');
      const second = await execute('while the audit is away');
      await eventually(() => stream.kindsOf(second).length >= 2, { withinMs: 30_000 });
      const { sent } = stream;
      const last = sent.at(-1)?.id ?? 0;
      stream.close();

      const third = await execute('while nobody listens');
      const resumed = await Stream.open(system, last);
      await eventually(() => resumed.kindsOf(third).length >= 2);
      const all = [...sent, ...resumed.sent];
      resumed.close();
      // Every decision and outcome of the tenant, each once, in the order of its chain.
      const { body } = await system.api.get('/api/audit/events?kind=decision&kind=outcome&limit=200');
      const items = body.items as readonly { readonly seq: number }[];
      const from = all[0]?.id ?? 0;
      const recorded = items.map(({ seq }) => seq).filter((seq) => seq >= from && seq <= (all.at(-1)?.id ?? 0));
      expect(all.map(({ id }) => id)).toEqual(recorded.sort((a, b) => a - b));
    }, 60_000);
  });
}
