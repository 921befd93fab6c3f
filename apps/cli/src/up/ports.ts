import { createServer } from 'node:net';

const LAST_PORT = 65_535;

const free = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });

/**
 * Hands out ports on 127.0.0.1: the one a name had before, else the wanted one, else the next that is free, said aloud.
 * @param known ports of earlier starts by name; kept up to date, for the next start
 */
export class Ports {
  private readonly taken = new Set<number>();

  constructor(
    private readonly known: Record<string, number>,
    private readonly say: (line: string) => void,
  ) {}

  /** `asked`: what the operator named for this start, which counts more than what was remembered. */
  async claim(name: string, wanted: number, asked?: number): Promise<number> {
    const first = asked ?? this.known[name] ?? wanted;
    for (let port = first; port <= LAST_PORT; port += 1) {
      if (this.taken.has(port) || !(await free(port))) continue;
      if (port !== first) this.say(`port ${first} is taken: ${name} listens on ${port}`);
      this.taken.add(port);
      this.known[name] = port;
      return port;
    }
    throw new Error(`There is no free port from ${first} on for ${name}`);
  }

  get remembered(): Readonly<Record<string, number>> {
    return this.known;
  }
}
