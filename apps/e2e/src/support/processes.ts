import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly commandLine: string;
}

/** Every process that was started with this data folder in its environment: the whole of an instance, from outside (Linux). */
export function processesOf(dataDir: string): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const environment = read(`/proc/${name}/environ`);
      return environment?.split('\0').includes(`TOOLPLANE_DATA_DIR=${dataDir}`)
        ? [{ pid: Number(name), commandLine: (read(`/proc/${name}/cmdline`) ?? '').replaceAll('\0', ' ') }]
        : [];
    })
    .filter(({ commandLine }) => commandLine !== '');
}

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

/** The process of a service, by what its command line is promised to hold. */
export const serviceProcess = (dataDir: string, service: string): Process | undefined =>
  processesOf(dataDir).find(({ commandLine }) => commandLine.includes(`apps/${service}/`));

export const brokerProcess = (dataDir: string): Process | undefined =>
  processesOf(dataDir).find(({ commandLine }) => commandLine.includes('kafka.Kafka'));
