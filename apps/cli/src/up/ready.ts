/** What a script may rely on: printed as one line once everything answers. */
export interface Ready {
  readonly url: string;
  readonly eventLog: 'kafka' | 'embedded';
  /** Empty on the embedded log. */
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  readonly adminKeyFile: string;
  readonly dataDir: string;
  readonly sandboxUrl: string;
  /** By service. */
  readonly metrics: Readonly<Record<string, string>>;
}

export const readyLine = (ready: Ready): string => `toolplane ready ${JSON.stringify(ready)}\n`;

/** The same for people. */
export function box({ url, eventLog, brokers, adminKeyFile, dataDir }: Ready): string {
  const rows: [string, string][] = [
    ['Toolplane', url],
    ['event log', eventLog === 'kafka' ? `Kafka ${brokers.join(', ')}` : 'embedded, in Postgres'],
    ['API', `${url}/api/docs`],
    ['administrator key', adminKeyFile],
    ['logs', `${dataDir}/logs/<service>.log`],
    ['publish', eventLog === 'kafka' ? `kcat -P -b ${brokers[0] ?? ''} -t tool.execution.requested.v1` : 'npx toolplane publish -'],
    [
      'follow',
      eventLog === 'kafka'
        ? `kcat -C -b ${brokers[0] ?? ''} -t tool.execution.completed.v1`
        : 'npx toolplane tail tool.execution.completed.v1',
    ],
    ['stop', 'Ctrl-C'],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(18)} ${value}`);
  const width = Math.max(...lines.map((line) => line.length));
  const edge = '─'.repeat(width + 2);
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `└${edge}┘`, ''].join('\n');
}
