import { ToolplaneError } from '@toolplane/contracts/errors';

export interface ConfigurationFault {
  /** The variable, or the file. */
  readonly source: string;
  /** In a file that people write: the line, from 1. */
  readonly line?: number;
  /** In a file: JSON Pointer of what is wrong. */
  readonly pointer?: string;
  /** What is wrong; never the value. */
  readonly message: string;
}

const textOf = ({ source, line, pointer, message }: ConfigurationFault): string =>
  `  ${source}${line === undefined ? '' : `:${line}`}${pointer ? ` ${pointer}` : ''}: ${message}`;

/** All that is wrong with a configuration, in one message. Nothing starts. */
export class ConfigurationError extends ToolplaneError {
  constructor(readonly faults: readonly ConfigurationFault[]) {
    super('CONFIGURATION_INVALID', {
      message: `The configuration is wrong. Correct ${faults.length === 1 ? 'this' : `these ${faults.length}`} and start again:\n${faults.map(textOf).join('\n')}`,
      details: faults.map(({ source, pointer, message }) => ({ pointer: `${source}${pointer ?? ''}`, detail: message })),
    });
  }
}
