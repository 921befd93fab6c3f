import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Section {
  readonly title: string;
  /** What fenced blocks of the section hold, with their language line (`sh`, `sh kafka`). */
  readonly blocks: readonly { readonly marked: string; readonly text: string }[];
}

/** The second-level sections of a page, each with its fenced blocks. */
export function sectionsOf(file: string): readonly Section[] {
  const parts = readFileSync(file, 'utf8').split(/^## /m).slice(1);
  return parts.map((part) => ({
    title: part.slice(0, part.indexOf('\n')).trim(),
    blocks: [...part.matchAll(/^```(\S[^\n]*)\n([\s\S]*?)^```$/gm)].map(([, marked = '', text = '']) => ({ marked: marked.trim(), text })),
  }));
}

export interface Run {
  readonly status: number | null;
  /** What was run and what it said: for the message of a failing test. */
  readonly output: string;
}

/** Runs blocks one after the other in bash; the first command that fails ends a run. Variables and functions last from run to run. */
export class Shell {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'toolplane-shell-'));
  private readonly state = path.join(this.folder, 'state');

  constructor(
    private readonly cwd: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    // npx takes a second to find what lies in node_modules/.bin, which is on the PATH here.
    writeFileSync(this.state, 'npx() { "$@"; }\n');
  }

  run(text: string): Run {
    const script = `set -euo pipefail; set -a; source ${this.state}\nset -x\n${text}\n{ set +x; } 2>/dev/null\ndeclare -fx >${this.state}; export -p >>${this.state}\n`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      cwd: this.cwd,
      env: this.env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, output: `${stderr}\n${stdout}` };
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}
