import { ConfigurationError, loadConfig } from '@toolplane/config';
import { Command } from 'commander';
import { cliConfig, type CliConfig } from './cli.config.js';
import type { VerifyOptions } from './commands/audit-verify.js';
import type { ExplainOptions } from './commands/policy/policy.js';

const EXIT_CONFIGURATION = 78;

/** The command line. Each command loads what it needs itself: `reset` must not wait for a framework. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const program = new Command('toolplane').description('An event-driven platform that runs tools for other programs.');
  let exitCode = 0;
  program
    .command('up')
    .description('starts everything on this machine and stays in the foreground')
    .action(async () => {
      const { runUp } = await import('./commands/run-up.js');
      exitCode = await runUp(root, config());
    });
  program
    .command('reset')
    .description('empties the data folder')
    .action(async () => {
      const { reset } = await import('./commands/reset.js');
      await reset(root, config());
    });
  program
    .command('publish <file>')
    .description('publishes the requests of a file, or of standard input (-), one JSON document a line')
    .option('-t, --topic <topic>', 'topic', 'tool.execution.requested.v1')
    .action(async (file: string, { topic }: { topic: string }) => {
      const { publish } = await import('./commands/publish.js');
      await publish(root, config(), file, topic);
    });
  program
    .command('tail <topic>')
    .description('prints the records of a topic, one a line, as they come')
    .option('--from-beginning', 'from the oldest record on', false)
    .action(async (topic: string, { fromBeginning }: { fromBeginning: boolean }) => {
      const { tail } = await import('./commands/tail.js');
      await tail(root, config(), topic, fromBeginning);
    });
  program
    .command('secrets <folder>')
    .description('makes every key and password of a deployment as files')
    .option('--postgres <host:port>', 'where the services reach Postgres', 'postgres:5432')
    .action(async (folder: string, { postgres }: { postgres: string }) => {
      const { secrets } = await import('./commands/secrets.js');
      await secrets(root, folder, postgres);
    });
  program
    .command('sealing-key <folder>')
    .description('adds a pair of keys for sensitive fields to a data folder or a folder of secrets; the last public key seals, every private key opens')
    .action(async (folder: string) => {
      const { addSealingKeyTo } = await import('./commands/add-sealing-key.js');
      await addSealingKeyTo(root, folder);
    });
  program
    .command('provision <folder>')
    .description('makes schemas and roles in DATABASE_URL, with the passwords of that folder, and the topics on KAFKA_BROKERS')
    .action(async (folder: string) => {
      const { provision } = await import('./commands/provision.js');
      await provision(root, config(), folder);
    });
  program
    .command('config')
    .description('declared tools, toolkits and agent types')
    .command('check [folder]')
    .description(
      'checks every file of a folder as one set, without a database; exit code 78 and every fault with its line where it is wrong',
    )
    .action(async (folder = 'deploy/config') => {
      const { checkConfig } = await import('./commands/check-config.js');
      checkConfig(folder);
    });
  program
    .command('audit')
    .description('the audit, from outside of everything that runs')
    .command('verify')
    .description('verifies a chain from an export of GET /api/audit/events alone, and names the first bad entry')
    .requiredOption('--export <file>', 'entries, one JSON document a line (- for standard input)')
    .option('--checkpoints <file>', 'what was noted of this chain outside the database')
    .option('--public-key <file...>', 'keys that sign checkpoints; without it those that lie beside the checkpoints')
    .action(async (options: VerifyOptions) => {
      const { auditVerify } = await import('./commands/audit-verify.js');
      exitCode = await auditVerify(options);
    });
  const policy = program.command('policy').description('the operator’s policy files');
  policy
    .command('check [folder]')
    .description('looks for faults in egress.json, secrets.json, ingress.json and sealing-keys.json; exit code 78 where there are any')
    .action(async (folder = 'deploy/policies') => {
      const { policyCheck } = await import('./commands/policy/policy.js');
      exitCode = policyCheck(folder as string);
    });
  policy
    .command('explain <url>')
    .description('says whether a tool may call a URL, by which rule and why; exit code 0 or 1')
    .option('--dir <folder>', 'where egress.json is', 'deploy/policies')
    .option('--tenant <id>', 'who calls', 'demo')
    .option('--tool <name>', 'which tool', '')
    .option('--method <method>', 'how', 'GET')
    .option('--address <ip...>', 'judges addresses, too', [])
    .option('--resolve', 'judges the addresses that the name has now', false)
    .action(async (url: string, options: ExplainOptions) => {
      const { policyExplain } = await import('./commands/policy/policy.js');
      exitCode = await policyExplain(url, options);
    });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1;
  }
}

const config = (): CliConfig => loadConfig(cliConfig);
