import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { compare, ROOT, SERVICES, variablesOf } from './variables.js';

/** Parsed and compared only: nothing here runs a container. */

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string; readonly args: { readonly SERVICE: string } };
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
const dockerfile = readFileSync(path.join(ROOT, 'deploy/docker/Dockerfile'), 'utf8');

describe('docker-compose.yml', () => {
  it('has every service, built by the one Dockerfile', () => {
    const built = Object.entries(compose.services).flatMap(([name, { build }]) => (build && name !== 'provision' ? [[name, build]] : []));
    expect(built.map(([name]) => name).sort()).toEqual([...SERVICES].sort());
    for (const [name, build] of built) expect(build).toMatchObject({ dockerfile: 'deploy/docker/Dockerfile', args: { SERVICE: name } });
  });

  it.each([...SERVICES, 'provision'])('sets only variables that %s knows, and each that it requires', async (name) => {
    const image = name === 'provision' ? [] : ['HOST', 'PORT'];
    const known = await variablesOf(name === 'provision' ? 'cli' : name);
    expect(compare(known, [...Object.keys(compose.services[name]?.environment ?? {}), ...image])).toEqual({ unknown: [], missing: [] });
  });

  it('hands every secret over as a file, and only to whom it concerns', () => {
    for (const [name, { environment = {}, secrets = [] }] of Object.entries(compose.services)) {
      const read = Object.values(environment).flatMap((value) => /^\/run\/secrets\/(.+)$/.exec(String(value))?.[1] ?? []);
      expect([name, [...secrets].sort()]).toEqual([name, read.sort()]);
    }
    const used = new Set(Object.values(compose.services).flatMap(({ secrets = [] }) => secrets));
    expect([...used].sort()).toEqual(Object.keys(compose.secrets).sort());
  });

  it('has no secret in it', async () => {
    for (const name of SERVICES) {
      const secret = (await variablesOf(name)).filter((variable) => variable.secret).map(({ env }) => env);
      expect(Object.keys(compose.services[name]?.environment ?? {}).filter((variable) => secret.includes(variable))).toEqual([]);
    }
  });

  it('binds every published port to loopback', () => {
    const ports = Object.values(compose.services).flatMap(({ ports: published = [] }) => published);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('runs nothing of ours as root, and nothing before what it needs', () => {
    for (const name of SERVICES) {
      const service = compose.services[name];
      expect(service).toMatchObject({
        user: '1000:1000',
        read_only: true,
        depends_on: { provision: { condition: 'service_completed_successfully' } },
      });
    }
    expect(dockerfile).toMatch(/\nUSER node\n[\s\S]*\nCMD /);
    expect(compose.services.provision?.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      kafka: { condition: 'service_healthy' },
    });
  });

  it('checks the health of everything that stays', () => {
    expect(dockerfile).toContain('HEALTHCHECK');
    for (const name of ['postgres', 'kafka']) expect(compose.services[name]?.healthcheck?.test?.length).toBeGreaterThan(1);
    for (const name of SERVICES) expect(compose.services[name]?.healthcheck?.disable).not.toBe(true);
  });

  it('mounts only folders that are there', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    const folders = mounted.filter((source) => source.startsWith('./') && source !== './deploy/docker/secrets');
    for (const folder of folders) expect(existsSync(path.join(ROOT, folder))).toBe(true);
    expect(mounted.filter((source) => !source.startsWith('./')).sort()).toEqual(Object.keys(compose.volumes).sort());
  });
});
