import { parseArgs } from 'node:util';

export interface Options {
  /** Where the JSON goes; standard output without it. */
  readonly json: string | undefined;
  readonly scenario: string;
  readonly rounds: number;
  /** How long each round publishes, in seconds. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Requests of each latency measurement. */
  readonly latencyRequests: number;
  /** Audit entries that lists are asked over. */
  readonly entries: number;
}

/** `--short` is for trials: its numbers say little. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      scenario: { type: 'string', default: 'path' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      entries: { type: 'string' },
      short: { type: 'boolean', default: false },
    },
  });
  const { short } = values;
  return {
    json: values.json,
    scenario: values.scenario,
    rounds: Number(values.rounds ?? (short ? 1 : 3)),
    seconds: Number(values.seconds ?? (short ? 4 : 15)),
    warmUpSeconds: short ? 3 : 20,
    latencyRequests: short ? 150 : 750,
    entries: Number(values.entries ?? (short ? 200_000 : 5_000_000)),
  };
}
