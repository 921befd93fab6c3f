import { execFile } from 'node:child_process';

const OLDEST_JAVA = 17;
const ANSWER_WITHIN_MS = 20_000;

/** What a command prints on either stream; null where it is not there or fails. */
const said = (command: string, args: readonly string[]): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(command, [...args], { timeout: ANSWER_WITHIN_MS }, (error, stdout, stderr) => resolve(error ? null : `${stdout}${stderr}`));
  });

/** `openjdk version "17.0.15" 2025-04-15`, and `java version "1.8.0_412"` of old ones. */
const majorOf = (version: string): number => Number(/version "(\d+)/.exec(version)?.[1] ?? 0);

/** Whether a Kafka of our own can be run here: Java 17 or newer and Maven on the path. */
export async function javaAndMavenFound(): Promise<boolean> {
  const [java, maven] = await Promise.all([said('java', ['-version']), said('mvn', ['-v'])]);
  return java !== null && maven !== null && majorOf(java) >= OLDEST_JAVA;
}
