import { addSealingKey } from '../up/keys.js';
import { DataDir } from '../up/data-dir.js';

/** `toolplane sealing-key`: adds a pair to those of a folder. Workers are given the private one before anybody seals to the public one. */
export async function addSealingKeyTo(root: string, folder: string): Promise<void> {
  const dataDir = DataDir.at(folder, root);
  const { kid, unsealingKeysFile, sealingKeysFile } = await addSealingKey(dataDir);
  process.stdout.write(`key ${kid} was added to ${unsealingKeysFile}, then to ${sealingKeysFile}\n`);
}
