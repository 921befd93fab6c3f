import { createLogger } from './logger.js';
import { NestLogger } from './nest-logger.js';

const capture = () => {
  const lines: Record<string, unknown>[] = [];
  return { lines, stream: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) } };
};

describe('createLogger', () => {
  it('writes one JSON line with service, level, time, fields and message', () => {
    const { lines, stream } = capture();
    createLogger({ service: 'execution', stream }).info({ executionId: 'e1' }, 'it failed');
    expect(lines).toEqual([expect.objectContaining({ service: 'execution', level: 'info', executionId: 'e1', message: 'it failed' })]);
    expect(String(lines[0]?.['time'])).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('redacts what stands under a secret-looking name, at any depth and in a child', () => {
    const { lines, stream } = capture();
    const logger = createLogger({ service: 's', stream }).child({ apiKey: 'tp_1' });
    logger.warn({ request: { headers: { authorization: 'Bearer tp_2', accept: '*/*' }, items: [{ password: 'tp_3' }] } }, 'refused');
    expect(JSON.stringify(lines)).not.toContain('tp_');
    expect(lines[0]).toMatchObject({ apiKey: '[redacted]', request: { headers: { authorization: '[redacted]', accept: '*/*' } } });
  });

  it('leaves out lines below its level', () => {
    const { lines, stream } = capture();
    createLogger({ service: 's', level: 'warn', stream }).info({}, 'quiet');
    expect(lines).toEqual([]);
  });

  it('writes an error with its cause', () => {
    const { lines, stream } = capture();
    createLogger({ service: 's', stream }).error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(lines[0]).toMatchObject({ err: { message: 'outer', cause: { message: 'inner' } } });
  });

  it('redacts what a driver hangs on its error', () => {
    const { lines, stream } = capture();
    const err = Object.assign(new Error('refused'), { config: { user: 'u', password: 'tp_4' }, size: 5n });
    createLogger({ service: 's', stream }).error({ err }, 'failed');
    expect(lines[0]).toMatchObject({ err: { message: 'refused', config: { user: 'u', password: '[redacted]' }, size: '5' } });
  });

  it('says nothing of the rows that a database error is about, its cause’s neither', () => {
    const { lines, stream } = capture();
    const ofRows = { code: '23505', constraint: 'one_row', parameters: ['tp_5'], detail: 'Key (a)=(tp_5) exists', where: 'JSON data: tp_5', driverError: { detail: 'tp_5' } };
    const err = Object.assign(new Error('refused', { cause: Object.assign(new Error('inner'), ofRows) }), ofRows);
    createLogger({ service: 's', stream }).error({ err }, 'failed');
    expect(JSON.stringify(lines)).not.toContain('tp_5');
    expect(lines[0]).toMatchObject({ err: { code: '23505', constraint: 'one_row', cause: { message: 'inner', code: '23505' } } });
  });

  it('takes Nest’s messages: boot talk as debug, errors with their stack', () => {
    const { lines, stream } = capture();
    const nest = new NestLogger(createLogger({ service: 's', level: 'debug', stream }));
    nest.log('Mapped {/x, GET} route', 'RouterExplorer');
    nest.error(new Error('broken'), 'ExceptionsHandler');
    expect(lines[0]).toMatchObject({ level: 'debug', context: 'RouterExplorer' });
    expect(lines[1]).toMatchObject({ level: 'error', context: 'ExceptionsHandler', err: { message: 'broken' } });
  });
});
